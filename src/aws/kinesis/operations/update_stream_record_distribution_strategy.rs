//! UpdateStreamRecordDistributionStrategy
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::RecordDistributionStrategy;
use crate::aws::kinesis::wire::members::distribution;
use crate::aws::kinesis::wire::shapes::{ARN_REQUIRED, DISTRIBUTION};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct UpdateStreamRecordDistributionStrategy {
    pub stream: StreamName,
    pub(crate) strategy: RecordDistributionStrategy,
}

impl Row for UpdateStreamRecordDistributionStrategy {
    const OPERATION: Operation = Operation::write("UpdateStreamRecordDistributionStrategy");
    // Not on the quota page: assumed to be as its neighbours.
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[ARN_REQUIRED, required("RecordDistributionStrategy", DISTRIBUTION)];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, strategy: distribution(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, strategy } = self;
        service.update_distribution(&stream, strategy)
    }
}
