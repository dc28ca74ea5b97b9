//! `iterator-age-recovers`: after the faults have healed consumers catch up and stay so.
//!
//! In every open shard each consumer with workers that are up makes a read that is less than `iterator_age_max`
//! behind, and never goes without one for longer than the bound. A shard that nobody reads is thus found as well. How
//! time is counted is told in [`crate::check::liveness`]; a closed shard is left to its children. A shard whose lease
//! row, or an ancestor's, somebody deleted before its end, or that got none while others did, is a hole, which
//! `leases-cover-hash-range` judges; its time counts from when the row is there.
//!
//! A consumer that begins far behind, because it joined late or was away for long, has a backlog to read first, and its
//! pages, pauses and processing set how fast it can. So what it has read of the shard and its ancestors is added to the
//! bound with the time that takes at best: left is the time in which it did not read as fast as it can. A consumer that
//! reads and comes no nearer to the tip is too slow for what arrives, and gets nothing added.

use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::check::findings::{Findings, stretch};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::lens::shards::Shard;
use crate::check::{Check, CheckResult, CheckSettings, Invariant, Pace};

/// A consumer's reading of a shard.
#[derive(Clone, Copy, Default)]
struct Reading {
    /// Its last read that was close enough to the tip.
    good_at: Option<SimTime>,
    /// How far behind the last read was.
    behind_ms: Option<u64>,
    /// What it has read since it is behind; of a closed shard, what it read of that last.
    catch_up: Option<CatchUp>,
}

/// A stretch of reads of a shard that were all far behind.
#[derive(Clone, Copy)]
struct CatchUp {
    since: SimTime,
    last_at: SimTime,
    /// How far behind the first of them was.
    first_behind_ms: u64,
    /// One past the newest record that was read.
    reached: u64,
    /// The shortest time in which this consumer can read as much.
    at_best: SimDuration,
}

/// What one read answered: ordinals `from..to`.
struct Page {
    shard: ShardId,
    from: u64,
    to: u64,
    size_bytes: u64,
    behind_ms: u64,
}

/// A lease row that was lost.
#[derive(Clone, Copy)]
enum Lost {
    StillGone,
    BackAt(SimTime),
}

/// What is remembered of the run to judge this.
pub(super) struct IteratorAgeRecovers {
    bound: SimDuration,
    age_max: SimDuration,
    paces: Vec<Pace>,
    opened: Grid<SimTime>,
    readings: Grid<Reading>,
    /// Lease rows that somebody deleted before their shard's end, or that came late, by consumer and shard.
    lost: Grid<Option<Lost>>,
    /// Whether there is a lease row, by consumer and shard.
    rows: Grid<bool>,
    findings: Findings,
    judged: u64,
    /// The longest time beyond the bound that a backlog explains.
    longest_backlog: SimDuration,
    /// A shard without a good read at the end, not for long enough to tell.
    pending: Option<String>,
}

impl IteratorAgeRecovers {
    fn on_read(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, page: &Page) {
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let Page { shard, behind_ms, .. } = *page;
        self.readings.at(consumer.index(), shard.index()).behind_ms = Some(behind_ms);
        let is_good = SimDuration::from_millis(behind_ms) < self.age_max;
        let is_open = lens.shards.get(stream, shard).is_some_and(|s| s.is_open());
        if is_good && is_open {
            self.judge(lens, at, consumer, shard);
            self.readings.at(consumer.index(), shard.index()).catch_up = None;
        } else {
            self.fell_short(lens, at, consumer, page);
        }
        if is_good {
            self.readings.at(consumer.index(), shard.index()).good_at = Some(at);
        }
    }

    /// A page that does not end at the tip of an open shard: how long it takes to read counts for the shard.
    fn fell_short(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, page: &Page) {
        let undisturbed_since = lens.healing.healed().unwrap_or(at).max(lens.workers.changed(consumer));
        let new = CatchUp {
            since: at,
            last_at: at,
            first_behind_ms: page.behind_ms,
            reached: page.from,
            at_best: SimDuration::ZERO,
        };
        let pace = self.paces.get(consumer.index()).copied().unwrap_or_default();
        let cell = &mut self.readings.at(consumer.index(), page.shard.index()).catch_up;
        let catch_up = cell.insert(cell.filter(|before| before.since >= undisturbed_since).unwrap_or(new));
        let fresh = page.to.saturating_sub(catch_up.reached.max(page.from));
        if fresh > 0 {
            let size_bytes = page.size_bytes / (page.to - page.from) * fresh;
            catch_up.at_best = catch_up.at_best.saturating_add(pace.time_for(fresh, size_bytes));
        }
        catch_up.reached = catch_up.reached.max(page.to);
        catch_up.last_at = at;
    }

