//! `iterators-live-300-s`: a shard iterator is good for 300 seconds, no more and no less
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html>).
//!
//! While any fault is active an iterator may expire early: faults are not told apart here.

use crate::base::{Event, EventKind, SimDuration, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

const LIFETIME: SimDuration = SimDuration::from_secs(300);

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct IteratorsLive300S {
    findings: Findings,
    judged: u64,
}

impl Invariant for IteratorsLive300S {
    const NAME: &'static str = "iterators-live-300-s";
    const PROMISE: &'static str = "a shard iterator is good for 300 seconds, no more and no less";
    const HEARS: &'static [EventKind] = &[EventKind::RecordsRead, EventKind::IteratorExpired];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for IteratorsLive300S {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordsRead { shard, host, iterator_lived, .. } => {
                self.judged += 1;
                if iterator_lived > LIFETIME {
                    let (host, lived) = (lens.names.host(host), iterator_lived);
                    self.findings.fail(at, || format!("{host} read {shard} with an iterator that was {lived} old"));
                }
            }
            Event::IteratorExpired { shard, host, iterator_lived, .. } => {
                self.judged += 1;
                if iterator_lived < LIFETIME && !lens.faults.is_any_active() {
                    let (host, lived) = (lens.names.host(host), iterator_lived);
                    self.findings.fail(at, || format!("an iterator of {host} for {shard} expired when {lived} old"));
                }
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("none of {} iterators lived longer or shorter", self.judged);
        self.findings.result(Self::NAME, self.judged, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn expired(lived_ms: u64) -> Event {
        let iterator_lived = SimDuration::from_millis(lived_ms);
        Event::IteratorExpired { stream: CLICKS, shard: S0, host: WORKER_1, iterator_lived }
    }

    #[test]
    fn iterators_that_live_300_seconds_are_fine() {
        let script = [(400_000, read(WORKER_1, S0, 0, 1, 300_000)), (800_000, expired(300_000))];
        assert_eq!(judge(IteratorsLive300S::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(IteratorsLive300S::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_iterator_that_outlives_its_time_is_found() {
        let text = evidence(&judge(IteratorsLive300S::default(), [(400_000, read(WORKER_1, S0, 0, 1, 300_001))]));
        assert_eq!(text, "0:06:40.000 billing-1 read shardId-000000000000 with an iterator that was 300.001s old");
    }

    #[test]
    fn an_iterator_that_expires_early_is_found_unless_a_fault_is_active() {
        let text = evidence(&judge(IteratorsLive300S::default(), [(9000, expired(5000))]));
        assert_eq!(text, "0:00:09.000 an iterator of billing-1 for shardId-000000000000 expired when 5s old");
        let began = Event::FaultBegan { fault: 0, what: "iterators expire".into() };
        let script = [(0, began), (9000, expired(5000))];
        assert_eq!(judge(IteratorsLive300S::default(), script).verdict, Verdict::Pass);
    }
}
