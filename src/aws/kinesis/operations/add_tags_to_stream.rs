//! AddTagsToStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::{Resource, Tag};
use crate::aws::kinesis::wire::members::tags;
use crate::aws::kinesis::wire::shapes::{ARN, STREAM, TAGS};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct AddTagsToStream {
    pub stream: StreamName,
    /// Keys and values; equal keys are overwritten.
    pub tags: Vec<Tag>,
}

impl Row for AddTagsToStream {
    const OPERATION: Operation = Operation::write("AddTagsToStream");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[STREAM, required("Tags", TAGS), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, tags: tags(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { stream, tags } = self;
        service.add_tags(&Resource::Stream(stream), tags)
    }
}
