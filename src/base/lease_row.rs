//! The row that the Kinesis Client Library keeps for each shard in its lease table.
//!
//! Clients write it, checks and the local endpoint read it, and the table service knows nothing of it; so it stands
//! below all of them. Attribute names and the order of checkpoints are those of the library's
//! `DynamoDBLeaseSerializer` and `ExtendedSequenceNumber`
//! (<https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>).
//!
//! Not modelled: sub-sequence numbers, which are written as 0 and read only of real clients, and what KCL 3 adds to a
//! row (`checkpointOwner`, throughput).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::item::{AttributeValue, Item};
use super::{HashKeyRange, Position, SequenceNumber, ShardId};

/// Names of the lease row's attributes. They are statics, so that each is in memory once and items find an attribute
/// without comparing texts.
pub(crate) mod attribute {
    /// Hash key: the shard id.
    pub(crate) static LEASE_KEY: &str = "leaseKey";
    /// Worker that holds the lease; absent when nobody does.
    pub(crate) static OWNER: &str = "leaseOwner";
    /// Grows with every renewal, take and checkpoint.
    pub(crate) static COUNTER: &str = "leaseCounter";
    /// Changes of owner since the last checkpoint.
    pub(crate) static SWITCHES: &str = "ownerSwitchesSinceCheckpoint";
    /// Sequence number or sentinel.
    pub(crate) static CHECKPOINT: &str = "checkpoint";
    /// Position within an aggregated record; always 0 here.
    pub(crate) static SUB_SEQUENCE: &str = "checkpointSubSequenceNumber";
    /// Prepared checkpoint.
    pub(crate) static PENDING: &str = "pendingCheckpoint";
    /// Position of the prepared checkpoint within an aggregated record.
    pub(crate) static PENDING_SUB_SEQUENCE: &str = "pendingCheckpointSubSequenceNumber";
    /// Application bytes of the prepared checkpoint.
    pub(crate) static PENDING_STATE: &str = "pendingCheckpointState";
    /// Parents of the shard.
    pub(crate) static PARENTS: &str = "parentShardId";
    /// Children of the shard, once it has ended.
    pub(crate) static CHILDREN: &str = "childShardIds";
    /// First hash key of the shard.
    pub(crate) static RANGE_START: &str = "startingHashKey";
    /// Last hash key of the shard.
    pub(crate) static RANGE_END: &str = "endingHashKey";
    /// The application's own, not the library's, which leaves alone what it does not know: number of the row.
    pub(crate) static INCARNATION: &str = "incarnation";
}

const SHARD_END: &str = "SHARD_END";

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
            SHARD_END => Self::ShardEnd,
            number => Self::At(number.parse().ok()?),
        })
    }
    /// The position that a CheckpointAttempted event names.
    pub(crate) fn attempted(sequence_number: Option<SequenceNumber>) -> Self {
        sequence_number.map_or(Self::ShardEnd, Self::At)
    }
    /// Returns whether nothing is claimed to be processed.
    pub(crate) fn is_unprocessed(self) -> bool {
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
            Self::ShardEnd => f.write_str(SHARD_END),
            Self::At(number) => number.fmt(f),
        }
    }
}

/// A row of the lease table, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// The shard that the lease is for; its id is the row's key (`leaseKey`).
    pub shard: ShardId,
    /// The worker that holds it.
    pub owner: Option<Arc<str>>,
    /// See [`attribute::COUNTER`].
    pub(crate) counter: i64,
    /// See [`attribute::SWITCHES`].
    pub(crate) switches: i64,
    /// How far the shard is processed.
    pub checkpoint: Checkpoint,
    /// A prepared checkpoint, with the application's bytes.
    pub(crate) pending: Option<(Checkpoint, Arc<[u8]>)>,
    /// Parents of the shard.
    pub parents: Vec<ShardId>,
    /// Children of the shard, once it has ended.
    pub children: Vec<ShardId>,
    /// The hash keys of the shard; `None` when the row lacks them.
    pub range: Option<HashKeyRange>,
}

impl Lease {
    /// A new lease that nobody holds.
    pub fn new(shard: ShardId, checkpoint: Checkpoint, parents: Vec<ShardId>, range: Option<HashKeyRange>) -> Self {
        let (owner, pending, children) = (None, None, Vec::new());
        Self { shard, owner, counter: 0, switches: 0, checkpoint, pending, parents, children, range }
    }

