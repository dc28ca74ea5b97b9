//! `bounded-double-processing`: two workers of a consumer process one shard at once only for a bounded time.
//!
//! A worker that cannot renew a lease fences itself: its own copy expires when it is older than `failoverTimeMillis`
//! by its own clock, and the next round of its scheduler stops the processor after the batch in hand. So a partition
//! excuses nothing. The bound, counted from the old worker's last write of the lease's row, is `failoverTimeMillis`
//! plus five seconds to notice, plus the longest time the old worker then spent on one batch (a running batch cannot
//! be stopped). A renewal whose answer was lost is one that the worker hears of when the SDK has asked again, up to
//! `dynamoDbRequestTimeout` later, and its lease counts from then. Time in which the old worker's host stood still
//! does not count: its clock stood still too.
//!
//! Overlap is what the old worker processes after the new one has processed something. Pollers have no leases and
//! are not judged.

use std::collections::VecDeque;

use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimDuration, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What a worker may take to hear of its last renewal, and to notice that it has none.
const SLACK: SimDuration = SimDuration::from_secs(5);
/// `dynamoDbRequestTimeout`: for so long a worker may wait to hear of a renewal whose answer was lost.
const ANSWER_MAX: SimDuration = SimDuration::from_secs(60);

/// Batches that were read and wait, at most: a prefetch cache has few.
const BATCHES_MAX: usize = 32;

/// A worker that processes a shard.
struct Session {
    host: HostId,
    /// When the batch in hand began.
    batch_began: SimTime,
    /// Where the batches that it has read end: a record processor that goes wrong takes effect in parts of one.
    batch_ends: VecDeque<u64>,
    /// When it last wrote the lease's row as its owner, and how long its host had stood still until then.
    renewed: SimTime,
    paused_before: SimDuration,
    /// Whether an answer to it was lost since.
    is_answer_lost: bool,
    superseded: Option<Superseded>,
}

/// Another worker gained the lease.
struct Superseded {
    by: HostId,
    longest_batch: SimDuration,
    is_overlap: bool,
    is_told: bool,
}

#[derive(Default)]
struct Shard {
    sessions: Vec<Session>,
    holder: Option<HostId>,
}

/// How long a host has stood still.
#[derive(Default)]
struct Pauses {
    total: SimDuration,
    since: Option<SimTime>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct BoundedDoubleProcessing {
    shards: Grid<Shard>,
    pauses: Grid<Pauses>,
    findings: Findings,
    handovers: u64,
}

impl Pauses {
    fn until(&self, at: SimTime) -> SimDuration {
        self.total + self.since.map_or(SimDuration::ZERO, |since| at.since(since))
    }
}

impl Superseded {
    /// A batch was in hand from then until `at`.
    fn on_batch(&mut self, began: SimTime, at: SimTime) {
        self.longest_batch = self.longest_batch.max(at.since(began));
    }
}

impl Session {
    /// Records up to there are processed: when the batch that they are of began.
    fn on_processed(&mut self, at: SimTime, to: u64) -> SimTime {
        let is_in_a_batch = self.batch_ends.front().is_some_and(|end| *end > to);
        while self.batch_ends.front().is_some_and(|end| *end <= to) {
            self.batch_ends.pop_front();
        }
        let began = self.batch_began;
        if !is_in_a_batch {
            self.batch_began = at;
        }
        began
    }
    fn on_read(&mut self, to: u64) {
        if self.batch_ends.len() == BATCHES_MAX {
            self.batch_ends.pop_front();
        }
        self.batch_ends.push_back(to);
    }
}

impl BoundedDoubleProcessing {
    fn on_gained(&mut self, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let state = self.shards.at(consumer.index(), shard.index());
        if state.holder.replace(host).is_some_and(|holder| holder != host) {
            self.handovers += 1;
        }
        for session in &mut state.sessions {
            if session.host == host {
                session.superseded = None;
            } else if session.superseded.is_none() {
                session.superseded =
                    Some(Superseded { by: host, longest_batch: SimDuration::ZERO, is_overlap: false, is_told: false });
            }
        }
    }

