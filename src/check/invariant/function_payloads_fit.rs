//! `function-payloads-fit`: what is given to a function fits into the 6 MB of a request
//! (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>).
//!
//! Judged by records and bytes: base64 makes four bytes of three, and each record has at least its id, its time and the
//! words around them besides.

use crate::base::event::Stage;
use crate::base::{Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

const PAYLOAD_MAX_BYTES: u64 = 6 << 20;
/// `{"recordId":"","approximateArrivalTimestamp":1700000000000,"data":""},`, and an id.
const RECORD_MIN_BYTES: u64 = 80;

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct FunctionPayloadsFit {
    findings: Findings,
    judged: u64,
}

impl Invariant for FunctionPayloadsFit {
    const NAME: &'static str = "function-payloads-fit";
    const PROMISE: &'static str = "what is given to a function fits into the 6 MB of a request";
    const HEARS: &'static [EventKind] = &[EventKind::DeliveryAttempted];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for FunctionPayloadsFit {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        let Event::DeliveryAttempted { delivery, stage: Stage::Transform, records, bytes, .. } = *event else { return };
        self.judged += 1;
        let least = bytes / 3 * 4 + u64::from(records) * RECORD_MIN_BYTES;
        if least > PAYLOAD_MAX_BYTES {
            let name = lens.deliveries.name(delivery).to_owned();
            self.findings.fail(at, || format!("{name} gave its function {records} records at once, {least} bytes"));
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} requests were small enough", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn asked(records: u32, bytes: u64) -> Vec<(u64, Event)> {
        let (stage, attempt) = (Stage::Transform, 1);
        let asked = Event::DeliveryAttempted { delivery: LAKE, lane: 0, stage, records, bytes, attempt };
        lake().into_iter().map(|event| (0, event)).chain([(9000, asked)]).collect()
    }

    #[test]
    fn a_request_that_fits_is_fine() {
        assert_eq!(judge(FunctionPayloadsFit::default(), asked(3000, 3 << 20)).verdict, Verdict::Pass);
        assert_eq!(judge(FunctionPayloadsFit::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_request_of_very_many_small_records_is_found() {
        let text = evidence(&judge(FunctionPayloadsFit::default(), asked(100_000, 1_000_000)));
        assert_eq!(text, "0:00:09.000 lake gave its function 100000 records at once, 9333332 bytes");
    }
}
