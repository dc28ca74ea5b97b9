//! UntagDeliveryStream (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_UntagDeliveryStream.html>).

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, Value, WireError, required};
use crate::aws::firehose::configuration::shapes::{NAME, TAG_KEYS};

#[derive(Clone, Debug)]
pub struct UntagDeliveryStream {
    pub delivery: DeliveryName,
    /// TagKeys.
    pub(in crate::aws::firehose) keys: Vec<Box<str>>,
}

impl Row for UntagDeliveryStream {
    const OPERATION: Operation = Operation::write("UntagDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[required("DeliveryStreamName", NAME), required("TagKeys", TAG_KEYS)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let keys = body.value.get("TagKeys").and_then(Value::as_list).unwrap_or_default();
        let keys = keys.iter().filter_map(Value::as_text).map(Into::into).collect();
        Ok(Self { delivery: body.delivery()?, keys })
    }
    fn handle(self, service: &mut Firehose, _: &mut At<'_>) -> Reply {
        service.control.untag(&self.delivery, &self.keys)
    }
}
