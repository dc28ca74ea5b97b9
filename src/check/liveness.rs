//! What the liveness checks share: the bounds, and from when on a stretch of trouble counts.
//!
//! "Within a bound after the faults have healed" is judged by stretches: a stretch of trouble counts from the latest
//! of its own beginning, the healing, and the last coming or going of one of the consumer's workers, and must be over
//! within the bound. Thus later resharding is judged by the same rule. A run that ends before a bound has passed
//! leaves the check unknown.

use super::findings::Findings;
use super::{CheckResult, Verdict};
use crate::base::{Event, SimDuration, SimTime};

/// Bounds of the liveness checks, counted from when the faults have healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LivenessBounds {
    /// Every open shard has an active consumer.
    pub(crate) owned_within: SimDuration,
    /// Leases are spread evenly over workers.
    pub(crate) balanced_within: SimDuration,
    /// The iterator age is below `iterator_age_max` again.
    pub(crate) caught_up_within: SimDuration,
    /// See `caught_up_within`.
    pub(crate) iterator_age_max: SimDuration,
}

/// When liveness is judged: while nothing is in force that disturbs the run, from the last healing on.
#[derive(Default)]
pub(crate) struct Healing {
    /// Whether there was any fault.
    is_disturbed: bool,
    healed: Option<SimTime>,
    /// How far the run has come, as reads tell it.
    now: SimTime,
}

impl Healing {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { .. } => (self.is_disturbed, self.healed) = (true, None),
            Event::FaultsHealed {} => {
                self.is_disturbed |= at > SimTime::ZERO;
                self.healed = Some(at);
            }
            Event::RecordsRead { .. } | Event::SubscriptionRead { .. } | Event::RunEnded {} => {}
            _ => return,
        }
        self.now = at;
    }
    /// Since when nothing disturbs the run; `None` while something does.
    pub(crate) fn healed(&self) -> Option<SimTime> {
        self.healed
    }
    /// How long trouble that began at `since` has counted at `at`, when the workers last changed at `changed`.
    pub(crate) fn trouble(&self, since: SimTime, changed: SimTime, at: SimTime) -> SimDuration {
        self.healed.map_or(SimDuration::ZERO, |healed| at.since(since.max(changed).max(healed)))
    }
    /// The result of a check whose stretches must be over within `bound`. `pending` is trouble at the end of the run
    /// that had not lasted for so long, or that nobody was there to mend.
    pub(crate) fn result(
        &self,
        name: &'static str,
        findings: &Findings,
        judged: u64,
        bound: SimDuration,
        pending: Option<&str>,
        held: impl FnOnce() -> String,
    ) -> CheckResult {
        let watched = self.healed.map(|healed| self.now.since(healed));
        let mut result = findings.result(name, judged, held);
        if result.verdict != Verdict::Pass {
            return result;
        }
        if watched.is_some_and(|watched| watched >= bound) {
            if let Some(pending) = pending {
                (result.verdict, result.detail) = (Verdict::Unknown, format!("at the end {pending}"));
            }
            return result;
        }
        result.verdict = Verdict::Unknown;
        result.detail = match (watched, self.is_disturbed) {
            (Some(watched), true) => {
                let watched = watched.told();
                format!("the run is too short: seen for {watched} after the faults had healed; the bound is {bound}")
            }
            (Some(watched), false) => {
                format!("the run is too short: seen for {}; the bound is {bound}", watched.told())
            }
            (None, _) => "something that disturbs the run is still in force".into(),
        };
        result
    }
}
