//! The lease: a row of the lease table, one for each shard.
//!
//! Attribute names and the order of checkpoints are those of the library's `DynamoDBLeaseSerializer` and
//! `ExtendedSequenceNumber` (<https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::base::item::{AttributeValue, Item};
use crate::base::{HashKeyRange, Position, SequenceNumber, ShardId};

/// Names of the lease row's attributes. They are statics, so that each is in memory once and items find an attribute
/// without comparing texts.
pub mod attribute {
    /// Hash key: the shard id.
    pub static LEASE_KEY: &str = "leaseKey";
    /// Worker that holds the lease; absent when nobody does.
    pub static OWNER: &str = "leaseOwner";
    /// Grows with every renewal, take and checkpoint.
    pub static COUNTER: &str = "leaseCounter";
    /// Changes of owner since the last checkpoint.
    pub static SWITCHES: &str = "ownerSwitchesSinceCheckpoint";
    /// Sequence number or sentinel.
    pub static CHECKPOINT: &str = "checkpoint";
    /// Position within an aggregated record; always 0 here.
    pub static SUB_SEQUENCE: &str = "checkpointSubSequenceNumber";
    /// Prepared checkpoint.
    pub static PENDING: &str = "pendingCheckpoint";
    /// Position of the prepared checkpoint within an aggregated record.
    pub static PENDING_SUB_SEQUENCE: &str = "pendingCheckpointSubSequenceNumber";
    /// Application bytes of the prepared checkpoint.
    pub static PENDING_STATE: &str = "pendingCheckpointState";
    /// Parents of the shard.
    pub static PARENTS: &str = "parentShardId";
    /// Children of the shard, once it has ended.
    pub static CHILDREN: &str = "childShardIds";
    /// First hash key of the shard.
    pub static RANGE_START: &str = "startingHashKey";
    /// Last hash key of the shard.
    pub static RANGE_END: &str = "endingHashKey";
}

/// How far a shard is processed. Ordered as the library orders them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checkpoint {
    /// Nothing yet: to begin at a time.
    AtTimestamp,
    /// Nothing yet: to begin at the oldest record.
    TrimHorizon,
    /// Nothing yet: to begin with new records.
    Latest,
    /// Up to and including this record.
    At(SequenceNumber),
    /// All of a closed shard.
    ShardEnd,
}

impl Checkpoint {
    /// Reads the attribute's text.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "AT_TIMESTAMP" => Self::AtTimestamp,
            "TRIM_HORIZON" => Self::TrimHorizon,
            "LATEST" => Self::Latest,
            "SHARD_END" => Self::ShardEnd,
            number => Self::At(number.parse().ok()?),
        })
    }
    /// The position that a CheckpointAttempted event names.
    pub fn attempted(sequence_number: Option<SequenceNumber>) -> Self {
        sequence_number.map_or(Self::ShardEnd, Self::At)
    }
    /// Whether nothing below it is claimed to be processed.
    pub fn is_unprocessed(self) -> bool {
        self < Self::Latest
    }
}

impl From<Checkpoint> for Position {
    fn from(checkpoint: Checkpoint) -> Self {
        match checkpoint {
            Checkpoint::AtTimestamp => Self::AtTimestamp { unix_ms: None },
            Checkpoint::TrimHorizon => Self::TrimHorizon,
            Checkpoint::Latest => Self::Latest,
            Checkpoint::At(number) => Self::Checkpoint(number),
            Checkpoint::ShardEnd => Self::ShardEnd,
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtTimestamp => f.write_str("AT_TIMESTAMP"),
            Self::TrimHorizon => f.write_str("TRIM_HORIZON"),
            Self::Latest => f.write_str("LATEST"),
            Self::ShardEnd => f.write_str("SHARD_END"),
            Self::At(number) => number.fmt(f),
        }
    }
}

/// A lease row.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// The shard.
    pub shard: ShardId,
    /// The worker that holds it.
    pub owner: Option<Arc<str>>,
    /// See [`attribute::COUNTER`].
    pub counter: i64,
    /// See [`attribute::SWITCHES`].
    pub switches: i64,
    /// How far the shard is processed.
    pub checkpoint: Checkpoint,
    /// A prepared checkpoint, with the application's bytes.
    pub pending: Option<(Checkpoint, Arc<[u8]>)>,
    /// Parents of the shard.
    pub parents: Vec<ShardId>,
    /// Children of the shard, once it has ended.
    pub children: Vec<ShardId>,
    /// The shard's range.
    pub range: Option<HashKeyRange>,
}

