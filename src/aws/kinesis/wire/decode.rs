//! Bodies of requests to the streams service's requests.

use std::sync::Arc;

use super::body::{Body, hash_key, invalid_argument};
use super::{resources, shapes, tokens};
use crate::aws::Account;
use crate::aws::kinesis::api::{PutEntry, Request};
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{WireError, shape};
use crate::base::{PartitionKey, Payload, StreamName};

/// A request and what its answer needs to repeat.
#[derive(Debug)]
pub struct Call {
    /// What the service is asked.
    pub request: Request,
    /// What its answer repeats.
    pub echo: Echo,
}

/// What an answer repeats of its request.
#[derive(Debug)]
pub struct Echo {
    /// The stream that was named.
    pub stream: Option<StreamName>,
    /// Whether lists of tags say if there are more.
    pub is_paged: bool,
}

/// Reads the body of an operation's request.
///
/// # Errors
/// UnknownOperationException, SerializationException, ValidationException, or what AWS answers to members that
/// contradict each other.
pub fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<Call, WireError> {
    let Some(members) = shapes::input(operation) else { return Err(unknown(operation)) };
    shape::check(members, body)?;
    let body = Body { value: body, account };
    let request = match operation {
        "PutRecord" => {
            let stream = body.stream()?;
            Request::PutRecord {
                entry: entry(body.value)?,
                sequence_number_for_ordering: body.sequence_number("SequenceNumberForOrdering", stream.as_str())?,
                stream,
            }
        }
        "PutRecords" => {
            let records = body.value.get("Records").and_then(Value::as_list).unwrap_or_default();
            let entries = records.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
            Request::PutRecords { stream: body.stream()?, entries: Arc::new(entries) }
        }
        "GetRecords" => Request::GetRecords {
            iterator: tokens::iterator(body.text("ShardIterator"))
                .ok_or_else(|| invalid_argument("Invalid ShardIterator."))?,
            limit: body.number("Limit"),
        },
        "GetShardIterator" => {
            let stream = body.stream()?;
            Request::GetShardIterator {
                shard: body.shard("ShardId", stream.as_str())?,
                position: body.position("ShardIteratorType", "StartingSequenceNumber", stream.as_str())?,
                stream,
            }
        }
        "ListShards" => Request::ListShards(body.list_shards()?),
        "DescribeStream" => {
            let stream = body.stream()?;
            Request::DescribeStream {
                exclusive_start: body.optional_shard("ExclusiveStartShardId", stream.as_str())?,
                limit: body.number("Limit"),
                stream,
            }
        }
        "DescribeStreamSummary" => Request::DescribeStreamSummary { stream: body.stream()? },
        "ListStreams" => {
            let read = |text| tokens::list_streams(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
            Request::ListStreams {
                exclusive_start: body.stream_named("ExclusiveStartStreamName")?,
                next_token: body.optional_text("NextToken").map(read).transpose()?,
                limit: body.number("Limit"),
            }
        }
        "SplitShard" => {
            let stream = body.stream()?;
            Request::SplitShard {
                shard: body.shard("ShardToSplit", stream.as_str())?,
                new_starting_hash_key: hash_key("NewStartingHashKey", body.text("NewStartingHashKey"))?,
                stream,
            }
        }
        "MergeShards" => {
            let stream = body.stream()?;
            Request::MergeShards {
                shard: body.shard("ShardToMerge", stream.as_str())?,
                adjacent: body.shard("AdjacentShardToMerge", stream.as_str())?,
                stream,
            }
        }
        "UpdateShardCount" => Request::UpdateShardCount {
            stream: body.stream()?,
            target: body.number("TargetShardCount").unwrap_or_default(),
        },
        "IncreaseStreamRetentionPeriod" => {
            Request::IncreaseStreamRetentionPeriod { stream: body.stream()?, hours: body.hours()? }
        }
        "DecreaseStreamRetentionPeriod" => {
            Request::DecreaseStreamRetentionPeriod { stream: body.stream()?, hours: body.hours()? }
        }
        "StartStreamEncryption" => {
            body.need_kms()?;
            Request::StartStreamEncryption { stream: body.stream()?, key_id: body.text("KeyId").into() }
        }
        "StopStreamEncryption" => {
            body.need_kms()?;
            Request::StopStreamEncryption { stream: body.stream()?, key_id: body.text("KeyId").into() }
        }
        _ => match resources::decode(operation, &body)? {
            Some(request) => request,
            None => return Err(unknown(operation)),
        },
    };
    let is_dry_run = body.value.get("DryRun").and_then(Value::as_bool) == Some(true);
    let request = if is_dry_run { request.into_dry_run() } else { request };
    let is_paged = operation != "ListTagsForResource";
    Ok(Call { request, echo: Echo { stream: body.stream().ok(), is_paged } })
}

fn unknown(operation: &str) -> WireError {
    match shapes::is_absent(operation) {
        true => WireError::new(
            "UnknownOperationException",
            format!("{operation}: queues and channels are not part of kinesim"),
        ),
        false => WireError { code: "UnknownOperationException", message: None, status: 400 },
    }
}

/// A record to put: of PutRecord, or one entry of PutRecords.
fn entry(body: &Value<'_>) -> Result<PutEntry, WireError> {
    let text = |name| body.get(name).and_then(Value::as_text);
    let explicit_hash_key = text("ExplicitHashKey").map(|key| hash_key("ExplicitHashKey", key)).transpose()?;
    // Whether a record may come without a key is the stream's to say.
    let partition_key = text("PartitionKey").map_or(Ok(PartitionKey::absent()), PartitionKey::new);
    let partition_key = partition_key.map_err(|error| invalid_argument(error.to_string()))?;
    let data = body.get("Data").map_or(Ok(Vec::new()), Value::blob)?;
    Ok(PutEntry { partition_key, explicit_hash_key: explicit_hash_key.map(Box::new), data: Payload::from(data) })
}
