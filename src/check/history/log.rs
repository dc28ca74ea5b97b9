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
//! Not judged: what has left retention, and fan-out, whose events are pushed.

use std::collections::BTreeSet;

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
    /// Where the page before it ended, if this one goes on from there.
    pub(super) after: Option<u64>,
    pub(super) indexes: Vec<u64>,
    pub(super) is_at_tip: bool,
    /// When it was asked for, in the order of all that was sent and heard.
    pub(super) sent: u64,
    pub(super) sent_at: SimTime,
    /// When it came.
    pub(super) at: SimTime,
}

/// What clients know of a shard.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) acknowledged: Vec<Acknowledged>,
    pub(super) pages: Vec<Page>,
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
    /// What is wrong, first things first. `unheard` is how many records may have been put without an acknowledgement;
    /// `None` when that is not known.
    pub(super) fn judge(&self, visibility_lag: SimDuration, unheard: Option<u64>) -> Vec<Broken> {
        let mut acknowledged = self.acknowledged.clone();
        acknowledged.sort_by_key(|record| (record.index, record.heard));
        acknowledged.dedup_by_key(|record| record.index);
        let first_heard = first_heard(&acknowledged);
        let mut broken: Vec<Broken> = overtaken(&acknowledged).into_iter().collect();
        for page in &self.pages {
            broken.extend(left_out(&acknowledged, page));
            broken.extend(behind_the_tip(&acknowledged, &first_heard, page, visibility_lag));
        }
        broken.extend(unheard.and_then(|unheard| self.nobody_put(&acknowledged, unheard)));
        broken
    }

    /// The first record too many that was read and not acknowledged.
    fn nobody_put(&self, acknowledged: &[Acknowledged], unheard: u64) -> Option<Broken> {
        let is_known = |index: &u64| acknowledged.binary_search_by_key(index, |record| record.index).is_ok();
        let mut others = BTreeSet::new();
        for page in &self.pages {
            for index in page.indexes.iter().filter(|index| !is_known(index)) {
                others.insert(*index);
                if others.len() as u64 > unheard {
                    return Some(Broken::NobodyPut { at: page.at, host: page.host, index: *index });
                }
            }
        }
        None
    }
}

/// From the last record to the first: none that was sent after one behind it was acknowledged.
fn overtaken(acknowledged: &[Acknowledged]) -> Option<Broken> {
    let mut first: Option<&Acknowledged> = None;
    for record in acknowledged.iter().rev() {
        if let Some(first) = first.filter(|first| first.heard < record.sent) {
            return Some(Broken::Overtaken { at: record.heard_at, index: first.index, by: record.index });
        }
        first = Some(first.filter(|first| first.heard <= record.heard).unwrap_or(record));
    }
    None
}

fn left_out(acknowledged: &[Acknowledged], page: &Page) -> Option<Broken> {
    let (first, last) = (*page.indexes.first()?, *page.indexes.last()?);
    let from = match page.after {
        Some(after) => acknowledged.partition_point(|record| record.index <= after),
        None => acknowledged.partition_point(|record| record.index < first),
    };
    let mut got = page.indexes.iter().peekable();
    for record in acknowledged[from..].iter().take_while(|record| record.index <= last) {
        while got.next_if(|index| **index < record.index).is_some() {}
        // Records may have left retention where a reader came too late.
        let may_be_gone = record.index < first && page.at.since(record.heard_at) >= KEPT;
        if got.next_if(|index| **index == record.index).is_none() && !may_be_gone {
            return Some(Broken::LeftOut { at: page.at, host: page.host, index: record.index });
        }
    }
    None
}

/// For each record, when the first of it and those behind it was acknowledged: most pages need no more to be judged.
fn first_heard(acknowledged: &[Acknowledged]) -> Vec<u64> {
    let mut first: Vec<u64> = acknowledged.iter().map(|record| record.heard).collect();
    for n in (1..first.len()).rev() {
        first[n - 1] = first[n - 1].min(first[n]);
    }
    first
}

