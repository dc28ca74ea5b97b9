//! `iterators-begin-where-asked`: a shard iterator stands at exactly the record that was asked for, and reading begins
//! there (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html>).
//!
//! TRIM_HORIZON is the oldest record in retention, LATEST lies behind the newest that can be read, AT_SEQUENCE_NUMBER
//! is that record and AFTER_SEQUENCE_NUMBER the one behind it, AT_TIMESTAMP the first that arrived then or later; what
//! has left retention falls forward to the oldest. Which record has which number and time is known exactly of a
//! shard's newest `EXACT` and more; of older ones in steps as long. Reads that go on are judged by
//! `no-acknowledged-record-lost` and `shard-order`.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use crate::base::{Event, EventKind, HostId, Position, ShardId, SimDuration, SimTime, StreamId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// So many of a shard's newest records are known one by one, and twice as many at most.
const EXACT: usize = 256;

/// Sequence index and arrival of a record.
type Mark = (u64, SimTime);

/// The records of a shard.
#[derive(Default)]
struct Journal {
    /// Every `EXACT`-th record, from the first on.
    marks: Vec<Mark>,
    /// The newest records. The first of them is one of the marks.
    recent: VecDeque<Mark>,
    accepted: u64,
}

/// An iterator that was not used yet.
#[derive(Clone, Copy)]
struct Issued {
    stream: StreamId,
    at: SimTime,
    ordinal: u64,
}

/// What is remembered of the run to judge this.
pub(super) struct IteratorsBeginWhereAsked {
    visibility_lag: SimDuration,
    epoch_unix_ms: u64,
    journals: Grid<Journal>,
    /// By host and shard.
    issued: Grid<Option<Issued>>,
    findings: Findings,
    judged: u64,
}

impl Journal {
    #[inline]
    fn push(&mut self, mark: Mark) {
        if self.accepted.is_multiple_of(EXACT as u64) {
            self.marks.push(mark);
            if self.recent.len() == 2 * EXACT {
                self.recent.drain(..EXACT);
            }
        }
        self.recent.push_back(mark);
        self.accepted += 1;
    }

    /// Where the first record lies that is not `before`, which holds for a prefix.
    fn first_not(&self, before: impl Fn(&Mark) -> bool) -> RangeInclusive<u64> {
        let base = self.accepted - self.recent.len() as u64;
        if base == 0 || self.recent.front().is_some_and(&before) {
            let at = base + self.recent.partition_point(&before) as u64;
            return at..=at;
        }
        let passed = self.marks.partition_point(&before) as u64;
        match passed.checked_sub(1) {
            None => 0..=0,
            Some(mark) => mark * EXACT as u64 + 1..=(passed * EXACT as u64).min(base),
        }
    }
}

impl IteratorsBeginWhereAsked {
    /// Where an iterator for that position stands at `at`; `None` where it is not known.
    fn expected(
        &self,
        at: SimTime,
        stream: StreamId,
        shard: ShardId,
        position: Position,
    ) -> Option<RangeInclusive<u64>> {
        let nothing = Journal::default();
        let journal = self.journals.get(stream.index(), shard.index()).unwrap_or(&nothing);
        match position {
            Position::TrimHorizon => Some(0..=0),
            Position::Latest if self.visibility_lag.is_zero() => Some(journal.accepted..=journal.accepted),
            Position::Latest => Some(journal.first_not(|(_, arrived)| *arrived + self.visibility_lag <= at)),
            Position::AtSequenceNumber(number) => Some(journal.first_not(|(index, _)| *index < number.index())),
            Position::AfterSequenceNumber(number) => Some(journal.first_not(|(index, _)| *index <= number.index())),
            Position::AtTimestamp { unix_ms: Some(unix_ms) } => {
                let from = SimTime::from_millis(unix_ms.saturating_sub(self.epoch_unix_ms));
                Some(journal.first_not(|(_, arrived)| *arrived < from))
            }
            Position::AtTimestamp { unix_ms: None }
            | Position::Checkpoint(_)
            | Position::SavedIterator
            | Position::ShardEnd => None,
        }
    }

    fn on_issued(&mut self, lens: &Lens, host: HostId, shard: ShardId, issued: Issued, position: Position) {
        let Issued { stream, at, ordinal } = issued;
        *self.issued.at(host.index(), shard.index()) = Some(issued);
        let Some(expected) = self.expected(at, stream, shard, position) else { return };
        self.judged += 1;
        let trimmed = lens.shards.trimmed(stream, shard);
        let (least, most) = (trimmed.max(*expected.start()), trimmed.max(*expected.end()));
        if !(least..=most).contains(&ordinal) {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!(
                    "{host} asked for {position} of {shard}, and was given an iterator at record {ordinal} instead of \
                     {least}"
                )
            });
        }
    }

    fn on_read(
        &mut self,
        lens: &Lens,
        at: SimTime,
        (stream, shard): (StreamId, ShardId),
        host: HostId,
        from: u64,
        lived: SimDuration,
    ) {
        let waiting = self.issued.at(host.index(), shard.index());
        let Some(issued) = waiting.filter(|issued| issued.stream == stream && issued.at + lived == at) else { return };
        *waiting = None;
        let begins = issued.ordinal.max(lens.shards.trimmed(stream, shard));
        if from != begins {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!("{host} read {shard} from record {from} on, with an iterator that stood at record {begins}")
            });
        }
    }
}

