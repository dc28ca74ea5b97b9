//! Whether a fault is active, and when that last changed.

use crate::base::{Event, SimTime};

/// The faults of a run, counted: which they are nobody asks.
#[derive(Default)]
pub(crate) struct Faults {
    active: u32,
    changed: SimTime,
}

impl Faults {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        self.active = match event {
            Event::FaultBegan { .. } => self.active + 1,
            Event::FaultEnded { .. } => self.active.saturating_sub(1),
            Event::FaultsHealed {} => 0,
            _ => return,
        };
        self.changed = at;
    }
    /// Returns whether any fault is active.
    pub(crate) fn is_any_active(&self) -> bool {
        self.active > 0
    }
    /// When a fault last began or ended.
    pub(crate) fn changed(&self) -> SimTime {
        self.changed
    }
}
