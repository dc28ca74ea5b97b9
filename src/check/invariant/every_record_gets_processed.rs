//! `every-record-gets-processed`: from where an application says that it begins, no record is left out.
//!
//! Judged at the end of the run, shard by shard, closed ones too, whatever leases the application has created: every
//! record must have been processed, or passed over because the processor threw. A record that is left out below others
//! that were processed is told in any case. One that nobody has come to yet is told when it is older than the catch-up
//! bound, nothing disturbs the run any more, workers are up, and the shard has not moved for as long, or for twice as
//! long as ever before: a shard that is slow is `iterator-age-recovers`' to judge, and so is one whose parents are not
//! done, because its turn comes.
//!
//! Where the scenario says TRIM_HORIZON, a shard begins at its oldest record. Where it says LATEST or AT_TIMESTAMP,
//! what a shard's first read passes over was the user's choice, unless the shard is a child of one that the
//! application has read. So is what it passes over when it begins at LATEST again because no position of the shard was
//! stored yet: a KCL whose lease moves, or whose iterator expires, before its first checkpoint, and a poller without a
//! memory. The report counts those (`records_skipped_at_latest`). What leaves retention unread is counted among the
//! figures instead. Where the user's own code begins is known only of
//! a command that takes a consumer's place; one that never tells what it processes is not judged.

use std::collections::VecDeque;
use std::ops::Range;

