//! `key-order-across-resharding`: a consumer processes a shard's parents before the shard.
//!
//! Resharding moves keys to child shards, so order per key needs that every record of the parents is done (processed,
//! skipped after a failure, or out of retention) before the first record of a child is. Parents count if this
//! consumer ever started to process them, or had a lease for them at TRIM_HORIZON. Others were closed before it
//! began. What a start at LATEST or AT_TIMESTAMP passes over was the user's choice and counts as done.

use std::ops::Range;

use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HostId, RangeSet, ShardId, SimTime, StreamId, TableId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// A consumer's progress in a shard.
#[derive(Default)]
struct Progress {
    /// Whether its records are this consumer's to process.
    is_responsible: bool,
    done: RangeSet,
    /// Whether all ancestors were found done, or a failure was told.
    is_judged: bool,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct KeyOrderAcrossResharding {
    progress: Grid<Progress>,
    findings: Findings,
    children: u64,
}

impl KeyOrderAcrossResharding {
    fn on_done(&mut self, consumer: ConsumerId, shard: ShardId, range: Range<u64>) {
        self.progress.at(consumer.index(), shard.index()).done.insert(range);
    }

    /// Records of `shard` were processed: all its ancestors must be done.
    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        if self.progress.at(consumer.index(), shard.index()).is_judged {
            return;
        }
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let undone = self.undone_ancestor(lens, stream, consumer, shard);
        self.progress.at(consumer.index(), shard.index()).is_judged = true;
        if lens.shards.get(stream, shard).is_some_and(|s| s.parents().next().is_some()) {
            self.children += 1;
        }
        if let Some((parent, missing)) = undone {
            let host = lens.names.host(host);
            let missing = records(&missing);
            let again = lens.starts.again_at_latest(consumer);
            self.findings
                .fail(at, || format!("{host} processed {shard} before {missing} of its ancestor {parent}{again}"));
        }
    }

    fn undone_ancestor(
        &self,
        lens: &Lens,
        stream: StreamId,
        consumer: ConsumerId,
        shard: ShardId,
    ) -> Option<(ShardId, Range<u64>)> {
        let parents = lens.shards.get(stream, shard)?.parents();
        for parent in parents {
            let undone = self.undone(lens, stream, consumer, parent).map(|missing| (parent, missing));
            let undone = undone.or_else(|| self.undone_ancestor(lens, stream, consumer, parent));
            if undone.is_some() {
                return undone;
            }
        }
        None
    }

    /// The first records of `shard` that this consumer still has to process.
    fn undone(&self, lens: &Lens, stream: StreamId, consumer: ConsumerId, shard: ShardId) -> Option<Range<u64>> {
        let known = lens.shards.get(stream, shard).filter(|s| !s.is_expired)?;
        let progress = self.progress.get(consumer.index(), shard.index()).filter(|p| p.is_responsible)?;
        let end = known.end.unwrap_or(u64::MAX);
        progress.done.first_missing(known.trimmed..end)
    }

    fn on_lease(&mut self, lens: &Lens, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let (None, Some(after)) = (before, after) else { return };
        let row = LeaseRow(after);
        if let (Some(consumer), Some(shard)) = (lens.names.consumer_of_table(table), row.shard())
            && row.checkpoint() == Some(Checkpoint::TrimHorizon)
            && lens.names.stream_of(consumer).is_some_and(|stream| lens.shards.get(stream, shard).is_some())
        {
            self.progress.at(consumer.index(), shard.index()).is_responsible = true;
        }
    }
}

