//! PutRecords (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html>).

use std::sync::Arc;

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, Value, WireError, required};
use crate::aws::kinesis::api::PutEntry;
use crate::aws::kinesis::wire::members::entry;
use crate::aws::kinesis::wire::shapes::{ARN, DRY_RUN, PUT_RECORDS_ENTRY, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct PutRecords {
    pub stream: StreamName,
    /// 1 to 500 records; shared, because a client keeps them to send them again.
    pub entries: Arc<Vec<PutEntry>>,
}

impl Row for PutRecords {
    const OPERATION: Operation = Operation::write("PutRecords");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] =
        &[required("Records", Shape::List { of: &PUT_RECORDS_ENTRY, min: 1, max: 500 }), STREAM, ARN, DRY_RUN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let records = body.value.get("Records").and_then(Value::as_list).unwrap_or_default();
        let entries = records.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { stream: body.stream()?, entries: Arc::new(entries) })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, entries } = self;
        service.put_records(at, &stream, &entries)
    }
}
