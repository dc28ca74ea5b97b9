//! `stream-answers-are-a-logs`: what writers and readers of a shard hear is what a log answers, that is, it is linearizable.
//!
//! Judged from outside, by what clients have sent and heard: see [`history`](crate::check::history).

use crate::base::{Event, EventKind, SimDuration, SimTime};
use crate::check::history::History;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
pub(super) struct StreamAnswersAreALogs {
    history: History,
    visibility_lag: SimDuration,
}

impl Invariant for StreamAnswersAreALogs {
    const NAME: &'static str = "stream-answers-are-a-logs";
    const PROMISE: &'static str =
        "writers and readers of a shard hear what an append-only log would answer (linearizability)";
    const HEARS: &'static [EventKind] = &[EventKind::PutAnswered];

    fn new(settings: &CheckSettings) -> Self {
        Self { history: settings.history.clone(), visibility_lag: settings.visibility_lag }
    }
}

impl Check for StreamAnswersAreALogs {
    fn on(&mut self, _: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::PutAnswered { stream, host, .. } if !self.history.sees(host) => {
                self.history.stream_is_written_by_others(&lens.names.stream(stream));
            }
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let (findings, judged) = self.history.of_logs(lens, self.visibility_lag);
        findings.result(Self::NAME, judged, || format!("{judged} acknowledgements and pages are those of a log"))
    }
}
