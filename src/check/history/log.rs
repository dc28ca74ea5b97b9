//! Whether the answers to the writes and reads of one shard are those of a log.
//!
//! That is linearizability of an append-only log ("Linearizability", see [`row`](super::row)). Sequence numbers say in
//! which order its records stand, so that no order has to be searched for: the answers have an explanation exactly
//! when these hold.
//!
//! - A record that was put after another was acknowledged stands behind it.
//! - Between two records that a reader got one after the other stands none that was acknowledged.
//! - A reader that was told to be at the tip had by then been given all that was acknowledged before it asked.
//! - Nobody is given a record that nobody put. A put whose answer was never heard may have put its records.
//!
//! Each answer is judged when it comes, so that what readers got need not be kept: only how far they came, and the
//! records that they were given before somebody heard them acknowledged.
//!
//! Not judged: what has left retention, and fan-out, whose events are pushed.

use std::collections::BTreeMap;

use crate::aws::kinesis::api::ShardIterator;
use crate::base::{HostId, ShardId, SimDuration, SimTime};

/// A record that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acknowledged {
    /// Its sequence number within the shard.
    pub(super) index: u64,
    /// When its put was sent, in the order of all that was sent and heard, and when it was acknowledged.
    pub(super) sent: u64,
    pub(super) heard: u64,
    /// The same as a time.
    pub(super) heard_at: SimTime,
}

/// A page that a reader got.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) host: HostId,
    /// What this page goes on with.
    pub(super) reading: Option<ReadingId>,
    pub(super) indexes: Vec<u64>,
    pub(super) is_at_tip: bool,
    /// When it was asked for, in the order of all that was sent and heard.
    pub(super) sent: u64,
    pub(super) sent_at: SimTime,
    /// When it came.
    pub(super) at: SimTime,
}

/// The pages that a reader got one after the other, each with the iterator of the one before.
#[derive(Clone, Copy, Debug)]
struct Reading {
    host: HostId,
    /// The first record of the first page, and the last of the last.
    first: u64,
    last: u64,
}

/// Names a reading within its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadingId(usize);

/// A record that was read and that nobody has heard acknowledged yet.
#[derive(Debug)]
struct Early {
    at: SimTime,
    readings: Vec<ReadingId>,
}

/// What clients know of a shard.
#[derive(Debug)]
pub(super) struct Log {
    /// How long a record may stay unseen by readers after it was acknowledged.
    visibility_lag: SimDuration,
    /// In the order in which they stand.
    acknowledged: Vec<Acknowledged>,
    readings: Vec<Reading>,
    /// What each reader is reading, and the iterator that goes on with it.
    readers: Vec<(HostId, ShardIterator, ReadingId)>,
    /// The last record that was read.
    furthest: Option<u64>,
    /// By their index.
    early: BTreeMap<u64, Early>,
    broken: Vec<Broken>,
}

/// An answer that is not a log's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Put after the other was acknowledged, and stands before it.
    Overtaken { at: SimTime, index: u64, by: u64 },
    /// Acknowledged, and left out of what a reader got.
    LeftOut { at: SimTime, host: HostId, index: u64 },
    /// Acknowledged before a reader asked that was told to be at the tip.
    BehindTheTip { at: SimTime, host: HostId, index: u64 },
    /// More records were read that nobody has heard to be put than there were puts without an answer.
    NobodyPut { at: SimTime, host: HostId, index: u64 },
}

impl Broken {
    /// When the answer came that is not a log's.
    pub(super) fn at(&self) -> SimTime {
        match *self {
            Self::Overtaken { at, .. }
            | Self::LeftOut { at, .. }
            | Self::BehindTheTip { at, .. }
            | Self::NobodyPut { at, .. } => at,
        }
    }

