//! SplitShard (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, HASH_KEY, NAME, STREAM};
use crate::base::{HashKey, ShardId, StreamName};

#[derive(Clone, Debug)]
pub struct SplitShard {
    pub stream: StreamName,
    /// ShardToSplit.
    pub shard: ShardId,
    pub new_starting_hash_key: HashKey,
    /// NewStartingHashKey as it was given, when it lies beyond all hash keys.
    pub(crate) beyond: Option<Box<str>>,
}

impl SplitShard {
    /// A split at a key that there is.
    pub fn at(stream: StreamName, shard: ShardId, new_starting_hash_key: HashKey) -> Self {
        Self { stream, shard, new_starting_hash_key, beyond: None }
    }
}

impl Row for SplitShard {
    const OPERATION: Operation = Operation::write("SplitShard");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] =
        &[STREAM, required("ShardToSplit", NAME), required("NewStartingHashKey", HASH_KEY), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::shard(&self.stream, self.shard)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let stream = body.stream()?;
        let shard = body.shard("ShardToSplit", stream.as_str())?;
        let text = body.text("NewStartingHashKey");
        // A key beyond all is told as one beyond the shard.
        let (new_starting_hash_key, beyond) =
            text.parse().map_or_else(|_| (HashKey::MAX, Some(text.into())), |key| (key, None));
        Ok(Self { stream, shard, new_starting_hash_key, beyond })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, shard, new_starting_hash_key, beyond } = self;
        service.split_shard(at, &stream, shard, (new_starting_hash_key, beyond.as_deref()))
    }
}
