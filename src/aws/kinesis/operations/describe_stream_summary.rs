//! DescribeStreamSummary (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError};
use crate::aws::kinesis::wire::shapes::{ARN, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct DescribeStreamSummary {
    pub stream: StreamName,
}

impl Row for DescribeStreamSummary {
    const OPERATION: Operation = Operation::read("DescribeStreamSummary");
    const QUOTA: Quota = Quota::Account(20);
    const MEMBERS: &'static [Member] = &[STREAM, ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()? })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream } = self;
        service.describe_stream_summary(&stream)
    }
}