    /// Reads a row; `None` when it is not a well-formed lease.
    pub(crate) fn from_item(item: &Item) -> Option<Self> {
        let row = LeaseRow(item);
        Some(Self {
            shard: row.shard()?,
            owner: item.get_s(attribute::OWNER).cloned(),
            counter: row.counter()?,
            switches: item.get_i64(attribute::SWITCHES).unwrap_or(0),
            checkpoint: row.checkpoint()?,
            pending: row.pending(),
            parents: row.shards(attribute::PARENTS).collect(),
            children: row.children().collect(),
            range: row.range(),
        })
    }

    /// Returns the row with every attribute, as it is put when new.
    pub(crate) fn to_item(&self) -> Item {
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

/// A row as it is in the table. Its attributes are decoded when they are asked for, because observers see every write
/// and mostly need one of them.
#[derive(Clone, Copy)]
pub(crate) struct LeaseRow<'a>(pub &'a Item);

impl<'a> LeaseRow<'a> {
    /// `leaseKey`: a shard id, or `account:stream:epoch:shard id` when one application reads several streams.
    pub(crate) fn key(self) -> Option<&'a str> {
        self.text(attribute::LEASE_KEY)
    }
    /// The shard that the lease is for, whichever form the key has.
    pub(crate) fn shard(self) -> Option<ShardId> {
        let key = self.key()?;
        key.rsplit_once(':').map_or(key, |(_, id)| id).parse().ok()
    }
    /// `leaseOwner`.
    pub(crate) fn owner(self) -> Option<&'a str> {
        self.text(attribute::OWNER)
    }
    /// `leaseCounter`.
    pub(crate) fn counter(self) -> Option<i64> {
        self.0.get_i64(attribute::COUNTER)
    }
    /// `checkpoint` as text.
    pub(crate) fn checkpoint_text(self) -> Option<&'a str> {
        self.text(attribute::CHECKPOINT)
    }
    /// `checkpoint`; `None` when it is absent or no position.
    pub(crate) fn checkpoint(self) -> Option<Checkpoint> {
        Checkpoint::parse(self.checkpoint_text()?)
    }
    /// How the position of this version of a row stands to that of another, in the library's order; `None` when one of
    /// them has none. Numbers are compared as numbers, whoever made them up.
    pub(crate) fn position_against(self, other: Self) -> Option<Ordering> {
        let sub_sequence = |row: Self| row.0.get_i64(attribute::SUB_SEQUENCE).unwrap_or(0);
        let position = |row: Self| Some((rank(row.checkpoint_text()?)?, sub_sequence(row)));
        Some(position(self)?.cmp(&position(other)?))
    }
    /// `childShardIds`.
    pub(crate) fn children(self) -> impl Iterator<Item = ShardId> + use<'a> {
        self.shards(attribute::CHILDREN)
    }
    /// The number that the application has given the row.
    pub(crate) fn incarnation(self) -> Option<u64> {
        self.0.get_i64(attribute::INCARNATION)?.try_into().ok()
    }
    /// `startingHashKey` and `endingHashKey`.
    pub(crate) fn range(self) -> Option<HashKeyRange> {
        let key = |name| self.text(name).and_then(|text| text.parse().ok());
        Some(HashKeyRange { start: key(attribute::RANGE_START)?, end: key(attribute::RANGE_END)? })
    }
    /// Returns whether another version of the row says the same about what the lease covers, without decoding either.
    pub(crate) fn covers_as(self, other: Self) -> bool {
        let is_ended = |row: Self| row.checkpoint_text() == Some(SHARD_END);
        let bounds = [attribute::RANGE_START, attribute::RANGE_END];
        bounds.iter().all(|name| self.text(name) == other.text(name)) && is_ended(self) == is_ended(other)
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.0.get_s(name).map(|text| &**text)
    }
    fn shards(self, name: &str) -> impl Iterator<Item = ShardId> + use<'a> {
        let ids = match self.0.get(name) {
            Some(AttributeValue::Ss(ids)) => Some(ids),
            _ => None,
        };
        ids.into_iter().flatten().filter_map(|id| id.parse().ok())
    }
    /// `pendingCheckpoint` and the application's bytes.
    fn pending(self) -> Option<(Checkpoint, Arc<[u8]>)> {
        let pending = Checkpoint::parse(self.text(attribute::PENDING)?)?;
        let state = match self.0.get(attribute::PENDING_STATE) {
            Some(AttributeValue::B(bytes)) => bytes.clone(),
            _ => Arc::from(&[][..]),
        };
        Some((pending, state))
    }
}

