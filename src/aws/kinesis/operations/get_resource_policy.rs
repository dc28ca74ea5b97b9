//! GetResourcePolicy (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::members::resource;
use crate::aws::kinesis::wire::shapes::RESOURCE;

#[derive(Clone, Debug)]
pub struct GetResourcePolicy {
    /// What the policy is for.
    pub(crate) resource: Resource,
}

impl Row for GetResourcePolicy {
    const OPERATION: Operation = Operation::read("GetResourcePolicy");
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
        service.get_policy(&resource)
    }
}
