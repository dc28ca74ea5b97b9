//! `deliveries-double-only-for-a-reason`: a record comes to its destination once, unless an attempt failed that may
//! have been carried out, the service crashed, or a message was doubled on its way
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
//!
//! A reason counts for the lane of a delivery stream for two hours, the longest for which anything is tried again; for
//! S3, for a day. That a batch as a whole was tried again is told by every attempt that failed; which of its records
//! had been taken is not known. A source is read once: what is accepted from a stream twice is told too.

use std::collections::BTreeMap;

use crate::aws::FIREHOSE;
use crate::base::event::{Output, Stage};
use crate::base::{DeliveryId, DoneRecords, Event, EventKind, RangeSet, SimDuration, SimTime};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// For how long a failed attempt excuses what comes twice.
const REASON_COUNTS_FOR: SimDuration = SimDuration::from_hours(24);

/// Records of a lane.
#[derive(Default)]
struct Lane {
    accepted: RangeSet,
    arrived: DoneRecords,
    failed_at: Option<SimTime>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct DeliveriesDoubleOnlyForAReason {
    lanes: BTreeMap<(DeliveryId, u32), Lane>,
    /// When the service crashed, or a message was doubled.
    disturbed_at: Option<SimTime>,
    findings: Findings,
    judged: u64,
}

impl DeliveriesDoubleOnlyForAReason {
    fn is_excused(&self, at: SimTime, failed_at: Option<SimTime>) -> bool {
        [failed_at, self.disturbed_at].into_iter().flatten().any(|then| at.since(then) <= REASON_COUNTS_FOR)
    }
}

impl Invariant for DeliveriesDoubleOnlyForAReason {
    const NAME: &'static str = "deliveries-double-only-for-a-reason";
    const PROMISE: &'static str =
        "a record comes to its destination once, unless an attempt failed that may have been carried out";
    const HEARS: &'static [EventKind] = &[
        EventKind::DeliveryAccepted,
        EventKind::RecordTakenApart,
        EventKind::RecordsArrived,
        EventKind::DeliveryAttemptFailed,
        EventKind::HostCrashed,
        EventKind::MessageDuplicated,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for DeliveriesDoubleOnlyForAReason {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::DeliveryAccepted { delivery, lane, from, to, .. } => {
                let of = self.lanes.entry((delivery, lane)).or_default();
                let again = of.accepted.insert(from..to);
                if again > 0 {
                    let (name, records) = (lens.deliveries.name(delivery), records(&(from..to)));
                    self.findings.fail(at, || format!("{name} took {again} of {records} of shard {lane} once more"));
                }
            }
            Event::RecordsArrived { delivery, output: Output::Destination, lane, from, to, part } => {
                self.judged += to - from;
                let of = self.lanes.entry((delivery, lane)).or_default();
                let again = of.arrived.insert(from..to, part).again;
                let failed_at = of.failed_at;
                if again > 0 && !self.is_excused(at, failed_at) {
                    let (name, records) = (lens.deliveries.name(delivery), records(&(from..to)));
                    self.findings.fail(at, || {
                        format!("{name} delivered {again} of {records} once more, although no attempt had failed")
                    });
                }
            }
            Event::RecordTakenApart { delivery, lane, ordinal, parts } => {
                self.lanes.entry((delivery, lane)).or_default().arrived.take_apart(ordinal, parts);
            }
            Event::DeliveryAttemptFailed { delivery, lane, stage: Stage::Deliver, .. } => {
                self.lanes.entry((delivery, lane)).or_default().failed_at = Some(at);
            }
            Event::HostCrashed { host: FIREHOSE } | Event::MessageDuplicated { from: FIREHOSE, .. } => {
                self.disturbed_at = Some(at);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} records came once, or again for a reason", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        let begin = lake().into_iter().map(|event| (0, event));
        begin.chain([(1000, taken(0, 10)), (2000, arrived(Output::Destination, 0, 10))]).chain(rest).collect()
    }
    fn failed(at: u64) -> (u64, Event) {
        let (stage, records, attempt, error) = (Stage::Deliver, 10, 1, "S3.Timeout");
        (at, Event::DeliveryAttemptFailed { delivery: LAKE, lane: 0, stage, records, attempt, error })
    }

    #[test]
    fn once_or_again_after_a_failed_attempt_is_fine() {
        let again = (9000, arrived(Output::Destination, 0, 10));
        let result = judge(DeliveriesDoubleOnlyForAReason::default(), script([failed(3000), again]));
        assert_eq!(result.verdict, Verdict::Pass);
        assert_eq!(judge(DeliveriesDoubleOnlyForAReason::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_batch_that_is_delivered_twice_is_found() {
        let again = (9000, arrived(Output::Destination, 5, 12));
        let text = evidence(&judge(DeliveriesDoubleOnlyForAReason::default(), script([again])));
        let expected = "0:00:09.000 lake delivered 5 of records 5 to 11 once more, although no attempt had failed";
        assert_eq!(text, expected);
    }
}
