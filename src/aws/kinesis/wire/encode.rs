//! The streams service's replies to bodies of answers.

use std::borrow::Cow;

use super::decode::Echo;
use super::{resources, tokens};
use crate::aws::kinesis::api::{
    ChildShard, GetRecordsOutput, ListStreamsToken, ListedStream, Placed, PutFailure, Record, Response, Shard,
    StreamDescription, StreamSummary, WarmThroughput,
};
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;
use crate::base::HashKeyRange;

/// The body of an answer; `None` for operations that answer nothing.
pub fn encode<'a>(echo: &Echo, response: &'a Response, account: &Account, epoch_unix_ms: u64) -> Option<Value<'a>> {
    Some(match response {
        Response::Done => return None,
        Response::RecordPut { placed, is_encrypted } => Value::structure([
            ("ShardId", Value::display(placed.shard)),
            ("SequenceNumber", Value::display(placed.sequence_number)),
            ("EncryptionType", encryption(*is_encrypted)),
        ]),
        Response::RecordsPut { failed, results, is_encrypted } => Value::structure([
            ("FailedRecordCount", (*failed).into()),
            ("Records", Value::list(results.iter().map(|result| put_result(echo, result, account)))),
            ("EncryptionType", encryption(*is_encrypted)),
        ]),
        Response::Records(output) => get_records(output, epoch_unix_ms),
        Response::ShardIterator(iterator) => {
            Value::structure([("ShardIterator", tokens::iterator_text(iterator).into())])
        }
        Response::Shards { shards, next_token } => Value::structure([
            ("Shards", Value::list(shards.iter().map(shard))),
            ("NextToken", next_token.as_ref().map(tokens::list_shards_text).into()),
        ]),
        Response::StreamDescription(description) => {
            Value::structure([("StreamDescription", stream_description(description, account))])
        }
        Response::StreamSummary(summary) => {
            Value::structure([("StreamDescriptionSummary", stream_description_summary(summary, account))])
        }
        Response::Streams { streams, next_token } => listed(streams, next_token.as_ref(), account),
        Response::ShardCountUpdated { current, target } => Value::structure([
            ("StreamName", echo.stream.as_ref().map(ToString::to_string).into()),
            ("CurrentShardCount", (*current).into()),
            ("TargetShardCount", (*target).into()),
            ("StreamARN", stream_arn(echo, account)),
        ]),
        Response::Tags { tags, has_more } => Value::structure([
            ("Tags", resources::tag_list(tags)),
            ("HasMoreTags", echo.is_paged.then_some(*has_more).into()),
        ]),
        Response::Policy(policy) => Value::structure([("Policy", (&**policy).into())]),
        Response::Monitoring { current, desired } => Value::structure([
            ("StreamName", echo.stream.as_ref().map(ToString::to_string).into()),
            ("CurrentShardLevelMetrics", resources::metric_names(*current)),
            ("DesiredShardLevelMetrics", resources::metric_names(*desired)),
            ("StreamARN", stream_arn(echo, account)),
        ]),
        Response::Limits { shard_limit, open_shard_count, on_demand_stream_count, on_demand_stream_count_limit } => {
            let on_demand = (*on_demand_stream_count, *on_demand_stream_count_limit);
            limits(*shard_limit, *open_shard_count, on_demand)
        }
        Response::AccountSettings(commitment) => resources::account_settings(commitment),
        Response::WarmThroughput(warm) => warm_throughput(echo, *warm, account),
        // Its events follow, in frames.
        Response::Subscribed { .. } => return None,
        Response::ConsumerRegistered(consumer) => {
            Value::structure([("Consumer", resources::consumer_description(consumer, account, false))])
        }
        Response::Consumer(consumer) => {
            Value::structure([("ConsumerDescription", resources::consumer_description(consumer, account, true))])
        }
        Response::Consumers { consumers, next_token } => {
            let described = consumers.iter().map(|c| resources::consumer_description(c, account, false));
            Value::structure([
                ("Consumers", Value::list(described)),
                ("NextToken", next_token.as_ref().map(tokens::consumers_text).into()),
            ])
        }
    })
}

fn listed<'a>(streams: &'a [ListedStream], next: Option<&ListStreamsToken>, account: &Account) -> Value<'a> {
    Value::structure([
        ("StreamNames", Value::list(streams.iter().map(|stream| stream.name.as_str().into()))),
        ("HasMoreStreams", next.is_some().into()),
        ("NextToken", next.map(tokens::list_streams_text).into()),
        ("StreamSummaries", Value::list(streams.iter().map(|stream| resources::listed_stream(stream, account)))),
    ])
}

fn limits<'a>(shards: u32, open: u32, (on_demand, on_demand_max): (u32, u32)) -> Value<'a> {
    Value::structure([
        ("ShardLimit", shards.into()),
        ("OpenShardCount", open.into()),
        ("OnDemandStreamCount", on_demand.into()),
        ("OnDemandStreamCountLimit", on_demand_max.into()),
    ])
}

fn warm_throughput<'a>(echo: &Echo, warm: WarmThroughput, account: &Account) -> Value<'a> {
    Value::structure([
        ("StreamARN", stream_arn(echo, account)),
        ("StreamName", echo.stream.as_ref().map(ToString::to_string).into()),
        ("WarmThroughput", resources::warm_throughput(warm)),
    ])
}

fn stream_arn<'a>(echo: &Echo, account: &Account) -> Value<'a> {
    echo.stream.as_ref().map(|stream| account.stream_arn(stream)).into()
}

