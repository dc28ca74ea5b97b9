//! `resume-is-exact`: a worker goes on exactly where the checkpoint says, and then leaves nothing out.
//!
//! What the checkpoint says is read from the writes to the lease table, not from what the worker believes. Between the
//! gain of a lease and the first checkpoint of its new owner nobody else may store one, so the first record that a
//! processor gets lies just behind what was stored when the lease was gained: nothing at or below it is processed
//! again. A worker that stood still between the two may be late, so what was stored when it began is good as well. A
//! poller's checkpoint is the position that it kept. From there on each batch begins where the last one ended. Reading
//! begins there as well, at the checkpointed record itself or behind it: who reads again what the checkpoint covers,
//! and throws it away, is as slow as one who has no checkpoint.
//!
//! Records that left retention are excused. A transactional store has a position of its own, which may be ahead of the
//! checkpoint. What LATEST and AT_TIMESTAMP mean is not known here. Batches that go back are `shard-order`'s.

use crate::base::event::ConsumerLibrary;
use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HostId, Position, ShardId, SimTime, TableId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::lens::starts::Start;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Announced checkpoints that are kept per shard while they are not stored.
const ATTEMPTS_MAX: usize = 32;

/// What a consumer has stored of a shard.
#[derive(Default)]
struct Stored {
    /// Checkpoints that were announced, with the ordinal below which each claims everything.
    attempts: Vec<(Checkpoint, u64)>,
    /// The ordinal below which the stored checkpoint claims everything, if it is a number.
    to: Option<u64>,
}

/// A worker's processing of a shard, from its start to its end.
#[derive(Clone, Copy)]
struct Session {
    /// The first record may not lie below this, ...
    from: Option<u64>,
    /// ... and no later than here, unless what lies before has left retention.
    until: Option<u64>,
    /// Where the last batch ended.
    reached: Option<u64>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct ResumeIsExact {
    /// By consumer and shard.
    stored: Grid<Stored>,
    /// What was stored when a worker gained the lease, by host and shard.
    gained: Grid<Option<u64>>,
    /// By host and shard.
    sessions: Grid<Option<Session>>,
    findings: Findings,
    judged: u64,
}

impl Stored {
    fn announce(&mut self, attempt: (Checkpoint, u64)) {
        self.attempts.retain(|a| *a != attempt);
        if self.attempts.len() == ATTEMPTS_MAX {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }
    fn store(&mut self, checkpoint: Option<Checkpoint>) {
        let announced = self.attempts.iter().find(|(announced, _)| Some(*announced) == checkpoint);
        self.to = announced.map(|(_, to)| *to);
    }
}

/// What the library's way of reading has to do with it.
fn because(lens: &Lens, host: HostId, shard: ShardId) -> &'static str {
    if lens.stale_rows.is_begun_on(host, shard) { "; it had read a stale row" } else { "" }
}

impl ResumeIsExact {
    fn on_row(&mut self, lens: &Lens, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let text = |item: Option<&Item>| item.and_then(|item| LeaseRow(item).checkpoint_text().map(str::to_owned));
        if text(before) == text(after) {
            return;
        }
        let Some(shard) = after.or(before).and_then(|item| LeaseRow(item).shard()) else { return };
        let checkpoint = after.and_then(|item| LeaseRow(item).checkpoint());
        self.stored.at(consumer.index(), shard.index()).store(checkpoint);
    }

    fn on_started(&mut self, lens: &Lens, consumer: ConsumerId, host: HostId, shard: ShardId, start: Position) {
        let Some(info) = lens.names.info(consumer).filter(|info| info.library != ConsumerLibrary::App) else { return };
        let now = self.stored.at(consumer.index(), shard.index()).to;
        let gained = match info.library {
            ConsumerLibrary::Kcl2 => *self.gained.at(host.index(), shard.index()),
            _ => now,
        };
        let oldest = (start == Position::TrimHorizon).then_some(0);
        let until = now.or(oldest).filter(|_| !lens.names.is_transactional(consumer));
        *self.sessions.at(host.index(), shard.index()) = Some(Session { from: gained.min(now), until, reached: None });
    }

    /// A session's first read, with an iterator that it has asked for.
    fn on_first_read(&mut self, lens: &Lens, at: SimTime, host: HostId, start: Start) {
        let Start { shard, from, .. } = start;
        let Some(session) = self.sessions.at(host.index(), shard.index()) else { return };
        // The KCL reads the checkpointed record once more, and drops it.
        let Some(floor) = session.from.filter(|floor| from + 1 < *floor) else { return };
        let (name, why) = (lens.names.host(host), because(lens, host, shard));
        self.findings.fail(at, || {
            let again = records(&(from..floor));
            format!("{name} read {again} of {shard} again, which its checkpoint covered when it began{why}")
        });
    }

