//! ListStreamConsumers (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, Shape, WireError, optional};
use crate::aws::kinesis::api::ConsumersToken;
use crate::aws::kinesis::wire::body::invalid_argument;
use crate::aws::kinesis::wire::shapes::{ARN_REQUIRED, NEXT_TOKEN, PAGE};
use crate::aws::kinesis::wire::tokens;
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct ListStreamConsumers {
    pub stream: StreamName,
    /// NextToken: consumers up to this one were listed.
    pub after: Option<ConsumersToken>,
    /// MaxResults, 1 to 10,000; capped at 100.
    pub max_results: Option<u32>,
}

impl Row for ListStreamConsumers {
    const OPERATION: Operation = Operation::read("ListStreamConsumers");
    const QUOTA: Quota = Quota::Stream(5);
    const MEMBERS: &'static [Member] = &[
        ARN_REQUIRED,
        optional("NextToken", NEXT_TOKEN),
        optional("MaxResults", PAGE),
        optional("StreamCreationTimestamp", Shape::Timestamp),
    ];

    fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        body.need_no_creation_time()?;
        let read = |text| tokens::consumers(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
        Ok(Self {
            stream: body.stream()?,
            after: body.optional_text("NextToken").map(read).transpose()?,
            max_results: body.number("MaxResults"),
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { stream, after, max_results } = self;
        service.list_consumers(at, &stream, after, max_results)
    }
}