/// What orders a checkpoint's text: sentinels, and digits by their number and then as text.
fn rank(text: &str) -> Option<(u8, usize, &str)> {
    match Checkpoint::parse(text) {
        Some(Checkpoint::AtTimestamp) => Some((0, 0, "")),
        Some(Checkpoint::TrimHorizon) => Some((1, 0, "")),
        Some(Checkpoint::Latest) => Some((2, 0, "")),
        Some(Checkpoint::ShardEnd) => Some((4, 0, "")),
        Some(Checkpoint::At(_)) | None => {
            let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let digits = text.trim_start_matches('0');
            is_number.then_some((3, digits.len(), digits))
        }
    }
}

/// A string set of shard ids.
pub(crate) fn shard_set(shards: &[ShardId]) -> AttributeValue {
    let ids: BTreeSet<Arc<str>> = shards.iter().map(|shard| shard.to_string().into()).collect();
    AttributeValue::Ss(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::HashKey;

    #[test]
    fn a_row_is_read_by_its_attribute_names() {
        let children = ["shardId-000000000002", "shardId-000000000003"].map(Into::into);
        let item = Item::new()
            .with("leaseKey", AttributeValue::s("123:clicks:1:shardId-000000000001"))
            .with("leaseOwner", AttributeValue::s("billing-1"))
            .with("leaseCounter", AttributeValue::n(7))
            .with("checkpoint", AttributeValue::s("LATEST"))
            .with("childShardIds", AttributeValue::Ss(children.into()))
            .with("startingHashKey", AttributeValue::s("0"))
            .with("endingHashKey", AttributeValue::s("340282366920938463463374607431768211455"));
        let row = LeaseRow(&item);
        assert_eq!((row.shard(), row.owner()), (Some(ShardId(1)), Some("billing-1")));
        assert_eq!((row.counter(), row.checkpoint()), (Some(7), Some(Checkpoint::Latest)));
        assert_eq!(row.children().collect::<Vec<_>>(), [ShardId(2), ShardId(3)]);
        assert_eq!(row.range(), Some(HashKeyRange::FULL));
        assert_eq!(LeaseRow(&Item::new()).shard(), None);
    }

    #[test]
    fn two_versions_of_a_row_cover_the_same_unless_range_or_end_differ() {
        let range = HashKeyRange { start: HashKey::MIN, end: HashKey::new(99) };
        let lease = Lease::new(ShardId(7), Checkpoint::TrimHorizon, Vec::new(), Some(range));
        let is_same = |other: &Lease| LeaseRow(&lease.to_item()).covers_as(LeaseRow(&other.to_item()));
        assert!(is_same(&Lease { counter: 9, checkpoint: Checkpoint::Latest, ..lease.clone() }));
        assert!(!is_same(&Lease { checkpoint: Checkpoint::ShardEnd, ..lease.clone() }));
        assert!(!is_same(&Lease { range: None, ..lease.clone() }));
    }

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
        assert_eq!(Checkpoint::parse("7"), None);
    }

    #[test]
    fn positions_of_two_versions_are_compared_as_numbers_whoever_made_them() {
        let at = |checkpoint: &str, sub_sequence: i64| {
            Item::new()
                .with("checkpoint", AttributeValue::s(checkpoint))
                .with("checkpointSubSequenceNumber", AttributeValue::n(sub_sequence))
        };
        let rows = [at("TRIM_HORIZON", 0), at("9", 0), at("10", 0), at("010", 3), at("SHARD_END", 0)];
        let way = |a: &Item, b: &Item| LeaseRow(a).position_against(LeaseRow(b));
        assert!(rows.windows(2).all(|w| way(&w[0], &w[1]) == Some(Ordering::Less)));
        assert_eq!(way(&rows[3], &rows[3]), Some(Ordering::Equal));
        assert_eq!(way(&rows[3], &at("bogus", 0)), None);
        assert_eq!(way(&rows[3], &Item::new()), None);
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