    fn on_batch(
        &mut self,
        lens: &Lens,
        at: SimTime,
        (consumer, host, shard): (ConsumerId, HostId, ShardId),
        from: u64,
        to: u64,
    ) {
        let Some(session) = self.sessions.at(host.index(), shard.index()) else { return };
        self.judged += 1;
        let first = session.reached.is_none();
        let expected = session.reached.replace(to).or(session.until);
        let again = session.from.filter(|floor| first && from < *floor);
        // The common case first.
        if again.is_none() && expected.is_none_or(|expected| from <= expected) {
            return;
        }
        let trimmed = lens.names.stream_of(consumer).map_or(u64::MAX, |stream| lens.shards.trimmed(stream, shard));
        let (why, host) = (because(lens, host, shard), lens.names.host(host));
        if let Some(floor) = again {
            let again = records(&(from..to.min(floor)));
            self.findings.fail(at, || {
                format!("{host} processed {again} of {shard} again, which its checkpoint covered when it began{why}")
            });
        } else if let Some(expected) = expected.filter(|expected| from > (*expected).max(trimmed)) {
            let left = records(&(expected.max(trimmed)..from));
            let place = if first { "its checkpoint says otherwise" } else { "the batch before ended there" };
            self.findings.fail(at, || format!("{host} left out {left} of {shard}: {place}"));
        }
    }
}

impl Invariant for ResumeIsExact {
    const NAME: &'static str = "resume-is-exact";
    const PROMISE: &'static str = "a worker goes on exactly where the checkpoint says, and then leaves nothing out";
    const HEARS: &'static [EventKind] = &[
        EventKind::CheckpointAttempted,
        EventKind::ItemWritten,
        EventKind::PositionSaved,
        EventKind::LeaseGained,
        EventKind::ProcessingStarted,
        EventKind::ProcessingEnded,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::HostCrashed,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for ResumeIsExact {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match event {
            Event::CheckpointAttempted { consumer, shard, sequence_number, to, .. } => {
                let stored = self.stored.at(consumer.index(), shard.index());
                stored.announce((Checkpoint::attempted(*sequence_number), *to));
            }
            Event::ItemWritten { table, before, after, .. } => {
                self.on_row(lens, *table, before.as_deref(), after.as_deref());
            }
            Event::PositionSaved { consumer, shard, to, .. } => {
                self.stored.at(consumer.index(), shard.index()).to = Some(*to);
            }
            Event::LeaseGained { consumer, host, shard, .. } => {
                *self.gained.at(host.index(), shard.index()) = self.stored.at(consumer.index(), shard.index()).to;
            }
            Event::ProcessingStarted { consumer, host, shard, start } => {
                self.on_started(lens, *consumer, *host, *shard, *start);
            }
            Event::RecordsRead { host, .. } | Event::SubscriptionRead { host, .. } => {
                if let Some(start) = lens.started {
                    self.on_first_read(lens, at, *host, start);
                }
            }
            Event::ProcessingEnded { host, shard, .. } => *self.sessions.at(host.index(), shard.index()) = None,
            Event::HostCrashed { host } => self.sessions.row_mut(host.index()).fill(None),
            Event::RecordsProcessed { consumer, host, shard, from, to }
            | Event::RecordsSkipped { consumer, host, shard, from, to, .. } => {
                self.on_batch(lens, at, (*consumer, *host, *shard), *from, *to);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} batches began where they should", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{ProcessingEnd, StoreKind};
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// billing-1 processes from 0 on and stores a checkpoint at 40; then billing-2 gains the lease, and does `work`.
    fn taken_over(work: impl IntoIterator<Item = Event>) -> Script {
        let rows = [row(S0, "billing-1", "TRIM_HORIZON"), row_at(S0, "billing-1", 40), row_at(S0, "billing-2", 40)];
        let [begun, stored, taken] = rows;
        let events = [
            written(WORKER_1, None, begun.clone()),
            gained(WORKER_1, S0),
            started(WORKER_1, S0, "TRIM_HORIZON"),
            processed(WORKER_1, S0, 0, 40),
            attempted(WORKER_1, S0, 40),
            written(WORKER_1, begun, stored.clone()),
            processed(WORKER_1, S0, 40, 60),
            written(WORKER_2, stored, taken),
            gained(WORKER_2, S0),
        ];
        let work = work.into_iter().map(|event| (2, event));
        events.into_iter().map(|event| (1, event)).chain(work).collect()
    }

    fn resumed(from: u64, to: u64) -> [Event; 2] {
        [started(WORKER_2, S0, &number(S0, 40).to_string()), processed(WORKER_2, S0, from, to)]
    }

    #[test]
    fn a_worker_that_goes_on_behind_the_checkpoint_is_exact() {
        let mut work = resumed(40, 60).to_vec();
        work.push(processed(WORKER_2, S0, 60, 70));
        work.push(ended(WORKER_2, S0, ProcessingEnd::LeaseLost));
        assert_eq!(judge(ResumeIsExact::default(), taken_over(work)).verdict, Verdict::Pass);
        assert_eq!(judge(ResumeIsExact::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_record_that_the_checkpoint_covers_is_not_processed_again() {
        let text = evidence(&judge(ResumeIsExact::default(), taken_over(resumed(39, 60))));
        assert_eq!(
            text,
            "0:00:00.002 billing-2 processed record 39 of shardId-000000000000 again, which its checkpoint covered \
             when it began"
        );
    }

    #[test]
    fn a_worker_that_began_on_a_stale_row_is_told_apart() {
        let stale = Event::StaleRead { table: LEASES, host: WORKER_2, operation: "GetItem", is_consistent: false };
        let work = [vec![stale], resumed(39, 60).to_vec()].concat();
        let text = evidence(&judge(ResumeIsExact::default(), taken_over(work)));
        assert!(text.ends_with("covered when it began; it had read a stale row"), "{text}");
    }

    #[test]
    fn a_worker_that_reads_from_the_horizon_although_there_is_a_checkpoint_is_found() {
        let read_from = |from| {
            let mut work = resumed(40, 60).to_vec();
            work.insert(1, read(WORKER_2, S0, from, 60, 0));
            judge(ResumeIsExact::default(), taken_over(work))
        };
        assert_eq!(read_from(39).verdict, Verdict::Pass, "the checkpointed record itself");
        assert_eq!(read_from(40).verdict, Verdict::Pass);
        let text = evidence(&read_from(0));
        assert_eq!(
            text,
            "0:00:00.002 billing-2 read records 0 to 39 of shardId-000000000000 again, which its checkpoint covered \
             when it began"
        );
        let horizon = [started(WORKER_2, S0, "TRIM_HORIZON"), processed(WORKER_2, S0, 0, 60)];
        assert!(evidence(&judge(ResumeIsExact::default(), taken_over(horizon))).contains("records 0 to 39"));
    }

    #[test]
    fn a_poller_that_goes_ahead_after_its_iterator_expired_is_found() {
        let judged = |from| {
            let iterator_lived = crate::base::SimDuration::from_secs(301);
            let work = [
                started(WORKER_1, S0, "TRIM_HORIZON"),
                processed(WORKER_1, S0, 0, 60),
                Event::IteratorExpired { stream: CLICKS, shard: S0, host: WORKER_1, iterator_lived },
                processed(WORKER_1, S0, from, 90),
            ];
            let scene = scene_of(ConsumerLibrary::Poller, StoreKind::Plain);
            judge_in(scene, ResumeIsExact::default(), work.map(|event| (1, event)))
        };
        assert_eq!(judged(60).verdict, Verdict::Pass);
        assert!(evidence(&judged(70)).contains("left out records 60 to 69 of shardId-000000000000"));
    }

    #[test]
    fn a_record_behind_the_checkpoint_is_not_left_out() {
        let text = evidence(&judge(ResumeIsExact::default(), taken_over(resumed(42, 60))));
        assert_eq!(
            text,
            "0:00:00.002 billing-2 left out records 40 to 41 of shardId-000000000000: its checkpoint says otherwise"
        );
        let mut script = taken_over([trimmed(S0, 42)]);
        script.extend(resumed(42, 60).map(|event| (3, event)));
        assert_eq!(judge(ResumeIsExact::default(), script.clone()).verdict, Verdict::Pass);
        script.push((4, processed(WORKER_2, S0, 61, 70)));
        let text = evidence(&judge(ResumeIsExact::default(), script));
        assert!(text.ends_with("left out record 60 of shardId-000000000000: the batch before ended there"), "{text}");
    }

    #[test]
    fn a_late_sleeper_may_begin_from_what_was_stored_when_it_gained_the_lease() {
        let mut work = vec![attempted(WORKER_1, S0, 50), gained(WORKER_1, S0)];
        work.push(written(WORKER_1, row_at(S0, "billing-1", 40), row_at(S0, "billing-1", 50)));
        work.extend(resumed(40, 60));
        assert_eq!(judge(ResumeIsExact::default(), taken_over(work)).verdict, Verdict::Pass);
    }

    #[test]
    fn a_poller_goes_on_from_the_position_that_it_kept() {
        let judged = |from| {
            let kept = Event::PositionSaved { consumer: BILLING, host: WORKER_1, shard: S0, to: 40 };
            let crashed = Event::HostCrashed { host: WORKER_1 };
            let work = [
                started(WORKER_1, S0, "TRIM_HORIZON"),
                processed(WORKER_1, S0, 0, 60),
                kept,
                crashed,
                started(WORKER_1, S0, &number(S0, 40).to_string()),
                processed(WORKER_1, S0, from, 70),
            ];
            let scene = scene_of(ConsumerLibrary::Poller, StoreKind::Plain);
            judge_in(scene, ResumeIsExact::default(), work.map(|event| (1, event)))
        };
        assert_eq!(judged(40).verdict, Verdict::Pass);
        assert!(evidence(&judged(39)).contains("processed record 39 of shardId-000000000000 again"));
        assert_eq!(judged(41).verdict, Verdict::Fail);
    }

    #[test]
    fn a_transactional_store_may_be_ahead_of_the_checkpoint() {
        let script = taken_over(resumed(60, 70));
        let scene = scene_with(StoreKind::Transactional);
        assert_eq!(judge_in(scene, ResumeIsExact::default(), script).verdict, Verdict::Pass);
    }
}
