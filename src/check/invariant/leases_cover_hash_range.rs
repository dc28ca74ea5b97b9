//! `leases-cover-hash-range`: the leases that are not at SHARD_END cover the whole hash key space.
//!
//! A lease on a closed shard covers its descendants, for their leases are created when it reaches SHARD_END. Judged
//! from the first moment at which all is covered. A hole is allowed for as long as the library's auditor may need:
//! three sightings 120 s apart, 120 s for the first, and 60 s for the repair, after up to five minutes in which nobody
//! leads: each worker asks every five minutes who does, and a worker whose only lease is gone is no longer asked for
//! (`PeriodicShardSyncManager`, `DeterministicShuffleShardSyncLeaderDecider`,
//! <https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>). The auditor counts anew when the hole changes, so the
//! time counts from the last change of the hole, of a fault, or of the consumer's workers; it does not count while a
//! fault lasts or no worker is up.
//!
//! Real clients are judged by their rows alone, when a worker of theirs is seen at work. One that wrote nothing for
//! longer than the bound had no time to look, whatever the clock did, and is given the bound anew; and the leases of a
//! stream that is gone are nobody's concern.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{
    ConsumerId, Event, EventKind, HashKey, HashKeyRange, ShardId, SimDuration, SimTime, StreamId, TableId,
};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::client_rows::{ClientRow, streams};
use crate::check::{Check, CheckResult, CheckSettings, Invariant, Verdict};

/// How long a hole may stay.
pub(super) const HOLE_MAX: SimDuration = SimDuration::from_secs(5 * 60 + 3 * 120 + 120 + 60);

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

