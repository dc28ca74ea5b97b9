//! What a page shows of a run beyond [`Series`](super::Series): loads by the second, ages with their percentiles,
//! who held which lease for how long, and the units of tables with what is saved for bursts.
//!
//! It costs more than the figures do, so only whoever asked for a page lets it listen. It keeps no single record.

mod ages;
mod holds;
mod load;
mod units;

pub(crate) use self::ages::{AgePoint, Ages};
pub(crate) use self::holds::{Hold, Holds, Overlap, overlaps};
pub(crate) use self::load::{Cell, Loads, ShardLoad, Stretch, worst_stretch};
pub(crate) use self::units::{TableUnits, UnitsPoint};

use self::units::Units;
use crate::base::event::{Event, Fold};
use crate::base::{SimDuration, SimTime};

/// At most so many points a line has.
const POINTS_MAX: u64 = 720;

/// The fold that a page is made from.
pub(crate) struct Detail {
    step: SimDuration,
    loads: Loads,
    ages: Ages,
    holds: Holds,
    units: Units,
}

impl Detail {
    /// Of a run of this length. `burst_starts_full`: whether new tables have their burst bucket full.
    pub(crate) fn new(duration: SimDuration, burst_starts_full: bool) -> Self {
        // In less a table that is written in bursts would look like noise.
        let step = super::series::step_for(duration, POINTS_MAX).max(super::backlog::LOOK_EVERY);
        Self {
            step,
            loads: Loads::default(),
            ages: Ages::new(step),
            holds: Holds::default(),
            units: Units::new(step, burst_starts_full),
        }
    }
    /// Length of a point of units.
    pub(crate) fn step(&self) -> SimDuration {
        self.step
    }
    /// Loads of shards, by the second and by the minute.
    pub(crate) fn loads(&self) -> &Loads {
        &self.loads
    }
    /// Ages of consumers, over time.
    pub(crate) fn ages(&self) -> &Ages {
        &self.ages
    }
    /// Who held which lease when.
    pub(crate) fn holds(&self) -> &Holds {
        &self.holds
    }
    /// Tables, in the order of their declaration.
    pub(crate) fn tables(&self) -> &[TableUnits] {
        self.units.tables()
    }
}

impl Fold for Detail {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.loads.on(at, event);
        self.ages.on(at, event);
        self.holds.on(at, event);
        self.units.on(at, event);
    }
}

#[cfg(test)]
mod tests;
