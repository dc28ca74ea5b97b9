//! UpdateStreamMode (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional, required};
use crate::aws::kinesis::api::StreamMode;
use crate::aws::kinesis::wire::members::mode;
use crate::aws::kinesis::wire::shapes::{ARN_REQUIRED, MODE, NATURAL};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct UpdateStreamMode {
    pub stream: StreamName,
    pub mode: StreamMode,
    /// WarmThroughputMiBps.
    pub(crate) warm_throughput_mibps: Option<u32>,
}

impl Row for UpdateStreamMode {
    const OPERATION: Operation = Operation::write("UpdateStreamMode");
    // Not on the quota page: assumed to be as its neighbours.
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] =
        &[ARN_REQUIRED, required("StreamModeDetails", MODE), optional("WarmThroughputMiBps", NATURAL)];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, mode: mode(body), warm_throughput_mibps: body.number("WarmThroughputMiBps") })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, mode, warm_throughput_mibps } = self;
        service.update_mode(at, &stream, mode, warm_throughput_mibps)
    }
}
