//! `checkpoint-only-by-lease-holder`: only the worker named in `leaseOwner` stores a checkpoint.
//!
//! The library's condition is on `leaseCounter`, not on the owner; this is what the counter is there to ensure.
//! A worker's id is its host's name.

use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{Event, EventKind, HostId, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct CheckpointOnlyByLeaseHolder {
    findings: Findings,
    changes: u64,
}

impl CheckpointOnlyByLeaseHolder {
    fn judge(&mut self, lens: &Lens, at: SimTime, host: HostId, before: &Item, after: &Item) {
        let (before, after) = (LeaseRow(before), LeaseRow(after));
        let Some(has) = after.checkpoint_text().filter(|has| before.checkpoint_text() != Some(*has)) else { return };
        self.changes += 1;
        if before.owner().is_some_and(|owner| lens.names.is_called(host, owner)) {
            return;
        }
        let host = lens.names.host(host);
        let shard = after.shard().map_or_else(|| "a lease".into(), |s| s.to_string());
        let owner = before.owner().unwrap_or("nobody");
        self.findings.fail(at, || format!("{host} stored checkpoint {has} of {shard}, but {owner} held the lease"));
    }
}

impl Invariant for CheckpointOnlyByLeaseHolder {
    const NAME: &'static str = "checkpoint-only-by-lease-holder";
    const PROMISE: &'static str = "only the worker named in `leaseOwner` stores a checkpoint";
    const HEARS: &'static [EventKind] = &[EventKind::ItemWritten];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for CheckpointOnlyByLeaseHolder {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if let Event::ItemWritten { table, host, before: Some(before), after: Some(after), .. } = event
            && lens.names.consumer_of_table(*table).is_some()
        {
            self.judge(lens, at, *host, before, after);
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} checkpoints were stored by the lease's holder", self.changes);
        self.findings.result(Self::NAME, self.changes, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    #[test]
    fn the_holder_may_checkpoint_and_others_may_take_the_lease() {
        let script = [
            (0, written(WORKER_1, row_at(S0, "billing-1", 5), row_at(S0, "billing-1", 9))),
            (1, written(WORKER_2, row_at(S0, "billing-1", 9), row_at(S0, "billing-2", 9))),
        ];
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_zombies_checkpoint_is_found() {
        let script = [(200_100, written(WORKER_2, row_at(S0, "billing-1", 5), row_at(S0, "billing-1", 9)))];
        let text = evidence(&judge(CheckpointOnlyByLeaseHolder::default(), script));
        let has = number(S0, 9);
        let words = "of shardId-000000000000, but billing-1 held the lease";
        assert_eq!(text, format!("0:03:20.100 billing-2 stored checkpoint {has} {words}"));
    }
}
