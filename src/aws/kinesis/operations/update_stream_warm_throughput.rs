//! UpdateStreamWarmThroughput
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, NATURAL, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct UpdateStreamWarmThroughput {
    pub stream: StreamName,
    /// WarmThroughputMiBps.
    pub(crate) mibps: u32,
}

impl Row for UpdateStreamWarmThroughput {
    const OPERATION: Operation = Operation::write("UpdateStreamWarmThroughput");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[ARN, STREAM, required("WarmThroughputMiBps", NATURAL)];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, mibps: body.number("WarmThroughputMiBps").unwrap_or_default() })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, mibps } = self;
        service.update_warm_throughput(at, &stream, mibps)
    }
}