/// The leases of a real client.
#[derive(Default)]
struct Client {
    leases: Leases,
    /// When a worker was last seen at work, and since when one was without a long silence.
    at_work: SimTime,
    at_work_since: SimTime,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LeasesCoverHashRange {
    leases: BTreeMap<ConsumerId, Leases>,
    /// By table, and by stream where one has the leases of several.
    clients: BTreeMap<(TableId, Arc<str>), Client>,
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
    /// Returns whether these may be leases of the stream's shards.
    fn fit(&self, lens: &Lens, stream: StreamId) -> bool {
        let is_of = |(shard, range): (&ShardId, &HashKeyRange)| {
            lens.shards.get(stream, *shard).is_some_and(|known| known.range == Some(*range))
        };
        self.active.iter().all(is_of)
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

impl LeasesCoverHashRange {
    fn on_client(&mut self, lens: &Lens, at: SimTime, row: ClientRow<'_>) {
        let client = self.clients.entry(row.group()).or_default();
        let is_at_work = row.is_at_work();
        if is_at_work {
            if at.since(client.at_work) > HOLE_MAX {
                client.at_work_since = at;
            }
            client.at_work = at;
        }
        let leases = &mut client.leases;
        let is_active = row.after.is_some_and(|after| after.checkpoint() != Some(Checkpoint::ShardEnd));
        let range = is_active.then(|| leases.active.get(&row.shard).copied().or_else(|| row.range(lens))).flatten();
        if leases.set(row.shard, range) {
            leases.look_for_hole(at);
        }
        if is_at_work && leases.was_covered {
            self.judged += 1;
            self.judge_client(lens, at, row);
        }
    }

    fn judge_client(&mut self, lens: &Lens, at: SimTime, row: ClientRow<'_>) {
        let Some(client) = self.clients.get_mut(&row.group()) else { return };
        let Some(Hole { range, since, is_told: false }) = client.leases.hole else { return };
        let counts_from = since.max(lens.faults.changed()).max(client.at_work_since);
        if lens.faults.is_any_active() || at.since(counts_from) <= HOLE_MAX {
            return;
        }
        let mut fitting = streams(lens, row.family).filter(|(stream, _)| client.leases.fit(lens, *stream)).peekable();
        let is_over = fitting.peek().is_some() && fitting.all(|(_, is_gone)| is_gone);
        if is_over {
            return;
        }
        client.leases.hole = Some(Hole { range, since, is_told: true });
        let HashKeyRange { start, end } = range;
        let table = row.name(lens);
        self.findings.fail(at, || {
            format!(
                "table {table} has had no lease for hash keys {start} to {end} since {since}, longer than {HOLE_MAX}"
            )
        });
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
            Event::ItemWritten { table, before, after, .. } => match ClientRow::of(event, lens) {
                Some(row) => self.on_client(lens, at, row),
                None => self.on_row(lens, at, *table, before.as_deref(), after.as_deref()),
            },
            Event::RunEnded {} => {
                let consumers: Vec<_> = self.leases.keys().copied().collect();
                consumers.into_iter().for_each(|consumer| self.judge(lens, at, consumer));
            }
            _ => {}
        }
    }
    fn client_table(&self) -> Option<TableId> {
        self.clients.keys().next().map(|(table, _)| *table)
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("no hole stayed longer than {HOLE_MAX} over {} writes of leases", self.judged);
        let mut result = self.findings.result(Self::NAME, self.judged, held);
        let is_open = |leases: &Leases| leases.was_covered && leases.hole.is_some_and(|hole| !hole.is_told);
        let is_seen = |client: &Client| {
            is_open(&client.leases) && client.leases.hole.is_some_and(|hole| client.at_work > hole.since)
        };
        let is_unfinished = self.leases.values().any(is_open) || self.clients.values().any(is_seen);
        if result.verdict == Verdict::Pass && is_unfinished {
            result.verdict = Verdict::Unknown;
            result.detail = format!("the run is too short: it ended with a hole; the bound is {HOLE_MAX}");
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::StreamStatus;
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
        script.push(renewed(939_000));
        script.push(renewed(941_000));
        let text = evidence(&judge(LeasesCoverHashRange::default(), script));
        let (start, end) = (part_range(1).start, part_range(1).end);
        assert_eq!(
            text,
            format!(
                "0:15:41.000 billing has had no lease for hash keys {start} to {end} since 0:01:40.000, longer than 14m"
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

    /// The scene of two shards, whose leases a real client's worker has; it renews the lower one every minute.
    fn client_with_hole(minutes: u64) -> Script {
        let upper = client_row(S1, "a", 1, "LATEST");
        let mut script = vec![
            (0, opened(S0, 0, None)),
            (0, opened(S1, 1, None)),
            (1, client_wrote(None, client_row(S0, "a", 1, "LATEST"))),
            (2, client_wrote(None, upper.clone())),
            (100_000, client_wrote(upper, None)),
        ];
        let renewed = |n: i64| client_wrote(client_row(S0, "a", n, "LATEST"), client_row(S0, "a", n + 1, "LATEST"));
        script.extend((2..2 + minutes).map(|n| (n * 60_000, renewed(n as i64))));
        script
    }

    #[test]
    fn a_hole_that_a_real_client_leaves_is_found() {
        let text = evidence(&judge(LeasesCoverHashRange::default(), client_with_hole(20)));
        assert!(text.starts_with("0:16:00.000 table payments has had no lease for hash keys 1"), "{text}");
        assert!(text.ends_with("since 0:01:40.000, longer than 14m"), "{text}");
        let is_soon = judge(LeasesCoverHashRange::default(), client_with_hole(5));
        assert_eq!(is_soon.verdict, Verdict::Unknown, "the hole is still there");
    }

    #[test]
    fn a_real_client_that_was_silent_or_whose_stream_is_gone_is_not_blamed() {
        let mut silent = client_with_hole(1);
        silent.push((2_000_000, client_with_hole(2)[6].1.clone()));
        assert_eq!(judge(LeasesCoverHashRange::default(), silent).verdict, Verdict::Unknown);
        let mut gone = client_with_hole(20);
        let deleting = Event::StreamStatusChanged { stream: CLICKS, status: StreamStatus::Deleting };
        gone.insert(5, (110_000, deleting));
        assert_ne!(judge(LeasesCoverHashRange::default(), gone).verdict, Verdict::Fail);
    }

    #[test]
    fn leases_of_a_real_client_are_replaced_by_those_of_the_children() {
        let (had, end) = (client_row(S1, "a", 1, "LATEST"), client_row(S1, "a", 2, "SHARD_END"));
        let mut script = client_with_hole(20);
        script.remove(4);
        script.insert(4, (50_000, opened(S2, 1, Some(S1))));
        script.insert(5, (60_000, client_wrote(None, client_row(S2, "", 0, "TRIM_HORIZON"))));
        script.insert(6, (60_001, client_wrote(had, end)));
        assert_eq!(judge(LeasesCoverHashRange::default(), script).verdict, Verdict::Pass);
    }
}
