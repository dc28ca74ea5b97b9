//! `freshness-recovers`: after the faults have healed, the oldest record that is not delivered is young again: no older
//! than records may be on their way (DataFreshness).
//!
//! A stretch in which it is older counts from its own beginning or the healing, and must be over within the bound on
//! catching up. How old it is, is looked at whenever records are accepted, and at the end. Records that go to the error
//! output, or were dropped, are done with, and so is what an HTTP endpoint refused as too large. What waits in a stream
//! unread is seen when it is delivered: its age counts from its arrival there.

use std::collections::{BTreeMap, VecDeque};

use crate::base::event::{FailedAs, Output, Stage};
use crate::base::{DeliveryId, DoneRecords, Event, EventKind, SimDuration, SimTime};
use crate::check::findings::{Findings, stretch};
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// Records of a lane.
#[derive(Default)]
struct Lane {
    /// Records that were accepted, run by run, as far as the first of them may not be done.
    waiting: VecDeque<(SimTime, u64, u64)>,
    done: DoneRecords,
    /// Since when the oldest is too old.
    old_since: Option<SimTime>,
    /// Since when what is delivered is too old.
    late_since: Option<SimTime>,
    is_told: bool,
}

impl Lane {
    /// When the oldest record came that is not done.
    fn oldest(&mut self) -> Option<SimTime> {
        while let Some((at, from, to)) = self.waiting.front() {
            if self.done.whole().first_missing(*from..*to).is_some() {
                return Some(*at);
            }
            self.waiting.pop_front();
        }
        None
    }
}

/// What is remembered of the run to judge this.
pub(super) struct FreshnessRecovers {
    bound: SimDuration,
    lanes: BTreeMap<(DeliveryId, u32), Lane>,
    findings: Findings,
    judged: u64,
    pending: Option<String>,
}

impl FreshnessRecovers {
    /// Judges a lane, by what was delivered too if something was just now.
    fn look(&mut self, at: SimTime, key: (DeliveryId, u32), is_delivery: bool, lens: &Lens) {
        let Some(of) = lens.deliveries.get(key.0).filter(|of| !of.is_deleted) else { return };
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        self.judged += 1;
        let allowed = of.on_its_way_max();
        let oldest = lane.oldest();
        match oldest.is_none_or(|then| at.since(then) <= allowed) {
            true => lane.old_since = None,
            false => drop(lane.old_since.get_or_insert(at)),
        }
        let Some(since) = lane.old_since.into_iter().chain(lane.late_since.filter(|_| is_delivery)).min() else {
            lane.is_told = false;
            return;
        };
        let lasted = lens.healing.trouble(since, SimTime::ZERO, at);
        if lasted > self.bound && !lane.is_told {
            lane.is_told = true;
            let (name, stretch) = (of.name.clone(), stretch(at, lasted, self.bound));
            let age = allowed.told();
            self.findings
                .fail_from(since, at, || format!("the oldest record of {name} was older than {age} {stretch}"));
        }
    }
}

impl Invariant for FreshnessRecovers {
    const NAME: &'static str = "freshness-recovers";
    const PROMISE: &'static str =
        "after the faults have healed, the oldest undelivered record is soon no older than records may be on their way";
    const HEARS: &'static [EventKind] = &[
        EventKind::DeliveryAccepted,
        EventKind::RecordTakenApart,
        EventKind::DeliverySucceeded,
        EventKind::RecordsFailed,
        EventKind::RecordsArrived,
        EventKind::RecordsDropped,
        EventKind::RecordsExpired,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        let (findings, bound) = (Findings::default(), settings.liveness.caught_up_within);
        Self { bound, lanes: BTreeMap::new(), findings, judged: 0, pending: None }
    }
}

impl Check for FreshnessRecovers {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::DeliveryAccepted { delivery, lane, from, to, .. } => {
                let of = self.lanes.entry((delivery, lane)).or_default();
                match of.waiting.back_mut() {
                    Some((then, _, end)) if *end == from && at.since(*then) < SimDuration::from_secs(1) => *end = to,
                    _ => of.waiting.push_back((at, from, to)),
                }
                self.look(at, (delivery, lane), false, lens);
            }
            Event::RecordsArrived { delivery, output: Output::Destination | Output::Errors, lane, from, to, part }
            | Event::RecordsDropped { delivery, lane, from, to, part }
            | Event::RecordsFailed {
                delivery,
                lane,
                from,
                to,
                part,
                failed_as: FailedAs::HttpEndpoint,
                is_kept: false,
                ..
            }
            | Event::RecordsExpired { delivery, lane, from, to, part } => {
                self.lanes.entry((delivery, lane)).or_default().done.insert(from..to, part);
            }
            Event::DeliverySucceeded { delivery, lane, stage: Stage::Deliver, records, age_max, .. } if records > 0 => {
                let allowed = lens.deliveries.get(delivery).map_or(SimDuration::MAX, |of| of.on_its_way_max());
                let of = self.lanes.entry((delivery, lane)).or_default();
                of.late_since = (age_max > allowed).then(|| of.late_since.unwrap_or(at));
                self.look(at, (delivery, lane), true, lens);
            }
            Event::RecordTakenApart { delivery, lane, ordinal, parts } => {
                self.lanes.entry((delivery, lane)).or_default().done.take_apart(ordinal, parts);
            }
            Event::RunEnded {} => {
                let keys: Vec<_> = self.lanes.keys().copied().collect();
                keys.into_iter().for_each(|key| self.look(at, key, false, lens));
            }
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let held = || "no record was undelivered for long".to_owned();
        let pending = self.pending.as_deref();
        lens.healing.result(Self::NAME, &self.findings, self.judged, self.bound, pending, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn check() -> FreshnessRecovers {
        FreshnessRecovers::new(&settings())
    }
    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        let begin = lake().into_iter().map(|event| (0, event)).chain([(0, Event::FaultsHealed {})]);
        begin.chain([(1000, taken(0, 10))]).chain(rest).chain([(3_600_000, Event::RunEnded {})]).collect()
    }

    #[test]
    fn records_that_are_delivered_soon_are_fine() {
        let rest = [(61_000, arrived(Output::Destination, 0, 10))];
        assert_eq!(judge(check(), script(rest)).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn what_was_in_the_stream_for_long_before_it_was_read_is_found() {
        let aged = |minute: u64, age| {
            let (stage, age_max) = (Stage::Deliver, SimDuration::from_mins(age));
            let done = Event::DeliverySucceeded {
                delivery: LAKE,
                lane: 0,
                stage,
                records: 10,
                bytes: 100,
                age_max,
                took: age_max,
                had_failed: false,
            };
            [(minute * 60_000, arrived(Output::Destination, 10 * minute - 10, 10 * minute)), (minute * 60_000, done)]
        };
        let run = |age| judge(check(), script((1..5).flat_map(|minute| aged(minute, age))));
        assert_eq!((run(2).verdict, run(10).verdict), (Verdict::Pass, Verdict::Fail));
    }

    #[test]
    fn a_delivery_that_stands_still_is_found() {
        let puts = (1..60).map(|minute| (minute * 60_000, taken(10 * minute, 10 * minute + 10)));
        let text = evidence(&judge(check(), script(puts)));
        let expected = "0:06:00.000 the oldest record of lake was older than 3m from 0:04:00.000 to 0:06:00.000 (2m; \
                        allowed 1m)";
        assert_eq!(text, expected);
    }
}
