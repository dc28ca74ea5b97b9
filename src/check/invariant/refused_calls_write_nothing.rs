//! `refused-calls-write-nothing`: what was refused or throttled has written nothing, and what was answered as written
//! has.
//!
//! Judged call by call: what one call of a service tells comes together. Of PutRecords as many records must be accepted
//! as its answer says; a PutItem or an UpdateItem that took write units and was not refused has written. BatchWriteItem
//! may be throttled in part, and is judged only where all of it was refused. A write of DynamoDB's that ends in an
//! InternalServerError may have been done all the same
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>).

use crate::base::{Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// The one operation on tables that writes a part of what was asked.
const IN_PARTS: &str = "BatchWriteItem";

/// The operations that write one item if they are not refused. DeleteItem may find nothing to delete.
const OF_ONE_ITEM: [&str; 2] = ["PutItem", "UpdateItem"];

/// The one error that leaves it open whether the call was carried out.
const OPEN: &str = "InternalServerError";

/// What the call in hand has told.
#[derive(Default)]
struct Call {
    number: u64,
    records_accepted: u32,
    records_refused: u32,
    items_written: u32,
    /// The write that was paid for, and when.
    paid: Option<(&'static str, SimTime)>,
    /// The operation that was refused as a whole, and with what.
    refused: Option<(&'static str, &'static str)>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct RefusedCallsWriteNothing {
    call: Call,
    findings: Findings,
    judged: u64,
}

impl Call {
    /// The write that was paid for, and neither refused nor done.
    fn unwritten(&self) -> Option<(&'static str, SimTime)> {
        self.paid.filter(|_| self.refused.is_none() && self.items_written == 0)
    }
}

impl RefusedCallsWriteNothing {
    #[inline]
    fn call(&mut self, lens: &Lens) -> &mut Call {
        if self.call.number != lens.call {
            let last = std::mem::replace(&mut self.call, Call { number: lens.call, ..Call::default() });
            if let Some((operation, at)) = last.unwritten() {
                self.findings
                    .fail(at, || format!("{operation} was paid for and not refused, and yet has written nothing"));
            }
        }
        &mut self.call
    }

    fn on_refused(&mut self, lens: &Lens, at: SimTime, operation: &'static str, error: &'static str) {
        self.judged += 1;
        self.call(lens).refused = Some((operation, error));
        self.judge(at);
    }

    /// A write of one item that is not refused writes it, also when it then is as it was.
    fn on_units(&mut self, lens: &Lens, at: SimTime, operation: &'static str, write_units: u32) {
        if write_units > 0 && OF_ONE_ITEM.contains(&operation) {
            self.judged += 1;
            self.call(lens).paid = Some((operation, at));
        }
    }

    fn on_item(&mut self, lens: &Lens, at: SimTime, operation: &'static str) {
        if operation != IN_PARTS {
            self.call(lens).items_written += 1;
            self.judge(at);
        }
    }

    fn on_put(&mut self, lens: &Lens, at: SimTime, records: u32, failed: u32) {
        self.judged += 1;
        let Call { records_accepted: accepted, records_refused: refused, .. } = *self.call(lens);
        if (accepted, refused) != (records.saturating_sub(failed), failed) {
            self.findings.fail(at, || {
                format!(
                    "a put of {records} records was answered with {failed} failures, but {accepted} of them were \
                     accepted and {refused} refused"
                )
            });
        }
    }

    /// The call was refused, or has written: it cannot be both.
    fn judge(&mut self, at: SimTime) {
        let Call { refused: Some((operation, error)), items_written, records_accepted, .. } = self.call else { return };
        if items_written > 0 || records_accepted > 0 {
            let what = if items_written > 0 { "an item" } else { "a record" };
            self.findings.fail(at, || format!("{operation} was refused with {error}, and yet has written {what}"));
        }
    }
}

impl Invariant for RefusedCallsWriteNothing {
    const NAME: &'static str = "refused-calls-write-nothing";
    const PROMISE: &'static str = "what was refused or throttled has written nothing, and what was answered as written \
                                   has";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::RecordRefused,
        EventKind::PutAnswered,
        EventKind::CallRefused,
        EventKind::TableThrottled,
        EventKind::ConditionFailed,
        EventKind::ItemWritten,
        EventKind::UnitsConsumed,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for RefusedCallsWriteNothing {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { .. } => self.call(lens).records_accepted += 1,
            Event::RecordRefused { .. } => self.call(lens).records_refused += 1,
            Event::PutAnswered { records, failed, .. } => self.on_put(lens, at, records, failed),
            Event::CallRefused { operation, error, .. } if error != OPEN => self.on_refused(lens, at, operation, error),
            Event::TableThrottled { operation, reason, .. } if operation != IN_PARTS => {
                self.on_refused(lens, at, operation, reason.as_str());
            }
            Event::ConditionFailed { operation, .. } => {
                self.on_refused(lens, at, operation, "a condition that is false");
            }
            Event::UnitsConsumed { operation, write_units, .. } => self.on_units(lens, at, operation, write_units),
            Event::ItemWritten { operation, .. } => self.on_item(lens, at, operation),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} puts and refusals were as told", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{TableThrottle, WriteRefusal};
    use crate::base::{Fold, PartitionKey};
    use crate::check::test_events::*;
    use crate::check::{Checks, Verdict};

    const REFUSED: Event =
        Event::CallRefused { service: "kinesis", operation: "PutRecords", host: WEB, error: "AccessDeniedException" };

    fn throttled(operation: &'static str) -> Event {
        Event::TableThrottled { table: LEASES, host: WORKER_1, operation, reason: TableThrottle::TableWrite }
    }

    fn item() -> Event {
        written(WORKER_1, None, row(S0, "billing-1", "TRIM_HORIZON"))
    }

    fn answered(records: u32, failed: u32) -> Event {
        Event::PutAnswered { stream: CLICKS, host: WEB, is_batch: true, records, failed }
    }

    fn refused() -> Event {
        let (key, reason) = (PartitionKey::new("k").expect("a key"), WriteRefusal::RecordRate);
        Event::RecordRefused { stream: CLICKS, shard: S0, key, size_bytes: 9, reason, host: WEB }
    }

    /// The calls, each with what it tells.
    fn run(calls: &[&[Event]]) -> CheckResult {
        let mut checks = Checks::new(&settings());
        calls.iter().for_each(|events| checks.on_all(SimTime::from_secs(1), events));
        let mut results = checks.results().into_iter();
        results.find(|result| result.name == RefusedCallsWriteNothing::NAME).expect("it is there")
    }

    #[test]
    fn refused_calls_and_writes_may_stand_side_by_side() {
        let result = run(&[
            &[throttled("UpdateItem")],
            &[item()],
            &[accepted(S0, 0), refused(), answered(2, 1)],
            &[REFUSED],
            &[accepted(S0, 1), answered(1, 0)],
        ]);
        assert_eq!(result.verdict, Verdict::Pass, "{result:?}");
        let unsure = Event::CallRefused {
            service: "dynamodb",
            operation: "PutItem",
            host: WORKER_1,
            error: "InternalServerError",
        };
        assert_eq!(run(&[&[accepted(S0, 0), answered(1, 0)], &[item(), unsure]]).verdict, Verdict::Pass);
        assert_eq!(judge(RefusedCallsWriteNothing::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_throttled_or_refused_call_that_writes_all_the_same_is_found() {
        for call in [[throttled("UpdateItem"), item()], [item(), throttled("UpdateItem")]] {
            assert_eq!(
                evidence(&run(&[&call])),
                "0:00:01.000 UpdateItem was refused with TableWriteProvisionedThroughputExceeded, and yet has written \
                 an item"
            );
        }
        assert!(evidence(&run(&[&[accepted(S0, 0), REFUSED]])).ends_with("and yet has written a record"));
        let failed = Event::ConditionFailed { table: LEASES, host: WORKER_1, operation: "PutItem" };
        assert_eq!(run(&[&[failed, item()]]).verdict, Verdict::Fail);
    }

    #[test]
    fn a_write_that_is_answered_and_not_done_is_found() {
        let (table, host, operation) = (LEASES, WORKER_1, "UpdateItem");
        let paid = || Event::UnitsConsumed { table, host, operation, read_half_units: 0, write_units: 1 };
        let failed = Event::ConditionFailed { table, host, operation };
        let next = [throttled("PutItem")];
        assert_eq!(run(&[&[item(), paid()], &[failed, paid()], &next]).verdict, Verdict::Pass);
        let text = evidence(&run(&[&[paid()], &next]));
        assert_eq!(text, "0:00:01.000 UpdateItem was paid for and not refused, and yet has written nothing");
    }

    #[test]
    fn a_put_that_counts_what_it_refused_as_accepted_is_found() {
        let text = evidence(&run(&[&[accepted(S0, 0), refused(), answered(2, 0)]]));
        assert_eq!(
            text,
            "0:00:01.000 a put of 2 records was answered with 0 failures, but 1 of them were accepted and 1 refused"
        );
    }
}
