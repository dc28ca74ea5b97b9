//! DecreaseStreamRetentionPeriod
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, HOURS, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct DecreaseStreamRetentionPeriod {
    pub stream: StreamName,
    /// RetentionPeriodHours, at least 24.
    pub hours: u32,
}

impl Row for DecreaseStreamRetentionPeriod {
    const OPERATION: Operation = Operation::write("DecreaseStreamRetentionPeriod");
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
        service.decrease_retention_period(at, &stream, hours)
    }
}