    fn on_processed(
        &mut self,
        lens: &Lens,
        at: SimTime,
        consumer: ConsumerId,
        host: HostId,
        (shard, to): (ShardId, u64),
    ) {
        let failover = lens.names.info(consumer).map_or(SimDuration::ZERO, |c| SimDuration::from_millis(c.failover_ms));
        let paused = self.pauses.at(host.index(), 0).until(at);
        for session in &mut self.shards.at(consumer.index(), shard.index()).sessions {
            if session.host != host {
                if let Some(superseded) = &mut session.superseded {
                    superseded.is_overlap = true;
                }
                continue;
            }
            let began = session.on_processed(at, to);
            let Some(superseded) = &mut session.superseded else { continue };
            superseded.on_batch(began, at);
            let overlap = at.since(session.renewed).saturating_sub(paused.saturating_sub(session.paused_before));
            let answer = if session.is_answer_lost { ANSWER_MAX } else { SimDuration::ZERO };
            let bound = failover + SLACK + answer + superseded.longest_batch;
            if superseded.is_overlap && overlap > bound && !superseded.is_told {
                superseded.is_told = true;
                let (old, new) = (lens.names.host(host), lens.names.host(superseded.by));
                self.findings.fail(at, || {
                    format!(
                        "{old} still processed {shard}, which {new} has taken over, {overlap} after it last renewed \
                         its lease; the bound is {bound}"
                    )
                });
            }
        }
    }

    /// A worker that writes a lease's row as its owner has renewed the lease.
    fn on_row(&mut self, lens: &Lens, at: SimTime, table: TableId, host: HostId, row: &Item) {
        let row = LeaseRow(row);
        let (Some(consumer), Some(shard)) = (lens.names.consumer_of_table(table), row.shard()) else { return };
        let sessions = &mut self.shards.at(consumer.index(), shard.index()).sessions;
        let Some(session) = sessions.iter_mut().find(|session| session.host == host) else { return };
        if row.owner() == Some(&*lens.names.host(host)) {
            (session.renewed, session.paused_before) = (at, self.pauses.at(host.index(), 0).until(at));
            session.is_answer_lost = false;
        }
    }

    fn on_lost(&mut self, host: HostId) {
        let sessions = self.shards.cells_mut().flat_map(|(_, _, shard)| &mut shard.sessions);
        sessions.filter(|session| session.host == host).for_each(|session| session.is_answer_lost = true);
    }

