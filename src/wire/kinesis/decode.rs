//! Bodies of requests to the streams service's requests.

use std::sync::Arc;

use super::{shapes, tokens};
use crate::base::{HashKey, PartitionKey, Payload, SequenceNumber, ShardId, StreamName};
use crate::service::streams::api::{IteratorPosition, ListShards, PutEntry, Request, ShardFilter};
use crate::wire::value::Value;
use crate::wire::{Account, WireError, shape};

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
}

/// Reads the body of an operation's request.
///
/// # Errors
/// UnknownOperationException, SerializationException, ValidationException, or what AWS answers to members that
/// contradict each other.
pub fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<Call, WireError> {
    let Some(members) = shapes::input(operation) else { return Err(unknown(operation)) };
    shape::check(members, body)?;
    if body.get("DryRun").and_then(Value::as_bool) == Some(true) {
        return Err(WireError::new(
            "DryRunOperationException",
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    let body = Body { value: body, account };
    let request = match operation {
        "PutRecord" => Request::PutRecord {
            stream: body.stream()?,
            entry: entry(body.value)?,
            sequence_number_for_ordering: body.sequence_number("SequenceNumberForOrdering")?,
        },
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
        "GetShardIterator" => Request::GetShardIterator {
            stream: body.stream()?,
            shard: body.shard("ShardId")?,
            position: body.position("ShardIteratorType", "StartingSequenceNumber")?,
        },
        "ListShards" => Request::ListShards(body.list_shards()?),
        "CreateStream" => Request::CreateStream {
            stream: body.name("StreamName")?,
            shard_count: body.number("ShardCount").ok_or_else(|| invalid_argument("ShardCount is required"))?,
        },
        "DeleteStream" => Request::DeleteStream { stream: body.stream()? },
        "DescribeStream" => Request::DescribeStream {
            stream: body.stream()?,
            exclusive_start: body.optional_shard("ExclusiveStartShardId")?,
            limit: body.number("Limit"),
        },
        "DescribeStreamSummary" => Request::DescribeStreamSummary { stream: body.stream()? },
        "ListStreams" => {
            Request::ListStreams { exclusive_start: body.list_streams_start()?, limit: body.number("Limit") }
        }
        "SplitShard" => Request::SplitShard {
            stream: body.stream()?,
            shard: body.shard("ShardToSplit")?,
            new_starting_hash_key: hash_key("NewStartingHashKey", body.text("NewStartingHashKey"))?,
        },
        "MergeShards" => Request::MergeShards {
            stream: body.stream()?,
            shard: body.shard("ShardToMerge")?,
            adjacent: body.shard("AdjacentShardToMerge")?,
        },
        "UpdateShardCount" => Request::UpdateShardCount {
            stream: body.stream()?,
            target: body.number("TargetShardCount").unwrap_or_default(),
        },
        "IncreaseStreamRetentionPeriod" => {
            Request::IncreaseStreamRetentionPeriod { stream: body.stream()?, hours: body.hours() }
        }
        "DecreaseStreamRetentionPeriod" => {
            Request::DecreaseStreamRetentionPeriod { stream: body.stream()?, hours: body.hours() }
        }
        "StartStreamEncryption" => {
            body.need_kms()?;
            Request::StartStreamEncryption { stream: body.stream()?, key_id: body.text("KeyId").into() }
        }
        "StopStreamEncryption" => {
            body.need_kms()?;
            Request::StopStreamEncryption { stream: body.stream()?, key_id: body.text("KeyId").into() }
        }
        _ => return Err(unknown(operation)),
    };
    Ok(Call { request, echo: Echo { stream: body.stream().ok() } })
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

fn invalid_argument(message: impl Into<std::borrow::Cow<'static, str>>) -> WireError {
    WireError::new("InvalidArgumentException", message)
}

fn hash_key(name: &str, text: &str) -> Result<HashKey, WireError> {
    text.parse().map_err(|_| {
        invalid_argument(format!(
            "Invalid {name}. {name} must be in the range: [0, 2^128-1]. Specified value was {text}"
        ))
    })
}

/// A record to put: of PutRecord, or one entry of PutRecords.
fn entry(body: &Value<'_>) -> Result<PutEntry, WireError> {
    let text = |name| body.get(name).and_then(Value::as_text);
    let explicit_hash_key = text("ExplicitHashKey").map(|key| hash_key("ExplicitHashKey", key)).transpose()?;
    let Some(key) = text("PartitionKey") else {
        return Err(invalid_argument("PartitionKey is required for streams whose records are distributed by it"));
    };
    let partition_key = PartitionKey::new(key).map_err(|error| invalid_argument(error.to_string()))?;
    let data = body.get("Data").map_or(Ok(Vec::new()), Value::blob)?;
    Ok(PutEntry { partition_key, explicit_hash_key: explicit_hash_key.map(Box::new), data: Payload::from(data) })
}

/// A body whose types and constraints were checked.
struct Body<'a> {
    value: &'a Value<'a>,
    account: &'a Account,
}

impl<'a> Body<'a> {
    fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_text)
    }
    fn text(&self, name: &str) -> &'a str {
        self.optional_text(name).unwrap_or_default()
    }
    fn number(&self, name: &str) -> Option<u32> {
        self.value.get(name).and_then(Value::as_int).map(|number| u32::try_from(number).unwrap_or_default())
    }
    fn hours(&self) -> u32 {
        self.number("RetentionPeriodHours").unwrap_or_default()
    }
    fn name(&self, name: &str) -> Result<StreamName, WireError> {
        self.text(name).parse().map_err(|error: crate::base::ids::NameError| invalid_argument(error.to_string()))
    }

    /// StreamName or StreamARN; when both are given they must agree.
    fn stream(&self) -> Result<StreamName, WireError> {
        let by_arn = self.optional_text("StreamARN").map(|arn| self.account.stream_of_arn(arn)).transpose()?;
        match (self.optional_text("StreamName"), by_arn) {
            (Some(_), None) => self.name("StreamName"),
            (None, Some(stream)) => Ok(stream),
            (Some(name), Some(stream)) if name == stream.as_str() => Ok(stream),
            (Some(name), Some(_)) => {
                Err(invalid_argument(format!("StreamName {name} does not match the stream of the StreamARN")))
            }
            (None, None) => Err(invalid_argument("Either StreamName or StreamARN must be specified")),
        }
    }

    fn shard(&self, name: &str) -> Result<ShardId, WireError> {
        let text = self.text(name);
        let missing = || {
            let stream = self.stream().map(|stream| stream.to_string()).unwrap_or_default();
            let account = &self.account.id;
            let text = format!("Could not find shard {text} in stream {stream} under account {account}.");
            WireError::new("ResourceNotFoundException", text)
        };
        text.parse().map_err(|_| missing())
    }
    fn optional_shard(&self, name: &str) -> Result<Option<ShardId>, WireError> {
        self.optional_text(name).map(|_| self.shard(name)).transpose()
    }

    fn sequence_number(&self, name: &str) -> Result<Option<SequenceNumber>, WireError> {
        let read = |text: &str| {
            let stream = self.stream().map(|stream| stream.to_string()).unwrap_or_default();
            let wrong = format!("{name} {text} used on stream {stream} under account {} is invalid.", self.account.id);
            text.parse().map_err(|_| invalid_argument(wrong))
        };
        self.optional_text(name).map(read).transpose()
    }

    fn timestamp(&self) -> Option<u64> {
        self.value.get("Timestamp").and_then(Value::as_unix_ms)
    }

    /// An iterator type with its argument, and no argument that it does not take.
    fn position(&self, kind: &str, number: &'static str) -> Result<IteratorPosition, WireError> {
        let kind = self.text(kind);
        let sequence_number = self.sequence_number(number)?;
        let contradiction = || {
            let has = if sequence_number.is_some() { "also a" } else { "no" };
            invalid_argument(format!(
                "Must either specify (1) AT_SEQUENCE_NUMBER and {number} or (2) AFTER_SEQUENCE_NUMBER and {number} or \
                 (3) TRIM_HORIZON or (4) LATEST or (5) AT_TIMESTAMP and Timestamp. \
                 Request specified {kind} and {has} {number}."
            ))
        };
        match (kind, sequence_number) {
            ("AT_SEQUENCE_NUMBER", Some(number)) => Ok(IteratorPosition::AtSequenceNumber(number)),
            ("AFTER_SEQUENCE_NUMBER", Some(number)) => Ok(IteratorPosition::AfterSequenceNumber(number)),
            ("TRIM_HORIZON", None) => Ok(IteratorPosition::TrimHorizon),
            ("LATEST", None) => Ok(IteratorPosition::Latest),
            ("AT_TIMESTAMP", None) => self.timestamp().map(IteratorPosition::AtTimestamp).ok_or_else(|| {
                let text = "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. \
                            Current request has no timestamp parameter.";
                invalid_argument(text)
            }),
            _ => Err(contradiction()),
        }
    }

    fn list_shards(&self) -> Result<ListShards, WireError> {
        let read = |text| tokens::list_shards(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
        let next_token = self.optional_text("NextToken").map(read).transpose()?;
        let names_stream = self.optional_text("StreamName").or(self.optional_text("StreamARN")).is_some();
        let stream = if names_stream || next_token.is_none() { Some(self.stream()?) } else { None };
        Ok(ListShards {
            stream,
            next_token,
            exclusive_start: self.optional_shard("ExclusiveStartShardId")?,
            max_results: self.number("MaxResults"),
            filter: self.value.get("ShardFilter").map(|filter| self.filter(filter)).transpose()?,
        })
    }

    fn filter(&self, filter: &'a Value<'a>) -> Result<ShardFilter, WireError> {
        let filter = Body { value: filter, account: self.account };
        let needs = |what| invalid_argument(format!("The ShardFilter type {} needs a {what}", filter.text("Type")));
        Ok(match filter.text("Type") {
            "AFTER_SHARD_ID" => {
                ShardFilter::AfterShardId(filter.optional_shard("ShardId")?.ok_or_else(|| needs("ShardId"))?)
            }
            "AT_TRIM_HORIZON" => ShardFilter::AtTrimHorizon,
            "AT_LATEST" => ShardFilter::AtLatest,
            "AT_TIMESTAMP" => ShardFilter::AtTimestamp(filter.timestamp().ok_or_else(|| needs("Timestamp"))?),
            "FROM_TIMESTAMP" => ShardFilter::FromTimestamp(filter.timestamp().ok_or_else(|| needs("Timestamp"))?),
            _ => ShardFilter::FromTrimHorizon,
        })
    }

    /// ExclusiveStartStreamName, or NextToken, which says the same.
    fn list_streams_start(&self) -> Result<Option<StreamName>, WireError> {
        let name = self.optional_text("NextToken").or(self.optional_text("ExclusiveStartStreamName"));
        name.map(|name| name.parse().map_err(|_| invalid_argument("NextToken is invalid."))).transpose()
    }

    fn need_kms(&self) -> Result<(), WireError> {
        match self.text("EncryptionType") {
            "KMS" => Ok(()),
            _ => Err(invalid_argument("EncryptionType must be KMS")),
        }
    }
}