use crate::base::event::{ConsumerLibrary, DeclaredStart};
use crate::base::{ConsumerId, Event, EventKind, RangeSet, ShardId, SimDuration, SimTime, StreamId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::lens::names::Consumer;
use crate::check::lens::starts::Start;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// How finely it is known which records are older than the bound.
const MARKS_PER_BOUND: u64 = 16;

/// What a shard has accepted, and how much of it the bound ago.
#[derive(Default)]
struct Shard {
    accepted: u64,
    last_at: SimTime,
    next_mark: SimTime,
    /// Numbers of records with the time by which there were so many, back to the bound.
    marks: VecDeque<(u64, SimTime)>,
    closed_at: Option<SimTime>,
}

/// A consumer's progress in a shard.
#[derive(Default)]
struct Progress {
    /// Processed, skipped by the processor, or passed over by the user's choice.
    done: RangeSet,
    /// One past the highest ordinal of those.
    reached: u64,
    moved_at: SimTime,
    /// The longest time between two moves.
    longest_pause: SimDuration,
    is_read: bool,
}

/// What is remembered of the run to judge this.
pub(super) struct EveryRecordGetsProcessed {
    bound: SimDuration,
    shards: Grid<Shard>,
    progress: Grid<Progress>,
    /// Whether each consumer has said of any record that it was processed.
    told: Grid<bool>,
    /// When each consumer first read anything.
    begun: Grid<Option<SimTime>>,
    findings: Findings,
    judged: u64,
    /// Records that wait at the end, for a consumer that cannot be blamed.
    pending: Option<String>,
}

impl Shard {
    // Runs for every record: no more than a comparison most times.
    #[inline]
    fn accept(&mut self, at: SimTime, ordinal: u64, bound: SimDuration) {
        if at >= self.next_mark {
            self.mark(at, ordinal, bound);
        }
        self.accepted = ordinal + 1;
        self.last_at = at;
    }
    fn mark(&mut self, at: SimTime, ordinal: u64, bound: SimDuration) {
        self.next_mark = at + bound / MARKS_PER_BOUND;
        self.marks.push_back((ordinal, at));
        while self.marks.get(1).is_some_and(|(_, then)| *then + bound <= at) {
            self.marks.pop_front();
        }
    }
    /// One past the newest record that was certainly there at `time`.
    fn accepted_by(&self, time: SimTime) -> u64 {
        if self.last_at <= time {
            return self.accepted;
        }
        let by_then = self.marks.partition_point(|(_, at)| *at <= time);
        by_then.checked_sub(1).map_or(0, |i| self.marks[i].0)
    }
}

impl Progress {
    fn done(&mut self, at: SimTime, range: Range<u64>) {
        if self.reached > 0 {
            self.longest_pause = self.longest_pause.max(at.since(self.moved_at));
        }
        self.reached = self.reached.max(range.end);
        self.moved_at = at;
        self.done.insert(range);
    }
}

/// What is left of a shard.
enum Left {
    Nothing,
    /// Records that were passed over: others above them are done.
    PassedOver(Range<u64>),
    /// Records that nobody has come to.
    Waiting(Range<u64>),
}

impl EveryRecordGetsProcessed {
    fn on_start(&mut self, at: SimTime, start: Start) {
        let Start { consumer, shard, from, .. } = start;
        self.begun.at(consumer.index(), 0).get_or_insert(at);
        let progress = self.progress.at(consumer.index(), shard.index());
        progress.is_read = true;
        if start.is_choice {
            progress.done.insert(0..from);
        }
    }

    fn is_child_of_read(&self, lens: &Lens, consumer: ConsumerId, stream: StreamId, shard: ShardId) -> bool {
        let Some(known) = lens.shards.get(stream, shard) else { return false };
        let is_read = |parent: ShardId| self.progress.get(consumer.index(), parent.index()).is_some_and(|p| p.is_read);
        known.parents().any(is_read)
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        for (consumer, info) in lens.names.consumers() {
            let Some(stream) = lens.names.stream_of(consumer) else { continue };
            let is_silent = info.library == ConsumerLibrary::App && !self.has_told(consumer);
            if info.start != DeclaredStart::OwnCode && !is_silent {
                self.judge(lens, at, consumer, info, stream);
            }
        }
    }

    /// Whether the consumer has told of any record.
    fn has_told(&self, consumer: ConsumerId) -> bool {
        self.told.get(consumer.index(), 0).is_some_and(|told| *told)
    }

    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, info: &Consumer, stream: StreamId) {
        let lasted = lens.healing.trouble(SimTime::ZERO, lens.workers.changed(consumer), at);
        let is_due = lasted > self.bound && lens.workers.are_wanted(consumer);
        let mut waiting: Vec<ShardId> = Vec::new();
        for (shard, known) in lens.shards.of(stream).filter(|(_, known)| !known.is_expired) {
            if !self.is_responsible(lens, consumer, info, stream, shard) {
                continue;
            }
            let accepted = self.shards.get(stream.index(), shard.index()).map_or(0, |shard| shard.accepted);
            self.judged += u64::from(accepted > 0);
            let name = &info.name;
            match self.left(at, consumer, stream, shard, known.trimmed) {
                Left::Nothing => {}
                Left::PassedOver(range) => {
                    let (passed, again) = (records(&range), lens.starts.again_at_latest(consumer));
                    self.findings.fail(at, || format!("{name} passed over {passed} of {shard}{again}"));
                }
                Left::Waiting(range) => {
                    let is_blocked = known.parents().any(|parent| waiting.contains(&parent));
                    waiting.push(shard);
                    let progress = self.progress.at(consumer.index(), shard.index());
                    let pause = self.bound.max(progress.longest_pause * 2);
                    let is_moving = at.since(progress.moved_at) <= pause && progress.reached > 0;
                    if !is_due {
                        let waiting = records(&range);
                        self.pending.get_or_insert_with(|| format!("{waiting} of {shard} waited for {name}"));
                    } else if !is_blocked && !is_moving {
                        let (waiting, bound) = (records(&range), self.bound);
                        let what = if progress.is_read || progress.reached > 0 {
                            "never came to"
                        } else {
                            "never began to read"
                        };
                        let again = lens.starts.again_at_latest(consumer);
                        self.findings.fail(at, || {
                            format!("{name} {what} {waiting} of {shard}, which are older than {bound}{again}")
                        });
                    }
                }
            }
        }
    }

    /// Whether the shard is the consumer's to read. One that begins at LATEST has nothing to do with a shard that was
    /// closed before it came, unless it has read its parent.
    fn is_responsible(
        &self,
        lens: &Lens,
        consumer: ConsumerId,
        info: &Consumer,
        stream: StreamId,
        shard: ShardId,
    ) -> bool {
        let is_read = self.progress.get(consumer.index(), shard.index()).is_some_and(|p| p.is_read);
        let begun = self.begun.get(consumer.index(), 0).copied().flatten();
        let closed = self.shards.get(stream.index(), shard.index()).and_then(|s| s.closed_at);
        let was_there = begun.is_some_and(|begun| closed.is_none_or(|closed| closed > begun + self.bound));
        is_read
            || info.start == DeclaredStart::TrimHorizon
            || was_there
            || self.is_child_of_read(lens, consumer, stream, shard)
    }

    fn left(&mut self, at: SimTime, consumer: ConsumerId, stream: StreamId, shard: ShardId, trimmed: u64) -> Left {
        let due = self.shards.at(stream.index(), shard.index()).accepted_by(at.saturating_sub(self.bound));
        let progress = self.progress.at(consumer.index(), shard.index());
        if let Some(hole) = progress.done.first_missing(trimmed..progress.reached) {
            return Left::PassedOver(hole);
        }
        match progress.done.first_missing(progress.reached.max(trimmed)..due) {
            Some(waiting) => Left::Waiting(waiting),
            None => Left::Nothing,
        }
    }
}

