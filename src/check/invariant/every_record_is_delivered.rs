//! `every-record-is-delivered`: what a delivery stream accepts comes to its destination, or to its error output with
//! the reason, or was dropped by the function.
//!
//! Judged at the end of the run: a record must be done with that was accepted longer ago than it may be on its way,
//! when nothing has disturbed the run for so long. On its way are the intervals of all buffers, half as long again, the
//! time for which stages try their best, and the bound on catching up. What an HTTP endpoint refuses as too large (413)
//! is told and goes nowhere: AWS documents that it is lost
//! (<https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html>). Of a record that was taken
//! apart every part must be done with. Delivery streams that were deleted are not judged.

use std::collections::BTreeMap;

use crate::base::event::{FailedAs, Output};
use crate::base::{DeliveryId, DoneRecords, Event, EventKind, RangeSet, SimDuration, SimTime};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Records of a lane.
#[derive(Default)]
struct Lane {
    accepted: RangeSet,
    /// One past the last ordinal that was accepted by each time.
    by: Vec<(SimTime, u64)>,
    done: DoneRecords,
}

/// What is remembered of the run to judge this.
pub(super) struct EveryRecordIsDelivered {
    bound: SimDuration,
    lanes: BTreeMap<(DeliveryId, u32), Lane>,
    findings: Findings,
    judged: u64,
}

impl EveryRecordIsDelivered {
    fn judge_all(&mut self, at: SimTime, lens: &Lens) {
        for ((delivery, number), lane) in &self.lanes {
            let Some(of) = lens.deliveries.get(*delivery).filter(|of| !of.is_deleted) else { continue };
            let allowed = of.on_its_way_max().saturating_add(self.bound);
            let Some(healed) = lens.healing.healed() else { continue };
            if at.since(healed) < allowed {
                continue;
            }
            let old = at.saturating_sub(allowed);
            let upto = lane.by.iter().take_while(|(then, _)| *then <= old).last().map_or(0, |(_, to)| *to);
            for run in lane.accepted.ranges() {
                self.judged += run.end.min(upto).saturating_sub(run.start);
                if let Some(missing) = lane.done.whole().first_missing(run.start..run.end.min(upto)) {
                    let (records, name) = (records(&missing), &of.name);
                    let allowed = allowed.told();
                    let of_lane = if of.stream.is_some() { format!(" of shard {number}") } else { String::new() };
                    self.findings.fail(at, || {
                        format!("{name}: {records}{of_lane} came nowhere, and were accepted more than {allowed} ago")
                    });
                }
            }
        }
    }
}

impl Invariant for EveryRecordIsDelivered {
    const NAME: &'static str = "every-record-is-delivered";
    const PROMISE: &'static str =
        "what a delivery stream accepts comes to its destination or its error output, or was dropped by the function";
    const HEARS: &'static [EventKind] = &[
        EventKind::DeliveryAccepted,
        EventKind::RecordTakenApart,
        EventKind::RecordsArrived,
        EventKind::RecordsDropped,
        EventKind::RecordsFailed,
        EventKind::RecordsExpired,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        let bound = settings.liveness.caught_up_within;
        Self { bound, lanes: BTreeMap::new(), findings: Findings::default(), judged: 0 }
    }
}

impl Check for EveryRecordIsDelivered {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::DeliveryAccepted { delivery, lane, from, to, .. } => {
                let lane = self.lanes.entry((delivery, lane)).or_default();
                lane.accepted.insert(from..to);
                // A second is fine enough.
                match lane.by.last_mut() {
                    Some((then, last)) if at.since(*then) < SimDuration::from_secs(1) => *last = to.max(*last),
                    _ => lane.by.push((at, to)),
                }
            }
            Event::RecordsArrived { delivery, output: Output::Destination | Output::Errors, lane, from, to, part }
            | Event::RecordsDropped { delivery, lane, from, to, part }
            | Event::RecordsFailed {
                delivery, lane, from, to, part, failed_as: FailedAs::HttpEndpoint, is_kept: false, ..
            }
            // `deliveries-hold-what-they-took` judges those.
            | Event::RecordsExpired { delivery, lane, from, to, part } => {
                self.lanes.entry((delivery, lane)).or_default().done.insert(from..to, part);
            }
            Event::RecordTakenApart { delivery, lane, ordinal, parts } => {
                self.lanes.entry((delivery, lane)).or_default().done.take_apart(ordinal, parts);
            }
            Event::RunEnded {} => self.judge_all(at, lens),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} records came where they should", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> EveryRecordIsDelivered {
        EveryRecordIsDelivered::new(&settings())
    }

    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        let begin = lake().into_iter().map(|event| (0, event));
        let end = [(3_600_000, Event::RunEnded {})];
        begin.chain([(1, Event::FaultsHealed {}), (1000, taken(0, 10))]).chain(rest).chain(end).collect()
    }

    #[test]
    fn records_at_the_destination_in_the_error_output_or_dropped_are_fine() {
        let dropped = Event::RecordsDropped { delivery: LAKE, lane: 0, from: 8, to: 10, part: 0 };
        let rest = [
            (9000, arrived(Output::Destination, 0, 5)),
            (9000, arrived(Output::Errors, 5, 8)),
            (9000, dropped),
            (3_599_000, taken(10, 20)),
        ];
        let result = judge(check(), script(rest));
        assert_eq!((result.verdict, &*result.detail), (Verdict::Pass, "10 records came where they should"));
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn records_that_come_nowhere_are_found() {
        let rest = [
            (9000, arrived(Output::Destination, 0, 5)),
            (9000, arrived(Output::Backup, 0, 10)),
            (9000, arrived(Output::Destination, 7, 10)),
        ];
        let text = evidence(&judge(check(), script(rest)));
        let expected = "1:00:00.000 lake: records 5 to 6 came nowhere, and were accepted more than 4m ago";
        assert_eq!(text, expected);
    }
}
