//! DeleteResourcePolicy (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::members::resource;
use crate::aws::kinesis::wire::shapes::RESOURCE;

#[derive(Clone, Debug)]
pub struct DeleteResourcePolicy {
    /// What the policy is for.
    pub(crate) resource: Resource,
}

impl Row for DeleteResourcePolicy {
    const OPERATION: Operation = Operation::write("DeleteResourcePolicy");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[RESOURCE];

    fn aim(&self) -> Aim<'_> {
        Aim::resource(&self.resource)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { resource: resource(body)? })
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        let Self { resource } = self;
        service.delete_policy(&resource)
    }
}