    /// In words; `name` is what a host is called.
    pub(super) fn told(&self, shard: ShardId, name: impl Fn(HostId) -> String) -> String {
        match *self {
            Self::Overtaken { index, by, .. } => {
                format!("{shard} holds record {index} behind record {by}, which was put after it was acknowledged")
            }
            Self::LeftOut { host, index, .. } => {
                format!("{} read on in {shard} and was not given record {index}, which was acknowledged", name(host))
            }
            Self::BehindTheTip { host, index, .. } => format!(
                "{} was told to be at the tip of {shard} without record {index}, acknowledged before it asked",
                name(host)
            ),
            Self::NobodyPut { host, index, .. } => {
                format!("{} was given record {index} of {shard}, which no put accounts for", name(host))
            }
        }
    }
}

/// Retention is never less.
const KEPT: SimDuration = SimDuration::from_hours(24);
/// MillisBehindLatest has no smaller unit.
const TIP: SimDuration = SimDuration::from_millis(1);

impl Log {
    /// A shard that nobody has written to or read.
    pub(super) fn new(visibility_lag: SimDuration) -> Self {
        let (acknowledged, readings, readers, furthest, early, broken) = Default::default();
        Self { visibility_lag, acknowledged, readings, readers, furthest, early, broken }
    }

    /// What a page that is asked for with this iterator goes on with.
    pub(super) fn goes_on(&self, host: HostId, iterator: &ShardIterator) -> Option<ReadingId> {
        let reader = self.readers.iter().find(|(reader, ..)| *reader == host);
        reader.filter(|(_, next, _)| next == iterator).map(|(.., reading)| *reading)
    }

    /// A reader was given the iterator that goes on with what it reads, or none.
    pub(super) fn will_go_on(&mut self, host: HostId, with: Option<(ShardIterator, ReadingId)>) {
        let at = self.readers.iter().position(|(reader, ..)| *reader == host);
        match (at, with) {
            (Some(at), Some((next, reading))) => self.readers[at] = (host, next, reading),
            (Some(at), None) => drop(self.readers.swap_remove(at)),
            (None, Some((next, reading))) => self.readers.push((host, next, reading)),
            (None, None) => {}
        }
    }

    /// How many records were read of which no acknowledgement is known.
    pub(super) fn unacknowledged(&self) -> usize {
        self.early.len()
    }

    /// A record was acknowledged.
    pub(super) fn acknowledge(&mut self, record: Acknowledged) {
        let behind = match self.acknowledged.last() {
            Some(last) if last.index >= record.index => {
                self.acknowledged.partition_point(|other| other.index < record.index)
            }
            // As nearly all: they stand in the order in which they are acknowledged.
            _ => self.acknowledged.len(),
        };
        if self.acknowledged.get(behind).is_some_and(|other| other.index == record.index) {
            return;
        }
        if let Some(first) = self.acknowledged[behind..].iter().find(|other| other.heard < record.sent) {
            self.broken.push(Broken::Overtaken { at: record.heard_at, index: first.index, by: record.index });
        }
        self.acknowledged.insert(behind, record);
        if self.furthest >= Some(record.index) {
            self.acknowledged_late(record);
        }
    }

    /// A record was acknowledged that stands where somebody has been reading already.
    fn acknowledged_late(&mut self, record: Acknowledged) {
        let given = self.early.remove(&record.index).map(|early| early.readings).unwrap_or_default();
        for (n, reading) in self.readings.iter().enumerate() {
            let is_passed = (reading.first..=reading.last).contains(&record.index);
            if is_passed && !given.contains(&ReadingId(n)) {
                self.broken.push(Broken::LeftOut { at: record.heard_at, host: reading.host, index: record.index });
            }
        }
    }

    /// A reader got a page. Returns what the next page goes on with; `None` as long as there was no record.
    pub(super) fn read(&mut self, page: &Page) -> Option<ReadingId> {
        let after = page.reading.map(|ReadingId(n)| self.readings[n].last);
        let reading = match (page.indexes.first(), page.indexes.last()) {
            (Some(first), Some(last)) => Some(self.go_on(page, *first, *last)),
            _ => page.reading,
        };
        if let Some(reading) = reading.filter(|_| !page.indexes.is_empty()) {
            self.compare(page, after, reading);
        }
        self.broken.extend(reading.and_then(|reading| self.behind_the_tip(page, reading)));
        reading
    }

