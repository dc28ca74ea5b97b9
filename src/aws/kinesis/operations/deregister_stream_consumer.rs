//! DeregisterStreamConsumer
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional};
use crate::aws::kinesis::api::ConsumerRef;
use crate::aws::kinesis::wire::members::consumer;
use crate::aws::kinesis::wire::shapes::{ARN, CONSUMER_ARN, NAME};

#[derive(Clone, Debug)]
pub struct DeregisterStreamConsumer {
    pub consumer: ConsumerRef,
}

impl Row for DeregisterStreamConsumer {
    const OPERATION: Operation = Operation::write("DeregisterStreamConsumer");
    const QUOTA: Quota = Quota::Stream(5);
    const MEMBERS: &'static [Member] = &[ARN, optional("ConsumerName", NAME), optional("ConsumerARN", CONSUMER_ARN)];

    fn aim(&self) -> Aim<'_> {
        Aim::consumer(&self.consumer)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self { consumer: consumer(body)? })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { consumer } = self;
        service.deregister_consumer(at, &consumer)
    }
}
