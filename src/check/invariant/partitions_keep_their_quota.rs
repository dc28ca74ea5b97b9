//! `partitions-keep-their-quota`: with dynamic partitioning no more partitions are active than the quota allows
//! (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html>).

use crate::base::{Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct PartitionsKeepTheirQuota {
    findings: Findings,
    judged: u64,
}

impl Invariant for PartitionsKeepTheirQuota {
    const NAME: &'static str = "partitions-keep-their-quota";
    const PROMISE: &'static str = "no more partitions of a delivery stream are active than its quota allows";
    const HEARS: &'static [EventKind] = &[EventKind::PartitionsActive];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for PartitionsKeepTheirQuota {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        let Event::PartitionsActive { delivery, active, quota } = *event else { return };
        self.judged += 1;
        if active > quota {
            let name = lens.deliveries.name(delivery).to_owned();
            self.findings.fail(at, || format!("{name} had {active} active partitions, its quota is {quota}"));
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} partitions were begun within it", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn active(active: u32) -> Vec<(u64, Event)> {
        let active = Event::PartitionsActive { delivery: LAKE, active, quota: 500 };
        lake().into_iter().map(|event| (0, event)).chain([(9000, active)]).collect()
    }

    #[test]
    fn as_many_as_the_quota_are_fine() {
        assert_eq!(judge(PartitionsKeepTheirQuota::default(), active(500)).verdict, Verdict::Pass);
        assert_eq!(judge(PartitionsKeepTheirQuota::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn more_are_found() {
        let text = evidence(&judge(PartitionsKeepTheirQuota::default(), active(501)));
        assert_eq!(text, "0:00:09.000 lake had 501 active partitions, its quota is 500");
    }
}
