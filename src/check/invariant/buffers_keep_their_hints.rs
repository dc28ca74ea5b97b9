//! `buffers-keep-their-hints`: a buffer is closed when its interval is over, or earlier because it is full; later only
//! when the delivery before it is still under way
//! (<https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html>).
//!
//! Hints are no promises of AWS. What is judged is that nothing waits longer without a reason: that a delivery of the
//! same lane and stage ended after the interval was over, that the backup could not be reached, that the service was
//! down, or that the interval was longer before.

use std::collections::BTreeMap;

use crate::aws::FIREHOSE;
use crate::base::event::Stage;
use crate::base::{DeliveryId, Event, EventKind, SimDuration, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// A closing takes no time; this is for whoever rounds.
const SLACK: SimDuration = SimDuration::from_secs(1);

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct BuffersKeepTheirHints {
    /// When a delivery of a stage last ended, well or not.
    ended: BTreeMap<(DeliveryId, Stage, u32), SimTime>,
    /// When a delivery stream's calls last failed, or what could not be put into the backup was: until then
    /// nothing else is delivered.
    failed: BTreeMap<DeliveryId, SimTime>,
    /// When the service was last down.
    down_at: Option<SimTime>,
    findings: Findings,
    judged: u64,
}

impl Invariant for BuffersKeepTheirHints {
    const NAME: &'static str = "buffers-keep-their-hints";
    const PROMISE: &'static str =
        "a buffer is closed when it is full or its interval is over, unless delivery is behind";
    const HEARS: &'static [EventKind] = &[
        EventKind::BufferClosed,
        EventKind::DeliverySucceeded,
        EventKind::DeliveryAttemptFailed,
        EventKind::FunctionReturned,
        EventKind::HostCrashed,
        EventKind::HostRestarted,
        EventKind::HostPaused,
        EventKind::HostResumed,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for BuffersKeepTheirHints {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::DeliverySucceeded { delivery, lane, stage, had_failed, .. } => {
                self.ended.insert((delivery, stage, lane), at);
                if had_failed && matches!(stage, Stage::Errors | Stage::Backup) {
                    self.failed.insert(delivery, at);
                }
            }
            Event::DeliveryAttemptFailed { delivery, lane, stage, .. } => {
                self.ended.insert((delivery, stage, lane), at);
                self.failed.insert(delivery, at);
            }
            Event::FunctionReturned { delivery, lane, .. } => {
                self.ended.insert((delivery, Stage::Transform, lane), at);
            }
            Event::HostCrashed { host: FIREHOSE }
            | Event::HostRestarted { host: FIREHOSE }
            | Event::HostPaused { host: FIREHOSE }
            | Event::HostResumed { host: FIREHOSE } => self.down_at = Some(at),
            Event::BufferClosed { delivery, lane, stage, waited, .. } => {
                let Some(hints) = lens.deliveries.get(delivery).and_then(|of| of.hints(stage)) else { return };
                self.judged += 1;
                let due = at.saturating_sub(waited).saturating_add(hints.interval);
                let reasons = [
                    self.ended.get(&(delivery, stage, lane)).copied(),
                    self.failed.get(&delivery).copied(),
                    self.down_at,
                    Some(hints.since),
                ];
                let is_excused = reasons.into_iter().flatten().any(|then| then >= due);
                if waited > hints.interval.saturating_add(SLACK) && !is_excused {
                    let (name, interval) = (lens.deliveries.name(delivery).to_owned(), hints.interval.told());
                    self.findings.fail(at, || {
                        format!(
                            "a buffer of {name} ({stage}) was open for {}, its interval is {interval}",
                            waited.told()
                        )
                    });
                }
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} buffers were closed in time", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn closed(waited_s: u64) -> Event {
        let (stage, waited) = (Stage::Deliver, SimDuration::from_secs(waited_s));
        Event::BufferClosed { delivery: LAKE, lane: 0, stage, records: 1, bytes: 1, waited }
    }
    fn script(rest: impl IntoIterator<Item = (u64, Event)>) -> Vec<(u64, Event)> {
        lake().into_iter().map(|event| (0, event)).chain(rest).collect()
    }

    #[test]
    fn an_interval_that_becomes_shorter_counts_from_then_on() {
        let shorter = |at| {
            let (stage, interval, tries_for) = (Stage::Deliver, SimDuration::from_secs(15), SimDuration::ZERO);
            (at, Event::HintsDeclared { delivery: LAKE, stage, size_bytes: 5 << 20, interval, tries_for })
        };
        let begin = || lake().into_iter().map(|event| (0, event));
        let late = judge(BuffersKeepTheirHints::default(), begin().chain([shorter(40_000), (40_000, closed(40))]));
        assert_eq!(late.verdict, Verdict::Pass);
        let early = begin().chain([shorter(9_000), (60_000, closed(60))]);
        let text = evidence(&judge(BuffersKeepTheirHints::default(), early));
        assert_eq!(text, "0:01:00.000 a buffer of lake (deliver) was open for 1m, its interval is 15s");
    }

    #[test]
    fn a_buffer_that_is_closed_in_time_or_when_the_one_before_is_done_is_fine() {
        let (stage, age_max) = (Stage::Deliver, SimDuration::ZERO);
        let done = Event::DeliverySucceeded {
            delivery: LAKE,
            lane: 0,
            stage,
            records: 1,
            bytes: 1,
            age_max,
            took: age_max,
            had_failed: false,
        };
        let rest = [(60_000, closed(60)), (200_000, done), (200_000, closed(140))];
        assert_eq!(judge(BuffersKeepTheirHints::default(), script(rest)).verdict, Verdict::Pass);
        assert_eq!(judge(BuffersKeepTheirHints::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_buffer_may_wait_until_the_backup_can_be_reached_again() {
        let (records, attempt, error, age_max) = (1, 1, "S3.Timeout", SimDuration::ZERO);
        let failed = |stage| Event::DeliveryAttemptFailed { delivery: LAKE, lane: 1, stage, records, attempt, error };
        let kept = |stage| Event::DeliverySucceeded {
            delivery: LAKE,
            lane: 1,
            stage,
            records,
            bytes: 1,
            age_max,
            took: age_max,
            had_failed: true,
        };
        let of = |stage| script([(70_000, failed(stage)), (200_000, kept(stage)), (200_000, closed(140))]);
        assert_eq!(judge(BuffersKeepTheirHints::default(), of(Stage::Errors)).verdict, Verdict::Pass);
        assert_eq!(judge(BuffersKeepTheirHints::default(), of(Stage::Transform)).verdict, Verdict::Fail);
    }

    #[test]
    fn a_buffer_that_stays_open_is_found() {
        let text = evidence(&judge(BuffersKeepTheirHints::default(), script([(200_000, closed(140))])));
        assert_eq!(text, "0:03:20.000 a buffer of lake (deliver) was open for 2m20s, its interval is 1m");
    }
}