    fn go_on(&mut self, page: &Page, first: u64, last: u64) -> ReadingId {
        self.furthest = self.furthest.max(Some(last));
        if let Some(ReadingId(n)) = page.reading {
            self.readings[n].last = last;
            return ReadingId(n);
        }
        self.readings.push(Reading { host: page.host, first, last });
        ReadingId(self.readings.len() - 1)
    }

    /// Goes through what the page holds and what was acknowledged, side by side.
    fn compare(&mut self, page: &Page, after: Option<u64>, reading: ReadingId) {
        let first = page.indexes[0];
        let from =
            self.acknowledged.partition_point(|record| after.map_or(record.index < first, |a| record.index <= a));
        let mut known = self.acknowledged[from..].iter().peekable();
        for index in &page.indexes {
            while let Some(record) = known.next_if(|record| record.index < *index) {
                // Records may have left retention where a reader came too late.
                let may_be_gone = record.index < first && page.at.since(record.heard_at) >= KEPT;
                if !may_be_gone {
                    self.broken.push(Broken::LeftOut { at: page.at, host: page.host, index: record.index });
                }
            }
            if known.next_if(|record| record.index == *index).is_none() {
                let early = self.early.entry(*index).or_insert(Early { at: page.at, readings: Vec::new() });
                early.readings.push(reading);
            }
        }
    }

    fn behind_the_tip(&self, page: &Page, ReadingId(reading): ReadingId) -> Option<Broken> {
        if !page.is_at_tip {
            return None;
        }
        let reached = self.readings[reading].last;
        let is_due = |record: &&Acknowledged| {
            let seen_at = record.heard_at.saturating_add(self.visibility_lag).saturating_add(TIP);
            record.heard < page.sent && seen_at < page.sent_at && page.at.since(record.heard_at) < KEPT
        };
        let ahead = self.acknowledged.partition_point(|record| record.index <= reached);
        let record = self.acknowledged[ahead..].iter().find(is_due)?;
        Some(Broken::BehindTheTip { at: page.at, host: page.host, index: record.index })
    }

    /// What is wrong. `unheard` is how many records may have been put without an acknowledgement; `None` when that is
    /// not known.
    pub(super) fn judge(&self, unheard: Option<u64>) -> Vec<Broken> {
        let nobody_put = unheard.and_then(|unheard| self.nobody_put(unheard));
        self.broken.iter().cloned().chain(nobody_put).collect()
    }

