//! `nothing-below-checkpoint-unprocessed`: a stored checkpoint covers only records that were processed.
//!
//! Judged when a lease row takes a checkpoint that a worker had announced, and when a poller keeps a position. From
//! where the consumer first began in the shard up to the checkpoint, every record must have been processed by one of
//! its workers or have left retention. A batch that the library passed over because the processor threw was not
//! processed: after the checkpoint nobody will. SHARD_END claims every record that the shard ever had, and an open
//! shard has no end. Where the scenario asked for LATEST, a start at LATEST before the first checkpoint is stored
//! begins anew: what it jumps over is not claimed (the report counts it), unless the shard is a child of one that was
//! read.
//!
//! Where the user's own code keeps its checkpoints is not known. For it, having gone on stands for a checkpoint: at the
//! end of the run, a record that was never processed although a later one of its shard was is one that it passed over.

use std::ops::Range;

use crate::base::event::ConsumerLibrary;
use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HostId, RangeSet, ShardId, SimTime, TableId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Announced checkpoints that are kept per shard while they are not stored.
const ATTEMPTS_MAX: usize = 32;
/// Unprocessed ranges that are told one by one.
const RANGES_MAX: usize = 4;

/// A consumer's progress in a shard.
#[derive(Default)]
struct Progress {
    processed: RangeSet,
    skipped: RangeSet,
    attempts: Vec<(Checkpoint, u64)>,
    /// Ordinals below this were judged.
    judged: u64,
    /// One past the highest ordinal processed.
    reached: u64,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct NothingBelowCheckpointUnprocessed {
    progress: Grid<Progress>,
    findings: Findings,
    checkpoints: u64,
    /// Shards of the user's own consumers that were judged at the end.
    finished: u64,
}

impl Progress {
    fn announce(&mut self, attempt: (Checkpoint, u64)) {
        self.attempts.retain(|a| *a != attempt);
        if self.attempts.len() == ATTEMPTS_MAX {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }
    /// The ordinal below which the stored checkpoint claims everything, if a worker announced it.
    fn stored(&mut self, checkpoint: Checkpoint) -> Option<u64> {
        let (_, to) = *self.attempts.iter().find(|(c, _)| *c == checkpoint)?;
        self.attempts.retain(|(_, other)| *other > to);
        Some(to)
    }
    /// The unprocessed ranges of `claimed`, in words, told apart by whether they were skipped.
    fn unprocessed(&self, claimed: Range<u64>) -> Vec<String> {
        let (mut told, mut from) = (Vec::new(), claimed.start);
        while let Some(missing) = self.processed.first_missing(from..claimed.end) {
            from = missing.end;
            self.tell(missing, &mut told);
        }
        told
    }
    fn tell(&self, missing: Range<u64>, told: &mut Vec<String>) {
        let mut from = missing.start;
        while from < missing.end {
            let unskipped = self.skipped.first_missing(from..missing.end);
            let (start, end) = unskipped.map_or((missing.end, missing.end), |r| (r.start, r.end));
            if from < start {
                told.push(format!("skipped {}", records(&(from..start))));
            }
            if start < end {
                told.push(format!("never processed {}", records(&(start..end))));
            }
            from = end;
        }
    }
    fn forget_below(&mut self, ordinal: u64) {
        self.judged = self.judged.max(ordinal);
        self.processed.remove_below(self.judged);
        self.skipped.remove_below(self.judged);
    }
}

impl NothingBelowCheckpointUnprocessed {
    fn at(&mut self, consumer: ConsumerId, shard: ShardId) -> &mut Progress {
        self.progress.at(consumer.index(), shard.index())
    }

    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, host: HostId, before: Option<&Item>, after: &Item) {
        let row = LeaseRow(after);
        if before.and_then(|b| LeaseRow(b).checkpoint_text()) == row.checkpoint_text() {
            return;
        }
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let (Some(shard), Some(checkpoint)) = (row.shard(), row.checkpoint()) else { return };
        if self.progress.get(consumer.index(), shard.index()).is_some()
            && let Some(to) = self.at(consumer, shard).stored(checkpoint)
        {
            self.judge(lens, at, consumer, host, shard, (checkpoint, to));
        }
    }

