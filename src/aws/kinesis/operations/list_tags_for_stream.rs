//! ListTagsForStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::shapes::{ARN, STREAM, TAG_KEY, integer};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct ListTagsForStream {
    pub stream: StreamName,
    /// ExclusiveStartTagKey.
    pub after: Option<Box<str>>,
    /// Limit, 1 to 50; all when absent.
    pub limit: Option<u32>,
}

impl Row for ListTagsForStream {
    const OPERATION: Operation = Operation::read("ListTagsForStream");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] =
        &[STREAM, optional("ExclusiveStartTagKey", TAG_KEY), optional("Limit", integer(1, 50)), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self {
            stream: body.stream()?,
            after: body.optional_text("ExclusiveStartTagKey").map(Into::into),
            limit: body.number("Limit"),
        })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, after, limit } = self;
        service.list_tags(&Resource::Stream(stream), after.as_deref(), limit)
    }
}
