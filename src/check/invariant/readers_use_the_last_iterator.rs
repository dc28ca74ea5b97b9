//! `readers-use-the-last-iterator`: a reader goes on with the iterator that its last answer gave.
//!
//! Each answer of GetRecords has the next iterator, which is good for 300 seconds
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html>). Who keeps an older one reads on for
//! a while as if nothing were wrong, reads what it has read once more, or loses its place when the old one expires.
//!
//! An answer that was lost excuses that, so nothing is judged while a fault lasts and shortly after, nor shortly after
//! a call that timed out. How the user's own code reads is its own affair.

use crate::base::event::ConsumerLibrary;
use crate::base::{Event, EventKind, HostId, ShardId, SimDuration, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// How much earlier than the answer the iterator in it may be stamped.
const STAMP_SLACK: SimDuration = SimDuration::from_millis(1);
/// After a fault, or a call that timed out, an old iterator is excused for so long.
const EXCUSED_FOR: SimDuration = SimDuration::from_mins(5);

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct ReadersUseTheLastIterator {
    /// When a host was last answered, by host and shard.
    answered: Grid<Option<SimTime>>,
    /// When a call of a host last timed out.
    timed_out: Grid<Option<SimTime>>,
    findings: Findings,
    judged: u64,
}

impl ReadersUseTheLastIterator {
    fn on_read(&mut self, lens: &Lens, at: SimTime, host: HostId, shard: ShardId, lived: SimDuration) {
        let library =
            lens.names.consumer_of_host(host).and_then(|consumer| lens.names.info(consumer)).map(|c| c.library);
        if !matches!(library, Some(ConsumerLibrary::Kcl2 | ConsumerLibrary::Poller)) {
            return;
        }
        let answered = self.answered.at(host.index(), shard.index()).replace(at);
        if self.is_excused(lens, at, host) {
            return;
        }
        self.judged += 1;
        let issued = at.saturating_sub(lived);
        if let Some(answered) = answered.filter(|answered| issued + STAMP_SLACK < *answered) {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!("{host} read {shard} with an iterator of {issued}, although it was given another at {answered}")
            });
        }
    }

    fn is_excused(&self, lens: &Lens, at: SimTime, host: HostId) -> bool {
        let is_late = |then: SimTime| then > SimTime::ZERO && at.since(then) <= EXCUSED_FOR;
        let timed_out = self.timed_out.get(host.index(), 0).copied().flatten();
        lens.faults.is_any_active() || is_late(lens.faults.changed()) || timed_out.is_some_and(is_late)
    }
}

impl Invariant for ReadersUseTheLastIterator {
    const NAME: &'static str = "readers-use-the-last-iterator";
    const PROMISE: &'static str = "a reader goes on with the iterator that its last answer gave";
    const HEARS: &'static [EventKind] =
        &[EventKind::RecordsRead, EventKind::CallTimedOut, EventKind::ProcessingStarted, EventKind::HostCrashed];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for ReadersUseTheLastIterator {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordsRead { shard, host, iterator_lived, .. } => {
                self.on_read(lens, at, host, shard, iterator_lived);
            }
            Event::CallTimedOut { host, .. } => *self.timed_out.at(host.index(), 0) = Some(at),
            // It may go on with an iterator that it has kept.
            Event::ProcessingStarted { host, shard, .. } => *self.answered.at(host.index(), shard.index()) = None,
            Event::HostCrashed { host } => self.answered.row_mut(host.index()).fill(None),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings
            .result(Self::NAME, self.judged, || format!("{} reads went on with the last iterator", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn judged(script: impl IntoIterator<Item = (u64, Event)>) -> CheckResult {
        judge(ReadersUseTheLastIterator::default(), script)
    }

    #[test]
    fn reads_that_follow_each_other_are_fine() {
        let script = [(1000, read(WORKER_1, S0, 0, 5, 500)), (2000, read(WORKER_1, S0, 5, 5, 1000))];
        assert_eq!(judged(script.clone()).verdict, Verdict::Pass);
        let anew = (2500, started(WORKER_1, S0, "TRIM_HORIZON"));
        let again = [anew, (3000, read(WORKER_1, S0, 5, 5, 2000))];
        assert_eq!(judged(script.into_iter().chain(again)).verdict, Verdict::Pass);
        assert_eq!(judged([(1000, read(WEB, S0, 0, 5, 0))]).verdict, Verdict::Unknown, "nobody's");
        assert_eq!(judged([]).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_iterator_that_is_used_once_more_is_found() {
        let script = [(1000, read(WORKER_1, S0, 5, 5, 500)), (2000, read(WORKER_1, S0, 5, 5, 1500))];
        let text = evidence(&judged(script.clone()));
        let words = "with an iterator of 0:00:00.500, although it was given another at 0:00:01.000";
        assert_eq!(text, format!("0:00:02.000 billing-1 read shardId-000000000000 {words}"));
        let timed_out = (500, Event::CallTimedOut { host: WORKER_1, operation: "GetRecords" });
        assert_ne!(judged([timed_out].into_iter().chain(script.clone())).verdict, Verdict::Fail);
        let fault = (500, Event::FaultBegan { fault: 0, what: "loss".into() });
        assert_ne!(judged([fault].into_iter().chain(script)).verdict, Verdict::Fail);
    }
}
