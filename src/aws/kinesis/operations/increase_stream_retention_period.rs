//! IncreaseStreamRetentionPeriod
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, HOURS, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct IncreaseStreamRetentionPeriod {
    pub stream: StreamName,
    /// RetentionPeriodHours, up to 8,760.
    pub hours: u32,
}

impl Row for IncreaseStreamRetentionPeriod {
    const OPERATION: Operation = Operation::write("IncreaseStreamRetentionPeriod");
    const QUOTA: Quota = Quota::Stream(5);
    const MEMBERS: &'static [Member] = &[STREAM, required("RetentionPeriodHours", HOURS), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, hours: body.hours()? })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, hours } = self;
        service.increase_retention_period(at, &stream, hours)
    }
}