    /// How long the consumer needs at best for what it has read of the shard and its ancestors since then.
    fn needed(
        &self,
        lens: &Lens,
        since: SimTime,
        consumer: ConsumerId,
        stream: StreamId,
        shard: ShardId,
    ) -> SimDuration {
        let Some(known) = lens.shards.get(stream, shard) else { return SimDuration::ZERO };
        let reading = self.readings.get(consumer.index(), shard.index()).copied().unwrap_or_default();
        let comes_nearer =
            |catch_up: &CatchUp| !known.is_open() || reading.behind_ms.is_some_and(|ms| ms < catch_up.first_behind_ms);
        let own = reading.catch_up.filter(comes_nearer);
        let own = own.map_or(SimDuration::ZERO, |catch_up| catch_up.at_best.min(catch_up.last_at.since(since)));
        let before = known.parents().map(|parent| self.needed(lens, since, consumer, stream, parent)).max();
        own.saturating_add(before.unwrap_or_default())
    }

    /// The time since the last good read, or since the shard was opened, must be within the bound.
    fn judge(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, shard: ShardId) {
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let reading = *self.readings.at(consumer.index(), shard.index());
        let since = reading.good_at.unwrap_or(*self.opened.at(stream.index(), shard.index()));
        let lasted = lens.healing.trouble(since, lens.workers.changed(consumer), at);
        self.judged += 1;
        if lasted <= self.bound {
            return;
        }
        let Some(leased) = self.leased_since(lens, consumer, stream, shard) else { return };
        let lasted = lasted.min(at.since(leased));
        let from = at.saturating_sub(lasted);
        let allowed = self.bound.saturating_add(self.needed(lens, from, consumer, stream, shard));
        if lasted <= allowed {
            self.longest_backlog = self.longest_backlog.max(lasted);
            return;
        }
        let (name, number, age_max) = (lens.names.consumer(consumer), shard.0, self.age_max.told());
        let stretch = stretch(at, lasted, allowed);
        self.findings.fail_from(from, at, || match reading.behind_ms {
            None => format!("{name} did not read shard {number} at all {stretch}"),
            Some(_) => {
                format!("{name} was more than {age_max} behind at shard {number}, or did not read it, {stretch}")
            }
        });
    }

    /// Since when the shard and its ancestors have their leases again; `None` while one of them is lost.
    fn leased_since(&self, lens: &Lens, consumer: ConsumerId, stream: StreamId, shard: ShardId) -> Option<SimTime> {
        let own = match self.lost.get(consumer.index(), shard.index()).copied().flatten() {
            Some(Lost::StillGone) => return None,
            Some(Lost::BackAt(at)) => at,
            None if self.rows.row(consumer.index()).contains(&true)
                && !self.is_covered(lens, consumer, stream, shard) =>
            {
                return None;
            }
            None => SimTime::ZERO,
        };
        let parents = lens.shards.get(stream, shard).into_iter().flat_map(Shard::parents);
        parents
            .into_iter()
            .try_fold(own, |since, parent| Some(since.max(self.leased_since(lens, consumer, stream, parent)?)))
    }

