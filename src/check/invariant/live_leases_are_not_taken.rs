//! `live-leases-are-not-taken`: a lease that its owner still renews is taken only to balance.
//!
//! Whoever takes a lease as one that has expired has seen its counter stand still for longer than `failoverTimeMillis`,
//! and took it on the condition that it still stands: so its row was last written longer ago than that, whatever reads
//! lag and whatever clocks say. A lease without an owner may be taken at once, and one that is stolen to balance is
//! `calm-means-still`'s and `balance-converges`' to judge.

use crate::base::event::LeaseGain;
use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimDuration, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LiveLeasesAreNotTaken {
    /// When the counter of a lease last changed, by consumer and shard.
    counted: Grid<SimTime>,
    /// How long a lease had stood still when a worker last put its name there, by host and shard.
    stood: Grid<Option<SimDuration>>,
    findings: Findings,
    judged: u64,
}

impl LiveLeasesAreNotTaken {
    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, host: HostId, before: Option<&Item>, after: &Item) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let (before, after) = (before.map(LeaseRow), LeaseRow(after));
        let Some(shard) = after.shard().filter(|_| before.and_then(LeaseRow::counter) != after.counter()) else {
            return;
        };
        let last = std::mem::replace(self.counted.at(consumer.index(), shard.index()), at);
        let owner = before.and_then(LeaseRow::owner);
        if owner.is_some() && owner != after.owner() {
            *self.stood.at(host.index(), shard.index()) = Some(at.since(last));
        }
    }

    fn on_taken(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId, from: &str) {
        let Some(stood) = self.stood.at(host.index(), shard.index()).take() else { return };
        let failover = lens.names.info(consumer).map_or(SimDuration::ZERO, |c| SimDuration::from_millis(c.failover_ms));
        self.judged += 1;
        if stood <= failover {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                let needed = format!("{stood} after it was last written; {failover} are needed");
                format!("{host} took {shard} from {from} as expired, {needed}")
            });
        }
    }
}

impl Invariant for LiveLeasesAreNotTaken {
    const NAME: &'static str = "live-leases-are-not-taken";
    const PROMISE: &'static str = "a lease that its owner still renews is taken only to balance";
    const HEARS: &'static [EventKind] = &[EventKind::ItemWritten, EventKind::LeaseGained];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for LiveLeasesAreNotTaken {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::ItemWritten { table, host, ref before, after: Some(ref after), .. } => {
                self.on_row(lens, at, table, host, before.as_deref(), after);
            }
            Event::LeaseGained {
                consumer,
                host,
                shard,
                how: LeaseGain::Available | LeaseGain::VeryOld,
                from: Some(ref from),
            } => self.on_taken(lens, at, consumer, host, shard, from),
            Event::LeaseGained { host, shard, .. } => *self.stood.at(host.index(), shard.index()) = None,
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} leases were taken from an owner, each after a failover time", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// Worker 1 renews at 5 s; worker 2 takes the lease `how`, `ms` later.
    fn taken(how: LeaseGain, ms: u64) -> CheckResult {
        let row = |owner, counter| client_row(S0, owner, counter, "LATEST");
        let gained =
            Event::LeaseGained { consumer: BILLING, host: WORKER_2, shard: S0, how, from: Some("billing-1".into()) };
        let script = [
            (5000, written(WORKER_1, row("billing-1", 3), row("billing-1", 4))),
            (5000 + ms, written(WORKER_2, row("billing-1", 4), row("billing-2", 5))),
            (5000 + ms, gained),
        ];
        judge(LiveLeasesAreNotTaken::default(), script)
    }

    #[test]
    fn a_lease_that_stood_still_may_be_taken() {
        assert_eq!(taken(LeaseGain::Available, 10_001).verdict, Verdict::Pass);
        assert_eq!(taken(LeaseGain::Stolen, 100).verdict, Verdict::Unknown, "to balance");
    }

    #[test]
    fn a_lease_that_is_taken_from_an_owner_who_renews_is_found() {
        let text = evidence(&taken(LeaseGain::VeryOld, 2000));
        let words = "took shardId-000000000000 from billing-1 as expired, 2s after it was last written; 10s are needed";
        assert_eq!(text, format!("0:00:07.000 billing-2 {words}"));
        assert_eq!(taken(LeaseGain::Available, 10_000).verdict, Verdict::Fail, "longer than the failover time");
    }
}
