//! UpdateShardCount (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, SHARD_COUNT, STREAM};
use crate::base::StreamName;

/// UpdateShardCount with UNIFORM_SCALING.
#[derive(Clone, Debug)]
pub struct UpdateShardCount {
    pub stream: StreamName,
    /// TargetShardCount.
    pub target: u32,
}

impl Row for UpdateShardCount {
    const OPERATION: Operation = Operation::write("UpdateShardCount");
    const QUOTA: Quota = Quota::Account(10);
    const MEMBERS: &'static [Member] = &[
        STREAM,
        required("TargetShardCount", SHARD_COUNT),
        required("ScalingType", Shape::Word(&["UNIFORM_SCALING"])),
        ARN,
    ];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, target: body.number("TargetShardCount").unwrap_or_default() })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, target } = self;
        service.update_shard_count(at, &stream, target)
    }
}
