//! PutRecord (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html>).

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::firehose::configuration::shapes::{NAME, RECORD};
use crate::aws::firehose::wire::body::data;
use crate::base::Payload;

#[derive(Clone, Debug)]
pub struct PutRecord {
    pub delivery: DeliveryName,
    pub data: Payload,
}

impl Row for PutRecord {
    const OPERATION: Operation = Operation::write("PutRecord");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] = &[required("DeliveryStreamName", NAME), required("Record", RECORD)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let data = body.value.get("Record").map_or_else(|| Ok(Payload::from(Vec::new())), data)?;
        Ok(Self { delivery: body.delivery()?, data })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.put_record(at, &self.delivery, self.data)
    }
}
