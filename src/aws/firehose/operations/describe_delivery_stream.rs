//! DescribeDeliveryStream (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::configuration::shapes::{DESTINATION_ID, NAME, PAGE};

#[derive(Clone, Debug)]
pub struct DescribeDeliveryStream {
    pub delivery: DeliveryName,
    /// ExclusiveStartDestinationId.
    pub(in crate::aws::firehose) after: Option<Box<str>>,
}

impl DescribeDeliveryStream {
    /// Of one delivery stream, with its destination.
    pub(crate) fn of(delivery: DeliveryName) -> Self {
        Self { delivery, after: None }
    }
}

impl Row for DescribeDeliveryStream {
    const OPERATION: Operation = Operation::read("DescribeDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[
        required("DeliveryStreamName", NAME),
        optional("Limit", PAGE),
        optional("ExclusiveStartDestinationId", DESTINATION_ID),
    ];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let after = body.optional_text("ExclusiveStartDestinationId").map(Into::into);
        Ok(Self { delivery: body.delivery()?, after })
    }
    fn handle(self, service: &mut Firehose, _: &mut At<'_>) -> Reply {
        service.control.describe(&self.delivery, self.after.as_deref())
    }
}
