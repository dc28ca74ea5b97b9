//! DeleteDeliveryStream (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::configuration::shapes::NAME;
use crate::aws::protocol::shape::Shape;

#[derive(Clone, Debug)]
pub struct DeleteDeliveryStream {
    pub delivery: DeliveryName,
}

impl Row for DeleteDeliveryStream {
    const OPERATION: Operation = Operation::write("DeleteDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] =
        &[required("DeliveryStreamName", NAME), optional("AllowForceDelete", Shape::Boolean)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        // AllowForceDelete is about grants of keys, which are always retired here.
        Ok(Self { delivery: body.delivery()? })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.control.delete(at.now, &self.delivery)
    }
}
