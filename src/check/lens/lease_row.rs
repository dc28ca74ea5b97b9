//! A lease as the Kinesis Client Library stores it in DynamoDB.
//!
//! Attribute names are those of `DynamoDBLeaseSerializer`
//! (<https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>). Sub-sequence numbers and pending checkpoints are
//! not looked at.

use crate::base::item::{AttributeValue, Item};
use crate::base::{HashKeyRange, ShardId};
pub use crate::client::kcl::Checkpoint;
use crate::client::kcl::attribute;

/// A view of a lease's item; attributes are decoded when asked for.
#[derive(Clone, Copy)]
pub struct LeaseRow<'a>(pub &'a Item);

impl<'a> LeaseRow<'a> {
    /// The shard that the lease is for, from `leaseKey`; a shard id, or `account:stream:epoch:shard id`.
    pub fn shard(self) -> Option<ShardId> {
        let key = self.0.get_s(attribute::LEASE_KEY)?;
        key.rsplit(':').next()?.parse().ok()
    }
    /// `leaseOwner`.
    pub fn owner(self) -> Option<&'a str> {
        self.0.get_s(attribute::OWNER).map(|s| &**s)
    }
    /// `checkpoint` as text.
    pub fn checkpoint_text(self) -> Option<&'a str> {
        self.0.get_s(attribute::CHECKPOINT).map(|s| &**s)
    }
    /// `checkpoint`; `None` when it is absent or no position.
    pub fn checkpoint(self) -> Option<Checkpoint> {
        Checkpoint::parse(self.checkpoint_text()?)
    }
    /// `childShardIds`.
    pub fn children(self) -> impl Iterator<Item = ShardId> {
        let ids = match self.0.get(attribute::CHILDREN) {
            Some(AttributeValue::Ss(ids)) => Some(ids),
            _ => None,
        };
        ids.into_iter().flatten().filter_map(|id| id.parse().ok())
    }
    /// `startingHashKey` and `endingHashKey`.
    pub fn range(self) -> Option<HashKeyRange> {
        let key = |name| self.0.get_s(name).and_then(|text| text.parse().ok());
        Some(HashKeyRange { start: key(attribute::RANGE_START)?, end: key(attribute::RANGE_END)? })
    }
    /// Whether another version of the row says the same about what the lease covers, seen without decoding either.
    pub fn covers_as(self, other: Self) -> bool {
        let is_ended = |row: Self| row.checkpoint_text() == Some("SHARD_END");
        let bounds = [attribute::RANGE_START, attribute::RANGE_END];
        bounds.iter().all(|name| self.0.get_s(name) == other.0.get_s(name)) && is_ended(self) == is_ended(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SequenceNumber;

    #[test]
    fn checkpoints_are_ordered_as_the_library_orders_them() {
        let number = SequenceNumber::new(ShardId(0), 1_767_225_600, 5, 1_767_225_600).to_string();
        let texts = ["AT_TIMESTAMP", "TRIM_HORIZON", "LATEST", &number, "SHARD_END"];
        let parsed: Vec<_> = texts.iter().map(|t| Checkpoint::parse(t).expect(t)).collect();
        assert!(parsed.is_sorted());
        assert!(parsed.iter().zip(texts).all(|(c, t)| c.to_string() == t));
        assert_eq!(Checkpoint::parse("7"), None);
    }

    #[test]
    fn a_row_is_read_by_its_attribute_names() {
        let children = ["shardId-000000000002", "shardId-000000000003"].map(Into::into);
        let item = Item::new()
            .with("leaseKey", AttributeValue::s("123:clicks:1:shardId-000000000001"))
            .with("leaseOwner", AttributeValue::s("billing-1"))
            .with("checkpoint", AttributeValue::s("LATEST"))
            .with("childShardIds", AttributeValue::Ss(children.into()))
            .with("startingHashKey", AttributeValue::s("0"))
            .with("endingHashKey", AttributeValue::s("340282366920938463463374607431768211455"));
        let row = LeaseRow(&item);
        assert_eq!((row.shard(), row.owner()), (Some(ShardId(1)), Some("billing-1")));
        assert_eq!(row.checkpoint(), Some(Checkpoint::Latest));
        assert_eq!(row.children().collect::<Vec<_>>(), [ShardId(2), ShardId(3)]);
        assert_eq!(row.range(), Some(HashKeyRange::FULL));
        assert_eq!(LeaseRow(&Item::new()).shard(), None);
    }
}
