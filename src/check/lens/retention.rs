//! How long each stream keeps its records, and which have left it.

use super::grid::Grid;
use crate::base::{Event, SimDuration, SimTime, StreamId};

#[derive(Default)]
struct Stream {
    retention: SimDuration,
    /// Records accepted until then expired under an earlier, shorter retention.
    expired_until: Option<SimTime>,
}

/// The retention of every stream.
#[derive(Default)]
pub(crate) struct Retention {
    streams: Grid<Stream>,
}

impl Retention {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        match *event {
            Event::StreamDeclared { stream, retention_hours, .. } => {
                let retention = SimDuration::from_hours(retention_hours.into());
                *self.streams.at(stream.index(), 0) = Stream { retention, ..Stream::default() };
            }
            Event::RetentionChanged { stream, retention_hours } => {
                let rules = self.streams.at(stream.index(), 0);
                if at.since(SimTime::ZERO) >= rules.retention {
                    rules.expired_until = rules.expired_until.max(Some(at.saturating_sub(rules.retention)));
                }
                rules.retention = SimDuration::from_hours(retention_hours.into());
            }
            _ => {}
        }
    }
    /// The retention period of the stream.
    pub(crate) fn of(&self, stream: StreamId) -> SimDuration {
        self.streams.get(stream.index(), 0).map_or(SimDuration::ZERO, |rules| rules.retention)
    }
    /// Returns whether a record that was accepted then has left retention.
    pub(crate) fn has_expired(&self, stream: StreamId, accepted: SimTime, now: SimTime) -> bool {
        let Some(rules) = self.streams.get(stream.index(), 0) else { return true };
        let is_gone = rules.expired_until.is_some_and(|until| accepted <= until);
        is_gone || accepted.saturating_add(rules.retention) <= now
    }
}
