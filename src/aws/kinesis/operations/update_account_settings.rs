//! UpdateAccountSettings (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Value, WireError, required};
use crate::aws::kinesis::wire::shapes::COMMITMENT;

/// UpdateAccountSettings: MinimumThroughputBillingCommitment, on or off.
#[derive(Clone, Debug)]
pub struct UpdateAccountSettings {
    /// Whether the commitment is ENABLED.
    pub(crate) commitment: bool,
}

impl Row for UpdateAccountSettings {
    const OPERATION: Operation = Operation::write("UpdateAccountSettings");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[required("MinimumThroughputBillingCommitment", COMMITMENT)];

    fn aim(&self) -> Aim<'_> {
        Aim::default()
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let commitment = body.value.get("MinimumThroughputBillingCommitment");
        let status = commitment.and_then(|commitment| commitment.get("Status")).and_then(Value::as_text);
        Ok(Self { commitment: status == Some("ENABLED") })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { commitment } = self;
        service.update_account_settings(at, commitment)
    }
}
