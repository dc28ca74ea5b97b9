//! What a jump looks for.

use crate::base::Event;
use crate::base::event::{EventKind, ReadRefusal, WriteRefusal};
use crate::base::nearest::nearest;

/// What a jump looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// A fault begins or ends.
    Fault,
    /// A call or a record is throttled, by a shard or a table.
    Throttle,
    /// A lease changes its owner.
    LeaseMove,
    /// A check fails that did not fail before.
    FailedCheck,
    /// Events of these kinds.
    Kinds(Vec<EventKind>),
}

impl Sought {
    /// Events with `word` in their name, in any case.
    ///
    /// # Errors
    /// What to write instead.
    pub(super) fn named(word: &str) -> Result<Self, String> {
        let lower = word.trim().to_lowercase();
        let has_word = |kind: &&EventKind| kind.as_str().to_lowercase().contains(&lower);
        let kinds: Vec<EventKind> = EventKind::ALL.iter().filter(has_word).copied().collect();
        if !lower.is_empty() && !kinds.is_empty() {
            return Ok(Self::Kinds(kinds));
        }
        let near = nearest(word, EventKind::ALL.iter().map(|kind| kind.as_str()));
        let near = near.map_or(String::new(), |near| format!("; is {near} meant?"));
        Err(format!("no event has `{word}` in its name{near}"))
    }

    /// Returns whether an event is one. A failed check is no event.
    pub(super) fn is(&self, event: &Event) -> bool {
        match self {
            Self::Fault => matches!(event, Event::FaultBegan { .. } | Event::FaultEnded { .. }),
            Self::Throttle => is_throttle(event),
            Self::LeaseMove => {
                matches!(event, Event::LeaseGained { from: Some(_), .. } | Event::LeaseLost { .. })
            }
            Self::FailedCheck => false,
            Self::Kinds(kinds) => kinds.contains(&event.kind()),
        }
    }

    /// In words, as in `looking for the next fault`.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Fault => "fault".into(),
            Self::Throttle => "throttle".into(),
            Self::LeaseMove => "move of a lease".into(),
            Self::FailedCheck => "failed check".into(),
            Self::Kinds(kinds) => kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" or "),
        }
    }
}

fn is_throttle(event: &Event) -> bool {
    match event {
        Event::RecordRefused { reason, .. } => *reason != WriteRefusal::InternalFailure,
        Event::ReadRefused { reason, .. } => {
            matches!(reason, ReadRefusal::CallRate | ReadRefusal::ByteRate | ReadRefusal::InjectedThrottle)
        }
        Event::TableThrottled { .. } => true,
        Event::CallRefused { error, .. } => {
            ["LimitExceeded", "Throttl", "Throughput"].iter().any(|w| error.contains(w))
        }
        _ => false,
    }
}
