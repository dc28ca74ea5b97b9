//! GetShardIterator (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, WireError, optional, required};
use crate::aws::kinesis::api::IteratorPosition;
use crate::aws::kinesis::wire::shapes::{ARN, DRY_RUN, ITERATOR_TYPE, NAME, SEQUENCE_NUMBER, STREAM};
use crate::base::{ShardId, StreamName};

#[derive(Clone, Debug)]
pub struct GetShardIterator {
    pub stream: StreamName,
    pub shard: ShardId,
    /// ShardIteratorType with its argument.
    pub position: IteratorPosition,
}

impl Row for GetShardIterator {
    const OPERATION: Operation = Operation::read("GetShardIterator");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] = &[
        STREAM,
        required("ShardId", NAME),
        required("ShardIteratorType", ITERATOR_TYPE),
        optional("StartingSequenceNumber", SEQUENCE_NUMBER),
        optional("Timestamp", Shape::Timestamp),
        ARN,
        DRY_RUN,
    ];

    fn aim(&self) -> Aim<'_> {
        Aim::shard(&self.stream, self.shard)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let stream = body.stream()?;
        let shard = body.shard("ShardId", stream.as_str())?;
        let position = body.position("ShardIteratorType", "StartingSequenceNumber", (stream.as_str(), shard))?;
        Ok(Self { stream, shard, position })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, shard, position } = self;
        service.get_shard_iterator(at, &stream, shard, position)
    }
}
