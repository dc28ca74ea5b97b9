//! `calm-means-still`: where nothing disturbs a consumer and its leases are balanced, no lease moves.
//!
//! Leases that go to and fro cost iterators, duplicates and age, and nothing else shows them: each move is allowed.
//! Counted from the last of: the healing of faults, a worker that came or went, a shard that opened, a lease that was
//! deleted, an action of the operator, a throttle of a table, a renewal that failed. After the bound for balancing, a
//! lease that another worker gains is a breach, unless some worker had two leases more than another.
//!
//! Not judged: consumers that share shards in another way than by leases.

use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimDuration, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct CalmMeansStill {
    bound: SimDuration,
    /// By consumer and shard: who has the lease, and who had it last.
    leases: Grid<Lease>,
    /// When something last disturbed every consumer.
    disturbed: SimTime,
    findings: Findings,
    /// Consumers that were seen calm when the run ended.
    judged: u64,
}

#[derive(Default)]
struct Lease {
    holder: Option<HostId>,
    last: Option<HostId>,
}

impl CalmMeansStill {
    /// Returns whether nothing has disturbed the consumer for the bound.
    fn is_calm(&self, lens: &Lens, consumer: ConsumerId, at: SimTime) -> bool {
        let since = |healed: SimTime| healed.max(self.disturbed).max(lens.workers.changed(consumer));
        lens.healing.healed().is_some_and(|healed| at.since(since(healed)) >= self.bound)
    }

    /// Returns whether no worker has two leases more than another.
    fn is_balanced(&self, lens: &Lens, consumer: ConsumerId) -> bool {
        let leases = self.leases.row(consumer.index());
        let held = |worker: &HostId| leases.iter().filter(|lease| lease.holder == Some(*worker)).count();
        let counts = || lens.workers.up(consumer).iter().map(held);
        counts().max().unwrap_or(0) <= counts().min().unwrap_or(0) + 1
    }

    fn on_gained(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let last = self.leases.at(consumer.index(), shard.index()).last;
        if let Some(last) = last.filter(|last| *last != host)
            && self.is_calm(lens, consumer, at)
            && self.is_balanced(lens, consumer)
        {
            let (consumer, from, to) = (lens.names.consumer(consumer), lens.names.host(last), lens.names.host(host));
            self.findings.fail(at, || format!("{shard} of {consumer} moved from {from} to {to}, for no reason"));
        }
        *self.leases.at(consumer.index(), shard.index()) = Lease { holder: Some(host), last: Some(host) };
    }

    /// A shard that is done has no lease any more, and nobody says that it is lost. One that is made anew is nobody's.
    /// Who had it has one less than before, so that workers balance again, each by what it has scanned: more than one
    /// may steal.
    fn on_deleted(&mut self, lens: &Lens, at: SimTime, table: TableId, row: LeaseRow<'_>) {
        if let (Some(consumer), Some(shard)) = (lens.names.consumer_of_table(table), row.shard()) {
            self.disturbed = at;
            *self.leases.at(consumer.index(), shard.index()) = Lease::default();
        }
    }

    fn on_lost(&mut self, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let lease = self.leases.at(consumer.index(), shard.index());
        lease.holder = lease.holder.filter(|holder| *holder != host);
    }
}

impl Invariant for CalmMeansStill {
    const NAME: &'static str = "calm-means-still";
    const PROMISE: &'static str = "where nothing disturbs a consumer and its leases are balanced, no lease moves";
    const HEARS: &'static [EventKind] = &[
        EventKind::ActionTaken,
        EventKind::ShardOpened,
        EventKind::TableThrottled,
        EventKind::LeaseGained,
        EventKind::LeaseLost,
        EventKind::LeaseRenewalFailed,
        EventKind::ItemWritten,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self { bound: settings.liveness.balanced_within, ..Self::default() }
    }
}

