//! `checkpoint-only-by-lease-holder`: only the worker named in `leaseOwner` stores a checkpoint.
//!
//! The library's condition is on `leaseCounter`, not on the owner; this is what the counter is there to ensure.
//! A worker's id is its host's name. One in an earlier life has its name and another view of the row: the counter does
//! not grow then. Of real clients only the row tells who wrote: one that leaves another owner there
//! has taken what it checkpoints, and one that leaves a counter which did not grow, where the application's workers
//! raise it with each checkpoint, has written from an old view of the row. A table in which no lease has an owner is
//! not judged.

use std::collections::BTreeMap;

use crate::base::item::Item;
use crate::base::lease_row::LeaseRow;
use crate::base::{Event, EventKind, HostId, SimTime, TableId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::client_rows::ClientRow;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct CheckpointOnlyByLeaseHolder {
    findings: Findings,
    changes: u64,
    /// Lease tables of real clients whose leases have owners: whether checkpoints were seen to raise the counter.
    clients: BTreeMap<TableId, bool>,
}

impl CheckpointOnlyByLeaseHolder {
    fn judge(&mut self, lens: &Lens, at: SimTime, host: HostId, before: &Item, after: &Item) {
        let (before, after) = (LeaseRow(before), LeaseRow(after));
        let Some(has) = after.checkpoint_text().filter(|has| before.checkpoint_text() != Some(*has)) else { return };
        self.changes += 1;
        let is_holder = before.owner().is_some_and(|owner| lens.names.is_called(host, owner));
        let counters = before.counter().zip(after.counter());
        if is_holder && let Some((had, left)) = counters.filter(|(had, left)| left <= had) {
            let (host, shard) =
                (lens.names.host(host), after.shard().map_or_else(|| "a lease".into(), |s| s.to_string()));
            self.findings.fail(at, || {
                format!(
                    "{host} stored checkpoint {has} of {shard} from an old view: leaseCounter was {had}, and is {left}"
                )
            });
        }
        if is_holder {
            return;
        }
        let host = lens.names.host(host);
        let shard = after.shard().map_or_else(|| "a lease".into(), |s| s.to_string());
        let owner = before.owner().unwrap_or("nobody");
        self.findings.fail(at, || format!("{host} stored checkpoint {has} of {shard}, but {owner} held the lease"));
    }

    fn judge_client(&mut self, lens: &Lens, at: SimTime, row: ClientRow<'_>) {
        if row.is_held() {
            self.clients.entry(row.table).or_default();
        }
        let (Some(moved), Some(raises)) = (row.moved(), self.clients.get_mut(&row.table)) else { return };
        self.changes += 1;
        let Some(reason) = row.not_the_holders(*raises) else {
            *raises |= row.raises_counter();
            return;
        };
        let (writer, shard, table, has) = (row.writer(), row.shard, row.name(lens), moved.has);
        self.findings
            .fail(at, || format!("{writer} stored checkpoint {has} of {shard} in table {table}, but {reason}"));
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
        } else if let Some(row) = ClientRow::of(event, lens) {
            self.judge_client(lens, at, row);
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
        let script =
            [(0, stored(1, 2)), (1, written(WORKER_2, row_at(S0, "billing-1", 9), row_at(S0, "billing-2", 9)))];
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), []).verdict, Verdict::Unknown);
    }

    /// Worker 1 stores a checkpoint, which leaves this counter.
    fn stored(had: i64, left: i64) -> Event {
        let row = |counter, checkpoint| client_row(S0, "billing-1", counter, &number(S0, checkpoint).to_string());
        written(WORKER_1, row(had, 5), row(left, 9))
    }

    #[test]
    fn a_checkpoint_of_an_earlier_life_is_found() {
        let text = evidence(&judge(CheckpointOnlyByLeaseHolder::default(), [(0, stored(7, 5))]));
        assert!(text.ends_with("from an old view: leaseCounter was 7, and is 5"), "{text}");
    }

    #[test]
    fn a_zombies_checkpoint_is_found() {
        let script = [(200_100, written(WORKER_2, row_at(S0, "billing-1", 5), row_at(S0, "billing-1", 9)))];
        let text = evidence(&judge(CheckpointOnlyByLeaseHolder::default(), script));
        let has = number(S0, 9);
        let words = "of shardId-000000000000, but billing-1 held the lease";
        assert_eq!(text, format!("0:03:20.100 billing-2 stored checkpoint {has} {words}"));
    }

    #[test]
    fn of_a_real_client_the_row_tells_whether_the_holder_wrote() {
        let by_holder = (1, client_wrote(client_row(S0, "a", 1, "5"), client_row(S0, "a", 2, "6")));
        let taken = (2, client_wrote(client_row(S0, "a", 2, "6"), client_row(S0, "b", 3, "6")));
        let right = [by_holder.clone(), taken.clone()];
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), right).verdict, Verdict::Pass);
        let wrong = |before, after| {
            let script = [by_holder.clone(), taken.clone(), (3, client_wrote(before, after))];
            evidence(&judge(CheckpointOnlyByLeaseHolder::default(), script))
        };
        let text = wrong(client_row(S0, "b", 3, "6"), client_row(S0, "a", 4, "7"));
        let said = "0:00:00.003 a stored checkpoint 7 of shardId-000000000000 in table payments, but b held the lease";
        assert_eq!(text, said);
        let text = wrong(client_row(S0, "b", 3, "6"), client_row(S0, "b", 3, "7"));
        assert!(
            text.ends_with("but from an old view: its leaseCounter was 3, when that of the holder b was 3"),
            "{text}"
        );
        let text = wrong(client_row(S0, "", 3, "6"), client_row(S0, "", 4, "7"));
        assert!(text.ends_with("but nobody held the lease"), "{text}");
    }

    #[test]
    fn where_leases_have_no_owners_nobody_is_judged() {
        let script = [(1, client_wrote(client_row(S0, "", 1, "5"), client_row(S0, "", 2, "6")))];
        assert_eq!(judge(CheckpointOnlyByLeaseHolder::default(), script).verdict, Verdict::Unknown);
    }
}
