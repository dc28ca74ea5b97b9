//! `leases-cover-hash-range`: the leases that are not at SHARD_END cover the whole hash key space.
//!
//! A lease on a closed shard covers its descendants, for their leases are created when it reaches SHARD_END. Judged
//! from the first moment at which all is covered. A hole is allowed for as long as the library's auditor may need:
//! three sightings 120 s apart, 120 s for the first, and 60 s for the repair
//! (`PeriodicShardSyncManager`, <https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>). The auditor counts anew
//! when the hole changes or the leader does, so the time counts from the last change of the hole, of a fault, or of
//! the consumer's workers; it does not count while a fault lasts or no worker is up.

use std::collections::BTreeMap;

use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HashKey, HashKeyRange, ShardId, SimDuration, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant, Verdict};

/// How long a hole may stay.
pub(super) const HOLE_MAX: SimDuration = SimDuration::from_secs(3 * 120 + 120 + 60);

/// The leases of one consumer.
#[derive(Default)]
struct Leases {
    /// Ranges of the leases that are not at SHARD_END.
    active: BTreeMap<ShardId, HashKeyRange>,
    was_covered: bool,
    hole: Option<Hole>,
}

#[derive(Clone, Copy)]
struct Hole {
    range: HashKeyRange,
    since: SimTime,
    is_told: bool,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LeasesCoverHashRange {
    leases: BTreeMap<ConsumerId, Leases>,
    findings: Findings,
    judged: u64,
}

/// The first part of the hash key space that no range covers.
fn first_hole(ranges: impl Iterator<Item = HashKeyRange>) -> Option<HashKeyRange> {
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_unstable();
    let mut next = 0u128;
    for range in ranges {
        if range.start.get() > next {
            return Some(HashKeyRange { start: HashKey::new(next), end: HashKey::new(range.start.get() - 1) });
        }
        match range.end.get().checked_add(1) {
            Some(after) => next = next.max(after),
            None => return None,
        }
    }
    Some(HashKeyRange { start: HashKey::new(next), end: HashKey::MAX })
}

impl Leases {
    /// Takes a row's new state; whether what is covered may have changed.
    fn set(&mut self, shard: ShardId, range: Option<HashKeyRange>) -> bool {
        match range {
            Some(range) => self.active.insert(shard, range) != Some(range),
            None => self.active.remove(&shard).is_some(),
        }
    }
    fn look_for_hole(&mut self, at: SimTime) {
        let range = first_hole(self.active.values().copied());
        self.was_covered |= range.is_none();
        let same = self.hole.filter(|hole| Some(hole.range) == range);
        self.hole = same.or(range.map(|range| Hole { range, since: at, is_told: false }));
    }
}

impl LeasesCoverHashRange {
    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        // Most writes only renew.
        if let (Some(before), Some(after)) = (before, after)
            && LeaseRow(before).covers_as(LeaseRow(after))
        {
            return self.judge(lens, at, consumer);
        }
        let Some(shard) = after.or(before).and_then(|item| LeaseRow(item).shard()) else { return };
        let stream = lens.names.stream_of(consumer);
        let active = after.map(LeaseRow).filter(|row| row.checkpoint() != Some(Checkpoint::ShardEnd));
        let declared = || lens.shards.get(stream?, shard)?.range;
        let range = active.and_then(|row| row.range().or_else(declared));
        let leases = self.leases.entry(consumer).or_default();
        if leases.set(shard, range) {
            leases.look_for_hole(at);
        }
        self.judge(lens, at, consumer);
    }

    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId) {
        let Some(leases) = self.leases.get_mut(&consumer).filter(|leases| leases.was_covered) else { return };
        if lens.names.stream_of(consumer).is_none() {
            return;
        }
        self.judged += 1;
        let Some(hole) = leases.hole.as_mut().filter(|hole| !hole.is_told) else { return };
        if lens.faults.is_any_active() || lens.workers.up(consumer).is_empty() {
            return;
        }
        let counts_from = hole.since.max(lens.faults.changed()).max(lens.workers.changed(consumer));
        if at.since(counts_from) > HOLE_MAX {
            hole.is_told = true;
            let (since, HashKeyRange { start, end }) = (hole.since, hole.range);
            let consumer = lens.names.consumer(consumer);
            self.findings.fail(at, || {
                format!(
                    "{consumer} has had no lease for hash keys {start} to {end} since {since}, longer than {HOLE_MAX}"
                )
            });
        }
    }
}

