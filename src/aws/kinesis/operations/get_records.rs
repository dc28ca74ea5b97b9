//! GetRecords (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html>).

use super::row::{Aim, At, Body, Kinesis, Member, Operation, Quota, Reply, Row, WireError, optional, required};
use crate::aws::kinesis::api::ShardIterator;
use crate::aws::kinesis::wire::body::invalid_argument;
use crate::aws::kinesis::wire::shapes::{ARN, DRY_RUN, PAGE, any_text};
use crate::aws::kinesis::wire::tokens;

#[derive(Clone, Debug)]
pub struct GetRecords {
    pub iterator: ShardIterator,
    /// Limit, 1 to 10,000; 10,000 when absent.
    pub limit: Option<u32>,
}

impl Row for GetRecords {
    const OPERATION: Operation = Operation::read("GetRecords");
    const QUOTA: Quota = Quota::None;
    const MEMBERS: &'static [Member] =
        &[required("ShardIterator", any_text(1, 512)), optional("Limit", PAGE), ARN, DRY_RUN];

    fn aim(&self) -> Aim<'_> {
        Aim::shard(&self.iterator.stream, self.iterator.shard)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        Ok(Self {
            iterator: tokens::iterator(body.text("ShardIterator"))
                .ok_or_else(|| invalid_argument("Invalid ShardIterator."))?,
            limit: body.number("Limit"),
        })
    }
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        let Self { iterator, limit } = self;
        service.get_records(at, &iterator, limit)
    }
}
