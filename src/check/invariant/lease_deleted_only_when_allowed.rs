//! `lease-deleted-only-when-allowed`: a worker deletes a lease only when nobody needs it any more.
//!
//! A missing parent lease blocks no child, so one deleted too early breaks order. Allowed: the lease is at SHARD_END,
//! all its children have leases, and none of those is still at TRIM_HORIZON or AT_TIMESTAMP (`LeaseCleanupManager`,
//! <https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>); or the shard itself is no longer listed. What an
//! operator deletes by hand is the operator's affair.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::event::HostRole;
use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, EventKind, HostId, ShardId, SimTime, StreamId, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct LeaseDeletedOnlyWhenAllowed {
    checkpoints: BTreeMap<(ConsumerId, ShardId), Option<Checkpoint>>,
    findings: Findings,
    deleted: u64,
}

impl LeaseDeletedOnlyWhenAllowed {
    fn on_row(
        &mut self,
        lens: &Lens,
        at: SimTime,
        table: TableId,
        host: HostId,
        before: Option<&Item>,
        after: Option<&Item>,
    ) {
        let Some(consumer) = lens.names.consumer_of_table(table) else { return };
        if let Some(row) = after.map(LeaseRow) {
            if before.is_some_and(|before| LeaseRow(before).checkpoint_text() == row.checkpoint_text()) {
                return;
            }
            if let Some(shard) = row.shard() {
                self.checkpoints.insert((consumer, shard), row.checkpoint());
            }
            return;
        }
        let Some(row) = before.map(LeaseRow) else { return };
        let Some(shard) = row.shard() else { return };
        self.checkpoints.remove(&(consumer, shard));
        if let Some(stream) = lens.names.stream_of(consumer)
            && lens.names.role(host) != Some(HostRole::Operator)
        {
            self.judge(lens, at, (consumer, stream), host, row);
        }
    }

    fn judge(
        &mut self,
        lens: &Lens,
        at: SimTime,
        (consumer, stream): (ConsumerId, StreamId),
        host: HostId,
        row: LeaseRow<'_>,
    ) {
        let Some(shard) = row.shard() else { return };
        self.deleted += 1;
        if lens.shards.get(stream, shard).is_some_and(|s| s.is_expired) {
            return;
        }
        if let Some(reason) = self.still_needed(lens, consumer, stream, shard, row) {
            let host = lens.names.host(host);
            self.findings.fail(at, || format!("{host} deleted the lease of {shard}, but {reason}"));
        }
    }

    /// Why the lease may not be deleted.
    fn still_needed(
        &self,
        lens: &Lens,
        consumer: ConsumerId,
        stream: StreamId,
        shard: ShardId,
        row: LeaseRow<'_>,
    ) -> Option<String> {
        if row.checkpoint() != Some(Checkpoint::ShardEnd) {
            return Some(format!("it was at {}", row.checkpoint_text().unwrap_or("no checkpoint")));
        }
        let children: BTreeSet<_> = row.children().chain(lens.shards.children(stream, shard)).collect();
        if children.is_empty() {
            return Some("its children are not known".into());
        }
        children.into_iter().find_map(|child| match self.checkpoints.get(&(consumer, child)) {
            None => Some(format!("its child {child} had no lease")),
            Some(Some(checkpoint)) if checkpoint.is_unprocessed() => {
                Some(format!("its child {child} was still at {checkpoint}"))
            }
            Some(_) => None,
        })
    }
}

impl Invariant for LeaseDeletedOnlyWhenAllowed {
    const NAME: &'static str = "lease-deleted-only-when-allowed";
    const PROMISE: &'static str = "a worker deletes a lease only when nobody needs it any more";
    const HEARS: &'static [EventKind] = &[EventKind::ItemWritten];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for LeaseDeletedOnlyWhenAllowed {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if let Event::ItemWritten { table, host, before, after, .. } = event {
            self.on_row(lens, at, *table, *host, before.as_deref(), after.as_deref());
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        let held = || format!("{} leases were deleted, none too early", self.deleted);
        self.findings.result(Self::NAME, self.deleted, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// Shard 0 was split into 1 and 2; their leases are at these checkpoints when that of shard 0 is deleted.
    fn deleted(by: HostId, parent: &str, children: [Option<&str>; 2]) -> Script {
        let mut script = vec![(0, opened(S0, 2, None)), (1, opened(S1, 0, Some(S0))), (1, opened(S2, 1, Some(S0)))];
        script.push((2, written(WORKER_1, None, row(S0, "", "TRIM_HORIZON"))));
        for (shard, checkpoint) in [S1, S2].into_iter().zip(children) {
            script.extend(checkpoint.map(|c| (3, written(WORKER_1, None, row(shard, "", c)))));
        }
        script.push((9, written(by, row(S0, "", parent), None)));
        script
    }

    #[test]
    fn a_finished_parent_of_begun_children_may_go() {
        let check = LeaseDeletedOnlyWhenAllowed::default;
        let number = number(S1, 4).to_string();
        let script = deleted(WORKER_1, "SHARD_END", [Some(&number), Some("LATEST")]);
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
        assert_eq!(judge(check(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_lease_that_is_needed_may_not_go() {
        for (parent, children, reason) in [
            ("LATEST", [Some("LATEST"), Some("LATEST")], "it was at LATEST"),
            ("SHARD_END", [Some("LATEST"), None], "its child shardId-000000000002 had no lease"),
            (
                "SHARD_END",
                [Some("TRIM_HORIZON"), Some("LATEST")],
                "its child shardId-000000000001 was still at TRIM_HORIZON",
            ),
        ] {
            let result = judge(LeaseDeletedOnlyWhenAllowed::default(), deleted(WORKER_1, parent, children));
            let text = format!("0:00:00.009 billing-1 deleted the lease of shardId-000000000000, but {reason}");
            assert_eq!(evidence(&result), text);
        }
    }

    #[test]
    fn an_expired_shards_lease_and_an_operators_deletion_are_not_judged_wrong() {
        let check = LeaseDeletedOnlyWhenAllowed::default;
        let script = deleted(OPERATOR, "LATEST", [None, None]);
        assert_eq!(judge(check(), script).verdict, Verdict::Unknown);
        let mut script = deleted(WORKER_1, "LATEST", [None, None]);
        script.insert(4, (5, Event::ShardExpired { stream: CLICKS, shard: S0 }));
        assert_eq!(judge(check(), script).verdict, Verdict::Pass);
    }
}
