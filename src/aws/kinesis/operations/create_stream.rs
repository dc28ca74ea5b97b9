//! CreateStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional, required};
use crate::aws::kinesis::api::CreateStream;
use crate::aws::kinesis::wire::members::create_stream;
use crate::aws::kinesis::wire::shapes::{DISTRIBUTION, MAX_RECORD_SIZE, MODE, NAME, NATURAL, SHARD_COUNT, TAGS};

impl Row for CreateStream {
    const OPERATION: Operation = Operation::write("CreateStream");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[
        required("StreamName", NAME),
        optional("ShardCount", SHARD_COUNT),
        optional("StreamModeDetails", MODE),
        optional("Tags", TAGS),
        optional("WarmThroughputMiBps", NATURAL),
        optional("MaxRecordSizeInKiB", MAX_RECORD_SIZE),
        optional("RecordDistributionStrategy", DISTRIBUTION),
    ];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        create_stream(body)
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        service.create_stream(at, self)
    }
}
