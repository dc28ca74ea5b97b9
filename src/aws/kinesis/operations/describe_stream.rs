//! DescribeStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional};
use crate::aws::kinesis::wire::shapes::{ARN, NAME, PAGE, STREAM};
use crate::base::{ShardId, StreamName};

#[derive(Clone, Debug)]
pub struct DescribeStream {
    pub stream: StreamName,
    pub(crate) exclusive_start: Option<ShardId>,
    /// Limit, 1 to 10,000; capped at 100.
    pub limit: Option<u32>,
}

impl Row for DescribeStream {
    const OPERATION: Operation = Operation::read("DescribeStream");
    const QUOTA: Quota = Quota::Account(10);
    const MEMBERS: &'static [Member] = &[STREAM, optional("Limit", PAGE), optional("ExclusiveStartShardId", NAME), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let stream = body.stream()?;
        Ok(Self {
            exclusive_start: body.optional_shard("ExclusiveStartShardId", stream.as_str())?,
            limit: body.number("Limit"),
            stream,
        })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, exclusive_start, limit } = self;
        service.describe_stream(&stream, exclusive_start, limit)
    }
}
