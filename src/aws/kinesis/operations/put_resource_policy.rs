//! PutResourcePolicy (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::api::Resource;
use crate::aws::kinesis::wire::members::{policy, resource};
use crate::aws::kinesis::wire::shapes::{POLICY, RESOURCE};

#[derive(Clone, Debug)]
pub struct PutResourcePolicy {
    /// What the policy is for.
    pub(crate) resource: Resource,
    /// Policy, as JSON text.
    pub(crate) policy: Box<str>,
}

impl Row for PutResourcePolicy {
    const OPERATION: Operation = Operation::write("PutResourcePolicy");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[RESOURCE, required("Policy", POLICY)];

    fn aim(&self) -> Aim<'_> {
        Aim::resource(&self.resource)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { resource: resource(body)?, policy: policy(body)? })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { resource, policy } = self;
        service.put_policy(&resource, policy, at.now)
    }
}
