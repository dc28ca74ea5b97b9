//! ListStreams (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional};
use crate::aws::kinesis::api::ListStreamsToken;
use crate::aws::kinesis::wire::body::invalid_argument;
use crate::aws::kinesis::wire::shapes::{NAME, NEXT_TOKEN, PAGE};
use crate::aws::kinesis::wire::tokens;
use crate::base::StreamName;

#[derive(Clone, Debug)]
pub struct ListStreams {
    pub(crate) exclusive_start: Option<StreamName>,
    /// NextToken, which goes before ExclusiveStartStreamName.
    pub next_token: Option<ListStreamsToken>,
    /// Limit, 1 to 10,000; capped at 100.
    pub limit: Option<u32>,
}

impl Row for ListStreams {
    const OPERATION: Operation = Operation::read("ListStreams");
    const QUOTA: Quota = Quota::Account(5);
    const MEMBERS: &'static [Member] =
        &[optional("Limit", PAGE), optional("ExclusiveStartStreamName", NAME), optional("NextToken", NEXT_TOKEN)];

    fn aim(&self) -> Aim<'_> {
        Aim::default()
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let read = |text| tokens::list_streams(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
        Ok(Self {
            exclusive_start: body.stream_named("ExclusiveStartStreamName")?,
            next_token: body.optional_text("NextToken").map(read).transpose()?,
            limit: body.number("Limit"),
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { exclusive_start, next_token, limit } = self;
        service.list_streams(at.now, exclusive_start, next_token, limit)
    }
}
