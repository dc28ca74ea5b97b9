//! `checkpoint-never-goes-back`: a stored checkpoint only grows, and SHARD_END is final.
//!
//! A row that is deleted and created again begins anew. Of real clients the rows alone are seen, which is enough.
//!
//! A KCL worker keeps a checkpoint in memory whose write failed, and writes it with the next one that it prepares, when
//! it may have begun again below it. The evidence says so.

use std::cmp::Ordering;

use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{Event, EventKind, HostId, ShardId, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::client_rows::ClientRow;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct CheckpointNeverGoesBack {
    findings: Findings,
    changes: u64,
    /// The checkpoint that was tried last, and the last that was refused and not tried again, by host and shard.
    tried: Grid<Option<Checkpoint>>,
    refused: Grid<Option<Checkpoint>>,
}

impl CheckpointNeverGoesBack {
    fn attempted(&mut self, host: HostId, shard: ShardId, checkpoint: Checkpoint) {
        let (host, shard) = (host.index(), shard.index());
        *self.tried.at(host, shard) = Some(checkpoint);
        self.refused.at(host, shard).take_if(|refused| *refused == checkpoint);
    }

    fn was_refused(&mut self, host: HostId, shard: ShardId) {
        let (host, shard) = (host.index(), shard.index());
        *self.refused.at(host, shard) = *self.tried.at(host, shard);
    }

    fn judge(&mut self, lens: &Lens, at: SimTime, host: HostId, before: &Item, after: &Item) {
        let (before, after) = (LeaseRow(before), LeaseRow(after));
        if before.checkpoint_text() == after.checkpoint_text() {
            return;
        }
        self.changes += 1;
        let Some(had) = before.checkpoint() else { return };
        if after.checkpoint().is_some_and(|has| has > had) {
            return;
        }
        let is_stale = after.shard().is_some_and(|shard| lens.stale_rows.is_kept(host, shard));
        let refused = after.shard().and_then(|shard| *self.refused.get(host.index(), shard.index())?);
        let host = lens.names.host(host);
        let shard = after.shard().map_or_else(|| "a lease".into(), |s| s.to_string());
        let has = after.checkpoint_text().unwrap_or("nothing");
        let end = match had {
            Checkpoint::ShardEnd => "; the end is final",
            _ if is_stale => "; it had read a stale row",
            _ if refused == Some(had) => "; it had kept that in memory when its write failed",
            _ => "",
        };
        self.findings.fail(at, || format!("{host} stored checkpoint {has} of {shard}, which was at {had}{end}"));
    }

    fn judge_client(&mut self, lens: &Lens, at: SimTime, row: ClientRow<'_>) {
        let Some(moved) = row.moved() else { return };
        self.changes += u64::from(moved.way.is_some());
        if moved.way == Some(Ordering::Less) {
            let (writer, shard, table) = (row.writer(), row.shard, row.name(lens));
            let (had, has) = (moved.had, moved.has);
            let end = if had == Checkpoint::ShardEnd.to_string() { "; the end is final" } else { "" };
            self.findings.fail(at, || {
                format!("{writer} stored checkpoint {has} of {shard} in table {table}, which was at {had}{end}")
            });
        }
    }
}

impl Invariant for CheckpointNeverGoesBack {
    const NAME: &'static str = "checkpoint-never-goes-back";
    const PROMISE: &'static str = "a stored checkpoint only grows, and SHARD_END is final";
    const HEARS: &'static [EventKind] =
        &[EventKind::ItemWritten, EventKind::CheckpointAttempted, EventKind::CheckpointRefused];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for CheckpointNeverGoesBack {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        if let Event::CheckpointAttempted { host, shard, sequence_number, .. } = *event {
            self.attempted(host, shard, Checkpoint::attempted(sequence_number));
        } else if let Event::CheckpointRefused { host, shard, .. } = *event {
            self.was_refused(host, shard);
        } else if let Event::ItemWritten { table, host, before: Some(before), after: Some(after), .. } = event
            && lens.names.consumer_of_table(*table).is_some()
        {
            self.judge(lens, at, *host, before, after);
        } else if let Some(row) = ClientRow::of(event, lens) {
            self.judge_client(lens, at, row);
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.changes, || format!("{} checkpoints only grew", self.changes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::LeaseGain;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    #[test]
    fn checkpoints_that_grow_up_to_the_end_are_fine() {
        let rows =
            [row(S0, "billing-1", "TRIM_HORIZON"), row_at(S0, "billing-1", 5), row(S0, "billing-1", "SHARD_END"), None];
        let mut script: Script = vec![(0, written(WORKER_1, None, rows[0].clone()))];
        script.extend(rows.windows(2).map(|w| (1, written(WORKER_1, w[0].clone(), w[1].clone()))));
        script.push((2, written(WORKER_1, None, rows[0].clone())));
        assert_eq!(judge(CheckpointNeverGoesBack::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(CheckpointNeverGoesBack::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_zombies_older_checkpoint_is_found() {
        let script = [(7, written(WORKER_1, row_at(S0, "billing-2", 9), row_at(S0, "billing-2", 5)))];
        let text = evidence(&judge(CheckpointNeverGoesBack::default(), script));
        let (had, has) = (number(S0, 9), number(S0, 5));
        assert_eq!(
            text,
            format!("0:00:00.007 billing-1 stored checkpoint {has} of shardId-000000000000, which was at {had}")
        );
    }

    #[test]
    fn a_checkpoint_that_stayed_in_memory_and_was_written_later_is_told_from_others() {
        let refused = Event::CheckpointRefused { consumer: BILLING, host: WORKER_1, shard: S0 };
        let tried_again = |again: &[Event]| {
            let mut script: Script = vec![(1, attempted(WORKER_1, S0, 9)), (2, refused.clone())];
            script.extend(again.iter().map(|event| (3, event.clone())));
            script.push((7, written(WORKER_1, row_at(S0, "billing-1", 9), row_at(S0, "billing-1", 5))));
            evidence(&judge(CheckpointNeverGoesBack::default(), script))
        };
        let kept = "; it had kept that in memory when its write failed";
        assert!(tried_again(&[]).ends_with(kept));
        assert!(tried_again(&[attempted(WORKER_1, S0, 5)]).ends_with(kept), "it is about to store another");
        assert!(
            !tried_again(&[attempted(WORKER_1, S0, 9)]).contains("memory"),
            "it was stored when it was tried again"
        );
    }

    #[test]
    fn a_checkpoint_of_a_stale_row_that_a_worker_took_up_again_is_told_from_others() {
        let after = |operation: &'static str, how: LeaseGain| {
            let stale = Event::StaleRead { table: LEASES, host: WORKER_1, operation, is_consistent: false };
            let gained = Event::LeaseGained { consumer: BILLING, host: WORKER_1, shard: S0, how, from: None };
            let moved = written(WORKER_1, row_at(S0, "billing-1", 9), row_at(S0, "billing-1", 5));
            evidence(&judge(CheckpointNeverGoesBack::default(), [(1, stale), (2, gained), (7, moved)]))
        };
        assert!(after("Scan", LeaseGain::Resumed).ends_with("; it had read a stale row"));
        assert!(!after("Scan", LeaseGain::Stolen).contains("stale"), "a lease that is stolen is read anew");
        assert!(!after("Query", LeaseGain::Resumed).contains("stale"), "leases are found by scans");
    }

    #[test]
    fn a_checkpoint_that_a_real_client_moves_back_is_found() {
        let moves = |before, after| [(7, client_wrote(before, after))];
        let grows = moves(client_row(S0, "worker-a", 1, "LATEST"), client_row(S0, "worker-a", 2, "500"));
        assert_eq!(judge(CheckpointNeverGoesBack::default(), grows).verdict, Verdict::Pass);
        let falls = moves(client_row(S0, "worker-a", 2, "1000"), client_row(S0, "worker-a", 3, "999"));
        assert_eq!(
            evidence(&judge(CheckpointNeverGoesBack::default(), falls)),
            "0:00:00.007 worker-a stored checkpoint 999 of shardId-000000000000 in table payments, which was at 1000"
        );
        let begun_anew = moves(client_row(S0, "", 3, "SHARD_END"), client_row(S0, "", 3, "TRIM_HORIZON"));
        let text = evidence(&judge(CheckpointNeverGoesBack::default(), begun_anew));
        assert!(text.contains(" a client stored checkpoint TRIM_HORIZON of "), "{text}");
        assert!(text.ends_with("which was at SHARD_END; the end is final"), "{text}");
        let rows_of_something_else = [(7, client_wrote(None, None))];
        assert_eq!(judge(CheckpointNeverGoesBack::default(), rows_of_something_else).verdict, Verdict::Unknown);
    }

    #[test]
    fn the_end_of_a_shard_is_final() {
        let script = [(7, written(WORKER_1, row(S0, "billing-2", "SHARD_END"), row_at(S0, "billing-2", 5)))];
        let text = evidence(&judge(CheckpointNeverGoesBack::default(), script));
        assert!(text.ends_with("which was at SHARD_END; the end is final"), "{text}");
    }
}
