//! RegisterStreamConsumer (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional, required};
use crate::aws::kinesis::api::Tag;
use crate::aws::kinesis::wire::members::tags;
use crate::aws::kinesis::wire::shapes::{ARN_REQUIRED, NAME, TAGS};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct RegisterStreamConsumer {
    pub stream: StreamName,
    /// ConsumerName.
    pub name: Box<str>,
    pub tags: Vec<Tag>,
}

impl Row for RegisterStreamConsumer {
    const OPERATION: Operation = Operation::write("RegisterStreamConsumer");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[ARN_REQUIRED, required("ConsumerName", NAME), optional("Tags", TAGS)];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { stream: body.stream()?, name: body.text("ConsumerName").into(), tags: tags(body) })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, name, tags } = self;
        service.register_consumer(at, &stream, name, tags)
    }
}
