//! What a poller remembers across a restart of its host, as on a disk of its own.

use std::collections::BTreeMap;

use crate::aws::kinesis::api::{ShardIterator, Timestamp};
use crate::base::{SequenceNumber, ShardId};

/// What survives a crash of the poller's host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SavedPositions {
    /// Its wall clock at its first start, for positions that are counted back from there.
    pub(super) first_started_at: Option<Timestamp>,
    /// How far each shard was read.
    pub(super) shards: BTreeMap<ShardId, SavedPosition>,
}

/// How far a shard was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SavedPosition {
    /// Through this record.
    After(SequenceNumber),
    /// This iterator was to be used next.
    Iterator(ShardIterator),
    /// To the end of the closed shard.
    End,
}
