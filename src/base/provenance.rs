//! Which accepted records something is made of, for observers.
//!
//! Whoever puts records together for a destination says so beside the bytes, as a real client's request never does.
//! A destination tells what it holds in events and acts on nothing of it.

use std::fmt;
use std::sync::Arc;

use super::event::{Event, Output};
use super::ids::DeliveryId;

/// Records `from..to` of a lane of a delivery stream: of a shard of its source by their ordinals, or of what was put to
/// it directly (lane 0), numbered as it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Who accepted them.
    pub delivery: DeliveryId,
    /// The shard's number, or 0.
    pub lane: u32,
    /// Ordinal of the first.
    pub from: u64,
    /// One past the ordinal of the last.
    pub to: u64,
    /// Which part of each it is, of records that were taken apart; 0 of others.
    pub part: u32,
}

/// A record of a delivery stream, or a part of one that was taken apart: the same however often it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// Who accepted it.
    pub delivery: DeliveryId,
    /// The shard's number, or 0.
    pub lane: u32,
    /// Its number within the lane.
    pub ordinal: u64,
    /// Which part of it.
    pub part: u32,
}

/// A number with the part behind a point, as ids look that Firehose gives: AWS says no more of them than that.
impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { delivery, lane, ordinal, part } = self;
        write!(f, "49{:05}{lane:010}{ordinal:020}.{part}", delivery.0)
    }
}

/// Runs in the order in which the records stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds(pub Arc<[Run]>);

impl Holds {
    /// The runs of single records, in their order: each by its lane, its ordinal and its part.
    pub fn of(delivery: DeliveryId, records: impl IntoIterator<Item = (u32, u64, u32)>) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (lane, ordinal, part) in records {
            match runs.last_mut() {
                Some(run) if (run.lane, run.to, run.part) == (lane, ordinal, part) => run.to += 1,
                _ => runs.push(Run { delivery, lane, from: ordinal, to: ordinal + 1, part }),
            }
        }
        Self(runs.into())
    }
    /// Tells that they arrived at an output.
    pub(crate) fn arrived(&self, output: Output) -> impl Iterator<Item = Event> {
        self.0.iter().map(move |&Run { delivery, lane, from, to, part }| Event::RecordsArrived {
            delivery,
            output,
            lane,
            from,
            to,
            part,
        })
    }
    /// How many records they are, or parts of records.
    pub fn records(&self) -> u64 {
        self.0.iter().map(|run| run.to - run.from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_their_parts_have_texts_of_their_own() {
        let key = |lane, ordinal, part| RecordKey { delivery: DeliveryId(3), lane, ordinal, part }.to_string();
        assert_eq!(key(1, 42, 0), "4900003000000000100000000000000000042.0");
        assert_ne!(key(1, 42, 0), key(1, 42, 1));
        assert_ne!(key(0, 11, 0), key(1, 1, 0));
    }

    #[test]
    fn neighbours_are_one_run_and_parts_of_a_record_are_runs_of_their_own() {
        let holds = Holds::of(DeliveryId(3), [(0, 5, 0), (0, 6, 0), (0, 6, 1), (0, 8, 0), (1, 9, 0)]);
        let runs: Vec<_> = holds.0.iter().map(|run| (run.lane, run.from, run.to, run.part)).collect();
        assert_eq!(runs, [(0, 5, 7, 0), (0, 6, 7, 1), (0, 8, 9, 0), (1, 9, 10, 0)]);
        assert_eq!(holds.records(), 5);
    }
}
