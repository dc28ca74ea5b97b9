//! The delivery streams there are, and what they promise of time.

use std::sync::Arc;

use crate::base::event::{PutKind, Stage};
use crate::base::{DeliveryId, Event, SimDuration, SimTime, StreamName};

/// When a buffer is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hints {
    pub(crate) size_bytes: u64,
    pub(crate) interval: SimDuration,
    /// How long what follows tries its best.
    pub(crate) tries_for: SimDuration,
    /// Since when that is so.
    pub(crate) since: SimTime,
}

/// A delivery stream.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) name: Arc<str>,
    pub(crate) put: PutKind,
    /// The stream that it reads.
    pub(crate) stream: Option<StreamName>,
    pub(crate) declared_at: SimTime,
    pub(crate) is_deleted: bool,
    hints: Vec<(Stage, Hints)>,
}

impl Delivery {
    /// When buffers before a stage are closed.
    pub(crate) fn hints(&self, stage: Stage) -> Option<Hints> {
        self.hints.iter().find(|(of, _)| *of == stage).map(|(_, hints)| *hints)
    }
    /// How long a record may be on its way when nothing is disturbed: the intervals of all buffers, with dynamic
    /// partitioning half as long again, and the time for which stages try their best.
    pub(crate) fn on_its_way_max(&self) -> SimDuration {
        let stages = [Stage::Transform, Stage::Deliver, Stage::Errors];
        let hints = stages.iter().filter_map(|stage| self.hints(*stage));
        on_its_way_max(hints.map(|of| (of.interval, of.tries_for)))
    }
}

/// The same, of stages that let records wait for an interval and then try for so long.
pub(crate) fn on_its_way_max(stages: impl Iterator<Item = (SimDuration, SimDuration)>) -> SimDuration {
    stages.fold(SimDuration::ZERO, |sum, (interval, tries_for)| {
        sum.saturating_add(interval + interval / 2).saturating_add(tries_for)
    })
}

/// The delivery streams, by their numbers.
#[derive(Default)]
pub(crate) struct Deliveries {
    known: Vec<Option<Delivery>>,
}

impl Deliveries {
    pub(super) fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::DeliveryDeclared { delivery, name, put, stream, .. } => {
                if self.known.len() <= delivery.index() {
                    self.known.resize(delivery.index() + 1, None);
                }
                let (name, stream) = (name.clone(), stream.clone());
                self.known[delivery.index()] =
                    Some(Delivery { name, put: *put, stream, declared_at: at, is_deleted: false, hints: Vec::new() });
            }
            Event::HintsDeclared { delivery, stage, size_bytes, interval, tries_for } => {
                let Some(of) = self.known.get_mut(delivery.index()).and_then(Option::as_mut) else { return };
                of.hints.retain(|(known, _)| known != stage);
                let (size_bytes, interval, tries_for) = (*size_bytes, *interval, *tries_for);
                of.hints.push((*stage, Hints { size_bytes, interval, tries_for, since: at }));
            }
            Event::DeliveryDeleted { delivery } => {
                if let Some(of) = self.known.get_mut(delivery.index()).and_then(Option::as_mut) {
                    of.is_deleted = true;
                }
            }
            _ => {}
        }
    }
    /// The delivery stream of this number.
    pub(crate) fn get(&self, delivery: DeliveryId) -> Option<&Delivery> {
        self.known.get(delivery.index())?.as_ref()
    }
    /// Its name.
    pub(crate) fn name(&self, delivery: DeliveryId) -> &str {
        self.get(delivery).map_or("?", |of| &of.name)
    }
}