    fn judge(
        &mut self,
        lens: &Lens,
        at: SimTime,
        consumer: ConsumerId,
        host: HostId,
        shard: ShardId,
        (checkpoint, to): (Checkpoint, u64),
    ) {
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let start = lens.starts.first(consumer, shard).unwrap_or(0).max(lens.shards.trimmed(stream, shard));
        let known =
            lens.shards.get(stream, shard).filter(|known| checkpoint == Checkpoint::ShardEnd && !known.is_expired);
        if known.is_some_and(|known| known.is_open()) {
            let host = lens.names.host(host);
            self.findings.fail(at, || format!("{host} stored SHARD_END of {shard}, which is open"));
        }
        let to = known.and_then(|known| known.end).map_or(to, |end| end.max(to));
        let progress = self.progress.at(consumer.index(), shard.index());
        let told = progress.unprocessed(start.max(progress.judged)..to);
        progress.forget_below(to);
        self.checkpoints += 1;
        if told.is_empty() {
            return;
        }
        let again = lens.starts.again_at_latest(consumer);
        let (host, told) = (lens.names.host(host), told_at_most(told));
        self.findings.fail(at, || {
            format!(
                "{host} stored checkpoint {checkpoint} of {shard}, which claims every record below {to}, but \
                its workers {told}{again}"
            )
        });
    }
}

impl NothingBelowCheckpointUnprocessed {
    /// A poller keeps a position: all below it was processed.
    fn on_kept(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId, to: u64) {
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let start = lens.starts.first(consumer, shard).unwrap_or(0).max(lens.shards.trimmed(stream, shard));
        let progress = self.progress.at(consumer.index(), shard.index());
        let told = progress.unprocessed(start.max(progress.judged)..to);
        progress.forget_below(to);
        self.checkpoints += 1;
        if !told.is_empty() {
            let again = lens.starts.again_at_latest(consumer);
            let (host, told) = (lens.names.host(host), told_at_most(told));
            self.findings.fail(at, || format!("{host} kept its position below {to} of {shard}, but {told}{again}"));
        }
    }

    /// What the user's own consumers passed over.
    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        for (row, column, progress) in self.progress.cells_mut() {
            let (consumer, shard) = (ConsumerId(row as u16), ShardId(column as u32));
            let is_app = lens.names.info(consumer).is_some_and(|info| info.library == ConsumerLibrary::App);
            let Some(stream) = lens.names.stream_of(consumer).filter(|_| is_app && progress.reached > 0) else {
                continue;
            };
            self.finished += 1;
            let start = lens.starts.first(consumer, shard).unwrap_or(0).max(lens.shards.trimmed(stream, shard));
            let told = progress.unprocessed(start..progress.reached);
            if !told.is_empty() {
                let (consumer, told) = (lens.names.consumer(consumer), told_at_most(told));
                let last = progress.reached - 1;
                self.findings
                    .fail(at, || format!("{consumer} went on to record {last} of {shard}, but its workers {told}"));
            }
        }
    }
}

/// The ranges in words, a few of them one by one.
fn told_at_most(mut told: Vec<String>) -> String {
    if told.len() > RANGES_MAX {
        let more = told.split_off(RANGES_MAX).len();
        told.push(format!("and {more} more ranges"));
    }
    told.join(", ")
}

