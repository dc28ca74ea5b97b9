//! `iterators-begin-where-asked`: a shard iterator stands at exactly the record that was asked for, and reading begins
//! there (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html>).
//!
//! TRIM_HORIZON is the oldest record in retention, LATEST lies behind the newest that can be read, AT_SEQUENCE_NUMBER
//! is that record and AFTER_SEQUENCE_NUMBER the one behind it, AT_TIMESTAMP the first that arrived then or later; what
//! has left retention falls forward to the oldest, and nothing leaves it a moment too early. Subscriptions are asked to
//! begin in the same words. Which record has which number and time is known of all in retention. Reads that go on are
//! judged by `no-acknowledged-record-lost` and `shard-order`.

use crate::base::{Event, EventKind, HostId, Position, ShardId, SimDuration, SimTime, StreamId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::{Grid, Sparse};
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// So many records stand in a block.
const BLOCK: u64 = 256;

/// Sequence index and arrival of a record, in nanoseconds of the run.
#[derive(Clone, Copy, Default)]
struct Mark {
    index: u64,
    at_ns: u64,
}

/// Records that follow each other: the first, and how far each of the others lies behind the one before it, packed.
struct Block {
    first: Mark,
    packed: Vec<u8>,
}

/// The records of a shard: some six bytes for each in retention.
#[derive(Default)]
struct Journal {
    blocks: Vec<Block>,
    last: Mark,
    accepted: u64,
    /// Blocks whose records have left retention and are forgotten, but for the first of each.
    forgotten: usize,
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
    issued: Sparse<Issued>,
    findings: Findings,
    judged: u64,
}

/// Seven bits a byte, the lowest first; all but the last have their highest bit set.
#[inline]
fn pack(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn unpack(from: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = from.next()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

impl Block {
    fn marks(&self) -> impl Iterator<Item = Mark> {
        let mut bytes = self.packed.iter().copied();
        let mut last = self.first;
        let behind = std::iter::from_fn(move || {
            let (index, at_ns) = (unpack(&mut bytes)?, unpack(&mut bytes)?);
            last = Mark { index: last.index.wrapping_add(index), at_ns: last.at_ns.wrapping_add(at_ns) };
            Some(last)
        });
        std::iter::once(self.first).chain(behind)
    }
}

impl Journal {
    #[inline]
    fn push(&mut self, mark: Mark) {
        match self.blocks.last_mut() {
            Some(block) if !self.accepted.is_multiple_of(BLOCK) => {
                pack(mark.index.wrapping_sub(self.last.index), &mut block.packed);
                pack(mark.at_ns.wrapping_sub(self.last.at_ns), &mut block.packed);
            }
            full => {
                if let Some(block) = full {
                    block.packed.shrink_to_fit();
                }
                self.blocks.push(Block { first: mark, packed: Vec::new() });
            }
        }
        self.last = mark;
        self.accepted += 1;
    }

    /// Records below `to` have left retention: everybody who asks for one falls forward.
    fn forget(&mut self, to: u64) {
        let gone = ((to / BLOCK) as usize).min(self.blocks.len().saturating_sub(1));
        for block in self.blocks.get_mut(self.forgotten..gone).into_iter().flatten() {
            block.packed = Vec::new();
        }
        self.forgotten = self.forgotten.max(gone);
    }

    /// When that record arrived, unless that is forgotten.
    fn arrived(&self, ordinal: u64) -> Option<SimTime> {
        let number = (ordinal / BLOCK) as usize;
        let block = self.blocks.get(number).filter(|_| number >= self.forgotten && ordinal < self.accepted)?;
        let mark = block.marks().nth((ordinal % BLOCK) as usize)?;
        Some(SimTime::from_nanos(mark.at_ns))
    }

    /// Where the first record lies that is not `before`, which holds for a prefix.
    fn first_not(&self, before: impl Fn(Mark) -> bool) -> u64 {
        let passed = self.blocks.partition_point(|block| before(block.first));
        let Some(last) = passed.checked_sub(1) else { return 0 };
        last as u64 * BLOCK + self.blocks[last].marks().take_while(|mark| before(*mark)).count() as u64
    }
}

impl IteratorsBeginWhereAsked {
    /// Where an iterator for that position stands at `at`; `None` where it is not known.
    fn expected(&self, at: SimTime, stream: StreamId, shard: ShardId, position: Position) -> Option<u64> {
        let nothing = Journal::default();
        let journal = self.journals.get(stream.index(), shard.index()).unwrap_or(&nothing);
        match position {
            Position::TrimHorizon => Some(0),
            Position::Latest if self.visibility_lag.is_zero() => Some(journal.accepted),
            Position::Latest => {
                let lag_ns = self.visibility_lag.as_nanos();
                Some(journal.first_not(|mark| mark.at_ns.saturating_add(lag_ns) <= at.as_nanos()))
            }
            Position::AtSequenceNumber(number) => Some(journal.first_not(|mark| mark.index < number.index())),
            Position::AfterSequenceNumber(number) => Some(journal.first_not(|mark| mark.index <= number.index())),
            Position::AtTimestamp { unix_ms: Some(unix_ms) } => {
                let from = SimTime::from_millis(unix_ms.saturating_sub(self.epoch_unix_ms));
                Some(journal.first_not(|mark| mark.at_ns < from.as_nanos()))
            }
            Position::AtTimestamp { unix_ms: None }
            | Position::Checkpoint(_)
            | Position::SavedIterator
            | Position::ShardEnd => None,
        }
    }

    fn on_issued(&mut self, lens: &Lens, host: HostId, shard: ShardId, issued: Issued, position: Position) {
        self.issued.set(host.index(), shard.index(), issued);
        self.judge(lens, host, shard, issued, position, "given an iterator");
    }

    fn judge(&mut self, lens: &Lens, host: HostId, shard: ShardId, given: Issued, position: Position, what: &str) {
        let Issued { stream, at, ordinal } = given;
        let Some(expected) = self.expected(at, stream, shard, position) else { return };
        self.judged += 1;
        let expected = lens.shards.trimmed(stream, shard).max(expected);
        if ordinal != expected {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!(
                    "{host} asked for {position} of {shard}, and was {what} at record {ordinal} instead of {expected}"
                )
            });
        }
    }

    /// Records below `to` were trimmed: the last of them has left retention as well.
    fn on_trimmed(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, to: u64) {
        let journal = self.journals.at(stream.index(), shard.index());
        let last = to.checked_sub(1);
        let arrived = last.and_then(|last| journal.arrived(last)).filter(|_| !lens.names.is_gone(stream));
        journal.forget(to);
        let Some(arrived) = arrived.filter(|arrived| !lens.retention.has_expired(stream, *arrived, at)) else { return };
        let (name, retention) = (lens.names.stream(stream), lens.retention.of(stream));
        self.findings.fail(at, || {
            format!("{name} {shard} trimmed record {}, which arrived at {arrived}; retention is {retention}", to - 1)
        });
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
        let waiting = self.issued.get(host.index(), shard.index());
        let is_used = |issued: &&Issued| issued.stream == stream && issued.at + lived == at;
        let Some(issued) = waiting.filter(is_used).copied() else { return };
        self.issued.remove(host.index(), shard.index());
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
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::RecordsTrimmed,
        EventKind::IteratorIssued,
        EventKind::SubscriptionBegan,
        EventKind::RecordsRead,
    ];

    fn new(settings: &CheckSettings) -> Self {
        Self {
            visibility_lag: settings.visibility_lag,
            epoch_unix_ms: settings.epoch_unix_ms,
            journals: Grid::default(),
            issued: Sparse::default(),
            findings: Findings::default(),
            judged: 0,
        }
    }
}

impl Check for IteratorsBeginWhereAsked {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, index, .. } => {
                self.journals.at(stream.index(), shard.index()).push(Mark { index, at_ns: at.as_nanos() });
            }
            Event::RecordsTrimmed { stream, shard, to } => {
                self.on_trimmed(lens, at, stream, shard, to);
            }
            Event::IteratorIssued { stream, shard, host, position, ordinal } => {
                self.on_issued(lens, host, shard, Issued { stream, at, ordinal }, position);
            }
            Event::SubscriptionBegan { stream, shard, host, position, ordinal, .. } => {
                self.judge(lens, host, shard, Issued { stream, at, ordinal }, position, "subscribed");
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
    fn a_record_is_known_exactly_however_old_it_is() {
        let after = |ordinal: u64| Position::AfterSequenceNumber(number(S0, ordinal * 3));
        for ordinal in [0, 1, 100, 254, 255, 256, 511, 512, 999] {
            assert_eq!(issued(after(ordinal), ordinal + 1).verdict, Verdict::Pass, "after {ordinal}");
            assert_eq!(issued(after(ordinal), ordinal + 2).verdict, Verdict::Fail, "after {ordinal}");
            assert_eq!(issued(at_ms(ordinal), ordinal).verdict, Verdict::Pass, "at {ordinal} ms");
            assert_eq!(issued(at_ms(ordinal), ordinal + 1).verdict, Verdict::Fail, "the record behind {ordinal} ms");
        }
    }

    #[test]
    fn a_time_means_the_first_record_of_its_millisecond() {
        let asked = |ordinal| {
            let at_us = |us: u64, ordinal| (SimTime::from_nanos(us * 1000), accepted(S0, ordinal));
            let (stream, shard, host) = (CLICKS, S0, WORKER_1);
            let issued = Event::IteratorIssued { stream, shard, host, position: at_ms(5), ordinal };
            let records = [at_us(4_999, 0), at_us(5_000, 1), at_us(5_000, 2), at_us(5_900, 3), at_us(6_000, 4)];
            let mut check = IteratorsBeginWhereAsked::new(&settings());
            for (at, event) in records.into_iter().chain([(SimTime::from_millis(9), issued)]) {
                check.on(at, &event, &Lens::default());
            }
            check.result(&Lens::default()).verdict
        };
        assert_eq!(
            [0, 1, 2, 3, 4].map(asked).map(|verdict| verdict == Verdict::Pass),
            [false, true, false, false, false]
        );
    }

    #[test]
    fn a_subscription_that_begins_elsewhere_is_found() {
        let subscribed = |ordinal| {
            let mut script = accepted_many(0, S0, 1000);
            script.push((LATER_MS, subscribed_at(at_ms(400), 1, ordinal)));
            judge(IteratorsBeginWhereAsked::new(&settings()), script)
        };
        assert_eq!(subscribed(400).verdict, Verdict::Pass);
        let text = evidence(&subscribed(401));
        assert!(text.ends_with("and was subscribed at record 401 instead of 400"), "{text}");
    }

    const DAY_MS: u64 = 24 * 3600 * 1000;

    #[test]
    fn a_record_that_is_trimmed_before_its_time_is_found() {
        let trim = |ms: u64, to: u64| {
            let script = accepted_many(0, S0, 1000).into_iter().chain([(ms, trimmed(S0, to))]);
            judge(IteratorsBeginWhereAsked::new(&settings()), script)
        };
        assert_ne!(trim(DAY_MS + 699, 700).verdict, Verdict::Fail);
        let words = "clicks shardId-000000000000 trimmed record 700, which arrived at 0:00:00.700; retention is 1d";
        assert_eq!(evidence(&trim(DAY_MS + 699, 701)), format!("24:00:00.699 {words}"));
    }

    #[test]
    fn what_was_trimmed_falls_forward() {
        let asked = |ordinal| {
            let mut script = accepted_many(0, S0, 10);
            let (stream, shard, host, position) = (CLICKS, S0, WORKER_1, Position::TrimHorizon);
            script.push((DAY_MS + 20, trimmed(S0, 4)));
            script.push((DAY_MS + 30, Event::IteratorIssued { stream, shard, host, position, ordinal }));
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
