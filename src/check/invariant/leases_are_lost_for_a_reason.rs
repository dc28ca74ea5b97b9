//! `leases-are-lost-for-a-reason`: a worker gives up a lease only for a reason: it is another's, gone, or was not
//! renewed in time.
//!
//! A worker that believes its lease lost although its row says otherwise stops its processor, and nobody renews: the
//! shard stands still for a failover time and what was processed since the last checkpoint is processed again. Judged
//! when a worker says that a lease is lost, and when it ends processing for that, before it has stopped.
//!
//! That a lease was not renewed in time is believed when the last write but one of its row is older than
//! `failoverTimeMillis`: the last one may be a write whose answer the worker never heard, the one before it it heard
//! of, or its next condition had been false. By the rule of the library a checkpoint that comes after a write whose
//! answer was lost costs the lease, and so may a renewal whose second look was stale. A worker that stood still for
//! longer than the failover time may give a lease up by its clock before it hears of the writes it woke up to. A shard
//! that has ended is not judged, nor one whose lease the worker has taken from itself, or from another without hearing
//! of it before it saw that its old one was lost, nor what a fenced store ends.

use crate::base::event::ProcessingEnd;
use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimDuration, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What explains the loss of a lease is told within this time.
const EXPLAINED_WITHIN: SimDuration = SimDuration::from_secs(5);

/// A lease's row.
#[derive(Default)]
struct Row {
    owner: Option<Box<str>>,
    /// Since when.
    owned: SimTime,
    /// When its counter last changed, and when before that.
    counted: [SimTime; 2],
    /// When it had last stood still for longer than the failover time.
    late: SimTime,
    /// Whether the last such write was answered with an error.
    is_unheard: bool,
}

/// A worker's hold of a lease.
#[derive(Default)]
struct Hold {
    is_held: bool,
    gained: SimTime,
    /// Whether it has said that the lease is lost, or was fenced, and has not ended processing since.
    is_over: bool,
    /// Whether a consumer of an earlier hold has not ended: it may have a batch in hand for as long as that takes.
    has_earlier: bool,
    read_stale: Option<SimTime>,
}

/// A lease that was lost for no reason as yet: a checkpoint after a write that was not heard of is one, and that the
/// worker has taken the lease from itself.
struct Suspect {
    at: SimTime,
    host: HostId,
    shard: ShardId,
    last: SimTime,
    /// Whether the worker may not have heard of its last write.
    is_unheard: bool,
}

/// The error that leaves it open whether a write was done.
const OPEN: &str = "InternalServerError";

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LeasesAreLostForAReason {
    /// By consumer and shard.
    rows: Grid<Row>,
    /// By host and shard.
    holds: Grid<Hold>,
    /// When a host last stood still, and went on.
    stood: Grid<(SimTime, SimTime)>,
    /// When a call of a host last timed out, or was delivered twice.
    unsure: Grid<Option<SimTime>>,
    /// The row that was written last, and by which call.
    written: Option<(ConsumerId, ShardId, u64)>,
    suspects: Vec<Suspect>,
    findings: Findings,
    judged: u64,
}

fn failover(lens: &Lens, consumer: ConsumerId) -> SimDuration {
    lens.names.info(consumer).map_or(SimDuration::ZERO, |info| SimDuration::from_millis(info.failover_ms))
}

