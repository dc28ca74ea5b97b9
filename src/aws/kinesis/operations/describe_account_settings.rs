//! DescribeAccountSettings
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeAccountSettings.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError};

#[derive(Clone, Debug)]
pub struct DescribeAccountSettings;

impl Row for DescribeAccountSettings {
    const OPERATION: Operation = Operation::read("DescribeAccountSettings");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[];

    fn aim(&self) -> Aim<'_> {
        Aim::default()
    }
    fn decode(_: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self)
    }
    fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        service.describe_account_settings()
    }
}