fn encryption(is_encrypted: bool) -> Value<'static> {
    match is_encrypted {
        true => "KMS".into(),
        false => Value::Null,
    }
}

fn put_result<'a>(echo: &Echo, result: &Result<Placed, PutFailure>, account: &Account) -> Value<'a> {
    match result {
        Ok(placed) => Value::structure([
            ("SequenceNumber", Value::display(placed.sequence_number)),
            ("ShardId", Value::display(placed.shard)),
        ]),
        Err(PutFailure::ProvisionedThroughputExceeded { shard }) => {
            let stream = echo.stream.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = format!("Rate exceeded for shard {shard} in stream {stream} under account {}.", account.id);
            Value::structure([
                ("ErrorCode", "ProvisionedThroughputExceededException".into()),
                ("ErrorMessage", text.into()),
            ])
        }
        Err(PutFailure::InternalFailure) => Value::structure([
            ("ErrorCode", "InternalFailure".into()),
            ("ErrorMessage", "Internal Service Failure".into()),
        ]),
    }
}

fn get_records(output: &GetRecordsOutput, epoch_unix_ms: u64) -> Value<'_> {
    let children = match output.child_shards.is_empty() {
        true => Value::Null,
        false => Value::list(output.child_shards.iter().map(child_shard)),
    };
    Value::structure([
        (
            "Records",
            Value::list(output.records.iter().map(|record| self::record(record, output.is_encrypted, epoch_unix_ms))),
        ),
        ("NextShardIterator", output.next.as_ref().map(tokens::iterator_text).into()),
        ("MillisBehindLatest", output.millis_behind_latest.into()),
        ("ChildShards", children),
    ])
}

pub(super) fn record(record: &Record, is_encrypted: bool, epoch_unix_ms: u64) -> Value<'_> {
    let key = record.partition_key.as_str();
    Value::structure([
        ("SequenceNumber", Value::display(record.sequence_number)),
        ("ApproximateArrivalTimestamp", Value::Time(epoch_unix_ms + record.arrived_at.as_millis())),
        ("Data", Value::Bytes(record.data.bytes())),
        ("PartitionKey", Some(key).filter(|key| !key.is_empty()).into()),
        ("EncryptionType", encryption(is_encrypted)),
    ])
}

fn hash_key_range<'a>(range: HashKeyRange) -> Value<'a> {
    Value::structure([("StartingHashKey", Value::display(range.start)), ("EndingHashKey", Value::display(range.end))])
}

pub(super) fn child_shard<'a>(child: &ChildShard) -> Value<'a> {
    Value::structure([
        ("ShardId", Value::display(child.id)),
        ("ParentShards", Value::list(child.parents.iter().map(Value::display))),
        ("HashKeyRange", hash_key_range(child.range)),
    ])
}

fn shard<'a>(shard: &Shard) -> Value<'a> {
    Value::structure([
        ("ShardId", Value::display(shard.id)),
        ("ParentShardId", shard.parent.map(|id| id.to_string()).into()),
        ("AdjacentParentShardId", shard.adjacent_parent.map(|id| id.to_string()).into()),
        ("HashKeyRange", hash_key_range(shard.range)),
        (
            "SequenceNumberRange",
            Value::structure([
                ("StartingSequenceNumber", Value::display(shard.starting_sequence_number)),
                ("EndingSequenceNumber", shard.ending_sequence_number.map(|number| number.to_string()).into()),
            ]),
        ),
    ])
}

/// Members that both descriptions have.
fn summary_members<'a>(summary: &'a StreamSummary, account: &Account) -> Vec<(Cow<'a, str>, Value<'a>)> {
    let Value::Map(members) = Value::structure([
        ("StreamName", summary.name.as_str().into()),
        ("StreamARN", account.stream_arn(&summary.name).into()),
        ("StreamStatus", Value::display(summary.status)),
        ("StreamModeDetails", resources::mode_details(summary.mode)),
        ("RetentionPeriodHours", summary.retention_hours.into()),
        ("StreamCreationTimestamp", Value::Time(summary.created_at)),
        ("EnhancedMonitoring", monitoring(summary)),
        ("EncryptionType", if summary.encryption_key_id.is_some() { "KMS" } else { "NONE" }.into()),
        ("KeyId", summary.encryption_key_id.as_deref().into()),
    ]) else {
        unreachable!("a structure is a map")
    };
    members
}

fn monitoring<'a>(summary: &StreamSummary) -> Value<'a> {
    Value::list([Value::structure([("ShardLevelMetrics", resources::metric_names(summary.metrics))])])
}

fn stream_description<'a>(description: &'a StreamDescription, account: &Account) -> Value<'a> {
    let mut members = summary_members(&description.summary, account);
    members.push(("Shards".into(), Value::list(description.shards.iter().map(shard))));
    members.push(("HasMoreShards".into(), description.has_more_shards.into()));
    Value::Map(members)
}

fn stream_description_summary<'a>(summary: &'a StreamSummary, account: &Account) -> Value<'a> {
    let mut members = summary_members(summary, account);
    members.push(("OpenShardCount".into(), summary.open_shard_count.into()));
    members.push(("ConsumerCount".into(), summary.consumer_count.into()));
    members.push(("MaxRecordSizeInKiB".into(), summary.max_record_size_kib.into()));
    members.push(("RecordDistributionStrategy".into(), Value::display(summary.distribution)));
    if let Some(warm) = summary.warm_throughput {
        members.push(("WarmThroughput".into(), resources::warm_throughput(warm)));
    }
    Value::Map(members)
}