impl LeasesAreLostForAReason {
    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let (before, after) = (before.map(LeaseRow), after.map(LeaseRow));
        let Some(shard) = after.or(before).and_then(LeaseRow::shard) else { return };
        let row = self.rows.at(consumer.index(), shard.index());
        let Some(after) = after else {
            *row = Row::default();
            return;
        };
        if before.and_then(LeaseRow::counter) == after.counter() {
            return;
        }
        if row.owner.as_deref() != after.owner() {
            row.owner = after.owner().map(Into::into);
            row.owned = at;
        }
        if at.since(row.counted[1]) > failover(lens, consumer) {
            row.late = at;
        }
        row.counted = [at, row.counted[0]];
        row.is_unheard = false;
        self.written = Some((consumer, shard, lens.call));
    }

    /// A call ended with an error that leaves it open what was done.
    fn on_open_end(&mut self, lens: &Lens) {
        if let Some((consumer, shard, _)) = self.written.filter(|(.., call)| *call == lens.call) {
            self.rows.at(consumer.index(), shard.index()).is_unheard = true;
        }
    }

    fn on_gained(&mut self, at: SimTime, host: HostId, shard: ShardId) {
        let hold = self.holds.at(host.index(), shard.index());
        // From itself, or back before its earlier consumer had ended.
        let has_earlier = hold.has_earlier || hold.is_held || hold.is_over;
        // It had taken the lease from itself, and the answer was still on its way.
        self.suspects.retain(|suspect| (suspect.host, suspect.shard) != (host, shard));
        *hold = Hold { is_held: true, gained: at, is_over: false, has_earlier, ..*hold };
    }

    /// The worker ends processing because it has lost the lease, and has not said so before.
    fn on_ended(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let hold = self.holds.at(host.index(), shard.index());
        // It may have been told to end while the lease was late, and have heard of a renewal since.
        let was_late = self.rows.at(consumer.index(), shard.index()).late > hold.gained;
        let is_silent = hold.is_held && !hold.is_over && !hold.has_earlier && !was_late;
        if is_silent
            && lens.workers.up(consumer).contains(&host)
            && let Some(suspect) = self.suspect(lens, at, consumer, host, shard)
        {
            self.fail(lens, &suspect);
        }
    }

    fn on_lost(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        if let Some(suspect) = self.suspect(lens, at, consumer, host, shard) {
            let row = self.rows.at(consumer.index(), shard.index());
            let unsure = *self.unsure.at(host.index(), 0);
            let is_unheard = row.is_unheard || unsure.is_some_and(|unsure| unsure >= row.counted[1]);
            self.suspects.push(Suspect { is_unheard, ..suspect });
        }
    }

    /// Those that nothing has explained.
    fn settle(&mut self, lens: &Lens, at: SimTime) {
        while self.suspects.first().is_some_and(|suspect| suspect.at.saturating_add(EXPLAINED_WITHIN) < at) {
            let suspect = self.suspects.remove(0);
            self.fail(lens, &suspect);
        }
    }

    fn fail(&mut self, lens: &Lens, suspect: &Suspect) {
        let &Suspect { at, host, shard, last, .. } = suspect;
        let (host, ago) = (lens.names.host(host), at.since(last));
        self.findings
            .fail(at, || format!("{host} gave up the lease of {shard}, which is its own and was written {ago} before"));
    }

    /// The lease, unless there is a reason to lose it.
    fn suspect(
        &mut self,
        lens: &Lens,
        at: SimTime,
        consumer: ConsumerId,
        host: HostId,
        shard: ShardId,
    ) -> Option<Suspect> {
        self.judged += 1;
        let stream = lens.names.stream_of(consumer)?;
        let row = self.rows.at(consumer.index(), shard.index());
        let is_its = row.owner.as_deref().is_some_and(|owner| lens.names.is_called(host, owner));
        let [last, before] = row.counted;
        let Hold { read_stale, gained, .. } = *self.holds.at(host.index(), shard.index());
        let was_anothers = gained < row.owned;
        let (stood, woke) = *self.stood.at(host.index(), 0);
        let has_slept = woke.since(stood) > failover(lens, consumer) && at.since(woke) <= failover(lens, consumer);
        let is_excused = has_slept || was_anothers || read_stale.is_some_and(|stale| stale >= before);
        let is_open = lens.shards.get(stream, shard).is_some_and(|known| known.is_open());
        let is_wrong = is_its && is_open && !is_excused && at.since(before) <= failover(lens, consumer);
        is_wrong.then_some(Suspect { at, host, shard, last, is_unheard: false })
    }
}

