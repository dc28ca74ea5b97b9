//! PutRecord (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional, required};
use crate::aws::kinesis::api::PutEntry;
use crate::aws::kinesis::wire::members::entry;
use crate::aws::kinesis::wire::shapes::{ARN, DATA, DRY_RUN, HASH_KEY, PARTITION_KEY, SEQUENCE_NUMBER, STREAM};
use crate::base::{SequenceNumber, StreamName};

#[derive(Clone, Debug)]
pub struct PutRecord {
    pub stream: StreamName,
    pub entry: PutEntry,
    pub(crate) sequence_number_for_ordering: Option<SequenceNumber>,
}

impl Row for PutRecord {
    const OPERATION: Operation = Operation::write("PutRecord");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] = &[
        STREAM,
        required("Data", DATA),
        optional("PartitionKey", PARTITION_KEY),
        optional("ExplicitHashKey", HASH_KEY),
        optional("SequenceNumberForOrdering", SEQUENCE_NUMBER),
        ARN,
        DRY_RUN,
    ];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let stream = body.stream()?;
        Ok(Self { entry: entry(body.value)?, sequence_number_for_ordering: body.ordering(stream.as_str())?, stream })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, entry, sequence_number_for_ordering } = self;
        service.put_record(at, &stream, entry, sequence_number_for_ordering)
    }
}
