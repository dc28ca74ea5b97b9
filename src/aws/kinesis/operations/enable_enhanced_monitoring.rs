//! EnableEnhancedMonitoring
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::ShardLevelMetrics;
use crate::aws::kinesis::wire::members::metrics;
use crate::aws::kinesis::wire::shapes::{ARN, METRICS, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct EnableEnhancedMonitoring {
    pub stream: StreamName,
    pub metrics: ShardLevelMetrics,
}

impl Row for EnableEnhancedMonitoring {
    const OPERATION: Operation = Operation::write("EnableEnhancedMonitoring");
    const QUOTA: Quota = Quota::Stream(5);
    const MEMBERS: &'static [Member] = &[STREAM, required("ShardLevelMetrics", METRICS), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, metrics: metrics(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, metrics } = self;
        service.enable_monitoring(&stream, metrics)
    }
}