    /// Whether there is a lease of the shard or of an ancestor.
    fn is_covered(&self, lens: &Lens, consumer: ConsumerId, stream: StreamId, shard: ShardId) -> bool {
        let mut parents = lens.shards.get(stream, shard).into_iter().flat_map(Shard::parents);
        self.rows.get(consumer.index(), shard.index()).is_some_and(|is_there| *is_there)
            || parents.any(|parent| self.is_covered(lens, consumer, stream, parent))
    }

    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        let row = match (before, after) {
            (Some(row), None) | (None, Some(row)) => LeaseRow(row),
            _ => return,
        };
        let Some(shard) = row.shard() else { return };
        let Some(stream) = lens.names.stream_of(consumer) else { return };
        let is_hole = !self.is_covered(lens, consumer, stream, shard);
        *self.rows.at(consumer.index(), shard.index()) = after.is_some();
        let lost = self.lost.at(consumer.index(), shard.index());
        if after.is_none() && row.checkpoint() != Some(Checkpoint::ShardEnd) {
            *lost = Some(Lost::StillGone);
        } else if after.is_some() && (lost.is_some() || is_hole) {
            *lost = Some(Lost::BackAt(at));
        }
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        let mut due = Vec::new();
        for (consumer, _) in lens.names.consumers() {
            let Some(stream) = lens.names.stream_of(consumer) else { continue };
            let open = lens.shards.of(stream).filter(|(_, s)| s.is_open());
            due.extend(open.map(|(shard, _)| (consumer, stream, shard)));
        }
        for (consumer, stream, shard) in due {
            if lens.workers.are_wanted(consumer) {
                self.judge(lens, at, consumer, shard);
            }
            let good_at = self.readings.at(consumer.index(), shard.index()).good_at;
            let since = good_at.unwrap_or(*self.opened.at(stream.index(), shard.index()));
            if at.since(since) > self.age_max {
                let (name, number, age_max) = (lens.names.consumer(consumer), shard.0, self.age_max.told());
                self.pending.get_or_insert_with(|| format!("{name} was more than {age_max} behind at shard {number}"));
            }
        }
    }
}

impl Invariant for IteratorAgeRecovers {
    const NAME: &'static str = "iterator-age-recovers";
    const PROMISE: &'static str = "after the faults have healed consumers catch up and stay so";
    const HEARS: &'static [EventKind] = &[
        EventKind::ShardOpened,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::ItemWritten,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            bound: settings.liveness.caught_up_within,
            age_max: settings.liveness.iterator_age_max,
            paces: settings.paces.clone(),
            opened: Grid::default(),
            readings: Grid::default(),
            lost: Grid::default(),
            rows: Grid::default(),
            findings: Findings::default(),
            judged: 0,
            longest_backlog: SimDuration::ZERO,
            pending: None,
        }
    }
}

