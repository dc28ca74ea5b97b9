//! ListDeliveryStreams (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html>).

use super::row::{At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional};
use crate::aws::firehose::configuration::shapes::{KIND, NAME, PAGE};

/// Names of a page when no Limit is said.
const LIMIT_DEFAULT: u32 = 10;

#[derive(Clone, Debug)]
pub struct ListDeliveryStreams {
    /// Limit, 1 to 10,000.
    pub(in crate::aws::firehose) limit: u32,
    /// DeliveryStreamType.
    pub(in crate::aws::firehose) kind: Option<Box<str>>,
    /// ExclusiveStartDeliveryStreamName.
    pub(in crate::aws::firehose) after: Option<DeliveryName>,
}

impl Row for ListDeliveryStreams {
    const OPERATION: Operation = Operation::read("ListDeliveryStreams");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[
        optional("Limit", PAGE),
        optional("DeliveryStreamType", KIND),
        optional("ExclusiveStartDeliveryStreamName", NAME),
    ];

    fn aim(&self) -> Option<&DeliveryName> {
        None
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self {
            limit: body.number("Limit").unwrap_or(LIMIT_DEFAULT),
            kind: body.optional_text("DeliveryStreamType").map(Into::into),
            after: body.delivery_named("ExclusiveStartDeliveryStreamName")?,
        })
    }
    fn handle(self, service: &mut Firehose, _: &mut At<'_>) -> Reply {
        let Self { limit, kind, after } = self;
        Ok(service.control.list(kind.as_deref(), after.as_ref(), limit as usize))
    }
}
