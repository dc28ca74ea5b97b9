//! `every-open-shard-owned`: after the faults have healed every open shard gets an active processor.
//!
//! For each consumer with workers that are up. A shard whose ancestor is still being processed counts as owned: its
//! turn comes. One that has no lease in a table of others is a hole, which `leases-cover-hash-range` judges; its time
//! counts from its lease's creation. How time is counted is told in [`crate::check::liveness`]. The user's own code
//! does not tell which shards it is at, and is not judged.

use std::collections::BTreeMap;

use crate::base::event::ConsumerLibrary;
use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::check::findings::{Findings, stretch};
use crate::check::lens::Lens;
use crate::check::lens::shards::{Shard, Shards};
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// A consumer's processors.
#[derive(Default)]
struct Processors {
    active: BTreeMap<ShardId, Vec<HostId>>,
    unowned_since: BTreeMap<ShardId, SimTime>,
    /// When the shard's lease was created, of the leases that there are.
    leased_since: BTreeMap<ShardId, SimTime>,
    /// Whether all shards were looked at before.
    are_known: bool,
}

/// What is remembered of the run to judge this.
pub(super) struct EveryOpenShardOwned {
    bound: SimDuration,
    processors: BTreeMap<ConsumerId, Processors>,
    findings: Findings,
    judged: u64,
    /// A shard without a processor at the end, not for long enough to tell.
    pending: Option<String>,
}

impl Processors {
    /// Returns whether `shard` or an ancestor of it is being processed.
    fn own(&self, shards: &Shards, stream: StreamId, shard: ShardId) -> bool {
        let is_active = self.active.get(&shard).is_some_and(|hosts| !hosts.is_empty());
        let Some(known) = shards.get(stream, shard) else { return is_active };
        is_active || known.parents().any(|parent| self.own(shards, stream, parent))
    }
    /// Finds out again whether anybody processes a shard; answers since when nobody did that somebody does again.
    fn look(&mut self, shards: &Shards, (stream, shard): (StreamId, ShardId), at: SimTime) -> Option<SimTime> {
        let is_open = shards.get(stream, shard).is_some_and(Shard::is_open);
        if !is_open {
            self.unowned_since.remove(&shard);
            None
        } else if self.own(shards, stream, shard) {
            self.unowned_since.remove(&shard)
        } else {
            self.unowned_since.entry(shard).or_insert(at);
            None
        }
    }
    /// The worker on `host` processes nothing any more.
    fn stop(&mut self, host: HostId) {
        self.active.values_mut().for_each(|hosts| hosts.retain(|h| *h != host));
    }
}

/// The user's own code tells which records it processed, and not which shards it is at.
fn tells_processors(lens: &Lens, consumer: ConsumerId) -> bool {
    lens.names.info(consumer).is_some_and(|info| info.library != ConsumerLibrary::App)
}

impl EveryOpenShardOwned {
    /// Finds out again which open shards of the consumer nobody processes.
    fn look(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId) {
        let Some(stream) = lens.names.stream_of(consumer).filter(|_| tells_processors(lens, consumer)) else { return };
        let processors = self.processors.entry(consumer).or_default();
        let mut owned_again = Vec::new();
        for (shard, _) in lens.shards.of(stream) {
            owned_again.extend(processors.look(&lens.shards, (stream, shard), at).map(|since| (shard, since)));
        }
        processors.are_known = true;
        self.judged += 1;
        owned_again.into_iter().for_each(|(shard, since)| self.judge(lens, at, consumer, shard, since));
    }