    /// The first record too many that was read and not acknowledged.
    fn nobody_put(&self, unheard: u64) -> Option<Broken> {
        let mut early: Vec<_> = self.early.iter().collect();
        early.sort_by_key(|(index, early)| (early.at, **index));
        let (index, early) = early.get(usize::try_from(unheard).ok()?)?;
        let ReadingId(reader) = *early.readings.first()?;
        Some(Broken::NobodyPut { at: early.at, host: self.readings[reader].host, index: **index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: HostId = HostId(7);

    /// The `n`-th put that is made, each two steps after the one before.
    fn put(n: u64, index: u64) -> Acknowledged {
        Acknowledged { index, sent: n * 2, heard: n * 2 + 1, heard_at: SimTime::from_secs(n) }
    }

    /// Records that were put one after the other.
    fn log(indexes: &[u64]) -> Log {
        lagging(indexes, SimDuration::ZERO)
    }

    fn lagging(indexes: &[u64], visibility_lag: SimDuration) -> Log {
        let mut log = Log::new(visibility_lag);
        (0..).zip(indexes).for_each(|(n, index)| log.acknowledge(put(n, *index)));
        log
    }

    /// A page that was asked for at the hundredth step.
    fn page(indexes: &[u64], is_at_tip: bool) -> Page {
        let (sent_at, at) = (SimTime::from_secs(50), SimTime::from_secs(51));
        Page { host: READER, reading: None, indexes: indexes.to_vec(), is_at_tip, sent: 100, sent_at, at }
    }

    /// What is wrong when a reader gets these pages one after the other.
    fn read(mut log: Log, pages: &[Page], unheard: u64) -> Vec<Broken> {
        let next = |reading, page: &Page| log.read(&Page { reading, ..page.clone() });
        pages.iter().fold(None, next);
        log.judge(Some(unheard))
    }

    #[test]
    fn a_log_that_is_read_from_its_begin_to_its_tip_is_one() {
        assert_eq!(read(log(&[10, 20, 30]), &[page(&[10, 20, 30], true)], 0), []);
        assert_eq!(read(log(&[10, 20, 30]), &[page(&[10, 20], false)], 0), [], "more is to come");
        assert_eq!(read(log(&[10, 20, 30]), &[page(&[10], false), page(&[20, 30], true), page(&[], true)], 0), []);
    }

    #[test]
    fn a_record_that_stands_before_one_acknowledged_earlier_is_found() {
        let overtaken = [Broken::Overtaken { at: SimTime::from_secs(2), index: 30, by: 20 }];
        assert_eq!(log(&[10, 30, 20]).judge(Some(0)), overtaken);
        let mut together = log(&[10, 30]);
        together.acknowledge(Acknowledged { sent: 2, ..put(2, 20) });
        assert_eq!(together.judge(Some(0)), [], "both were on their way");
    }

    #[test]
    fn a_record_that_a_reader_is_not_given_is_found() {
        let left_out = [Broken::LeftOut { at: SimTime::from_secs(51), host: READER, index: 20 }];
        assert_eq!(read(log(&[10, 20, 30]), &[page(&[10, 30], false)], 0), left_out);
        let two_pages = |at| [page(&[10], false), Page { at, ..page(&[30], false) }];
        assert_eq!(read(log(&[10, 20, 30]), &two_pages(SimTime::from_secs(51)), 0), left_out, "between two pages");
        assert_eq!(read(log(&[10, 20, 30]), &two_pages(SimTime::from_secs(25 * 3600)), 0), [], "retention may be over");
    }

    #[test]
    fn a_record_that_is_acknowledged_behind_a_readers_back_is_found() {
        let acknowledged_late = |read: &[u64]| {
            let mut log = log(&[10, 30]);
            log.read(&page(read, false));
            log.acknowledge(Acknowledged { sent: 3, ..put(60, 20) });
            log.judge(Some(0))
        };
        let left_out = Broken::LeftOut { at: SimTime::from_secs(60), host: READER, index: 20 };
        assert_eq!(acknowledged_late(&[10, 30]), [left_out]);
        assert_eq!(acknowledged_late(&[10, 20, 30]), [], "it was given while its put was on its way");
        assert_eq!(acknowledged_late(&[30]), [], "the reader began behind it");
        assert_eq!(acknowledged_late(&[10]), [], "the reader is yet to come there");
    }

    #[test]
    fn a_reader_that_is_told_to_be_at_the_tip_and_is_not_is_found() {
        let behind = [Broken::BehindTheTip { at: SimTime::from_secs(51), host: READER, index: 30 }];
        assert_eq!(read(log(&[10, 20, 30]), &[page(&[10, 20], true)], 0), behind);
        let empty = [page(&[10, 20], false), page(&[], true)];
        assert_eq!(read(log(&[10, 20, 30]), &empty, 0), behind);
        let early = [page(&[10, 20], false), Page { sent: 4, ..page(&[], true) }];
        assert_eq!(read(log(&[10, 20, 30]), &early, 0), [], "it asked while the put was on its way");
        assert_eq!(read(lagging(&[10, 20, 30], SimDuration::from_mins(1)), &empty, 0), [], "it may stay unseen");
    }

    #[test]
    fn a_record_that_nobody_put_is_found() {
        let nobody = [Broken::NobodyPut { at: SimTime::from_secs(51), host: READER, index: 25 }];
        let pages = [page(&[10, 20, 25, 30], false)];
        assert_eq!(read(log(&[10, 20, 30]), &pages, 0), nobody);
        assert_eq!(read(log(&[10, 20, 30]), &pages, 1), [], "a put without an answer may have put it");
    }
}
