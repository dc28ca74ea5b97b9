//! DeleteStream (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, Value, WireError, optional};
use crate::aws::kinesis::wire::shapes::{ARN, STREAM};
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct DeleteStream {
    pub stream: StreamName,
    /// EnforceConsumerDeletion: registered consumers go with it, and do not stand in the way.
    pub(crate) with_consumers: bool,
}

impl Row for DeleteStream {
    const OPERATION: Operation = Operation::write("DeleteStream");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] = &[STREAM, optional("EnforceConsumerDeletion", Shape::Boolean), ARN];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self {
            stream: body.stream()?,
            with_consumers: body.value.get("EnforceConsumerDeletion").and_then(Value::as_bool) == Some(true),
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, with_consumers } = self;
        service.delete_stream(at, &stream, with_consumers)
    }
}
