//! `no-acknowledged-record-lost`: an acknowledged record can be read until its retention is over.
//!
//! Broken by: a record acknowledged by fewer than two zones, ordinals that are not dense, a shard closed before its
//! end, records trimmed before their time, a reading session or a subscription that jumps over records, and an answer
//! that says "caught up" with records left. How old a record is is known to `MARK_EVERY`, in favour of the
//! service; `iterators-begin-where-asked` knows it exactly.
//!
//! Whether a consumer processes what it read is not judged here.

use std::collections::VecDeque;
use std::ops::Range;

use crate::base::{Event, EventKind, ShardId, SimDuration, SimTime, StreamId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// One acceptance time is kept for this much time: 8,640 a day and shard.
const MARK_EVERY: SimDuration = SimDuration::from_secs(10);
/// An answer may say "caught up" while records younger than this (and the visibility lag) are left.
const CAUGHT_UP_SLACK: SimDuration = SimDuration::from_secs(10);

#[derive(Default)]
struct Shard {
    accepted: u64,
    trimmed: u64,
    next_mark: SimTime,
    /// Ordinals with the time at which they were accepted, in order.
    marks: VecDeque<(u64, SimTime)>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct NoAcknowledgedRecordLost {
    shards: Grid<Shard>,
    visibility_lag: SimDuration,
    findings: Findings,
    read: u64,
}

impl Shard {
    fn accept(&mut self, at: SimTime, ordinal: u64) {
        self.accepted = ordinal + 1;
        if at >= self.next_mark {
            self.next_mark = at + MARK_EVERY;
            self.marks.push_back((ordinal, at));
        }
    }
    /// A time at or before which `ordinal` was accepted, by less than `MARK_EVERY`.
    fn accepted_at(&self, ordinal: u64) -> SimTime {
        let after = self.marks.partition_point(|(o, _)| *o <= ordinal);
        after.checked_sub(1).map_or(SimTime::ZERO, |i| self.marks[i].1)
    }
    fn trim(&mut self, to: u64) {
        self.trimmed = self.trimmed.max(to);
        while self.marks.get(1).is_some_and(|(ordinal, _)| *ordinal <= to) {
            self.marks.pop_front();
        }
    }
    /// Returns whether `ordinal` was accepted before `time`.
    fn is_older(&self, ordinal: u64, time: SimTime) -> bool {
        let next = self.marks.partition_point(|(o, _)| *o <= ordinal);
        ordinal < self.accepted && self.marks.get(next).is_some_and(|(_, at)| *at < time)
    }
}

impl NoAcknowledgedRecordLost {
    fn on_accepted(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, ordinal: u64, zones: u8) {
        let state = self.shards.at(stream.index(), shard.index());
        let next = state.accepted;
        state.accept(at, ordinal);
        if ordinal != next {
            let stream = lens.names.stream(stream);
            self.findings.fail(at, || format!("{stream} accepted record {ordinal} in {shard}, but {next} was next"));
        }
        if zones.count_ones() < 2 {
            self.fail(lens, at, stream, shard, || format!("acknowledged record {ordinal} with fewer than two zones"));
        }
    }

    /// Ordinals `range` went away.
    fn on_gone(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, to: u64) {
        let state = self.shards.at(stream.index(), shard.index());
        let gone = state.trimmed..to.min(state.accepted);
        let youngest = (!gone.is_empty()).then(|| state.accepted_at(gone.end - 1));
        state.trim(to);
        let Some(accepted) = youngest else { return };
        let (is_due, retention) = (lens.retention.has_expired(stream, accepted, at), lens.retention.of(stream));
        if !is_due && !lens.names.is_gone(stream) {
            self.fail(lens, at, stream, shard, || {
                format!("trimmed {} accepted at {accepted} or later; retention is {retention}", records(&gone))
            });
        }
    }

    fn on_closed(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, end: u64) {
        let accepted = self.shards.at(stream.index(), shard.index()).accepted;
        if end != accepted {
            self.fail(lens, at, stream, shard, || {
                format!("closed with {end} records, but {accepted} were acknowledged")
            });
        }
    }

    fn on_read(
        &mut self,
        lens: &Lens,
        at: SimTime,
        (stream, shard): (StreamId, ShardId),
        read: Range<u64>,
        continues: Option<u64>,
    ) {
        self.read += read.end.saturating_sub(read.start);
        let state = self.shards.at(stream.index(), shard.index());
        let accepted = state.accepted;
        if read.end > accepted {
            self.fail(lens, at, stream, shard, || format!("returned {} of which {accepted} exist", records(&read)));
            return;
        }
        let missed = continues.unwrap_or(read.start).max(state.trimmed)..read.start;
        if missed.is_empty() {
            return;
        }
        let youngest = state.accepted_at(missed.end - 1);
        if !lens.retention.has_expired(stream, youngest, at) {
            self.fail(lens, at, stream, shard, || format!("passed over {} in a reading session", records(&missed)));
        }
    }

    fn on_caught_up(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, to: u64) {
        let state = self.shards.at(stream.index(), shard.index());
        let accepted = state.accepted;
        let is_left = state.is_older(to, at.saturating_sub(CAUGHT_UP_SLACK + self.visibility_lag));
        if is_left && !lens.retention.has_expired(stream, state.accepted_at(accepted - 1), at) {
            self.fail(lens, at, stream, shard, || {
                format!("told a reader it was caught up, with {} left", records(&(to..accepted)))
            });
        }
    }

    fn fail(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, what: impl FnOnce() -> String) {
        let stream = lens.names.stream(stream);
        self.findings.fail(at, || format!("{stream} {shard} {}", what()));
    }
}

impl Invariant for NoAcknowledgedRecordLost {
    const NAME: &'static str = "no-acknowledged-record-lost";
    const PROMISE: &'static str = "an acknowledged record can be read until its retention is over";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::RecordsTrimmed,
        EventKind::ShardClosed,
        EventKind::ShardExpired,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self { visibility_lag: settings.visibility_lag, ..Self::default() }
    }
}

impl Check for NoAcknowledgedRecordLost {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, ordinal, zones, .. } => {
                self.on_accepted(lens, at, stream, shard, ordinal, zones);
            }
            Event::RecordsRead { stream, shard, from, to, behind_latest_ms, .. }
            | Event::SubscriptionRead { stream, shard, from, to, behind_latest_ms, .. } => {
                let continues = lens.continues;
                self.on_read(lens, at, (stream, shard), from..to, continues);
                if behind_latest_ms == 0 {
                    self.on_caught_up(lens, at, stream, shard, to);
                }
            }
            Event::RecordsTrimmed { stream, shard, to } => self.on_gone(lens, at, stream, shard, to),
            Event::ShardExpired { stream, shard } => self.on_gone(lens, at, stream, shard, u64::MAX),
            Event::ShardClosed { stream, shard, end } => self.on_closed(lens, at, stream, shard, end),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.read, || format!("no gap in {} records read", self.read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Position;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    const DAY_MS: u64 = 24 * 3_600_000;

    fn check() -> NoAcknowledgedRecordLost {
        NoAcknowledgedRecordLost::new(&settings())
    }

    /// A hundred records, and a first read of ten.
    fn begun() -> Script {
        let mut script = accepted_many(0, S0, 100);
        script.push((1000, read_behind(WORKER_1, S0, 0, 10, 5, 900)));
        script
    }

    #[test]
    fn records_read_in_turn_and_trimmed_in_time_are_not_lost() {
        let mut script = begun();
        script.push((2000, read(WORKER_1, S0, 10, 100, 1000)));
        script.push((2000 + DAY_MS, trimmed(S0, 100)));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_session_that_jumps_over_records_loses_them() {
        let mut script = begun();
        script.push((2000, read(WORKER_1, S0, 13, 100, 1000)));
        let result = judge(check(), script);
        assert_eq!(
            evidence(&result),
            "0:00:02.000 clicks shardId-000000000000 passed over records 10 to 12 in a reading session"
        );
    }

    #[test]
    fn clients_of_an_endpoint_who_read_beside_each_other_are_told_when_a_read_jumps() {
        let issued = |ordinal| {
            let (stream, shard, host) = (CLICKS, S0, OPERATOR);
            Event::IteratorIssued { stream, shard, host, position: Position::TrimHorizon, ordinal }
        };
        let judged = |from| {
            let reads = [issued(0), read(OPERATOR, S0, 0, 10, 0), issued(40), read(OPERATOR, S0, from, 100, 0)];
            judge(check(), accepted_many(0, S0, 100).into_iter().chain(reads.map(|event| (1000, event))))
        };
        assert_eq!(judged(40).verdict, Verdict::Pass);
        assert_eq!(judged(10).verdict, Verdict::Pass);
        assert!(evidence(&judged(13)).contains("passed over records 10 to 12 in a reading session"));
    }

    #[test]
    fn a_subscription_whose_events_jump_over_records_loses_them() {
        let judged = |first, second| {
            let events = [subscribed(1, 4), subscription_read(1, first, 10), subscription_read(1, second, 20)];
            judge(check(), accepted_many(0, S0, 100).into_iter().chain(events.map(|event| (1000, event))))
        };
        assert_eq!(judged(4, 10).verdict, Verdict::Pass);
        assert!(evidence(&judged(4, 13)).contains("passed over records 10 to 12 in a reading session"));
        assert!(evidence(&judged(5, 10)).contains("passed over record 4 in a reading session"));
    }

    #[test]
    fn a_new_iterator_may_begin_anywhere() {
        let mut script = begun();
        script.push((2000, read(WORKER_1, S0, 50, 100, 10)));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
    }

    #[test]
    fn trimming_before_retention_is_over_is_a_loss() {
        let mut script = begun();
        script.push((DAY_MS - 60_000, trimmed(S0, 40)));
        let text = evidence(&judge(check(), script));
        assert!(text.contains("trimmed records 0 to 39 accepted at 0:00:00.000 or later; retention is 1d"), "{text}");
    }

    #[test]
    fn what_expired_under_a_shorter_retention_may_be_trimmed_later() {
        let longer = Event::RetentionChanged { stream: CLICKS, retention_hours: 48 };
        let mut script = begun();
        script.push((DAY_MS + 1000, longer.clone()));
        script.push((DAY_MS + 2000, trimmed(S0, 100)));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
        let mut script = begun();
        script.push((DAY_MS - 1000, longer));
        script.push((DAY_MS + 2000, trimmed(S0, 100)));
        assert_eq!(judge(check(), script).verdict, Verdict::Fail);
    }

    #[test]
    fn a_lost_tail_shows_when_a_reader_is_told_it_is_caught_up() {
        let mut script = begun();
        script.push((20_000, accepted(S0, 100)));
        script.push((40_000, read(WORKER_1, S0, 50, 50, 10)));
        let text = evidence(&judge(check(), script));
        assert!(text.contains("told a reader it was caught up, with records 50 to 100 left"), "{text}");
    }

    #[test]
    fn a_shard_that_forgets_its_last_records_is_found_when_it_closes_or_accepts() {
        for event in [closed(S0, 90), accepted(S0, 90)] {
            let mut script = begun();
            script.push((3000, event));
            assert_eq!(judge(check(), script).verdict, Verdict::Fail);
        }
    }
}
