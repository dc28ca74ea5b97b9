//! Bodies of answers to replies.

use crate::aws::kinesis::api::{
    ChildShard, Error, GetRecordsOutput, Placed, PutFailure, Record, Reply, Response, Shard,
};
use crate::aws::kinesis::operations::Request;
use crate::aws::kinesis::operations::{GetRecords, GetShardIterator, PutRecord, PutRecords};
use crate::aws::kinesis::wire::tokens;
use crate::aws::protocol::envelope::refused;
use crate::aws::protocol::value::Value;
use crate::base::{HashKeyRange, KeyText, Payload, ShardId, SimTime};

/// The reply that an answer to `request` means; `None` when it cannot be read. Records have no ordinals yet: those are
/// not on the wire.
pub fn reply(request: &Request, status: u16, body: &Value<'_>, epoch_unix_ms: u64) -> Option<Reply> {
    if status != 200 {
        let (code, message) = refused(body)?;
        return Error::of_answer(code, message).map(Err);
    }
    let is_encrypted = body.get("EncryptionType").is_some();
    Some(Ok(match request {
        Request::PutRecord(PutRecord { .. }) => Response::RecordPut { placed: placed(body)?, is_encrypted },
        Request::PutRecords(PutRecords { .. }) => Response::RecordsPut {
            failed: number(body, "FailedRecordCount")?,
            results: list(body, "Records", put_result)?,
            is_encrypted,
        },
        Request::GetShardIterator(GetShardIterator { .. }) => {
            Response::ShardIterator(tokens::iterator(text(body, "ShardIterator")?)?)
        }
        Request::GetRecords(GetRecords { .. }) => Response::Records(get_records(body, epoch_unix_ms)?),
        Request::ListShards(_) => Response::Shards {
            shards: list(body, "Shards", shard)?,
            next_token: optional(body, "NextToken", tokens::list_shards)?,
        },
        _ => return None,
    }))
}

fn text<'a>(body: &'a Value<'_>, name: &str) -> Option<&'a str> {
    body.get(name)?.as_text()
}

fn number<T: TryFrom<i64>>(body: &Value<'_>, name: &str) -> Option<T> {
    body.get(name)?.as_int()?.try_into().ok()
}

fn parsed<T: std::str::FromStr>(body: &Value<'_>, name: &str) -> Option<T> {
    text(body, name)?.parse().ok()
}

/// A text that may be missing, but must be right when it is there.
fn optional<T>(body: &Value<'_>, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text(body, name) {
        None => Some(None),
        Some(text) => read(text).map(Some),
    }
}

/// The elements of a list that may be missing.
fn list<T>(body: &Value<'_>, name: &str, read: impl Fn(&Value<'_>) -> Option<T>) -> Option<Vec<T>> {
    body.get(name).and_then(Value::as_list).unwrap_or_default().iter().map(read).collect()
}

fn placed(body: &Value<'_>) -> Option<Placed> {
    Some(Placed { shard: parsed(body, "ShardId")?, sequence_number: parsed(body, "SequenceNumber")? })
}

fn put_result(body: &Value<'_>) -> Option<Result<Placed, PutFailure>> {
    match text(body, "ErrorCode") {
        None => placed(body).map(Ok),
        Some("InternalFailure") => Some(Err(PutFailure::InternalFailure)),
        Some("ProvisionedThroughputExceededException") => {
            let shard = shard_named_in(text(body, "ErrorMessage")?)?;
            Some(Err(PutFailure::ProvisionedThroughputExceeded { shard }))
        }
        Some(_) => None,
    }
}

/// The shard that a message names: "Rate exceeded for shard shardId-000000000000 in stream ...".
fn shard_named_in(message: &str) -> Option<ShardId> {
    message.split(' ').find_map(|word| word.parse().ok())
}

fn get_records(body: &Value<'_>, epoch_unix_ms: u64) -> Option<GetRecordsOutput> {
    let records = list(body, "Records", |one| record(one, epoch_unix_ms))?;
    let encryption = |one: &Value<'_>| one.get("EncryptionType").is_some();
    Some(GetRecordsOutput {
        records,
        next: optional(body, "NextShardIterator", tokens::iterator)?,
        millis_behind_latest: number(body, "MillisBehindLatest")?,
        child_shards: list(body, "ChildShards", child_shard)?,
        is_encrypted: body.get("Records").and_then(Value::as_list).is_some_and(|all| all.iter().any(encryption)),
    })
}

fn record(body: &Value<'_>, epoch_unix_ms: u64) -> Option<Record> {
    let arrived_unix_ms = body.get("ApproximateArrivalTimestamp")?.as_unix_ms()?;
    Some(Record {
        sequence_number: parsed(body, "SequenceNumber")?,
        arrived_at: SimTime::from_millis(arrived_unix_ms.saturating_sub(epoch_unix_ms)),
        partition_key: KeyText::new(text(body, "PartitionKey").unwrap_or_default()),
        data: Payload::from_wire(body.get("Data")?.blob().ok()?),
        ordinal: 0,
    })
}

fn range(body: &Value<'_>) -> Option<HashKeyRange> {
    let range = body.get("HashKeyRange")?;
    Some(HashKeyRange { start: parsed(range, "StartingHashKey")?, end: parsed(range, "EndingHashKey")? })
}

fn child_shard(body: &Value<'_>) -> Option<ChildShard> {
    let parents = list(body, "ParentShards", |parent| parent.as_text()?.parse().ok())?;
    Some(ChildShard { id: parsed(body, "ShardId")?, parents, range: range(body)? })
}

fn shard(body: &Value<'_>) -> Option<Shard> {
    let numbers = body.get("SequenceNumberRange")?;
    Some(Shard {
        id: parsed(body, "ShardId")?,
        parent: optional(body, "ParentShardId", |id| id.parse().ok())?,
        adjacent_parent: optional(body, "AdjacentParentShardId", |id| id.parse().ok())?,
        range: range(body)?,
        starting_sequence_number: parsed(numbers, "StartingSequenceNumber")?,
        ending_sequence_number: optional(numbers, "EndingSequenceNumber", |number| number.parse().ok())?,
    })
}
