//! TagDeliveryStream (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_TagDeliveryStream.html>).

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::firehose::api::Tag;
use crate::aws::firehose::configuration::shapes::{NAME, TAGS};

#[derive(Clone, Debug)]
pub struct TagDeliveryStream {
    pub delivery: DeliveryName,
    /// Keys and values; equal keys are overwritten.
    pub(in crate::aws::firehose) tags: Vec<Tag>,
}

impl Row for TagDeliveryStream {
    const OPERATION: Operation = Operation::write("TagDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[required("DeliveryStreamName", NAME), required("Tags", TAGS)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { delivery: body.delivery()?, tags: body.tags() })
    }
    fn handle(self, service: &mut Firehose, _: &mut At<'_>) -> Reply {
        service.control.tag(&self.delivery, self.tags)
    }
}
