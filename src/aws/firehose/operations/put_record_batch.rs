//! PutRecordBatch (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html>).

use std::sync::Arc;

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, Value, WireError, required};
use crate::aws::firehose::api::Error;
use crate::aws::firehose::configuration::shapes::{NAME, RECORDS};
use crate::aws::firehose::wire::body::data;
use crate::base::Payload;
use crate::base::units::MIB;

/// Bytes of a request's records together.
const BYTES_MAX: u64 = 4 * MIB;

#[derive(Clone, Debug)]
pub struct PutRecordBatch {
    pub delivery: DeliveryName,
    /// Data of each record: 1 to 500.
    pub records: Arc<[Payload]>,
}

impl Row for PutRecordBatch {
    const OPERATION: Operation = Operation::write("PutRecordBatch");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] = &[required("DeliveryStreamName", NAME), required("Records", RECORDS)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let records = body.value.get("Records").and_then(Value::as_list).unwrap_or_default();
        let records = records.iter().map(data).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { delivery: body.delivery()?, records: records.into() })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        if self.records.iter().map(|data| u64::from(data.len())).sum::<u64>() > BYTES_MAX {
            return Err(Error::InvalidArgument("Records size exceeds 4 MB limit".into()));
        }
        service.put_record_batch(at, &self.delivery, &self.records)
    }
}
