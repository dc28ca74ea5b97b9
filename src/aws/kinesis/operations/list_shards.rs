//! ListShards (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, WireError, optional};
use crate::aws::kinesis::api::ListShards;
use crate::aws::kinesis::wire::shapes::{ARN, NAME, NEXT_TOKEN, PAGE, SHARD_FILTER, STREAM};

impl Row for ListShards {
    const OPERATION: Operation = Operation::read("ListShards");
    const QUOTA: Quota = Quota::Stream(1000);
    const MEMBERS: &'static [Member] = &[
        STREAM,
        optional("NextToken", NEXT_TOKEN),
        optional("ExclusiveStartShardId", NAME),
        optional("MaxResults", PAGE),
        optional("StreamCreationTimestamp", Shape::Timestamp),
        optional("ShardFilter", SHARD_FILTER),
        ARN,
    ];

    fn aim(&self) -> Aim<'_> {
        Aim { stream: self.stream.as_ref().or(self.next_token.as_ref().map(|token| &token.stream)), ..Aim::default() }
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        body.list_shards()
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        service.list_shards(at.now, self)
    }
}
