//! What a delivery stream has taken and not done with: how much, and how old the oldest of it is.
//!
//! A record, or every part of one that was taken apart, is done with when it has come to the destination, was dropped
//! by the function, goes to the error output, or is lost. Ages are kept to the second. What a source record was worth
//! before Firehose read it is not known here: it counts from when Firehose took it, as in CloudWatch's DataFreshness.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::base::event::Output;
use crate::base::{DoneRecords, Event, SimTime};

/// Records on their way, by lane: a shard of the source, or those that were put.
#[derive(Clone, Default)]
pub(super) struct Undelivered {
    lanes: BTreeMap<u32, Lane>,
}

#[derive(Clone, Default)]
struct Lane {
    accepted: u64,
    end: u64,
    done: DoneRecords,
    done_count: u64,
    /// (first ordinal, time) of every second with records that are perhaps on their way.
    arrivals: VecDeque<(u64, SimTime)>,
}

impl Lane {
    fn accept(&mut self, at: SimTime, records: Range<u64>) {
        let is_next_second = self.arrivals.back().is_none_or(|(_, since)| since.as_secs() != at.as_secs());
        if is_next_second {
            self.forget_done();
            self.arrivals.push_back((records.start, at));
        }
        self.accepted += records.end - records.start;
        self.end = self.end.max(records.end);
    }
    fn finish(&mut self, records: Range<u64>, part: u32) {
        self.done_count += self.done.insert(records, part).newly;
    }
    /// The first second with records that are on their way, as an index of `arrivals`.
    fn oldest(&self) -> Option<usize> {
        let ends = self.arrivals.iter().skip(1).map(|(next, _)| *next).chain([self.end]);
        let mut spans = self.arrivals.iter().zip(ends);
        spans.position(|((first, _), end)| self.done.whole().first_missing(*first..end).is_some())
    }
    fn forget_done(&mut self) {
        let done = self.oldest().unwrap_or(self.arrivals.len());
        self.arrivals.drain(..done);
    }
}

impl Undelivered {
    /// Learns from an event of its delivery stream.
    pub(super) fn on(&mut self, at: SimTime, event: &Event) {
        match *event {
            Event::DeliveryAccepted { lane, from, to, .. } => self.lanes.entry(lane).or_default().accept(at, from..to),
            Event::RecordTakenApart { lane, ordinal, parts, .. } => {
                self.lanes.entry(lane).or_default().done.take_apart(ordinal, parts);
            }
            Event::RecordsDropped { lane, from, to, part, .. }
            | Event::RecordsFailed { lane, from, to, part, .. }
            | Event::RecordsExpired { lane, from, to, part, .. }
            | Event::RecordsArrived { output: Output::Destination, lane, from, to, part, .. } => {
                self.lanes.entry(lane).or_default().finish(from..to, part);
            }
            Event::DeliveryDeleted { .. } => self.lanes.values_mut().for_each(|lane| lane.arrivals.clear()),
            _ => {}
        }
    }
    /// Records on their way.
    pub(super) fn records(&self) -> u64 {
        self.lanes.values().map(|lane| lane.accepted.saturating_sub(lane.done_count)).sum()
    }
    /// When the oldest of them came.
    pub(super) fn oldest(&self) -> Option<SimTime> {
        self.lanes.values().filter_map(|lane| Some(lane.arrivals[lane.oldest()?].1)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DeliveryId, SimDuration};

    fn taken(second: u64, from: u64, to: u64) -> (SimTime, Event) {
        let (delivery, bytes, host, age) = (DeliveryId(0), 100, None, SimDuration::ZERO);
        let event = Event::DeliveryAccepted { delivery, lane: 0, from, to, bytes, billed_bytes: bytes, host, age };
        (SimTime::from_secs(second), event)
    }
    fn arrived(from: u64, to: u64) -> (SimTime, Event) {
        let (delivery, output) = (DeliveryId(0), Output::Destination);
        (SimTime::from_secs(90), Event::RecordsArrived { delivery, output, lane: 0, from, to, part: 0 })
    }

    #[test]
    fn the_oldest_is_what_came_first_of_what_is_not_done_with() {
        let mut undelivered = Undelivered::default();
        let mut learn = |events: &[(SimTime, Event)]| {
            events.iter().for_each(|(at, event)| undelivered.on(*at, event));
            (undelivered.records(), undelivered.oldest().map(SimTime::as_secs))
        };
        assert_eq!(learn(&[]), (0, None));
        assert_eq!(learn(&[taken(1, 0, 5), taken(1, 5, 7), taken(4, 7, 9)]), (9, Some(1)));
        assert_eq!(learn(&[arrived(7, 9)]), (7, Some(1)), "the younger ones overtook");
        assert_eq!(learn(&[arrived(0, 7), arrived(0, 7)]), (0, None), "twice is once");
        assert_eq!(learn(&[taken(8, 9, 12)]), (3, Some(8)));
    }
}