impl Invariant for LeasesCoverHashRange {
    const NAME: &'static str = "leases-cover-hash-range";
    const PROMISE: &'static str = "the leases that are not at SHARD_END cover the whole hash key space";
    const HEARS: &'static [EventKind] = &[EventKind::ItemWritten, EventKind::RunEnded];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for LeasesCoverHashRange {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match event {
            Event::ItemWritten { table, before, after, .. } => {
                self.on_row(lens, at, *table, before.as_deref(), after.as_deref());
            }
            Event::RunEnded {} => {
                let consumers: Vec<_> = self.leases.keys().copied().collect();
                consumers.into_iter().for_each(|consumer| self.judge(lens, at, consumer));
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("no hole stayed longer than {HOLE_MAX} over {} writes of leases", self.judged);
        let mut result = self.findings.result(Self::NAME, self.judged, held);
        let is_open = |leases: &Leases| leases.was_covered && leases.hole.is_some_and(|hole| !hole.is_told);
        if result.verdict == Verdict::Pass && self.leases.values().any(is_open) {
            result.verdict = Verdict::Unknown;
            result.detail = format!("the run is too short: it ended with a hole; the bound is {HOLE_MAX}");
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::test_events::*;

    /// Two shards with leases, the upper of which an operator deletes at 100 s.
    fn with_hole() -> Script {
        let upper = row(S1, "billing-2", "LATEST");
        vec![
            (0, opened(S0, 0, None)),
            (0, opened(S1, 1, None)),
            (1, written(WORKER_1, None, row(S0, "billing-1", "LATEST"))),
            (2, written(WORKER_1, None, upper.clone())),
            (100_000, written(OPERATOR, upper, None)),
        ]
    }

    fn renewed(ms: u64) -> (u64, Event) {
        (ms, written(WORKER_1, row(S0, "billing-1", "LATEST"), row(S0, "billing-1", "LATEST")))
    }

    #[test]
    fn a_hole_that_the_auditor_repairs_in_time_is_fine() {
        let mut script = with_hole();
        script.push((600_000, written(WORKER_1, None, row(S1, "", "LATEST"))));
        script.push(renewed(2_000_000));
        assert_eq!(judge(LeasesCoverHashRange::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(LeasesCoverHashRange::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_hole_that_nobody_repairs_is_found() {
        let mut script = with_hole();
        script.push(renewed(639_000));
        script.push(renewed(641_000));
        let text = evidence(&judge(LeasesCoverHashRange::default(), script));
        let (start, end) = (part_range(1).start, part_range(1).end);
        assert_eq!(
            text,
            format!(
                "0:10:41.000 billing has had no lease for hash keys {start} to {end} since 0:01:40.000, longer than 9m"
            )
        );
    }

    #[test]
    fn a_parent_at_its_end_whose_child_has_no_lease_is_a_hole() {
        let mut script = with_hole();
        script.truncate(4);
        let end = written(WORKER_2, row(S1, "billing-2", "LATEST"), row(S1, "billing-2", "SHARD_END"));
        script.extend([(50_000, opened(S2, 1, Some(S1))), (60_000, end), (1_000_000, Event::RunEnded {})]);
        assert_eq!(judge(LeasesCoverHashRange::default(), script).verdict, Verdict::Fail);
    }

    #[test]
    fn time_under_a_fault_or_without_workers_does_not_count() {
        let mut script = with_hole();
        script.push((200_000, Event::FaultBegan { fault: 0, what: "partition".into() }));
        script.push(renewed(900_000));
        script.push((1_000_000, Event::FaultEnded { fault: 0 }));
        script.push(renewed(1_100_000));
        assert_eq!(judge(LeasesCoverHashRange::default(), script).verdict, Verdict::Unknown, "the hole is still there");
        let mut script = with_hole();
        script.extend([WORKER_1, WORKER_2].map(|host| (200_000, Event::HostCrashed { host })));
        script.push((2_000_000, Event::RunEnded {}));
        assert_eq!(judge(LeasesCoverHashRange::default(), script).verdict, Verdict::Unknown, "the hole is still there");
    }
}