    /// The processing of a shard began or ended. While it is open it has no children, and matters to itself alone.
    fn look_at(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, shard: ShardId) {
        let Some(stream) = lens.names.stream_of(consumer).filter(|_| tells_processors(lens, consumer)) else { return };
        let processors = self.processors.entry(consumer).or_default();
        if !processors.are_known || !lens.shards.get(stream, shard).is_some_and(Shard::is_open) {
            return self.look(lens, at, consumer);
        }
        let owned_again = processors.look(&lens.shards, (stream, shard), at);
        self.judged += 1;
        if let Some(since) = owned_again {
            self.judge(lens, at, consumer, shard, since);
        }
    }

    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, shard: ShardId, since: SimTime) {
        let leased = self.processors.get(&consumer).map(|p| &p.leased_since).filter(|leased| !leased.is_empty());
        let since = match leased.map(|leased| leased.get(&shard)) {
            Some(None) => return,
            Some(Some(leased)) => since.max(*leased),
            None => since,
        };
        let lasted = lens.healing.trouble(since, lens.workers.changed(consumer), at);
        if lasted > self.bound && lens.workers.are_wanted(consumer) {
            let (name, number) = (lens.names.consumer(consumer), shard.0);
            let (from, stretch) = (at.saturating_sub(lasted), stretch(at, lasted, self.bound));
            self.findings.fail_from(from, at, || format!("no worker of {name} processed shard {number} {stretch}"));
        }
    }

    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, row: LeaseRow<'_>, is_there: bool) {
        let (Some(consumer), Some(shard)) = (lens.names.consumer_of_table(table), row.shard()) else { return };
        let leased = &mut self.processors.entry(consumer).or_default().leased_since;
        match is_there {
            true => leased.insert(shard, at),
            false => leased.remove(&shard),
        };
    }

    fn look_at_all(&mut self, lens: &Lens, at: SimTime) {
        let consumers: Vec<_> = lens.names.consumers().map(|(consumer, _)| consumer).collect();
        consumers.into_iter().for_each(|consumer| self.look(lens, at, consumer));
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        self.look_at_all(lens, at);
        let unowned: Vec<_> = self
            .processors
            .iter()
            .filter(|(consumer, _)| lens.names.stream_of(**consumer).is_some())
            .flat_map(|(consumer, p)| p.unowned_since.iter().map(|(shard, since)| (*consumer, *shard, *since)))
            .collect();
        for (consumer, shard, since) in unowned {
            self.judge(lens, at, consumer, shard, since);
            let (name, lasted) = (lens.names.consumer(consumer), at.since(since).told());
            let why = if lens.workers.are_wanted(consumer) { "" } else { ", all of which were stopped" };
            let pending = || format!("no worker of {name} processed shard {}, for {lasted}{why}", shard.0);
            self.pending.get_or_insert_with(pending);
        }
    }
}

impl Invariant for EveryOpenShardOwned {
    const NAME: &'static str = "every-open-shard-owned";
    const PROMISE: &'static str = "after the faults have healed every open shard gets an active processor";
    const HEARS: &'static [EventKind] = &[
        EventKind::ShardOpened,
        EventKind::ShardClosed,
        EventKind::ProcessingStarted,
        EventKind::ProcessingEnded,
        EventKind::ItemWritten,
        EventKind::WorkerStopped,
        EventKind::HostCrashed,
        EventKind::FaultsHealed,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            bound: settings.liveness.owned_within,
            processors: BTreeMap::new(),
            findings: Findings::default(),
            judged: 0,
            pending: None,
        }
    }
}

