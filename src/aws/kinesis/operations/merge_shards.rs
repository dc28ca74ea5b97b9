//! MergeShards (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, NAME, STREAM};
use crate::base::{ShardId, StreamName};

#[derive(Clone, Debug)]
pub struct MergeShards {
    pub stream: StreamName,
    /// ShardToMerge, the lower one.
    pub shard: ShardId,
    /// AdjacentShardToMerge, the upper one.
    pub(crate) adjacent: ShardId,
}

impl Row for MergeShards {
    const OPERATION: Operation = Operation::write("MergeShards");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] =
        &[STREAM, required("ShardToMerge", NAME), required("AdjacentShardToMerge", NAME), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::shard(&self.stream, self.shard)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let stream = body.stream()?;
        Ok(Self {
            shard: body.shard("ShardToMerge", stream.as_str())?,
            adjacent: body.shard("AdjacentShardToMerge", stream.as_str())?,
            stream,
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, shard, adjacent } = self;
        service.merge_shards(at, &stream, shard, adjacent)
    }
}
