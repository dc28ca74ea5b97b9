//! RemoveTagsFromStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::members::tag_keys;
use crate::aws::kinesis::wire::shapes::{ARN, STREAM, TAG_KEYS};
use crate::base::StreamName;

/// RemoveTagsFromStream. Unknown keys are ignored.
#[derive(Clone, Debug)]
pub struct RemoveTagsFromStream {
    pub stream: StreamName,
    /// TagKeys.
    pub keys: Vec<Box<str>>,
}

impl Row for RemoveTagsFromStream {
    const OPERATION: Operation = Operation::write("RemoveTagsFromStream");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[STREAM, required("TagKeys", TAG_KEYS), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, keys: tag_keys(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, keys } = self;
        service.remove_tags(&Resource::Stream(stream), &keys)
    }
}
