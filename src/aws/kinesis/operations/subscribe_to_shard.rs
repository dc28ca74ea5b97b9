//! SubscribeToShard (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Value, WireError, required};
use crate::aws::kinesis::api::{ConsumerRef, IteratorPosition};
use crate::aws::kinesis::limits::SUBSCRIBE_CALLS_PER_S;
use crate::aws::kinesis::wire::shapes::{CONSUMER_ARN, DRY_RUN, NAME, STARTING_POSITION};
use crate::base::ShardId;

#[derive(Clone, Debug)]
pub struct SubscribeToShard {
    pub consumer: ConsumerRef,
    pub shard: ShardId,
    /// StartingPosition.
    pub position: IteratorPosition,
}

impl Row for SubscribeToShard {
    const OPERATION: Operation = Operation::write("SubscribeToShard");
    const QUOTA: Quota = Quota::Pipe(SUBSCRIBE_CALLS_PER_S);
    const MEMBERS: &'static [Member] = &[
        required("ConsumerARN", CONSUMER_ARN),
        required("ShardId", NAME),
        required("StartingPosition", STARTING_POSITION),
        DRY_RUN,
    ];

    fn aim(&self) -> Aim<'_> {
        Aim { shard: Some(self.shard), ..Aim::consumer(&self.consumer) }
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let position = body.value.get("StartingPosition").unwrap_or(&Value::Null);
        let position = Body { value: position, account: body.account };
        let consumer = body.account.consumer_of_arn(body.text("ConsumerARN"))?;
        let shard = body.shard("ShardId", consumer.stream.as_str())?;
        let position = position.position("Type", "SequenceNumber", (consumer.stream.as_str(), shard))?;
        Ok(Self { consumer, shard, position })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { consumer, shard, position } = self;
        service.subscribe(at, &consumer, shard, position)
    }
}
