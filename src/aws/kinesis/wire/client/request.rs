//! Requests to bodies.

use crate::aws::kinesis::api::{IteratorPosition, ListShards, PutEntry, ShardFilter};
use crate::aws::kinesis::operations::Request;
use crate::aws::kinesis::operations::{GetRecords, GetShardIterator, PutRecord, PutRecords};
use crate::aws::kinesis::wire::tokens;
use crate::aws::protocol::value::Value;
use crate::base::StreamName;

/// The body of a request; `None` for operations that no built-in client uses.
pub fn body(request: &Request) -> Option<Value<'_>> {
    Some(match request {
        Request::PutRecord(PutRecord { stream, entry, sequence_number_for_ordering }) => {
            let Value::Map(mut members) = put_entry(entry) else { unreachable!("a structure is a map") };
            members.push(("StreamName".into(), name(stream)));
            if let Some(number) = sequence_number_for_ordering {
                members.push(("SequenceNumberForOrdering".into(), Value::display(number)));
            }
            Value::Map(members)
        }
        Request::PutRecords(PutRecords { stream, entries }) => {
            Value::structure([("StreamName", name(stream)), ("Records", Value::list(entries.iter().map(put_entry)))])
        }
        Request::GetShardIterator(GetShardIterator { stream, shard, position }) => {
            let (kind, number, timestamp) = iterator_type(position);
            Value::structure([
                ("StreamName", name(stream)),
                ("ShardId", Value::display(shard)),
                ("ShardIteratorType", kind.into()),
                ("StartingSequenceNumber", number),
                ("Timestamp", timestamp),
            ])
        }
        Request::GetRecords(GetRecords { iterator, limit }) => {
            Value::structure([("ShardIterator", tokens::iterator_text(iterator).into()), ("Limit", (*limit).into())])
        }
        Request::ListShards(list) => list_shards(list),
        _ => return None,
    })
}

fn name(stream: &StreamName) -> Value<'_> {
    stream.as_str().into()
}

fn put_entry(entry: &PutEntry) -> Value<'_> {
    Value::structure([
        ("Data", Value::Bytes(entry.data.bytes())),
        ("PartitionKey", Some(entry.partition_key.as_str()).filter(|key| !key.is_empty()).into()),
        ("ExplicitHashKey", entry.explicit_hash_key.as_ref().map(ToString::to_string).into()),
    ])
}

/// ShardIteratorType, StartingSequenceNumber and Timestamp.
fn iterator_type(position: &IteratorPosition) -> (&'static str, Value<'static>, Value<'static>) {
    match position {
        IteratorPosition::AtSequenceNumber(number) => ("AT_SEQUENCE_NUMBER", Value::display(number), Value::Null),
        IteratorPosition::AfterSequenceNumber(number) => ("AFTER_SEQUENCE_NUMBER", Value::display(number), Value::Null),
        IteratorPosition::AtTimestamp(unix_ms) => ("AT_TIMESTAMP", Value::Null, Value::Time(*unix_ms)),
        IteratorPosition::TrimHorizon => ("TRIM_HORIZON", Value::Null, Value::Null),
        IteratorPosition::Latest => ("LATEST", Value::Null, Value::Null),
    }
}

fn list_shards(list: &ListShards) -> Value<'_> {
    Value::structure([
        ("StreamName", list.stream.as_ref().map(StreamName::as_str).into()),
        ("NextToken", list.next_token.as_ref().map(tokens::list_shards_text).into()),
        ("ExclusiveStartShardId", list.exclusive_start.map(|shard| shard.to_string()).into()),
        ("MaxResults", list.max_results.into()),
        ("ShardFilter", list.filter.as_ref().map_or(Value::Null, shard_filter)),
    ])
}

fn shard_filter(filter: &ShardFilter) -> Value<'static> {
    let (kind, shard, timestamp) = match filter {
        ShardFilter::AfterShardId(shard) => ("AFTER_SHARD_ID", Value::display(shard), Value::Null),
        ShardFilter::AtTrimHorizon => ("AT_TRIM_HORIZON", Value::Null, Value::Null),
        ShardFilter::FromTrimHorizon => ("FROM_TRIM_HORIZON", Value::Null, Value::Null),
        ShardFilter::AtLatest => ("AT_LATEST", Value::Null, Value::Null),
        ShardFilter::AtTimestamp(unix_ms) => ("AT_TIMESTAMP", Value::Null, Value::Time(*unix_ms)),
        ShardFilter::FromTimestamp(unix_ms) => ("FROM_TIMESTAMP", Value::Null, Value::Time(*unix_ms)),
    };
    Value::structure([("Type", kind.into()), ("ShardId", shard), ("Timestamp", timestamp)])
}
