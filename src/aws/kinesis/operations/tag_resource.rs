//! TagResource (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::{Resource, Tag};
use crate::aws::kinesis::wire::members::{resource, tags};
use crate::aws::kinesis::wire::shapes::{RESOURCE, TAGS};

#[derive(Clone, Debug)]
pub struct TagResource {
    pub(crate) resource: Resource,
    /// Keys and values; equal keys are overwritten.
    pub tags: Vec<Tag>,
}

impl Row for TagResource {
    const OPERATION: Operation = Operation::write("TagResource");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[required("Tags", TAGS), RESOURCE];

    fn aim(&self) -> Aim<'_> {
        Aim::resource(&self.resource)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { resource: resource(body)?, tags: tags(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { resource, tags } = self;
        service.add_tags(&resource, tags)
    }
}
