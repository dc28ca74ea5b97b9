//! ListTagsForDeliveryStream
//! (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::configuration::shapes::{NAME, TAG_KEY, TAGS_PAGE};

#[derive(Clone, Debug)]
pub struct ListTagsForDeliveryStream {
    pub delivery: DeliveryName,
    /// ExclusiveStartTagKey.
    pub(in crate::aws::firehose) after: Option<Box<str>>,
    /// Limit, 1 to 50.
    pub(in crate::aws::firehose) limit: Option<u32>,
}

impl Row for ListTagsForDeliveryStream {
    const OPERATION: Operation = Operation::read("ListTagsForDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[
        required("DeliveryStreamName", NAME),
        optional("ExclusiveStartTagKey", TAG_KEY),
        optional("Limit", TAGS_PAGE),
    ];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self {
            delivery: body.delivery()?,
            after: body.optional_text("ExclusiveStartTagKey").map(Into::into),
            limit: body.number("Limit"),
        })
    }
    fn handle(self, service: &mut Firehose, _: &mut At<'_>) -> Reply {
        let Self { delivery, after, limit } = self;
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        service.control.list_tags(&delivery, after.as_deref(), limit)
    }
}