impl Invariant for LeasesAreLostForAReason {
    const NAME: &'static str = "leases-are-lost-for-a-reason";
    const PROMISE: &'static str =
        "a worker gives up a lease only when it is another's, gone, or was not renewed in time";
    const HEARS: &'static [EventKind] = &[
        EventKind::ItemWritten,
        EventKind::StaleRead,
        EventKind::CallRefused,
        EventKind::CallTimedOut,
        EventKind::MessageDuplicated,
        EventKind::CheckpointRefused,
        EventKind::LeaseGained,
        EventKind::LeaseLost,
        EventKind::EffectsFenced,
        EventKind::ProcessingEnded,
        EventKind::HostCrashed,
        EventKind::HostPaused,
        EventKind::HostResumed,
        EventKind::RunEnded,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for LeasesAreLostForAReason {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if Self::HEARS.contains(&event.kind()) {
            self.settle(lens, at);
        }
        match *event {
            Event::ItemWritten { table, ref before, ref after, .. } => {
                self.on_row(lens, at, table, before.as_deref(), after.as_deref());
            }
            Event::StaleRead { host, operation: "GetItem", .. } => {
                self.holds.row_mut(host.index()).iter_mut().for_each(|hold| hold.read_stale = Some(at));
            }
            Event::CallRefused { error: OPEN, .. } => self.on_open_end(lens),
            Event::CallTimedOut { host, .. } | Event::MessageDuplicated { from: host, .. } => {
                *self.unsure.at(host.index(), 0) = Some(at);
            }
            Event::CheckpointRefused { host, shard, .. } => {
                let is_of = |s: &Suspect| s.is_unheard && (s.at, s.host, s.shard) == (at, host, shard);
                self.suspects.retain(|suspect| !is_of(suspect));
            }
            Event::LeaseGained { host, shard, .. } => self.on_gained(at, host, shard),
            Event::LeaseLost { consumer, host, shard } => {
                self.on_lost(lens, at, consumer, host, shard);
                let hold = self.holds.at(host.index(), shard.index());
                (hold.is_held, hold.is_over) = (false, true);
            }
            Event::EffectsFenced { host, shard, .. } => self.holds.at(host.index(), shard.index()).is_over = true,
            Event::ProcessingEnded { consumer, host, shard, reason: ProcessingEnd::LeaseLost } => {
                self.on_ended(lens, at, consumer, host, shard);
                let hold = self.holds.at(host.index(), shard.index());
                (hold.is_over, hold.has_earlier) = (false, false);
            }
            Event::HostCrashed { host } => self.holds.row_mut(host.index()).fill_with(Hold::default),
            Event::HostPaused { host } => *self.stood.at(host.index(), 0) = (at, at),
            Event::HostResumed { host } => self.stood.at(host.index(), 0).1 = at,
            Event::RunEnded {} => self.settle(lens, at),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} leases were lost for a reason", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    const LOST: Event = Event::LeaseLost { consumer: BILLING, host: WORKER_1, shard: S0 };

    fn wrote(ms: u64, counter: i64, owner: &str, checkpoint: u64) -> (u64, Event) {
        let row = |counter, checkpoint| client_row(S0, owner, counter, &number(S0, checkpoint).to_string());
        (ms, written(WORKER_1, row(counter - 1, 5), row(counter, checkpoint)))
    }

    /// Worker 1 gains the lease and renews it; then `more`.
    fn held(more: impl IntoIterator<Item = (u64, Event)>) -> CheckResult {
        let more = more.into_iter().chain([(60_000, Event::RunEnded {})]);
        let begin = [(0, opened(S0, 2, None)), (0, wrote(0, 2, "billing-1", 5).1), (1, gained(WORKER_1, S0))];
        let renewed = [wrote(3000, 3, "billing-1", 5), wrote(6000, 4, "billing-1", 5)];
        judge(LeasesAreLostForAReason::default(), begin.into_iter().chain(renewed).chain(more))
    }

    #[test]
    fn a_lease_is_lost_to_another_or_to_time() {
        assert_eq!(held([wrote(7000, 5, "billing-2", 5), (8000, LOST)]).verdict, Verdict::Pass);
        assert_eq!(held([(16_000, LOST)]).verdict, Verdict::Pass, "the renewal at 6 s may never have been heard of");
        let deleted = written(WORKER_2, client_row(S0, "billing-1", 4, "SHARD_END"), None);
        assert_eq!(held([(7000, deleted), (8000, LOST)]).verdict, Verdict::Pass);
        assert_eq!(held([]).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_lease_that_is_given_up_while_it_is_ones_own_is_found() {
        let text = evidence(&held([(7000, LOST)]));
        let words = "gave up the lease of shardId-000000000000, which is its own and was written 1s before";
        assert_eq!(text, format!("0:00:07.000 billing-1 {words}"));
        let ends = (7000, ended(WORKER_1, S0, ProcessingEnd::LeaseLost));
        assert!(evidence(&held([ends.clone()])).contains("gave up the lease"));
        let stopped = (6500, Event::WorkerStopped { consumer: BILLING, host: WORKER_1 });
        assert_eq!(held([stopped, ends]).verdict, Verdict::Unknown, "a worker that has stopped has given all up");
    }

    #[test]
    fn a_write_whose_answer_was_lost_costs_the_lease_at_a_checkpoint_and_not_at_a_renewal() {
        let timed_out = (6100, Event::CallTimedOut { host: WORKER_1, operation: "UpdateItem" });
        let refused = (7000, Event::CheckpointRefused { consumer: BILLING, host: WORKER_1, shard: S0 });
        let by_checkpoint = [timed_out.clone(), (7000, LOST), refused.clone()];
        assert_eq!(held(by_checkpoint).verdict, Verdict::Pass);
        assert_eq!(held([timed_out, (7000, LOST)]).verdict, Verdict::Fail);
        assert_eq!(held([(7000, LOST), refused]).verdict, Verdict::Fail, "a checkpoint that only failed");
    }

    #[test]
    fn a_worker_that_wakes_up_may_judge_by_its_clock() {
        let stood = |ms| [(6001, Event::HostPaused { host: WORKER_1 }), (ms, Event::HostResumed { host: WORKER_1 })];
        let wakes = |ms, lost| {
            stood(ms)
                .into_iter()
                .chain([wrote(ms, 5, "billing-1", 5), wrote(ms + 5, 6, "billing-1", 5)])
                .chain([(lost, LOST)])
        };
        assert_eq!(held(wakes(30_000, 30_010)).verdict, Verdict::Pass);
        assert_eq!(held(wakes(7000, 7010)).verdict, Verdict::Fail, "it stood still for a second");
        let renewed = [wrote(36_000, 7, "billing-1", 5), wrote(39_000, 8, "billing-1", 5), (41_000, LOST)];
        let awake =
            stood(30_000).into_iter().chain([wrote(30_000, 5, "billing-1", 5), wrote(33_000, 6, "billing-1", 5)]);
        assert_eq!(held(awake.chain(renewed)).verdict, Verdict::Fail, "it has been awake for long");
    }

    #[test]
    fn a_worker_may_take_a_lease_from_itself() {
        assert_eq!(held([(7000, LOST), (7100, gained(WORKER_1, S0))]).verdict, Verdict::Pass);
        assert_eq!(held([(7000, LOST), (17_100, gained(WORKER_1, S0))]).verdict, Verdict::Fail, "long after");
    }

    #[test]
    fn a_worker_may_see_late_that_the_lease_was_anothers_meanwhile() {
        let taken_back = [wrote(7000, 5, "billing-2", 5), wrote(8000, 6, "billing-1", 5), (8100, LOST)];
        assert_eq!(held(taken_back).verdict, Verdict::Pass);
    }

    #[test]
    fn an_earlier_consumer_may_end_after_the_lease_came_back() {
        let back = [wrote(7000, 5, "billing-2", 5), (8000, LOST), wrote(8100, 6, "billing-1", 5)];
        let renewed = (3..25).map(|n| wrote(n * 3000, n as i64 + 4, "billing-1", 5));
        let judged = |ends: &[u64]| {
            let work = back.clone().into_iter().chain([(8101, gained(WORKER_1, S0))]).chain(renewed.clone());
            let ends = ends.iter().map(|ms| (*ms, ended(WORKER_1, S0, ProcessingEnd::LeaseLost)));
            let mut work: Script = work.chain(ends).collect();
            work.sort_by_key(|(ms, _)| *ms);
            held(work).verdict
        };
        assert_eq!(judged(&[19_500]), Verdict::Pass);
        assert_eq!(judged(&[70_500]), Verdict::Pass, "its batch took that long");
        assert_eq!(judged(&[19_500, 22_500]), Verdict::Fail, "that is no earlier one any more");
    }

    #[test]
    fn a_second_look_that_is_stale_may_cost_the_lease() {
        let stale = Event::StaleRead { table: LEASES, host: WORKER_1, operation: "GetItem", is_consistent: false };
        assert_eq!(held([(6500, stale), (7000, LOST)]).verdict, Verdict::Pass);
    }
}
