//! PutRecord (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html>).

use super::row::{At, DeliveryName, Firehose, Operation, Reply, Row};
use crate::base::Payload;

#[derive(Clone, Debug)]
pub struct PutRecord {
    pub delivery: DeliveryName,
    pub data: Payload,
}

impl PutRecord {
    pub(in crate::aws::firehose) const NAME: Operation = Self::OPERATION;
}

impl Row for PutRecord {
    const OPERATION: Operation = Operation::write("PutRecord");

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.put_record(at, &self.delivery, self.data)
    }
}
