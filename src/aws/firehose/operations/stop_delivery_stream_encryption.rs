//! StopDeliveryStreamEncryption
//! (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_StopDeliveryStreamEncryption.html>).

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::firehose::configuration::shapes::NAME;

#[derive(Clone, Debug)]
pub struct StopDeliveryStreamEncryption {
    pub delivery: DeliveryName,
}

impl Row for StopDeliveryStreamEncryption {
    const OPERATION: Operation = Operation::write("StopDeliveryStreamEncryption");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[required("DeliveryStreamName", NAME)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { delivery: body.delivery()? })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.control.stop_encryption(at.now, &self.delivery)
    }
}
