//! PutRecordBatch (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html>).

use std::sync::Arc;

use super::row::{At, DeliveryName, Firehose, Operation, Reply, Row};
use crate::base::Payload;

#[derive(Clone, Debug)]
pub struct PutRecordBatch {
    pub delivery: DeliveryName,
    /// Data of each record: 1 to 500.
    pub records: Arc<[Payload]>,
}

impl PutRecordBatch {
    pub(in crate::aws::firehose) const NAME: Operation = Self::OPERATION;
}

impl Row for PutRecordBatch {
    const OPERATION: Operation = Operation::write("PutRecordBatch");

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.put_record_batch(at, &self.delivery, &self.records)
    }
}
