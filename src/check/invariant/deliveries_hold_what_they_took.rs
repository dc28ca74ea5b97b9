//! `deliveries-hold-what-they-took`: what was put to a delivery stream is held for 24 hours, and a stream that it reads
//! is read without gaps for as long as the stream holds its records
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
//!
//! A shard that opens after the delivery stream was created is read from its first record, the shards of the beginning
//! from LATEST. What has left the stream's retention cannot be read any more and is no gap.

use std::collections::BTreeMap;

use crate::base::event::PutKind;
use crate::base::{DeliveryId, Event, EventKind, ShardId, SimDuration, SimTime};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

const HELD_FOR: SimDuration = SimDuration::from_hours(24);

/// Records of a lane.
#[derive(Default)]
struct Lane {
    /// One past the last record that was taken.
    end: Option<u64>,
    /// One past the last ordinal that was taken by each time.
    by: Vec<(SimTime, u64)>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct DeliveriesHoldWhatTheyTook {
    lanes: BTreeMap<(DeliveryId, u32), Lane>,
    /// When each shard of a stream opened, and how far it was trimmed.
    shards: BTreeMap<(crate::base::StreamId, ShardId), (SimTime, u64)>,
    findings: Findings,
    judged: u64,
}

impl DeliveriesHoldWhatTheyTook {
    fn take(&mut self, at: SimTime, (delivery, number): (DeliveryId, u32), from: u64, to: u64, lens: &Lens) {
        let Some(of) = lens.deliveries.get(delivery) else { return };
        let lane = self.lanes.entry((delivery, number)).or_default();
        let is_it = |name: &str| of.stream.as_ref().is_some_and(|stream| stream.as_str() == name);
        let stream = lens.names.streams().find(|(_, name, is_gone)| is_it(name) && !is_gone).map(|(stream, ..)| stream);
        let shard = stream.and_then(|stream| self.shards.get(&(stream, ShardId(number))));
        let (opened, trimmed) = shard.copied().unwrap_or_default();
        let is_later = of.put == PutKind::Stream && opened > of.declared_at;
        let expected = lane.end.or((is_later || of.put == PutKind::Direct).then_some(0));
        let gap = expected.map(|expected| expected.max(trimmed)..from).filter(|gap| gap.start < gap.end);
        self.judged += to - from;
        lane.end = Some(to);
        lane.by.push((at, to));
        if let Some(gap) = gap {
            let (name, records) = (of.name.clone(), records(&gap));
            self.findings.fail(at, || format!("{name} left out {records} of shard {number}"));
        }
    }

    fn expire(&mut self, at: SimTime, (delivery, number): (DeliveryId, u32), to: u64, lens: &Lens) {
        let by = self.lanes.get(&(delivery, number)).map_or(&[][..], |lane| &lane.by);
        let taken_at = by.iter().find(|(_, end)| *end >= to).map_or(at, |(then, _)| *then);
        let held = at.since(taken_at);
        if held < HELD_FOR {
            let name = lens.deliveries.name(delivery).to_owned();
            self.findings.fail(at, || format!("{name} gave up records after {}, not after 24h", held.told()));
        }
    }
}

impl Invariant for DeliveriesHoldWhatTheyTook {
    const NAME: &'static str = "deliveries-hold-what-they-took";
    const PROMISE: &'static str =
        "what was put to a delivery stream is held for 24 hours, and a source is read without gaps";
    const HEARS: &'static [EventKind] =
        &[EventKind::DeliveryAccepted, EventKind::RecordsExpired, EventKind::ShardOpened, EventKind::RecordsTrimmed];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for DeliveriesHoldWhatTheyTook {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::DeliveryAccepted { delivery, lane, from, to, .. } => self.take(at, (delivery, lane), from, to, lens),
            Event::RecordsExpired { delivery, lane, to, .. } => self.expire(at, (delivery, lane), to, lens),
            Event::ShardOpened { stream, shard, .. } => {
                self.shards.entry((stream, shard)).or_insert((at, 0));
            }
            Event::RecordsTrimmed { stream, shard, to, .. } => {
                if let Some((_, trimmed)) = self.shards.get_mut(&(stream, shard)) {
                    *trimmed = to.max(*trimmed);
                }
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} records were taken without a gap", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        lake().into_iter().map(|event| (0, event)).chain(rest).collect()
    }
    fn expired(to: u64) -> Event {
        Event::RecordsExpired { delivery: LAKE, lane: 0, from: 0, to, part: 0 }
    }

    #[test]
    fn records_without_gaps_that_expire_after_a_day_are_fine() {
        let day = 24 * 3_600_000;
        let rest = [(1000, taken(0, 10)), (2000, taken(10, 20)), (day + 2000, expired(20))];
        assert_eq!(judge(DeliveriesHoldWhatTheyTook::default(), script(rest)).verdict, Verdict::Pass);
        assert_eq!(judge(DeliveriesHoldWhatTheyTook::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn what_expires_early_is_found() {
        let rest = [(0, taken(0, 10)), (3_600_000, expired(10))];
        let text = evidence(&judge(DeliveriesHoldWhatTheyTook::default(), script(rest)));
        assert_eq!(text, "1:00:00.000 lake gave up records after 1h, not after 24h");
    }

    #[test]
    fn a_gap_is_found() {
        let rest = [(1000, taken(0, 10)), (2000, taken(12, 20))];
        let text = evidence(&judge(DeliveriesHoldWhatTheyTook::default(), script(rest)));
        assert_eq!(text, "0:00:02.000 lake left out records 10 to 11 of shard 0");
    }
}