impl Check for EveryOpenShardOwned {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match event {
            Event::ItemWritten { table, before: None, after: Some(row), .. } => {
                return self.on_row(lens, at, *table, LeaseRow(row), true);
            }
            Event::ItemWritten { table, before: Some(row), after: None, .. } => {
                return self.on_row(lens, at, *table, LeaseRow(row), false);
            }
            Event::ItemWritten { .. } => return,
            _ => {}
        }
        let changed = lens.crew_changed;
        match *event {
            Event::ProcessingStarted { consumer, host, shard, .. } => {
                let hosts = self.processors.entry(consumer).or_default().active.entry(shard).or_default();
                hosts.retain(|h| *h != host);
                hosts.push(host);
                self.look_at(lens, at, consumer, shard);
            }
            Event::ProcessingEnded { consumer, host, shard, .. } => {
                if let Some(hosts) = self.processors.entry(consumer).or_default().active.get_mut(&shard) {
                    hosts.retain(|h| *h != host);
                }
                self.look_at(lens, at, consumer, shard);
            }
            Event::WorkerStopped { host, .. } | Event::HostCrashed { host } => {
                if let Some(consumer) = changed {
                    self.processors.entry(consumer).or_default().stop(host);
                    self.look(lens, at, consumer);
                }
            }
            Event::ShardOpened { .. } | Event::ShardClosed { .. } | Event::FaultsHealed {} => {
                self.look_at_all(lens, at)
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let held = || format!("no open shard was without a processor for longer than {}", self.bound);
        lens.healing.result(Self::NAME, &self.findings, self.judged, self.bound, self.pending.as_deref(), held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{ProcessingEnd, StoreKind};
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> EveryOpenShardOwned {
        EveryOpenShardOwned::new(&settings())
    }

    /// One shard, healed at 100 s, then `more`, and the end at `end_s`.
    fn healed(more: impl IntoIterator<Item = (u64, Event)>, end_s: u64) -> Script {
        let mut script = vec![(0, opened(S0, 2, None)), (100_000, Event::FaultsHealed {})];
        script.extend(more);
        script.push((end_s * 1000, Event::RunEnded {}));
        script
    }

    #[test]
    fn a_shard_that_is_processed_in_time_is_owned() {
        let script = healed([(150_000, started(WORKER_1, S0, "LATEST"))], 400);
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_shard_that_nobody_takes_is_found() {
        let text = evidence(&judge(check(), healed([], 400)));
        assert_eq!(
            text,
            "0:06:40.000 no worker of billing processed shard 0 from 0:01:40.000 to 0:06:40.000 (5m; allowed \
             1m)"
        );
        let late = healed([(170_000, started(WORKER_1, S0, "LATEST"))], 400);
        assert_eq!(judge(check(), late).verdict, Verdict::Fail);
    }

    #[test]
    fn code_of_the_users_own_does_not_tell_where_it_is_and_is_not_judged() {
        let scene = scene_of(ConsumerLibrary::App, StoreKind::Plain);
        assert_eq!(judge_in(scene, check(), healed([], 400)).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_run_that_ends_too_soon_is_unknown() {
        let result = judge(check(), healed([(101_000, started(WORKER_1, S0, "LATEST"))], 130));
        assert_eq!(result.verdict, Verdict::Unknown);
        assert_eq!(result.detail, "the run is too short: seen for 30s after the faults had healed; the bound is 1m");
    }

    #[test]
    fn a_child_waits_for_its_parent_and_then_has_the_bound_for_itself() {
        let split = |ended_ms, child_ms| {
            let more = [
                (101_000, started(WORKER_1, S0, "LATEST")),
                (120_000, closed(S0, 9)),
                (120_000, opened(S1, 2, Some(S0))),
                (ended_ms, ended(WORKER_1, S0, ProcessingEnd::ShardEnd)),
                (child_ms, started(WORKER_2, S1, "TRIM_HORIZON")),
            ];
            judge(check(), healed(more, 900)).verdict
        };
        assert_eq!(split(400_000, 450_000), Verdict::Pass);
        assert_eq!(split(400_000, 470_000), Verdict::Fail);
    }

    #[test]
    fn a_shard_without_a_lease_counts_from_when_it_gets_one() {
        let verdict = |leased_ms| {
            let other = written(WORKER_1, None, row(S1, "billing-1", "LATEST"));
            let late = written(WORKER_1, None, row(S0, "billing-1", "LATEST"));
            let start = started(WORKER_1, S0, "LATEST");
            judge(check(), healed([(110_000, other), (leased_ms, late), (450_000, start)], 900)).verdict
        };
        assert_eq!(verdict(400_000), Verdict::Pass);
        assert_eq!(verdict(380_000), Verdict::Fail);
    }

    #[test]
    fn a_consumer_whose_workers_were_stopped_is_not_judged_and_one_whose_workers_are_dead_is() {
        let result = |gone: [Event; 2]| {
            let mut script = vec![(101_000, started(WORKER_1, S0, "LATEST"))];
            script.extend(gone.map(|event| (200_000, event)));
            judge(check(), healed(script, 900))
        };
        let stopped = |host| Event::WorkerStopped { consumer: BILLING, host };
        let crashed = |host| Event::HostCrashed { host };
        let all_stopped = result([WORKER_1, WORKER_2].map(stopped));
        assert_eq!(all_stopped.verdict, Verdict::Unknown);
        assert!(all_stopped.detail.ends_with("for 11m40s, all of which were stopped"), "{}", all_stopped.detail);
        assert_eq!(result([WORKER_1, WORKER_2].map(crashed)).verdict, Verdict::Fail);
        assert_eq!(result([crashed(WORKER_1), stopped(WORKER_2)]).verdict, Verdict::Fail, "nobody took over");
    }

    #[test]
    fn a_shard_that_nobody_has_yet_at_the_end_is_no_pass() {
        let orphan =
            vec![(101_000, started(WORKER_1, S0, "LATEST")), (880_000, ended(WORKER_1, S0, ProcessingEnd::LeaseLost))];
        let result = judge(check(), healed(orphan, 900));
        assert_eq!(result.verdict, Verdict::Unknown);
        assert_eq!(result.detail, "at the end no worker of billing processed shard 0, for 20s");
    }
}