impl Invariant for EveryRecordGetsProcessed {
    const NAME: &'static str = "every-record-gets-processed";
    const PROMISE: &'static str = "from where an application says that it begins, no record is left out";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::ShardClosed,
        EventKind::ProcessingStarted,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::EffectsApplied,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            bound: settings.liveness.caught_up_within,
            shards: Grid::default(),
            progress: Grid::default(),
            told: Grid::default(),
            begun: Grid::default(),
            findings: Findings::default(),
            judged: 0,
            pending: None,
        }
    }
}

impl Check for EveryRecordGetsProcessed {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, ordinal, .. } => {
                self.shards.at(stream.index(), shard.index()).accept(at, ordinal, self.bound);
            }
            Event::ShardClosed { stream, shard, .. } => {
                self.shards.at(stream.index(), shard.index()).closed_at = Some(at);
            }
            Event::RecordsProcessed { consumer, shard, from, to, .. }
            | Event::RecordsSkipped { consumer, shard, from, to, .. } => {
                *self.told.at(consumer.index(), 0) = true;
                self.progress.at(consumer.index(), shard.index()).done(at, from..to);
            }
            // Once a transactional store has them they are done, also when the worker did not live to hear of it.
            Event::EffectsApplied { consumer, shard, from, to, .. } if lens.names.is_transactional(consumer) => {
                self.progress.at(consumer.index(), shard.index()).done(at, from..to);
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {
                if let Some(start) = lens.started {
                    self.on_start(at, start);
                }
            }
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let held = || format!("no record was left out in {} shards", self.judged);
        lens.healing.result(Self::NAME, &self.findings, self.judged, self.bound, self.pending.as_deref(), held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::StoreKind;
    use crate::base::{HostId, Position};
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// A hundred records in the first shard, which is then split in two with a hundred more; the run ends after five
    /// minutes in which nothing came.
    fn run(start: DeclaredStart, work: impl IntoIterator<Item = (u64, Event)>) -> CheckResult {
        run_of(ConsumerLibrary::Kcl2, start, work)
    }

    fn run_of(
        library: ConsumerLibrary,
        start: DeclaredStart,
        work: impl IntoIterator<Item = (u64, Event)>,
    ) -> CheckResult {
        let mut scene = scene_of(library, StoreKind::Plain);
        if let Event::ConsumerDeclared { start: declared, .. } = &mut scene[6] {
            *declared = start;
        }
        let mut script = vec![(0, opened(S0, 2, None)), (0, Event::FaultsHealed {})];
        script.extend(accepted_many(0, S0, 100));
        script.extend([(200, closed(S0, 100)), (200, opened(S1, 0, Some(S0))), (200, opened(S2, 1, Some(S0)))]);
        script.extend(accepted_many(300, S1, 50));
        script.extend(accepted_many(400, S2, 50));
        script.extend(work);
        script.sort_by_key(|(ms, _)| *ms);
        script.push((300_000, Event::RunEnded {}));
        judge_in(scene, EveryRecordGetsProcessed::new(&settings()), script)
    }

    /// A worker begins at the word and processes from its first record on.
    fn worked(ms: u64, shard: ShardId, word: &str, records: Range<u64>) -> Script {
        let Range { start, end } = records;
        vec![
            (ms, started(WORKER_1, shard, word)),
            (ms + 1, read(WORKER_1, shard, start, end, 1)),
            (ms + 2, processed(WORKER_1, shard, start, end)),
        ]
    }

    const ALL: [(ShardId, u64); 3] = [(S0, 100), (S1, 50), (S2, 50)];

    #[test]
    fn an_application_that_processes_all_leaves_nothing_out() {
        let all = ALL.into_iter().flat_map(|(shard, end)| worked(1000, shard, "TRIM_HORIZON", 0..end));
        assert_eq!(run(DeclaredStart::TrimHorizon, all).verdict, Verdict::Pass);
        assert_eq!(judge(EveryRecordGetsProcessed::new(&settings()), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_command_is_judged_where_the_scenario_says_that_it_begins_once_it_tells_anything() {
        let told = |ranges: &[(ShardId, Range<u64>)]| {
            let told = |(n, (shard, range)): (usize, &(ShardId, Range<u64>))| {
                (1000 + n as u64, processed(WORKER_1, *shard, range.start, range.end))
            };
            let told: Vec<_> = ranges.iter().enumerate().map(told).collect();
            run_of(ConsumerLibrary::App, DeclaredStart::TrimHorizon, told)
        };
        assert_eq!(told(&[(S0, 0..100), (S1, 0..50), (S2, 0..50)]).verdict, Verdict::Pass);
        assert_eq!(told(&[]).verdict, Verdict::Unknown, "it tells nothing");
        let text = evidence(&told(&[(S0, 0..40), (S0, 41..100), (S1, 0..50), (S2, 0..50)]));
        assert!(text.ends_with("billing passed over record 40 of shardId-000000000000"), "{text}");
        let text = evidence(&told(&[(S0, 0..100), (S1, 0..30), (S2, 0..50)]));
        assert!(text.contains("billing never came to records 30 to 49 of shardId-000000000001"), "{text}");
        let own = run_of(ConsumerLibrary::App, DeclaredStart::OwnCode, [(1000, processed(WORKER_1, S0, 0, 10))]);
        assert_eq!(own.verdict, Verdict::Unknown, "only the code knows where it begins");
    }

    #[test]
    fn a_late_application_that_never_makes_a_lease_for_a_closed_shard_is_found() {
        let children = [S1, S2].into_iter().flat_map(|shard| worked(1000, shard, "TRIM_HORIZON", 0..50));
        let text = evidence(&run(DeclaredStart::TrimHorizon, children));
        assert_eq!(
            text,
            "0:05:00.000 billing never began to read records 0 to 99 of shardId-000000000000, which are older than 1m"
        );
    }

    #[test]
    fn records_passed_over_and_a_lost_tail_are_found() {
        let mut work: Script = ALL.into_iter().flat_map(|(s, end)| worked(1000, s, "TRIM_HORIZON", 0..end)).collect();
        work.retain(|(_, event)| *event != processed(WORKER_1, S0, 0, 100));
        work.push((1002, processed(WORKER_1, S0, 0, 30)));
        work.push((1003, processed(WORKER_2, S0, 31, 100)));
        let text = evidence(&run(DeclaredStart::TrimHorizon, work.clone()));
        assert_eq!(text, "0:05:00.000 billing passed over record 30 of shardId-000000000000");
        work.pop();
        work.push((1003, skipped(WORKER_2, S0, 30, 90)));
        let text = evidence(&run(DeclaredStart::TrimHorizon, work));
        assert!(text.contains("never came to records 90 to 99 of shardId-000000000000"), "{text}");
    }

    #[test]
    fn latest_excuses_what_was_there_before_but_not_in_a_child_of_a_shard_that_was_read() {
        let late = |word| {
            let mut work = worked(100, S0, "LATEST", 40..100);
            work.extend(worked(600, S1, word, if word == "LATEST" { 20..50 } else { 0..50 }));
            work.extend(worked(600, S2, "TRIM_HORIZON", 0..50));
            work
        };
        assert_eq!(run(DeclaredStart::Latest, late("TRIM_HORIZON")).verdict, Verdict::Pass);
        let text = evidence(&run(DeclaredStart::Latest, late("LATEST")));
        assert_eq!(text, "0:05:00.000 billing passed over records 0 to 19 of shardId-000000000001");
        assert_eq!(run(DeclaredStart::TrimHorizon, late("TRIM_HORIZON")).verdict, Verdict::Fail);
    }

    #[test]
    fn who_has_stored_nothing_may_begin_at_latest_again_and_nobody_else() {
        let twice = |stored: Option<Event>| {
            let mut work = worked(50, S0, "LATEST", 40..60);
            work.extend(stored.map(|event| (60, event)));
            work.extend(worked(150, S0, "LATEST", 70..100));
            work.extend([S1, S2].into_iter().flat_map(|shard| worked(600, shard, "TRIM_HORIZON", 0..50)));
            work
        };
        let saved = Event::PositionSaved { consumer: BILLING, host: WORKER_1, shard: S0, to: 60 };
        let stored = written(WORKER_1, row(S0, "billing-1", "LATEST"), row_at(S0, "billing-1", 60));
        for (library, event) in [(ConsumerLibrary::Poller, saved), (ConsumerLibrary::Kcl2, stored)] {
            assert_eq!(run_of(library, DeclaredStart::Latest, twice(None)).verdict, Verdict::Pass);
            let text = evidence(&run_of(library, DeclaredStart::Latest, twice(Some(event))));
            assert!(text.contains("billing passed over records 60 to 69 of shardId-000000000000"), "{text}");
        }
        assert_eq!(run(DeclaredStart::TrimHorizon, twice(None)).verdict, Verdict::Fail);
    }

    #[test]
    fn an_iterator_at_latest_that_expires_unused_is_asked_for_again() {
        let again =
            |ms, position| (ms, Event::IteratorRequested { consumer: BILLING, host: WORKER_1, shard: S0, position });
        let work = |is_processed: bool| {
            let mut work = vec![(50, started(WORKER_1, S0, "LATEST")), again(50, Position::Latest)];
            work.push((51, read(WORKER_1, S0, 40, 40, 1)));
            work.extend(is_processed.then(|| (52, processed(WORKER_1, S0, 40, 41))));
            work.push(again(70, Position::Latest));
            // A late copy of the read before, and the read with the new iterator.
            work.extend([(71, read(WORKER_1, S0, 40, 41, 20)), (75, read(WORKER_1, S0, 60, 100, 5))]);
            work.push((76, processed(WORKER_1, S0, 60, 100)));
            work.extend([S1, S2].into_iter().flat_map(|shard| worked(600, shard, "TRIM_HORIZON", 0..50)));
            run(DeclaredStart::Latest, work)
        };
        assert_eq!(work(false).verdict, Verdict::Pass);
        let text = evidence(&work(true));
        assert!(text.contains("billing passed over records 41 to 59 of shardId-000000000000"), "{text}");
    }

    #[test]
    fn a_shard_that_closed_before_the_chosen_time_is_done() {
        let work = |from| {
            let mut work = worked(1000, S0, "AT_TIMESTAMP", from..100);
            work.retain(|(_, event)| from < 100 || !matches!(event, Event::RecordsProcessed { .. }));
            work.extend([S1, S2].into_iter().flat_map(|shard| worked(1000, shard, "AT_TIMESTAMP", 0..50)));
            run(DeclaredStart::AtTimestamp, work)
        };
        assert_eq!(work(100).verdict, Verdict::Pass);
        assert_eq!(work(60).verdict, Verdict::Pass);
    }

    #[test]
    fn a_run_that_ends_soon_after_the_faults_does_not_tell() {
        let mut work = worked(1000, S0, "TRIM_HORIZON", 0..100);
        work.push((270_000, Event::FaultsHealed {}));
        assert_eq!(run(DeclaredStart::TrimHorizon, work).verdict, Verdict::Unknown);
    }

    #[test]
    fn records_that_wait_for_dead_workers_are_found_and_those_that_wait_for_stopped_ones_are_not_judged() {
        let gone = |event: fn(HostId) -> Event| {
            let mut work = worked(1000, S0, "TRIM_HORIZON", 0..100);
            work.extend([WORKER_1, WORKER_2].map(|host| (2000, event(host))));
            run(DeclaredStart::TrimHorizon, work)
        };
        assert_eq!(gone(|host| Event::HostCrashed { host }).verdict, Verdict::Fail);
        let stopped = gone(|host| Event::WorkerStopped { consumer: BILLING, host });
        assert_eq!(stopped.verdict, Verdict::Unknown);
        assert_eq!(stopped.detail, "at the end records 0 to 49 of shardId-000000000001 waited for billing");
    }

    #[test]
    fn where_there_are_no_records_nothing_is_judged() {
        let script = [(0, opened(S0, 2, None)), (0, Event::FaultsHealed {}), (300_000, Event::RunEnded {})];
        assert_eq!(judge(EveryRecordGetsProcessed::new(&settings()), script).verdict, Verdict::Unknown);
    }
}
