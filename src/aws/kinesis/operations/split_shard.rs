//! SplitShard (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::body::hash_key;
use crate::aws::kinesis::wire::shapes::{ARN, HASH_KEY, NAME, STREAM};
use crate::base::{HashKey, ShardId, StreamName};

#[derive(Clone, Debug)]
pub struct SplitShard {
    pub stream: StreamName,
    /// ShardToSplit.
    pub shard: ShardId,
    pub new_starting_hash_key: HashKey,
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
        Ok(Self {
            shard: body.shard("ShardToSplit", stream.as_str())?,
            new_starting_hash_key: hash_key("NewStartingHashKey", body.text("NewStartingHashKey"))?,
            stream,
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, shard, new_starting_hash_key } = self;
        service.split_shard(at, &stream, shard, new_starting_hash_key)
    }
}