impl Check for CalmMeansStill {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::ActionTaken { .. }
            | Event::ShardOpened { .. }
            | Event::TableThrottled { .. }
            | Event::LeaseRenewalFailed { .. } => self.disturbed = at,
            Event::LeaseGained { consumer, host, shard, .. } => self.on_gained(lens, at, consumer, host, shard),
            Event::ItemWritten { table, before: Some(ref row), after: None, .. } => {
                self.on_deleted(lens, at, table, LeaseRow(row));
            }
            Event::LeaseLost { consumer, host, shard } => self.on_lost(consumer, host, shard),
            Event::RunEnded {} => {
                let has_leases = |consumer: &ConsumerId| !self.leases.row(consumer.index()).is_empty();
                let consumers = lens.names.consumers().map(|(consumer, _)| consumer).filter(has_leases);
                let calm = consumers.filter(|consumer| self.is_calm(lens, *consumer, at)).count();
                self.judged = calm as u64;
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("the leases of {} calm consumers stayed", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> CalmMeansStill {
        CalmMeansStill::new(&settings())
    }

    /// Each worker has one of two leases, nothing is in force from 1 s on; then `more`, and the end at 200 s.
    fn balanced(more: impl IntoIterator<Item = (u64, Event)>) -> Script {
        let begin = [(1000, Event::FaultsHealed {}), (2000, gained(WORKER_1, S0)), (2000, gained(WORKER_2, S1))];
        begin.into_iter().chain(more).chain([(200_000, Event::RunEnded {})]).collect()
    }

    #[test]
    fn leases_that_stay_are_fine_and_a_short_run_says_nothing() {
        assert_eq!(judge(check(), balanced([])).verdict, Verdict::Pass);
        let again = [(90_000, gained(WORKER_1, S0))];
        assert_eq!(judge(check(), balanced(again)).verdict, Verdict::Pass, "its own lease");
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
        assert_eq!(judge(check(), balanced([(190_000, opened(S2, 0, None))])).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_lease_that_moves_for_no_reason_is_found() {
        let lost = Event::LeaseLost { consumer: BILLING, host: WORKER_1, shard: S0 };
        let text = evidence(&judge(check(), balanced([(90_000, lost), (95_000, gained(WORKER_2, S0))])));
        assert!(text.contains("shardId-000000000000 of billing moved from billing-1 to billing-2"), "{text}");
    }

    #[test]
    fn a_lease_that_was_made_anew_is_anybodys() {
        let deleted = written(WORKER_1, row(S0, "billing-1", "LATEST"), None);
        let lost = Event::LeaseLost { consumer: BILLING, host: WORKER_1, shard: S0 };
        let work = [(80_000, deleted), (81_000, lost), (95_000, gained(WORKER_2, S0))];
        assert_eq!(judge(check(), balanced(work)).verdict, Verdict::Pass);
    }

    #[test]
    fn the_lease_of_a_shard_that_is_done_no_longer_counts() {
        let done = written(WORKER_2, row(S1, "billing-2", "SHARD_END"), None);
        let moved = |more: Vec<(u64, Event)>| {
            let third = [(2500, gained(WORKER_1, S2))];
            let move_it = [(90_000, gained(WORKER_2, S2))];
            judge(check(), balanced(third.into_iter().chain(more).chain(move_it))).verdict
        };
        assert_eq!(moved(Vec::new()), Verdict::Fail, "two against one are even");
        assert_ne!(moved(vec![(3000, done)]), Verdict::Fail, "two against none are not");
    }

    #[test]
    fn a_lease_may_move_where_there_is_a_reason() {
        let moved = |reason: Event| balanced([(89_000, reason), (90_000, gained(WORKER_2, S0))]);
        let reasons = [
            Event::FaultBegan { fault: 0, what: "pause".into() },
            Event::WorkerStarted { consumer: BILLING, host: WORKER_2 },
            Event::ActionTaken { what: "split".into(), outcome: "ok".into(), stream: None },
            Event::LeaseRenewalFailed { consumer: BILLING, host: WORKER_1, shard: S0 },
            written(WORKER_1, row(S2, "billing-1", "SHARD_END"), None),
        ];
        for reason in reasons {
            assert_ne!(judge(check(), moved(reason.clone())).verdict, Verdict::Fail, "{reason:?}");
        }
        let uneven =
            balanced([(3000, gained(WORKER_1, S2)), (4000, gained(WORKER_1, S1)), (90_000, gained(WORKER_2, S2))]);
        assert_ne!(judge(check(), uneven).verdict, Verdict::Fail, "it had three, the other none");
    }
}
