//! What a check has found so far, and how that becomes a result.

use std::ops::Range;

use super::verdict::NOTHING_TO_JUDGE;
use super::{CheckResult, Evidence, Verdict, shape};
use crate::base::{SimDuration, SimTime};

/// How many failures are kept with their words; the rest is counted.
const EVIDENCE_MAX: usize = 5;
/// So many more are kept that say something else than those before.
const OTHERS_MAX: usize = 5;
/// After so many failures nobody looks whether one says something else.
const LOOKED_AT_MAX: u64 = 1000;

/// Failures of a check.
#[derive(Default)]
pub(crate) struct Findings {
    failures: u64,
    evidence: Vec<Evidence>,
}

impl Findings {
    /// Notes a failure. The words are kept of the first few, and of those that are no more of the same.
    #[cold]
    pub(crate) fn fail(&mut self, at: SimTime, what: impl FnOnce() -> String) {
        self.failures += 1;
        let told = self.evidence.len();
        if told < EVIDENCE_MAX {
            self.evidence.push(Evidence { from: at, at, what: what() });
        } else if told < EVIDENCE_MAX + OTHERS_MAX && self.failures <= LOOKED_AT_MAX {
            let what = what();
            if self.evidence.iter().all(|evidence| shape(&evidence.what) != shape(&what)) {
                self.evidence.push(Evidence { from: at, at, what });
            }
        }
    }
    /// Notes that something was wrong from `from` to `until`.
    #[cold]
    pub(crate) fn fail_from(&mut self, from: SimTime, until: SimTime, what: impl FnOnce() -> String) {
        let told = self.evidence.len();
        self.fail(until, what);
        if let Some(evidence) = self.evidence.get_mut(told) {
            evidence.from = from;
        }
    }
    /// Fail when there are failures; otherwise pass when something was `judged` and unknown when nothing was.
    /// `held` says what held.
    pub(crate) fn result(&self, name: &'static str, judged: u64, held: impl FnOnce() -> String) -> CheckResult {
        let (verdict, detail) = match self.evidence.first() {
            Some(first) if self.failures == 1 => (Verdict::Fail, format!("{} {}", first.at, first.what)),
            Some(first) => (Verdict::Fail, format!("{} times, first at {} {}", self.failures, first.at, first.what)),
            None if judged > 0 => (Verdict::Pass, held()),
            None => (Verdict::Unknown, NOTHING_TO_JUDGE.into()),
        };
        CheckResult { name, verdict, detail, evidence: self.evidence.clone() }
    }
}

/// A stretch of trouble that ended, or was seen last, at `until`:
/// `from 0:10:07.000 to 0:32:27.000 (22m20s; allowed 5m)`.
pub(in crate::check) fn stretch(until: SimTime, lasted: SimDuration, allowed: SimDuration) -> String {
    let from = until.saturating_sub(lasted);
    format!("from {from} to {until} ({}; allowed {})", lasted.told(), allowed.told())
}

/// Ordinals in words.
pub(in crate::check) fn records(range: &Range<u64>) -> String {
    match range.end.saturating_sub(range.start) {
        1 => format!("record {}", range.start),
        _ => format!("records {} to {}", range.start, range.end.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_judged_is_unknown_and_a_failure_outweighs_what_held() {
        let mut findings = Findings::default();
        assert_eq!(findings.result("x", 0, || "held".into()).verdict, Verdict::Unknown);
        assert_eq!(findings.result("x", 3, || "held".into()).verdict, Verdict::Pass);
        for n in 0..9 {
            findings.fail(SimTime::from_secs(n), || format!("broke {n}"));
        }
        let result = findings.result("x", 3, || "held".into());
        assert_eq!(result.verdict, Verdict::Fail);
        assert_eq!(result.detail, "9 times, first at 0:00:00.000 broke 0");
        assert_eq!(result.evidence.len(), EVIDENCE_MAX);
        findings.fail(SimTime::from_secs(10), || "something else broke".into());
        assert_eq!(findings.result("x", 3, || "held".into()).evidence.len(), EVIDENCE_MAX + 1, "it is not drowned");
    }
}
