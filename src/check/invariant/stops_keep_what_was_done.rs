//! `stops-keep-what-was-done`: a worker that was asked to stop has checkpointed what it had processed.
//!
//! A graceful shutdown is there for that: whoever goes on begins behind the last record that was processed, and nothing
//! is done twice. Judged when a worker ends the processing of a shard because it was asked to. One whose checkpoint the
//! table refused has tried; an application that never checkpoints does not want to; and a row that somebody deleted
//! keeps nothing.

use std::collections::VecDeque;

use crate::base::event::ProcessingEnd;
use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimTime, TableId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// So many announced checkpoints are remembered: workers that hand a shard over may both announce.
const ANNOUNCED_MAX: usize = 31;

/// What a consumer has stored of a shard.
#[derive(Default)]
struct Stored {
    is_there: bool,
    /// The checkpoints that were last announced, each with the ordinal below which it claims everything.
    announced: VecDeque<(Checkpoint, u64)>,
    to: u64,
}

/// A worker's processing of a shard.
#[derive(Clone, Copy, Default)]
struct Session {
    /// One past the last ordinal that it has processed.
    reached: Option<u64>,
    /// Whether a checkpoint was refused since then.
    is_refused: bool,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct StopsKeepWhatWasDone {
    /// By consumer and shard.
    stored: Grid<Stored>,
    /// By host and shard.
    sessions: Grid<Session>,
    /// Consumers that were seen to checkpoint.
    checkpoints: Grid<bool>,
    findings: Findings,
    judged: u64,
}

impl StopsKeepWhatWasDone {
    fn on_row(&mut self, lens: &Lens, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let (before, after) = (before.map(LeaseRow), after.map(LeaseRow));
        let Some(shard) = after.or(before).and_then(LeaseRow::shard) else { return };
        let stored = self.stored.at(consumer.index(), shard.index());
        stored.is_there = after.is_some();
        let has = after.and_then(LeaseRow::checkpoint_text);
        if before.and_then(LeaseRow::checkpoint_text) == has {
            return;
        }
        let checkpoint = after.and_then(LeaseRow::checkpoint);
        let announced = stored.announced.iter().find(|(announced, _)| Some(*announced) == checkpoint);
        stored.to = announced.map_or(0, |(_, to)| *to);
    }

    fn on_stopped(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let Session { reached, is_refused } = *self.sessions.at(host.index(), shard.index());
        let stored = self.stored.at(consumer.index(), shard.index());
        let Some(reached) = reached.filter(|_| !is_refused && stored.is_there) else { return };
        if !*self.checkpoints.at(consumer.index(), 0) || lens.names.stream_of(consumer).is_none() {
            return;
        }
        self.judged += 1;
        if stored.to < reached {
            let (host, lost) = (lens.names.host(host), records(&(stored.to..reached)));
            self.findings.fail(at, || format!("{host} was asked to stop, and did not checkpoint {lost} of {shard}"));
        }
    }
}

impl Invariant for StopsKeepWhatWasDone {
    const NAME: &'static str = "stops-keep-what-was-done";
    const PROMISE: &'static str = "a worker that was asked to stop has checkpointed what it had processed";
    const HEARS: &'static [EventKind] = &[
        EventKind::ItemWritten,
        EventKind::CheckpointAttempted,
        EventKind::CheckpointRefused,
        EventKind::ProcessingStarted,
        EventKind::RecordsProcessed,
        EventKind::ProcessingEnded,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for StopsKeepWhatWasDone {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::ItemWritten { table, ref before, ref after, .. } => {
                self.on_row(lens, table, before.as_deref(), after.as_deref());
            }
            Event::CheckpointAttempted { consumer, shard, sequence_number, to, .. } => {
                let announced = &mut self.stored.at(consumer.index(), shard.index()).announced;
                announced.truncate(ANNOUNCED_MAX);
                announced.push_front((Checkpoint::attempted(sequence_number), to));
                *self.checkpoints.at(consumer.index(), 0) = true;
            }
            Event::CheckpointRefused { host, shard, .. } => {
                self.sessions.at(host.index(), shard.index()).is_refused = true;
            }
            Event::ProcessingStarted { host, shard, .. } => {
                *self.sessions.at(host.index(), shard.index()) = Session::default();
            }
            Event::RecordsProcessed { host, shard, to, .. } => {
                *self.sessions.at(host.index(), shard.index()) = Session { reached: Some(to), is_refused: false };
            }
            Event::ProcessingEnded { consumer, host, shard, reason: ProcessingEnd::Requested } => {
                self.on_stopped(lens, at, consumer, host, shard);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} shards were left with all checkpointed that was processed", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// Worker 1 processes records 0 to 49 and checkpoints them; then `more`, and it stops.
    fn stopped(more: impl IntoIterator<Item = Event>) -> CheckResult {
        let begin =
            [started(WORKER_1, S0, "TRIM_HORIZON"), processed(WORKER_1, S0, 0, 50), attempted(WORKER_1, S0, 50)];
        let stored = written(WORKER_1, row(S0, "billing-1", "TRIM_HORIZON"), row_at(S0, "billing-1", 50));
        let end = ended(WORKER_1, S0, ProcessingEnd::Requested);
        let script = begin.into_iter().chain([stored]).chain(more).chain([end]);
        judge(StopsKeepWhatWasDone::default(), script.map(|event| (1000, event)))
    }

    #[test]
    fn what_was_processed_is_checkpointed_or_was_tried_to_be() {
        assert_eq!(stopped([]).verdict, Verdict::Pass);
        let refused = Event::CheckpointRefused { consumer: BILLING, host: WORKER_1, shard: S0 };
        let tried = [processed(WORKER_1, S0, 50, 60), attempted(WORKER_1, S0, 60), refused];
        assert_eq!(stopped(tried).verdict, Verdict::Unknown);
        let never = [(0, processed(WORKER_1, S0, 0, 9)), (1, ended(WORKER_1, S0, ProcessingEnd::Requested))];
        assert_eq!(judge(StopsKeepWhatWasDone::default(), never).verdict, Verdict::Unknown, "it never checkpoints");
    }

    #[test]
    fn work_that_is_left_without_a_checkpoint_is_found() {
        let text = evidence(&stopped([processed(WORKER_1, S0, 50, 60)]));
        let words = "was asked to stop, and did not checkpoint records 50 to 59 of shardId-000000000000";
        assert_eq!(text, format!("0:00:01.000 billing-1 {words}"));
    }
}