impl Invariant for NothingBelowCheckpointUnprocessed {
    const NAME: &'static str = "nothing-below-checkpoint-unprocessed";
    const PROMISE: &'static str = "a stored checkpoint covers only records that were processed";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::EffectsApplied,
        EventKind::CheckpointAttempted,
        EventKind::PositionSaved,
        EventKind::ItemWritten,
        EventKind::RunEnded,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for NothingBelowCheckpointUnprocessed {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match event {
            Event::RecordsProcessed { consumer, shard, from, to, .. } => {
                let progress = self.at(*consumer, *shard);
                progress.processed.insert(*from..*to);
                progress.reached = progress.reached.max(*to);
            }
            Event::RunEnded {} => self.on_end(lens, at),
            Event::PositionSaved { consumer, host, shard, to } => {
                self.on_kept(lens, at, *consumer, *host, *shard, *to);
            }
            Event::RecordsSkipped { consumer, shard, from, to, .. } => {
                self.at(*consumer, *shard).skipped.insert(*from..*to);
            }
            // Once a transactional store has them they are done, also when the worker did not live to hear of it.
            Event::EffectsApplied { consumer, shard, from, to, .. } if lens.names.is_transactional(*consumer) => {
                self.at(*consumer, *shard).processed.insert(*from..*to);
            }
            Event::CheckpointAttempted { consumer, shard, sequence_number, to, .. } => {
                self.at(*consumer, *shard).announce((Checkpoint::attempted(*sequence_number), *to));
            }
            Event::ItemWritten { table, host, before, after: Some(after), .. } => {
                self.on_row(lens, at, *table, *host, before.as_deref(), after);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || match self.finished {
            0 => format!("everything below {} stored checkpoints was processed", self.checkpoints),
            shards => format!("no record was passed over in {shards} shards that were read"),
        };
        self.findings.result(Self::NAME, self.checkpoints + self.finished, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::StoreKind;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// billing-1 begins at `start`, first reads ordinal `from`, and then `work` happens.
    fn begun(start: &str, from: u64, work: impl IntoIterator<Item = Event>) -> Script {
        let mut script =
            vec![(0, opened(S0, 2, None)), (1, started(WORKER_1, S0, start)), (2, read(WORKER_1, S0, from, 100, 1))];
        script.extend(work.into_iter().map(|event| (3, event)));
        script
    }

    /// A checkpoint at ordinal `to` is announced and stored.
    fn stored(to: u64) -> [Event; 2] {
        let row_before = row(S0, "billing-1", "TRIM_HORIZON");
        [attempted(WORKER_1, S0, to), written(WORKER_1, row_before, row_at(S0, "billing-1", to))]
    }

    #[test]
    fn a_checkpoint_above_processed_records_only_is_fine() {
        let check = NothingBelowCheckpointUnprocessed::default;
        let mut work = vec![processed(WORKER_1, S0, 0, 50), processed(WORKER_2, S0, 50, 60)];
        work.extend(stored(60));
        assert_eq!(judge(check(), begun("TRIM_HORIZON", 0, work)).verdict, Verdict::Pass);
        let mut late = vec![processed(WORKER_1, S0, 40, 60)];
        late.extend(stored(60));
        assert_eq!(judge(check(), begun("LATEST", 40, late.clone())).verdict, Verdict::Pass);
        late.insert(0, trimmed(S0, 40));
        assert_eq!(judge(check(), begun("TRIM_HORIZON", 0, late)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn what_a_second_start_at_latest_jumps_over_is_excused_before_the_first_checkpoint_only() {
        let again = |begun: &str, stored_first: bool| {
            let mut work = vec![processed(WORKER_1, S0, 10, 20)];
            if stored_first {
                work.extend(stored(20));
            }
            work.extend([started(WORKER_2, S0, begun), read(WORKER_2, S0, 30, 60, 0), processed(WORKER_2, S0, 30, 60)]);
            work.extend(stored(60));
            judge(NothingBelowCheckpointUnprocessed::default(), begun_at_latest(work))
        };
        assert_eq!(again("LATEST", false).verdict, Verdict::Pass);
        assert!(evidence(&again("LATEST", true)).ends_with("never processed records 20 to 29"));
        assert!(evidence(&again("TRIM_HORIZON", false)).ends_with("never processed records 20 to 29"));
    }

    fn begun_at_latest(work: Vec<Event>) -> Script {
        begun("LATEST", 10, work)
    }

    #[test]
    fn a_child_of_a_shard_that_was_read_is_not_begun_at_latest() {
        let mut work = vec![closed(S0, 100), opened(S1, 2, Some(S0)), started(WORKER_2, S1, "LATEST")];
        work.extend([read(WORKER_2, S1, 30, 60, 0), processed(WORKER_2, S1, 30, 60), attempted(WORKER_2, S1, 60)]);
        work.push(written(WORKER_2, row(S1, "billing-2", "LATEST"), row_at(S1, "billing-2", 60)));
        let text = evidence(&judge(NothingBelowCheckpointUnprocessed::default(), begun_at_latest(work)));
        assert!(text.ends_with("never processed records 0 to 29"), "{text}");
    }

    #[test]
    fn skipped_and_forgotten_records_are_told_exactly() {
        let mut work = vec![
            processed(WORKER_1, S0, 0, 20),
            skipped(WORKER_1, S0, 20, 30),
            processed(WORKER_1, S0, 30, 40),
            processed(WORKER_1, S0, 41, 60),
        ];
        work.extend(stored(60));
        let text = evidence(&judge(NothingBelowCheckpointUnprocessed::default(), begun("TRIM_HORIZON", 0, work)));
        let number = number(S0, 60);
        assert_eq!(
            text,
            format!(
                "0:00:00.003 billing-1 stored checkpoint {number} of shardId-000000000000, which claims every record \
                 below 60, but its workers skipped records 20 to 29, never processed record 40"
            )
        );
    }

    #[test]
    fn what_a_transactional_store_has_is_done_even_if_the_worker_never_heard() {
        let (consumer, host) = (BILLING, WORKER_1);
        let applied = Event::EffectsApplied { consumer, host, shard: S0, from: 20, to: 60, duplicates: 0 };
        let mut work = vec![processed(WORKER_1, S0, 0, 20), applied];
        work.extend(stored(60));
        let script = begun("TRIM_HORIZON", 0, work);
        let verdict =
            |store| judge_in(scene_with(store), NothingBelowCheckpointUnprocessed::default(), script.clone()).verdict;
        assert_eq!(verdict(StoreKind::Transactional), Verdict::Pass);
        assert_eq!(verdict(StoreKind::Plain), Verdict::Fail);
    }

    #[test]
    fn an_announced_checkpoint_that_is_never_stored_claims_nothing() {
        let script = begun("TRIM_HORIZON", 0, [attempted(WORKER_1, S0, 60)]);
        assert_eq!(judge(NothingBelowCheckpointUnprocessed::default(), script).verdict, Verdict::Unknown);
    }

    #[test]
    fn the_users_own_code_passes_over_what_it_goes_on_from_without_processing() {
        let end = |work: Vec<Event>| {
            let mut script = begun("TRIM_HORIZON", 0, work);
            script.push((9, Event::RunEnded {}));
            judge_in(
                scene_of(ConsumerLibrary::App, StoreKind::Plain),
                NothingBelowCheckpointUnprocessed::default(),
                script,
            )
        };
        let crashed = vec![processed(WORKER_1, S0, 0, 20), processed(WORKER_2, S0, 15, 60)];
        assert_eq!(end(crashed).verdict, Verdict::Pass);
        let lost = end(vec![processed(WORKER_1, S0, 0, 20), processed(WORKER_2, S0, 30, 60)]);
        assert_eq!(
            evidence(&lost),
            "0:00:00.009 billing went on to record 59 of shardId-000000000000, but its workers never processed records \
             20 to 29"
        );
        assert_eq!(end(Vec::new()).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_position_that_a_poller_keeps_is_a_checkpoint() {
        let kept = |to| Event::PositionSaved { consumer: BILLING, host: WORKER_1, shard: S0, to };
        let judged = |to| {
            let work = [processed(WORKER_1, S0, 0, 50), kept(to)];
            judge(NothingBelowCheckpointUnprocessed::default(), begun("TRIM_HORIZON", 0, work))
        };
        assert_eq!(judged(50).verdict, Verdict::Pass);
        let text = evidence(&judged(51));
        assert!(text.ends_with("kept its position below 51 of shardId-000000000000, but never processed record 50"));
    }

    #[test]
    fn an_open_shard_has_no_end() {
        let (consumer, host, shard, sequence_number) = (BILLING, WORKER_1, S0, None);
        let end = Event::CheckpointAttempted { consumer, host, shard, sequence_number, to: 99 };
        let rows = || (row(S0, "billing-1", "TRIM_HORIZON"), row(S0, "billing-1", "SHARD_END"));
        let stored = |before: Event| {
            let work = [opened(S0, 2, None), processed(WORKER_1, S0, 0, 99), before, end.clone()];
            let work = work.into_iter().chain([written(WORKER_1, rows().0, rows().1)]);
            judge(NothingBelowCheckpointUnprocessed::default(), begun("TRIM_HORIZON", 0, work))
        };
        assert_eq!(stored(closed(S0, 99)).verdict, Verdict::Pass);
        let text = evidence(&stored(closed(S1, 99)));
        assert!(text.ends_with("billing-1 stored SHARD_END of shardId-000000000000, which is open"), "{text}");
        let text = evidence(&stored(closed(S0, 120)));
        assert!(text.ends_with("its workers never processed records 99 to 119"), "what was never delivered: {text}");
    }

    #[test]
    fn the_end_of_a_shard_claims_all_of_it() {
        let sequence_number = None;
        let end = Event::CheckpointAttempted { consumer: BILLING, host: WORKER_1, shard: S0, sequence_number, to: 100 };
        let rows = (row(S0, "billing-1", "TRIM_HORIZON"), row(S0, "billing-1", "SHARD_END"));
        let work = [processed(WORKER_1, S0, 0, 99), closed(S0, 100), end, written(WORKER_1, rows.0, rows.1)];
        let result = judge(NothingBelowCheckpointUnprocessed::default(), begun("TRIM_HORIZON", 0, work));
        assert!(evidence(&result).ends_with("but its workers never processed record 99"), "{result:?}");
    }
}