    fn end_sessions_of(&mut self, host: HostId) {
        for (_, _, shard) in self.shards.cells_mut() {
            shard.sessions.retain(|s| s.host != host);
        }
    }
}

impl Invariant for BoundedDoubleProcessing {
    const NAME: &'static str = "bounded-double-processing";
    const PROMISE: &'static str = "two workers of a consumer process one shard at once only for a bounded time";
    const HEARS: &'static [EventKind] = &[
        EventKind::LeaseGained,
        EventKind::ItemWritten,
        EventKind::ProcessingStarted,
        EventKind::ProcessingEnded,
        EventKind::RecordsProcessed,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::WorkerStopped,
        EventKind::MessageLost,
        EventKind::HostCrashed,
        EventKind::HostPaused,
        EventKind::HostResumed,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for BoundedDoubleProcessing {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::LeaseGained { consumer, host, shard, .. } => self.on_gained(consumer, host, shard),
            Event::RecordsProcessed { consumer, host, shard, to, .. } => {
                self.on_processed(lens, at, consumer, host, (shard, to));
            }
            Event::RecordsRead { shard, host, from, to, .. }
            | Event::SubscriptionRead { shard, host, from, to, .. }
                if from < to =>
            {
                let consumer = lens.names.consumer_of_host(host);
                let sessions = consumer.map(|consumer| &mut self.shards.at(consumer.index(), shard.index()).sessions);
                let session = sessions.into_iter().flatten().find(|session| session.host == host);
                session.into_iter().for_each(|session| session.on_read(to));
            }
            Event::ProcessingStarted { consumer, host, shard, .. } => {
                let paused_before = self.pauses.at(host.index(), 0).until(at);
                let sessions = &mut self.shards.at(consumer.index(), shard.index()).sessions;
                sessions.retain(|s| s.host != host);
                sessions.push(Session {
                    host,
                    batch_began: at,
                    batch_ends: VecDeque::new(),
                    renewed: at,
                    paused_before,
                    is_answer_lost: false,
                    superseded: None,
                });
            }
            Event::ProcessingEnded { consumer, host, shard, .. } => {
                self.shards.at(consumer.index(), shard.index()).sessions.retain(|s| s.host != host);
            }
            Event::ItemWritten { table, host, after: Some(ref row), .. } => self.on_row(lens, at, table, host, row),
            Event::MessageLost { to, operation: "UpdateItem", is_reply: true, .. } => self.on_lost(to),
            Event::HostCrashed { host } | Event::WorkerStopped { host, .. } => self.end_sessions_of(host),
            Event::HostPaused { host } => self.pauses.at(host.index(), 0).since = Some(at),
            Event::HostResumed { host } => {
                let pauses = self.pauses.at(host.index(), 0);
                *pauses = Pauses { total: pauses.until(at), since: None };
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("after {} changes of a lease's owner the old one stopped in time", self.handovers);
        self.findings.result(Self::NAME, self.handovers, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::ProcessingEnd;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// billing-1 renews its lease for the last time at 99 s, and billing-2 takes it over at 100 s; billing-1 goes on
    /// with a batch every second until `until_s`.
    fn taken_over(until_s: u64) -> Script {
        let mut script = vec![(0, gained(WORKER_1, S0)), (0, started(WORKER_1, S0, "TRIM_HORIZON"))];
        script.push((99_000, written(WORKER_1, None, row(S0, "billing-1", "TRIM_HORIZON"))));
        script.push((100_000, gained(WORKER_2, S0)));
        script.push((100_000, started(WORKER_2, S0, "TRIM_HORIZON")));
        script.push((100_500, processed(WORKER_2, S0, 0, 10)));
        script.extend((99..until_s).map(|s| (s * 1000, processed(WORKER_1, S0, s, s + 1))));
        script.sort_by_key(|(ms, _)| *ms);
        script
    }

    #[test]
    fn an_old_owner_that_stops_in_time_is_fine() {
        let mut script = taken_over(114);
        script.push((115_000, ended(WORKER_1, S0, ProcessingEnd::LeaseLost)));
        assert_eq!(judge(BoundedDoubleProcessing::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(BoundedDoubleProcessing::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_old_owner_that_never_notices_is_found() {
        let text = evidence(&judge(BoundedDoubleProcessing::default(), taken_over(300)));
        assert_eq!(
            text,
            "0:01:56.000 billing-1 still processed shardId-000000000000, which billing-2 has taken over, 17s after it \
             last renewed its lease; the bound is 16s"
        );
    }

    #[test]
    fn a_batch_that_takes_effect_in_parts_is_one_batch() {
        let judged = |ends: &[u64]| {
            let mut script = taken_over(130);
            script.extend(ends.iter().map(|end| (98_000, read(WORKER_1, S0, 99, *end, 0))));
            script.sort_by_key(|(ms, _)| *ms);
            judge(BoundedDoubleProcessing::default(), script).verdict
        };
        assert_eq!(judged(&[100, 131]), Verdict::Pass, "it has one long batch in hand");
        assert_eq!(judged(&[100, 105, 110, 115, 120, 125, 131]), Verdict::Fail, "it takes one after the other");
    }

    #[test]
    fn a_renewal_that_is_heard_of_late_counts_from_then() {
        let lost = |to| Event::MessageLost { from: HostId(0), to, operation: "UpdateItem", is_reply: true };
        let judged = |to, until_s| {
            let mut script = taken_over(until_s);
            script.insert(3, (99_001, lost(to)));
            judge(BoundedDoubleProcessing::default(), script).verdict
        };
        assert_eq!(judged(WORKER_1, 140), Verdict::Pass);
        assert_eq!(judged(WORKER_2, 140), Verdict::Fail, "it was another's answer");
        assert_eq!(judged(WORKER_1, 300), Verdict::Fail);
    }

    #[test]
    fn one_long_batch_or_a_pause_is_excused() {
        let mut script = taken_over(102);
        script.push((190_000, processed(WORKER_1, S0, 5, 6)));
        assert_eq!(judge(BoundedDoubleProcessing::default(), script).verdict, Verdict::Pass);
        let mut script = taken_over(102);
        script.push((102_000, Event::HostPaused { host: WORKER_1 }));
        script.push((182_000, Event::HostResumed { host: WORKER_1 }));
        script.push((183_000, processed(WORKER_1, S0, 5, 6)));
        assert_eq!(judge(BoundedDoubleProcessing::default(), script).verdict, Verdict::Pass);
    }

    #[test]
    fn a_crash_ends_the_old_owners_processing() {
        let mut script = taken_over(102);
        script.push((102_000, Event::HostCrashed { host: WORKER_1 }));
        script.push((300_000, processed(WORKER_2, S0, 10, 20)));
        assert_eq!(judge(BoundedDoubleProcessing::default(), script).verdict, Verdict::Pass);
    }
}
