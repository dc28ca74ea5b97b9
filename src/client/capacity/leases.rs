//! What a KCL application asks of its lease table.
//!
//! As KCL 2.x asks it: every lease is renewed by its owner, every worker scans the whole table, and there are no
//! heartbeats besides. Takes, steals and the start are left out, because they are rare once leases are balanced.

use std::sync::Arc;

use super::streams::StreamDemand;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::dynamodb::capacity::{read_half_units, served, write_units};
use crate::aws::kinesis::limits::SUBSCRIPTION_EVENT_EVERY_MIN;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{HashKeyRange, SequenceNumber, ShardId, TableName};
use crate::client::Retrieval;
use crate::client::kcl::assignment::kcl2::kcl2_pause;
use crate::client::kcl::{KclSettings, renewal_period};
use crate::client::processor::CheckpointPolicy;

/// What one application asks of its lease table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeaseTableDemand {
    /// The application that the table is named in.
    pub consumer: Arc<str>,
    /// Several applications may name the same one; then their demands add up.
    pub table: TableName,
    /// How it is paid for.
    pub capacity: Capacity,
    /// Its rows: one for each shard.
    pub leases: u32,
    /// Writes.
    pub writes: TableWrites,
    /// Reads.
    pub reads: TableReads,
}

/// Writes a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableWrites {
    /// Renewals of all leases.
    pub(crate) renewals_per_s: f64,
    /// Writes of checkpoints, prepared ones included.
    pub(crate) checkpoints_per_s: f64,
    /// Units of one write.
    pub(crate) units_each: u32,
}

/// Reads a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableReads {
    /// Scans of all workers.
    pub(crate) scans_per_s: f64,
    /// Units of one scan, eventually consistent.
    pub(crate) units_each: f64,
}

impl LeaseTableDemand {
    /// The demand of an application that reads this stream.
    pub(crate) fn of(kcl: &KclSettings, stream: &StreamDemand) -> Self {
        let leases = f64::from(stream.shards);
        let writes = TableWrites {
            renewals_per_s: leases / renewal_period(kcl).as_secs_f64(),
            checkpoints_per_s: checkpoints_per_s(kcl, stream),
            units_each: write_units(row_bytes()),
        };
        Self {
            consumer: kcl.name.clone(),
            table: kcl.lease_table.clone(),
            capacity: kcl.lease_table_capacity,
            leases: stream.shards,
            writes,
            reads: TableReads {
                scans_per_s: scans_per_s(kcl),
                units_each: f64::from(read_half_units(row_bytes() * u64::from(stream.shards), false)) / 2.0,
            },
        }
    }

    /// Write units a second.
    pub(crate) fn write_units_per_s(&self) -> f64 {
        (self.writes.renewals_per_s + self.writes.checkpoints_per_s) * f64::from(self.writes.units_each)
    }

    /// Read units a second.
    pub(crate) fn read_units_per_s(&self) -> f64 {
        self.reads.scans_per_s * self.reads.units_each
    }

    /// Returns whether the provisioned write units suffice; `None` on demand.
    pub(crate) fn has_enough_write_units(&self) -> Option<bool> {
        match self.capacity {
            Capacity::OnDemand => None,
            Capacity::Provisioned { write, .. } => Some(self.write_units_per_s() <= f64::from(write)),
        }
    }

    /// What the writes are of all that a new table serves. Rows are spread over its partitions, so it is also what they
    /// are of each partition.
    pub(crate) fn write_share(&self) -> f64 {
        self.write_units_per_s() / served(self.capacity).write_units as f64
    }

    /// What the scans are of all that a new table serves.
    pub(crate) fn read_share(&self) -> f64 {
        self.read_units_per_s() / served(self.capacity).read_units as f64
    }
}

/// Checkpoints of all shards when every read finds records.
fn checkpoints_per_s(kcl: &KclSettings, stream: &StreamDemand) -> f64 {
    let shards = f64::from(stream.shards);
    let batches = match kcl.retrieval {
        Retrieval::Polling => shards / kcl.idle_between_reads.as_secs_f64().max(0.001),
        Retrieval::FanOut => shards * events_per_s(stream),
    };
    let checkpoints = match kcl.processor.checkpoint {
        CheckpointPolicy::EveryBatch => batches,
        CheckpointPolicy::EveryRecords(records) => {
            let reached = stream.writes().map(|writes| writes.records_per_s / f64::from(records.max(1)));
            reached.map_or(batches, |reached| reached.min(batches))
        }
        CheckpointPolicy::Every(time) => shards / time.as_secs_f64().max(0.001),
        CheckpointPolicy::AtEnd | CheckpointPolicy::Never => 0.0,
    };
    let writes_each = if kcl.processor.is_checkpoint_prepared { 2.0 } else { 1.0 };
    checkpoints * writes_each
}

/// Events a second of one subscription: each takes what has come since the one before, and waits for a record.
fn events_per_s(stream: &StreamDemand) -> f64 {
    let apart = SUBSCRIPTION_EVENT_EVERY_MIN.as_secs_f64();
    let records_per_s = stream.writes().map(|writes| writes.records_per_s / f64::from(stream.shards.max(1)));
    1.0 / (apart + records_per_s.map_or(0.0, |rate| 1.0 / rate.max(1e-6)))
}

/// Every worker scans for its rounds of taking, for the auditor and for the cleanup of ended shards.
fn scans_per_s(kcl: &KclSettings) -> f64 {
    let periods = [kcl2_pause(kcl.failover, kcl.epsilon), kcl.auditor_period, kcl.completed_cleanup_interval];
    let of_one: f64 = periods.iter().map(|period| 1.0 / period.as_secs_f64().max(0.001)).sum();
    of_one * kcl.worker_starts.len() as f64
}

/// Size of a row in the middle of a run.
pub(crate) fn row_bytes() -> u64 {
    let checkpoint = Checkpoint::At(SequenceNumber::new(ShardId(0), 1_767_225_600, 0, 1_767_225_600));
    let mut lease = Lease::new(ShardId(0), checkpoint, Vec::new(), Some(HashKeyRange::FULL));
    lease.owner = Some("application-1".into());
    lease.to_item().size_bytes()
}
