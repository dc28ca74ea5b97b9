//! Which workers of each consumer are up, and when that last changed.

use super::names::Names;
use crate::base::{ConsumerId, Event, HostId, SimTime};

#[derive(Clone, Default)]
struct Crew {
    up: Vec<HostId>,
    changed: SimTime,
}

/// The workers of all consumers.
#[derive(Default)]
pub(crate) struct Workers {
    crews: Vec<Crew>,
}

impl Workers {
    /// Takes the next event; answers the consumer whose workers it changed.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event, names: &Names) -> Option<ConsumerId> {
        let (consumer, host, is_up) = match *event {
            Event::WorkerStarted { consumer, host } => (consumer, host, true),
            Event::WorkerStopped { consumer, host } => (consumer, host, false),
            Event::HostCrashed { host } => (names.consumer_of_host(host)?, host, false),
            _ => return None,
        };
        if self.crews.len() <= consumer.index() {
            self.crews.resize_with(consumer.index() + 1, Crew::default);
        }
        let crew = &mut self.crews[consumer.index()];
        crew.up.retain(|h| *h != host);
        if is_up {
            crew.up.push(host);
        }
        crew.changed = at;
        Some(consumer)
    }
    /// The workers of `consumer` that are up.
    pub(crate) fn up(&self, consumer: ConsumerId) -> &[HostId] {
        self.crews.get(consumer.index()).map_or(&[], |crew| &crew.up)
    }
    /// When a worker of `consumer` last came or went.
    pub(crate) fn changed(&self, consumer: ConsumerId) -> SimTime {
        self.crews.get(consumer.index()).map_or(SimTime::ZERO, |crew| crew.changed)
    }
}