fn behind_the_tip(acknowledged: &[Acknowledged], first_heard: &[u64], page: &Page, lag: SimDuration) -> Option<Broken> {
    let reached = page.indexes.last().copied().or(page.after).filter(|_| page.is_at_tip)?;
    let from = acknowledged.partition_point(|record| record.index <= reached);
    if first_heard.get(from).is_none_or(|heard| *heard >= page.sent) {
        return None;
    }
    let is_due = |record: &&Acknowledged| {
        let seen_at = record.heard_at.saturating_add(lag).saturating_add(TIP);
        record.heard < page.sent && seen_at < page.sent_at && page.at.since(record.heard_at) < KEPT
    };
    let record = acknowledged[from..].iter().find(is_due)?;
    Some(Broken::BehindTheTip { at: page.at, host: page.host, index: record.index })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: HostId = HostId(7);

    /// Records that were put one after the other, two steps each.
    fn log(indexes: &[u64]) -> Log {
        let acknowledged = |(n, index): (u64, &u64)| Acknowledged {
            index: *index,
            sent: n * 2,
            heard: n * 2 + 1,
            heard_at: SimTime::from_secs(n),
        };
        Log { acknowledged: (0..).zip(indexes).map(acknowledged).collect(), pages: Vec::new() }
    }

    /// A page that was asked for at the hundredth step.
    fn page(after: Option<u64>, indexes: &[u64], is_at_tip: bool) -> Page {
        let (sent_at, at) = (SimTime::from_secs(50), SimTime::from_secs(51));
        Page { host: READER, after, indexes: indexes.to_vec(), is_at_tip, sent: 100, sent_at, at }
    }

    fn judged(indexes: &[u64], page: Page) -> Vec<Broken> {
        Log { pages: vec![page], ..log(indexes) }.judge(SimDuration::ZERO, Some(0))
    }

    #[test]
    fn a_log_that_is_read_from_its_begin_to_its_tip_is_one() {
        assert_eq!(judged(&[10, 20, 30], page(None, &[10, 20, 30], true)), []);
        assert_eq!(judged(&[10, 20, 30], page(Some(10), &[20], false)), [], "more is to come");
        assert_eq!(judged(&[10, 20, 30], page(Some(30), &[], true)), []);
    }

    #[test]
    fn a_record_that_stands_before_one_acknowledged_earlier_is_found() {
        let found = log(&[10, 30, 20]).judge(SimDuration::ZERO, Some(0));
        assert_eq!(found, [Broken::Overtaken { at: SimTime::from_secs(2), index: 30, by: 20 }]);
        let mut together = log(&[10, 30, 20]);
        together.acknowledged[2].sent = 2;
        assert_eq!(together.judge(SimDuration::ZERO, Some(0)), [], "both were on their way");
    }

    #[test]
    fn a_record_that_a_reader_is_not_given_is_found() {
        let left_out = [Broken::LeftOut { at: SimTime::from_secs(51), host: READER, index: 20 }];
        assert_eq!(judged(&[10, 20, 30], page(None, &[10, 30], false)), left_out);
        assert_eq!(judged(&[10, 20, 30], page(Some(10), &[30], false)), left_out, "between two pages");
        let late = Page { at: SimTime::from_secs(25 * 3600), ..page(Some(10), &[30], false) };
        assert_eq!(judged(&[10, 20, 30], late), [], "it may have left retention");
    }

    #[test]
    fn a_reader_that_is_told_to_be_at_the_tip_and_is_not_is_found() {
        let behind = [Broken::BehindTheTip { at: SimTime::from_secs(51), host: READER, index: 30 }];
        assert_eq!(judged(&[10, 20, 30], page(Some(10), &[20], true)), behind);
        assert_eq!(judged(&[10, 20, 30], page(Some(20), &[], true)), behind);
        let early = Page { sent: 4, ..page(Some(20), &[], true) };
        assert_eq!(judged(&[10, 20, 30], early), [], "it asked while the put was on its way");
        let lagging = Log { pages: vec![page(Some(20), &[], true)], ..log(&[10, 20, 30]) };
        assert_eq!(lagging.judge(SimDuration::from_mins(1), Some(0)), []);
    }

    #[test]
    fn a_record_that_nobody_put_is_found() {
        let nobody = [Broken::NobodyPut { at: SimTime::from_secs(51), host: READER, index: 25 }];
        assert_eq!(judged(&[10, 20, 30], page(None, &[10, 20, 25, 30], false)), nobody);
        let unheard = Log { pages: vec![page(None, &[10, 20, 25, 30], false)], ..log(&[10, 20, 30]) };
        assert_eq!(unheard.judge(SimDuration::ZERO, Some(1)), [], "a put without an answer may have put it");
    }
}
