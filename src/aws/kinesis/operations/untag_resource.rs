//! UntagResource (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::members::{resource, tag_keys};
use crate::aws::kinesis::wire::shapes::{RESOURCE, TAG_KEYS};

/// UntagResource. Unknown keys are ignored.
#[derive(Clone, Debug)]
pub struct UntagResource {
    pub(crate) resource: Resource,
    /// TagKeys.
    pub keys: Vec<Box<str>>,
}

impl Row for UntagResource {
    const OPERATION: Operation = Operation::write("UntagResource");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[required("TagKeys", TAG_KEYS), RESOURCE];

    fn aim(&self) -> Aim<'_> {
        Aim::resource(&self.resource)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { resource: resource(body)?, keys: tag_keys(body) })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { resource, keys } = self;
        service.remove_tags(&resource, &keys)
    }
}