impl Invariant for IteratorsBeginWhereAsked {
    const NAME: &'static str = "iterators-begin-where-asked";
    const PROMISE: &'static str =
        "a shard iterator stands at exactly the record that was asked for, and reading begins there";
    const HEARS: &'static [EventKind] = &[EventKind::RecordAccepted, EventKind::IteratorIssued, EventKind::RecordsRead];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            visibility_lag: settings.visibility_lag,
            epoch_unix_ms: settings.epoch_unix_ms,
            journals: Grid::default(),
            issued: Grid::default(),
            findings: Findings::default(),
            judged: 0,
        }
    }
}

impl Check for IteratorsBeginWhereAsked {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, index, .. } => {
                self.journals.at(stream.index(), shard.index()).push((index, at));
            }
            Event::IteratorIssued { stream, shard, host, position, ordinal } => {
                self.on_issued(lens, host, shard, Issued { stream, at, ordinal }, position);
            }
            // Of those who cannot be told apart nobody knows whose iterator was used; the lens knows where all stood.
            Event::RecordsRead { stream, shard, host, from, iterator_lived, .. } if !lens.names.is_crowd(host) => {
                self.on_read(lens, at, (stream, shard), host, from, iterator_lived);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} iterators stood where they should", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    const LATER_MS: u64 = 10_000;

    /// After a thousand records, one a millisecond with the index three times its ordinal, an iterator is asked for and
    /// stands at `ordinal`.
    fn issued(position: Position, ordinal: u64) -> CheckResult {
        let mut script = accepted_many(0, S0, 1000);
        let issued = Event::IteratorIssued { stream: CLICKS, shard: S0, host: WORKER_1, position, ordinal };
        script.push((LATER_MS, issued));
        judge(IteratorsBeginWhereAsked::new(&settings()), script)
    }

    fn at_ms(ms: u64) -> Position {
        Position::AtTimestamp { unix_ms: Some(settings().epoch_unix_ms + ms) }
    }

    #[test]
    fn every_kind_of_iterator_stands_at_one_record_alone() {
        let cases = [
            (Position::TrimHorizon, 0),
            (Position::Latest, 1000),
            (Position::AtSequenceNumber(number(S0, 900 * 3)), 900),
            (Position::AfterSequenceNumber(number(S0, 900 * 3)), 901),
            (at_ms(900), 900),
        ];
        for (position, ordinal) in cases {
            assert_eq!(issued(position, ordinal).verdict, Verdict::Pass, "{position}");
            assert_eq!(issued(position, ordinal + 1).verdict, Verdict::Fail, "{position} one too late");
            if ordinal > 0 {
                assert_eq!(issued(position, ordinal - 1).verdict, Verdict::Fail, "{position} one too early");
            }
        }
        let text = evidence(&issued(Position::Latest, 999));
        assert_eq!(
            text,
            "0:00:10.000 billing-1 asked for LATEST of shardId-000000000000, and was given an iterator at record 999 \
             instead of 1000"
        );
        assert_eq!(judge(IteratorsBeginWhereAsked::new(&settings()), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn of_older_records_it_is_known_within_a_step() {
        let after = |ordinal: u64| Position::AfterSequenceNumber(number(S0, ordinal * 3));
        assert_eq!(issued(after(100), 101).verdict, Verdict::Pass);
        assert_eq!(issued(after(100), 300).verdict, Verdict::Fail);
        assert_eq!(issued(after(0), 1).verdict, Verdict::Pass);
        assert_eq!(issued(at_ms(300), 300).verdict, Verdict::Pass);
        assert_eq!(issued(at_ms(300), 20).verdict, Verdict::Fail);
    }

    #[test]
    fn what_was_trimmed_falls_forward() {
        let asked = |ordinal| {
            let mut script = accepted_many(0, S0, 10);
            let (stream, shard, host, position) = (CLICKS, S0, WORKER_1, Position::TrimHorizon);
            script.push((20, trimmed(S0, 4)));
            script.push((30, Event::IteratorIssued { stream, shard, host, position, ordinal }));
            judge(IteratorsBeginWhereAsked::new(&settings()), script).verdict
        };
        assert_eq!((asked(4), asked(0)), (Verdict::Pass, Verdict::Fail));
    }

    #[test]
    fn a_first_read_that_begins_elsewhere_is_found() {
        let first = |from| {
            let mut script = accepted_many(0, S0, 10);
            let (stream, shard, host, position) = (CLICKS, S0, WORKER_1, Position::TrimHorizon);
            script.push((30, Event::IteratorIssued { stream, shard, host, position, ordinal: 0 }));
            script.push((50, read(WORKER_1, S0, from, 10, 20)));
            judge(IteratorsBeginWhereAsked::new(&settings()), script)
        };
        assert_eq!(first(0).verdict, Verdict::Pass);
        let text = evidence(&first(1));
        assert!(text.ends_with("from record 1 on, with an iterator that stood at record 0"), "{text}");
    }
}
