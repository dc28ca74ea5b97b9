//! UpdateMaxRecordSize (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, MAX_RECORD_SIZE};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct UpdateMaxRecordSize {
    pub stream: StreamName,
    /// MaxRecordSizeInKiB, 1,024 to 10,240.
    pub(crate) kib: u32,
}

impl Row for UpdateMaxRecordSize {
    const OPERATION: Operation = Operation::write("UpdateMaxRecordSize");
    // Not on the quota page: assumed to be as its neighbours.
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[ARN, required("MaxRecordSizeInKiB", MAX_RECORD_SIZE)];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, kib: body.number("MaxRecordSizeInKiB").unwrap_or_default() })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, kib } = self;
        service.update_max_record_size(at, &stream, kib)
    }
}
