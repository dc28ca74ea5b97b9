//! Which workers of each consumer are up, and when that last changed.

use super::names::Names;
use crate::base::{ConsumerId, Event, HostId, SimTime};

#[derive(Clone, Default)]
struct Crew {
    up: Vec<HostId>,
    /// Those that crashed, and were not started again.
    crashed: Vec<HostId>,
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
        let was_up = crew.up.contains(&host);
        crew.up.retain(|h| *h != host);
        crew.crashed.retain(|h| *h != host || !is_up);
        match event {
            Event::WorkerStarted { .. } => crew.up.push(host),
            Event::HostCrashed { .. } if was_up => crew.crashed.push(host),
            _ => {}
        }
        crew.changed = at;
        Some(consumer)
    }
    /// The workers of `consumer` that are up.
    pub(crate) fn up(&self, consumer: ConsumerId) -> &[HostId] {
        self.crews.get(consumer.index()).map_or(&[], |crew| &crew.up)
    }
    /// Whether shards of `consumer` are somebody's to process: it has workers that are up, or that crashed and were not
    /// started again. One whose workers were stopped has done its work.
    pub(crate) fn are_wanted(&self, consumer: ConsumerId) -> bool {
        self.crews.get(consumer.index()).is_some_and(|crew| !(crew.up.is_empty() && crew.crashed.is_empty()))
    }
    /// When a worker of `consumer` last came or went.
    pub(crate) fn changed(&self, consumer: ConsumerId) -> SimTime {
        self.crews.get(consumer.index()).map_or(SimTime::ZERO, |crew| crew.changed)
    }
}