impl Lease {
    /// A new lease that nobody holds.
    pub fn new(shard: ShardId, checkpoint: Checkpoint, parents: Vec<ShardId>, range: Option<HashKeyRange>) -> Self {
        let (owner, pending, children) = (None, None, Vec::new());
        Self { shard, owner, counter: 0, switches: 0, checkpoint, pending, parents, children, range }
    }

    /// Reads a row; `None` when it is not a well-formed lease.
    pub fn from_item(item: &Item) -> Option<Self> {
        use attribute as a;
        let checkpoint = Checkpoint::parse(item.get_s(a::CHECKPOINT)?)?;
        let shards = |name: &str| match item.get(name) {
            Some(AttributeValue::Ss(set)) => set.iter().filter_map(|id| id.parse().ok()).collect(),
            _ => Vec::new(),
        };
        let key = |name: &str| item.get_s(name).and_then(|text| text.parse().ok());
        let range = key(a::RANGE_START).zip(key(a::RANGE_END)).map(|(start, end)| HashKeyRange { start, end });
        let pending = item.get_s(a::PENDING).and_then(|text| Checkpoint::parse(text)).map(|pending| {
            let state = match item.get(a::PENDING_STATE) {
                Some(AttributeValue::B(bytes)) => bytes.clone(),
                _ => Arc::from(&[][..]),
            };
            (pending, state)
        });
        Some(Self {
            shard: item.get_s(a::LEASE_KEY)?.parse().ok()?,
            owner: item.get_s(a::OWNER).cloned(),
            counter: item.get_i64(a::COUNTER)?,
            switches: item.get_i64(a::SWITCHES).unwrap_or(0),
            checkpoint,
            pending,
            parents: shards(a::PARENTS),
            children: shards(a::CHILDREN),
            range,
        })
    }

    /// The whole row.
    pub fn to_item(&self) -> Item {
        use attribute as a;
        let mut item = Item::new()
            .with(a::LEASE_KEY, AttributeValue::s(&self.shard.to_string()))
            .with(a::COUNTER, AttributeValue::n(self.counter))
            .with(a::SWITCHES, AttributeValue::n(self.switches))
            .with(a::CHECKPOINT, AttributeValue::s(&self.checkpoint.to_string()))
            .with(a::SUB_SEQUENCE, AttributeValue::n(0));
        if let Some(owner) = &self.owner {
            item.set(a::OWNER, AttributeValue::S(owner.clone()));
        }
        if let Some((pending, state)) = &self.pending {
            item.set(a::PENDING, AttributeValue::s(&pending.to_string()));
            item.set(a::PENDING_SUB_SEQUENCE, AttributeValue::n(0));
            item.set(a::PENDING_STATE, AttributeValue::B(state.clone()));
        }
        for (name, shards) in [(a::PARENTS, &self.parents), (a::CHILDREN, &self.children)] {
            if !shards.is_empty() {
                item.set(name, shard_set(shards));
            }
        }
        if let Some(range) = self.range {
            item.set(a::RANGE_START, AttributeValue::s(&range.start.to_string()));
            item.set(a::RANGE_END, AttributeValue::s(&range.end.to_string()));
        }
        item
    }
}

/// A string set of shard ids.
pub(super) fn shard_set(shards: &[ShardId]) -> AttributeValue {
    let ids: BTreeSet<Arc<str>> = shards.iter().map(|shard| shard.to_string().into()).collect();
    AttributeValue::Ss(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::HashKey;

    #[test]
    fn checkpoints_are_ordered_as_the_library_orders_them() {
        let number = SequenceNumber::new(ShardId(0), 1_700_000_000, 5, 1_700_000_001);
        let order = [
            Checkpoint::AtTimestamp,
            Checkpoint::TrimHorizon,
            Checkpoint::Latest,
            Checkpoint::At(number),
            Checkpoint::ShardEnd,
        ];
        assert!(order.windows(2).all(|w| w[0] < w[1]));
        assert!(order.iter().all(|c| Checkpoint::parse(&c.to_string()) == Some(*c)));
        assert_eq!(Checkpoint::parse("bogus"), None);
    }

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let range = HashKeyRange { start: HashKey::MIN, end: HashKey::new(99) };
        let mut lease = Lease::new(ShardId(7), Checkpoint::TrimHorizon, vec![ShardId(1), ShardId(2)], Some(range));
        assert_eq!(Lease::from_item(&lease.to_item()).as_ref(), Some(&lease));
        assert_eq!(lease.to_item().get(attribute::OWNER), None, "an unowned lease has no owner attribute");
        lease.owner = Some("w".into());
        lease.children = vec![ShardId(9)];
        lease.pending = Some((Checkpoint::ShardEnd, Arc::from(&b"state"[..])));
        assert_eq!(Lease::from_item(&lease.to_item()), Some(lease));
        assert_eq!(Lease::from_item(&Item::new()), None);
    }
}