impl Invariant for KeyOrderAcrossResharding {
    const NAME: &'static str = "key-order-across-resharding";
    const PROMISE: &'static str = "a consumer processes a shard's parents before the shard";
    const HEARS: &'static [EventKind] = &[
        EventKind::ProcessingStarted,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::EffectsApplied,
        EventKind::ItemWritten,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for KeyOrderAcrossResharding {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if let Some(start) = lens.started
            && start.is_choice
        {
            self.on_done(start.consumer, start.shard, 0..start.from);
        }
        match event {
            Event::RecordsProcessed { consumer, host, shard, from, to } => {
                self.judge(lens, at, *consumer, *host, *shard);
                self.on_done(*consumer, *shard, *from..*to);
            }
            Event::RecordsSkipped { consumer, shard, from, to, .. } => self.on_done(*consumer, *shard, *from..*to),
            // Once a transactional store has them they are done, also when the worker did not live to hear of it.
            Event::EffectsApplied { consumer, shard, from, to, .. } if lens.names.is_transactional(*consumer) => {
                self.on_done(*consumer, *shard, *from..*to);
            }
            Event::ProcessingStarted { consumer, shard, .. } => {
                self.progress.at(consumer.index(), shard.index()).is_responsible = true;
            }
            Event::ItemWritten { table, before, after, .. } => {
                self.on_lease(lens, *table, before.as_deref(), after.as_deref());
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("the parents of {} child shards were done before them", self.children);
        self.findings.result(Self::NAME, self.children, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// A shard of 100 records, processed from `start` to ordinal `done`, its child read by another worker.
    fn resharded(start: &str, from: u64, done: u64) -> Script {
        vec![
            (0, opened(S0, 2, None)),
            (1, started(WORKER_1, S0, start)),
            (2, read(WORKER_1, S0, from, done, 1)),
            (3, closed(S0, 100)),
            (3, opened(S1, 0, Some(S0))),
            (4, processed(WORKER_1, S0, from, done)),
            (5, started(WORKER_2, S1, "TRIM_HORIZON")),
            (9, processed(WORKER_2, S1, 0, 10)),
        ]
    }

    #[test]
    fn a_child_after_its_whole_parent_is_in_order() {
        let check = KeyOrderAcrossResharding::default;
        assert_eq!(judge(check(), resharded("TRIM_HORIZON", 0, 100)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_child_before_the_parents_last_record_is_found() {
        let text = evidence(&judge(KeyOrderAcrossResharding::default(), resharded("TRIM_HORIZON", 0, 90)));
        assert_eq!(
            text,
            "0:00:00.009 billing-2 processed shardId-000000000001 before records 90 to 99 of its ancestor \
             shardId-000000000000"
        );
    }

    #[test]
    fn a_parent_of_no_records_does_not_hide_its_own_parent() {
        let mut script = resharded("TRIM_HORIZON", 0, 90);
        script.truncate(6);
        script.extend([
            (6, closed(S1, 0)),
            (6, opened(S2, 0, Some(S1))),
            (7, started(WORKER_2, S2, "TRIM_HORIZON")),
            (8, processed(WORKER_2, S2, 0, 1)),
        ]);
        assert_eq!(judge(KeyOrderAcrossResharding::default(), script).verdict, Verdict::Fail);
    }

    #[test]
    fn skipped_trimmed_and_passed_over_records_are_done() {
        let check = KeyOrderAcrossResharding::default;
        assert_eq!(judge(check(), resharded("LATEST", 40, 100)).verdict, Verdict::Pass);
        let mut script = resharded("TRIM_HORIZON", 0, 90);
        script.insert(6, (4, skipped(WORKER_1, S0, 90, 100)));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
        let mut script = resharded("TRIM_HORIZON", 0, 90);
        script.insert(6, (4, trimmed(S0, 100)));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
    }

    #[test]
    fn a_parent_that_was_never_this_consumers_does_not_count_but_a_leased_one_does() {
        let check = KeyOrderAcrossResharding::default;
        let unstarted = || {
            let mut script = resharded("TRIM_HORIZON", 0, 100);
            script.retain(|(ms, _)| ![1, 2, 4].contains(ms));
            script
        };
        assert_eq!(judge(check(), unstarted()).verdict, Verdict::Pass);
        let mut script = unstarted();
        script.insert(1, (0, written(WORKER_1, None, row(S0, "", "TRIM_HORIZON"))));
        assert_eq!(judge(check(), script).verdict, Verdict::Fail);
    }
}
