//! StopStreamEncryption (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, required};
use crate::aws::kinesis::wire::shapes::{ARN, ENCRYPTION, KEY_ID, STREAM};
use crate::base::StreamName;

/// StopStreamEncryption with EncryptionType KMS.
#[derive(Clone, Debug)]
pub struct StopStreamEncryption {
    pub stream: StreamName,
    pub(crate) key_id: Box<str>,
}

impl Row for StopStreamEncryption {
    const OPERATION: Operation = Operation::write("StopStreamEncryption");
    const QUOTA: Quota = Quota::Stream(5);
    const MEMBERS: &'static [Member] =
        &[STREAM, required("EncryptionType", ENCRYPTION), required("KeyId", KEY_ID), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        body.need_kms()?;
        Ok(Self { stream: body.stream()?, key_id: body.text("KeyId").into() })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, key_id } = self;
        service.stop_encryption(at, &stream, &key_id)
    }
}
