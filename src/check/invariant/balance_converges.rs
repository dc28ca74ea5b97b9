//! `balance-converges`: after the faults have healed leases spread evenly over the workers that are up.
//!
//! The most and the least loaded worker differ by at most one lease, counting every lease as the library's taker does,
//! also those at SHARD_END. How time is counted is told in [`crate::check::liveness`]. Pollers have no leases and are
//! not judged.

use std::collections::BTreeMap;

use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, SimDuration, SimTime, TableId};
use crate::check::findings::{Findings, stretch};
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Leases of one consumer, by owner.
#[derive(Default)]
struct Loads {
    by_owner: BTreeMap<Box<str>, u64>,
    uneven_since: Option<SimTime>,
}

/// What is remembered of the run to judge this.
pub(super) struct BalanceConverges {
    bound: SimDuration,
    loads: BTreeMap<ConsumerId, Loads>,
    findings: Findings,
    judged: u64,
}

impl Loads {
    fn change(&mut self, before: Option<&str>, after: Option<&str>) {
        if let Some(count) = before.and_then(|owner| self.by_owner.get_mut(owner)) {
            *count = count.saturating_sub(1);
        }
        if let Some(owner) = after {
            *self.by_owner.entry(owner.into()).or_default() += 1;
        }
    }
}

impl BalanceConverges {
    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let (before, after) = (before.map(LeaseRow), after.map(LeaseRow));
        let (before, after) = (before.and_then(LeaseRow::owner), after.and_then(LeaseRow::owner));
        if before != after {
            self.loads.entry(consumer).or_default().change(before, after);
            self.look(lens, at, consumer);
        }
    }

    /// The fewest and the most leases of a worker that is up, of at least two such.
    fn spread(&self, lens: &Lens, consumer: ConsumerId) -> Option<(u64, u64)> {
        let loads = self.loads.get(&consumer)?;
        let up = lens.workers.up(consumer);
        let counts = || up.iter().map(|host| loads.by_owner.get(&*lens.names.host(*host)).copied().unwrap_or(0));
        (up.len() > 1).then_some(())?;
        counts().min().zip(counts().max())
    }

    fn look(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId) {
        let spread = self.spread(lens, consumer);
        let Some(loads) = self.loads.get_mut(&consumer) else { return };
        self.judged += u64::from(spread.is_some());
        if spread.is_some_and(|(least, most)| most - least > 1) {
            loads.uneven_since.get_or_insert(at);
        } else if let Some(since) = loads.uneven_since.take() {
            self.judge(lens, at, consumer, since, "were uneven");
        }
    }

    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, since: SimTime, how: &str) {
        let lasted = lens.healing.trouble(since, lens.workers.changed(consumer), at);
        if lasted > self.bound {
            let name = lens.names.consumer(consumer);
            let (from, stretch) = (at.saturating_sub(lasted), stretch(at, lasted, self.bound));
            self.findings.fail_from(from, at, || format!("the leases of {name} {how} {stretch}"));
        }
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        let uneven: Vec<_> = self.loads.iter().filter_map(|(c, loads)| Some((*c, loads.uneven_since?))).collect();
        for (consumer, since) in uneven {
            let (least, most) = self.spread(lens, consumer).unwrap_or_default();
            let how = format!("were uneven ({least} on one worker, {most} on another)");
            self.judge(lens, at, consumer, since, &how);
        }
    }
}

impl Invariant for BalanceConverges {
    const NAME: &'static str = "balance-converges";
    const PROMISE: &'static str = "after the faults have healed leases spread evenly over the workers that are up";
    const HEARS: &'static [EventKind] = &[
        EventKind::ItemWritten,
        EventKind::WorkerStarted,
        EventKind::WorkerStopped,
        EventKind::HostCrashed,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            bound: settings.liveness.balanced_within,
            loads: BTreeMap::new(),
            findings: Findings::default(),
            judged: 0,
        }
    }
}

impl Check for BalanceConverges {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if let Some(consumer) = lens.crew_changed {
            self.look(lens, at, consumer);
        }
        match event {
            Event::ItemWritten { table, before, after, .. } => {
                self.on_row(lens, at, *table, before.as_deref(), after.as_deref());
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let held = || format!("leases were uneven for no longer than {}", self.bound);
        lens.healing.result(Self::NAME, &self.findings, self.judged, self.bound, None, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ShardId;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> BalanceConverges {
        BalanceConverges::new(&settings())
    }

    /// billing-1 holds three leases when the faults have healed at 100 s; billing-2 steals one at `steal_s`.
    fn stolen_at(steal_s: Option<u64>, end_s: u64) -> Script {
        let mut script: Script =
            (0..3).map(|shard| (1, written(WORKER_1, None, row(ShardId(shard), "billing-1", "LATEST")))).collect();
        script.push((100_000, Event::FaultsHealed {}));
        let steal = written(WORKER_2, row(S0, "billing-1", "LATEST"), row(S0, "billing-2", "LATEST"));
        script.extend(steal_s.map(|s| (s * 1000, steal)));
        script.push((end_s * 1000, Event::RunEnded {}));
        script
    }

    #[test]
    fn leases_that_are_even_in_time_are_fine() {
        assert_eq!(judge(check(), stolen_at(Some(150), 400)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), stolen_at(None, 130)).verdict, Verdict::Unknown);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn leases_that_stay_uneven_are_found() {
        let text = evidence(&judge(check(), stolen_at(None, 400)));
        assert_eq!(
            text,
            "0:06:40.000 the leases of billing were uneven (0 on one worker, 3 on another) from 0:01:40.000 to \
             0:06:40.000 (5m; allowed 1m)"
        );
        assert_eq!(judge(check(), stolen_at(Some(200), 400)).verdict, Verdict::Fail);
    }

    #[test]
    fn a_worker_that_is_down_needs_no_leases() {
        let mut script = stolen_at(None, 400);
        script.insert(3, (50_000, Event::HostCrashed { host: WORKER_2 }));
        let result = judge(check(), script);
        assert_eq!((result.verdict, &*result.detail), (Verdict::Pass, "leases were uneven for no longer than 1m"));
    }
}
