//! StartDeliveryStreamEncryption
//! (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::api::Key;
use crate::aws::firehose::configuration::shapes::{ENCRYPTION, NAME};

#[derive(Clone, Debug)]
pub struct StartDeliveryStreamEncryption {
    pub delivery: DeliveryName,
    pub(in crate::aws::firehose) key: Key,
}

impl Row for StartDeliveryStreamEncryption {
    const OPERATION: Operation = Operation::write("StartDeliveryStreamEncryption");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] =
        &[required("DeliveryStreamName", NAME), optional("DeliveryStreamEncryptionConfigurationInput", ENCRYPTION)];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.delivery)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { delivery: body.delivery()?, key: body.key()?.unwrap_or(Key::Owned) })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.control.start_encryption(at.now, &self.delivery, self.key)
    }
}
