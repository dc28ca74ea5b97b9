//! DescribeLimits (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError};

#[derive(Clone, Debug)]
pub struct DescribeLimits;

impl Row for DescribeLimits {
    const OPERATION: Operation = Operation::read("DescribeLimits");
    const QUOTA: Quota = Quota::Account(1);
    const MEMBERS: &'static [Member] = &[];

    fn aim(&self) -> Aim<'_> {
        Aim::default()
    }
    fn decode(_: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self)
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        service.describe_limits()
    }
}