impl Check for IteratorAgeRecovers {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordsRead { shard, host, from, to, size_bytes, behind_latest_ms: behind_ms, .. }
            | Event::SubscriptionRead { shard, host, from, to, size_bytes, behind_latest_ms: behind_ms, .. } => {
                if let Some(consumer) = lens.names.consumer_of_host(host) {
                    self.on_read(lens, at, consumer, &Page { shard, from, to, size_bytes, behind_ms });
                }
            }
            Event::ShardOpened { stream, shard, .. } => *self.opened.at(stream.index(), shard.index()) = at,
            Event::ItemWritten { table, ref before, ref after, .. } => {
                self.on_row(lens, at, table, before.as_deref(), after.as_deref());
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let held = || {
            let text = format!("no consumer was {} behind for longer than {}", self.age_max, self.bound);
            match self.longest_backlog {
                SimDuration::ZERO => text,
                backlog => format!("{text} but for a backlog, which took {}", backlog.told()),
            }
        };
        lens.healing.result(Self::NAME, &self.findings, self.judged, self.bound, self.pending.as_deref(), held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::HostId;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> IteratorAgeRecovers {
        IteratorAgeRecovers::new(&settings())
    }

    /// Healed at 100 s; then a read every ten seconds until `end_s`, as far behind as `behind_ms` says at that second.
    fn reads(end_s: u64, behind_ms: impl Fn(u64) -> u64) -> Script {
        let mut script = vec![(0, opened(S0, 2, None)), (100_000, Event::FaultsHealed {})];
        let read = |s: u64| (s * 1000, read_behind(WORKER_1, S0, 0, 0, 1, behind_ms(s)));
        script.extend((100..end_s).step_by(10).map(read));
        script.push((end_s * 1000, Event::RunEnded {}));
        script
    }

    #[test]
    fn events_of_a_subscription_are_reads() {
        let read = |s: u64| {
            let (stream, shard, host, from, to, size_bytes) = (CLICKS, S0, WORKER_1, 0, 0, 0);
            let (behind_latest_ms, subscription) = (0, 1);
            (
                s * 1000,
                Event::SubscriptionRead { stream, shard, host, from, to, size_bytes, behind_latest_ms, subscription },
            )
        };
        let mut script = vec![(0, opened(S0, 2, None)), (100_000, Event::FaultsHealed {})];
        script.extend((100..400).step_by(5).map(read));
        script.push((400_000, Event::RunEnded {}));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
    }

    #[test]
    fn a_shard_that_got_no_lease_counts_from_when_it_has_one() {
        let judged = |end_s: u64, leased_s: u64| {
            let mut script = vec![(0, opened(S0, 0, None)), (0, opened(S1, 1, None))];
            script.push((1, written(WORKER_1, None, row(S0, "billing-1", "TRIM_HORIZON"))));
            script.push((100_000, Event::FaultsHealed {}));
            script.extend((100..end_s).step_by(10).map(|s| (s * 1000, read_behind(WORKER_1, S0, 0, 0, 1, 0))));
            script.push((leased_s * 1000, written(WORKER_1, None, row(S1, "", "TRIM_HORIZON"))));
            script.push((end_s * 1000, Event::RunEnded {}));
            script.sort_by_key(|(ms, _)| *ms);
            judge(check(), script).verdict
        };
        assert_eq!(judged(1000, 980), Verdict::Unknown, "there was not time enough");
        assert_eq!(judged(1000, 2), Verdict::Fail, "it was there, and nobody read");
    }

    #[test]
    fn a_consumer_that_catches_up_in_time_is_fine() {
        let catching_up = |s: u64| 90_000u64.saturating_sub((s - 100) * 2000);
        assert_eq!(judge(check(), reads(400, catching_up)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), reads(130, catching_up)).verdict, Verdict::Unknown);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_consumer_that_stays_behind_is_found() {
        let text = evidence(&judge(check(), reads(400, |_| 90_000)));
        assert_eq!(
            text,
            "0:06:40.000 billing was more than 10s behind at shard 0, or did not read it, from 0:01:40.000 to \
             0:06:40.000 (5m; allowed 1m)"
        );
    }

    /// Judged of a consumer that can read a record in `per_record_ms` and joins `behind_s` behind, at 100 s: every ten
    /// seconds it reads a thousand records, which are so many seconds' worth, until it is at the tip.
    fn joins_late(per_record_ms: u64, behind_s: u64, seconds_a_page: u64) -> CheckResult {
        let per_record = SimDuration::from_millis(per_record_ms);
        let check = IteratorAgeRecovers::new(&CheckSettings { paces: vec![Pace { per_record }], ..settings() });
        let mut script = vec![(0, opened(S0, 2, None)), (100_000, Event::FaultsHealed {})];
        script.extend((0..50).map(|page| {
            let behind_ms = (behind_s + page * 10).saturating_sub(page * seconds_a_page) * 1000;
            (100_000 + page * 10_000, read_behind(WORKER_1, S0, page * 1000, (page + 1) * 1000, 1, behind_ms))
        }));
        script.push((600_000, Event::RunEnded {}));
        judge(check, script)
    }

    #[test]
    fn who_begins_far_behind_has_the_time_that_the_backlog_takes_at_best() {
        let as_fast_as_it_can = joins_late(10, 300, 20);
        assert_eq!(as_fast_as_it_can.verdict, Verdict::Pass);
        assert_eq!(
            as_fast_as_it_can.detail,
            "no consumer was 10s behind for longer than 1m but for a backlog, which took 5m"
        );
        assert_eq!(joins_late(8, 300, 20).verdict, Verdict::Pass, "it could take four fifths of them");
        let twice_as_fast = evidence(&joins_late(5, 300, 20));
        assert!(twice_as_fast.ends_with("from 0:01:40.000 to 0:06:40.000 (5m; allowed 3m30s)"), "{twice_as_fast}");
    }

    #[test]
    fn who_comes_no_nearer_has_the_bound_alone() {
        let too_slow = evidence(&joins_late(10, 300, 10));
        assert!(too_slow.ends_with("from 0:01:40.000 to 0:10:00.000 (8m20s; allowed 1m)"), "{too_slow}");
        assert_eq!(joins_late(10, 300, 9).verdict, Verdict::Fail);
    }

    #[test]
    fn records_that_are_read_again_are_no_progress() {
        let per_record = SimDuration::from_millis(10);
        let check = IteratorAgeRecovers::new(&CheckSettings { paces: vec![Pace { per_record }], ..settings() });
        let mut script = vec![(0, opened(S0, 2, None)), (100_000, Event::FaultsHealed {})];
        let again = |s: u64| (s * 1000, read_behind(WORKER_1, S0, 0, 1000, 1, 600_000 - s * 1000));
        script.extend((100..300).step_by(10).map(again));
        script.push((300_000, Event::RunEnded {}));
        assert!(evidence(&judge(check, script)).ends_with("(3m20s; allowed 1m10s)"));
    }

    #[test]
    fn the_backlog_of_a_closed_parent_comes_before_the_childs() {
        let judged = |parents_pages: u64| {
            let per_record = SimDuration::from_millis(10);
            let check = IteratorAgeRecovers::new(&CheckSettings { paces: vec![Pace { per_record }], ..settings() });
            let mut script = vec![(0, opened(S0, 2, None)), (10_000, closed(S0, parents_pages * 1000))];
            script.extend([(10_000, opened(S1, 2, Some(S0))), (100_000, Event::FaultsHealed {})]);
            let page = |n: u64| (100_000 + n * 10_000, read_behind(WORKER_1, S0, n * 1000, (n + 1) * 1000, 1, 90_000));
            script.extend((0..parents_pages).map(page));
            script.extend((20..30).map(|n| (100_000 + n * 10_000, read_behind(WORKER_1, S1, 0, 0, 1, 0))));
            script.push((400_000, Event::RunEnded {}));
            judge(check, script).verdict
        };
        assert_eq!(judged(20), Verdict::Pass, "it was at the parent for 200 s");
        assert_eq!(judged(10), Verdict::Fail, "it was done with the parent in 100 s, and began 100 s later");
    }

    #[test]
    fn a_shard_that_nobody_reads_is_found() {
        let mut script = reads(400, |_| 0);
        script.insert(0, (0, opened(S1, 1, None)));
        let text = evidence(&judge(check(), script));
        assert_eq!(
            text,
            "0:06:40.000 billing did not read shard 1 at all from 0:01:40.000 to 0:06:40.000 (5m; allowed 1m)"
        );
    }

    #[test]
    fn a_lost_lease_row_is_not_judged_here_until_it_is_back() {
        let judged = |back_s: u64| {
            let mut script = reads(100, |_| 0);
            script.pop();
            script.push((101_000, written(OPERATOR, row_at(S0, "billing-1", 9), None)));
            script.push((back_s * 1000, written(WORKER_1, None, row(S0, "", "TRIM_HORIZON"))));
            script.push((400_000, Event::RunEnded {}));
            judge(check(), script).verdict
        };
        assert_ne!(judged(390), Verdict::Fail);
        assert_eq!(judged(300), Verdict::Fail, "it was back for longer than the bound");
    }

    #[test]
    fn a_consumer_that_is_dead_is_found_and_one_that_is_just_behind_is_no_pass() {
        let gone = |event: fn(HostId) -> Event| {
            let mut script = reads(200, |_| 0);
            script.pop();
            script.extend([WORKER_1, WORKER_2].map(|host| (200_000, event(host))));
            script.push((900_000, Event::RunEnded {}));
            judge(check(), script).verdict
        };
        assert_eq!(gone(|host| Event::HostCrashed { host }), Verdict::Fail);
        assert_eq!(gone(|host| Event::WorkerStopped { consumer: BILLING, host }), Verdict::Unknown);
        let late = judge(check(), reads(400, |s| if s < 370 { 0 } else { 90_000 }));
        assert_eq!(late.verdict, Verdict::Unknown);
        assert_eq!(late.detail, "at the end billing was more than 10s behind at shard 0");
    }

    #[test]
    fn a_reader_that_falls_silent_is_found() {
        let mut script = reads(200, |_| 0);
        script.pop();
        script.push((400_000, Event::RunEnded {}));
        assert_eq!(judge(check(), script).verdict, Verdict::Fail);
    }
}
