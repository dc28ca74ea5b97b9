//! Requests and answers about streams as resources: their creation and settings, tags, policies and consumers.

use super::body::{Body, invalid_argument};
use super::tokens;
use crate::aws::Account;
use crate::aws::kinesis::api::{
    Commitment, ConsumerDescription, ConsumerRef, CreateStream, ListedStream, RecordDistributionStrategy, Request,
    Resource, ShardLevelMetrics, StreamMode, Tag, WarmThroughput,
};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// The request of an operation; `None` when it is none of these.
pub(super) fn decode(operation: &str, body: &Body<'_>) -> Result<Option<Request>, WireError> {
    Ok(Some(match operation {
        "CreateStream" => Request::CreateStream(Box::new(create_stream(body)?)),
        "DeleteStream" => Request::DeleteStream {
            stream: body.stream()?,
            with_consumers: body.value.get("EnforceConsumerDeletion").and_then(Value::as_bool) == Some(true),
        },
        "AddTagsToStream" => Request::AddTagsToStream { stream: body.stream()?, tags: tags(body) },
        "TagResource" => Request::TagResource { resource: resource(body)?, tags: tags(body) },
        "RemoveTagsFromStream" => Request::RemoveTagsFromStream { stream: body.stream()?, keys: tag_keys(body) },
        "UntagResource" => Request::UntagResource { resource: resource(body)?, keys: tag_keys(body) },
        "ListTagsForStream" => Request::ListTagsForStream {
            stream: body.stream()?,
            after: body.optional_text("ExclusiveStartTagKey").map(Into::into),
            limit: body.number("Limit"),
        },
        "ListTagsForResource" => Request::ListTagsForResource { resource: resource(body)? },
        "PutResourcePolicy" => Request::PutResourcePolicy { resource: resource(body)?, policy: policy(body)? },
        "GetResourcePolicy" => Request::GetResourcePolicy { resource: resource(body)? },
        "DeleteResourcePolicy" => Request::DeleteResourcePolicy { resource: resource(body)? },
        "EnableEnhancedMonitoring" => {
            Request::EnableEnhancedMonitoring { stream: body.stream()?, metrics: metrics(body) }
        }
        "DisableEnhancedMonitoring" => {
            Request::DisableEnhancedMonitoring { stream: body.stream()?, metrics: metrics(body) }
        }
        "DescribeLimits" => Request::DescribeLimits,
        "DescribeAccountSettings" => Request::DescribeAccountSettings,
        "UpdateAccountSettings" => {
            let commitment = body.value.get("MinimumThroughputBillingCommitment");
            let status = commitment.and_then(|commitment| commitment.get("Status")).and_then(Value::as_text);
            Request::UpdateAccountSettings { commitment: status == Some("ENABLED") }
        }
        "UpdateStreamMode" => Request::UpdateStreamMode {
            stream: body.stream()?,
            mode: mode(body),
            warm_throughput_mibps: body.number("WarmThroughputMiBps"),
        },
        "UpdateStreamWarmThroughput" => Request::UpdateStreamWarmThroughput {
            stream: body.stream()?,
            mibps: body.number("WarmThroughputMiBps").unwrap_or_default(),
        },
        "UpdateMaxRecordSize" => Request::UpdateMaxRecordSize {
            stream: body.stream()?,
            kib: body.number("MaxRecordSizeInKiB").unwrap_or_default(),
        },
        "UpdateStreamRecordDistributionStrategy" => {
            Request::UpdateStreamRecordDistributionStrategy { stream: body.stream()?, strategy: distribution(body) }
        }
        "RegisterStreamConsumer" => Request::RegisterStreamConsumer {
            stream: body.stream()?,
            name: body.text("ConsumerName").into(),
            tags: tags(body),
        },
        "SubscribeToShard" => {
            let position = body.value.get("StartingPosition").unwrap_or(&Value::Null);
            let position = Body { value: position, account: body.account };
            let consumer = body.account.consumer_of_arn(body.text("ConsumerARN"))?;
            Request::SubscribeToShard {
                shard: body.shard("ShardId", consumer.stream.as_str())?,
                position: position.position("Type", "SequenceNumber", consumer.stream.as_str())?,
                consumer,
            }
        }
        "DeregisterStreamConsumer" => Request::DeregisterStreamConsumer { consumer: consumer(body)? },
        "DescribeStreamConsumer" => Request::DescribeStreamConsumer { consumer: consumer(body)? },
        "ListStreamConsumers" => {
            body.need_no_creation_time()?;
            let read = |text| tokens::consumers(text).ok_or_else(|| invalid_argument("NextToken is invalid."));
            Request::ListStreamConsumers {
                stream: body.stream()?,
                after: body.optional_text("NextToken").map(read).transpose()?,
                max_results: body.number("MaxResults"),
            }
        }
        _ => return Ok(None),
    }))
}

fn create_stream(body: &Body<'_>) -> Result<CreateStream, WireError> {
    Ok(CreateStream {
        stream: body.name("StreamName")?,
        shard_count: body.number("ShardCount"),
        mode: mode(body),
        tags: tags(body),
        warm_throughput_mibps: body.number("WarmThroughputMiBps"),
        max_record_size_kib: body.number("MaxRecordSizeInKiB"),
        distribution: distribution(body),
    })
}

fn mode(body: &Body<'_>) -> StreamMode {
    let details = body.value.get("StreamModeDetails");
    match details.and_then(|details| details.get("StreamMode")).and_then(Value::as_text) {
        Some("ON_DEMAND") => StreamMode::OnDemand,
        _ => StreamMode::Provisioned,
    }
}

fn distribution(body: &Body<'_>) -> RecordDistributionStrategy {
    match body.text("RecordDistributionStrategy") {
        "AUTO" => RecordDistributionStrategy::Auto,
        _ => RecordDistributionStrategy::UserPartitionKey,
    }
}

fn tags(body: &Body<'_>) -> Vec<Tag> {
    let tags = body.value.get("Tags").and_then(Value::as_map).map_or(&[][..], Vec::as_slice);
    tags.iter().map(|(key, value)| (key.as_ref().into(), value.as_text().unwrap_or_default().into())).collect()
}

fn words<'a>(body: &Body<'a>, name: &str) -> impl Iterator<Item = &'a str> {
    body.value.get(name).and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_text)
}

fn tag_keys(body: &Body<'_>) -> Vec<Box<str>> {
    words(body, "TagKeys").map(Into::into).collect()
}

fn metrics(body: &Body<'_>) -> ShardLevelMetrics {
    ShardLevelMetrics::of(words(body, "ShardLevelMetrics"))
}

/// The stream or consumer that a ResourceARN names.
fn resource(body: &Body<'_>) -> Result<Resource, WireError> {
    let arn = body.text("ResourceARN");
    match arn.contains("/consumer/") {
        true => body.account.consumer_of_arn(arn).map(Resource::Consumer),
        false => body.account.stream_of_arn(arn).map(Resource::Stream),
    }
}

/// The consumer that a ConsumerARN names, or a StreamARN with a ConsumerName.
fn consumer(body: &Body<'_>) -> Result<ConsumerRef, WireError> {
    let by_arn = body.optional_text("ConsumerARN").map(|arn| body.account.consumer_of_arn(arn)).transpose()?;
    match (by_arn, body.optional_text("StreamARN"), body.optional_text("ConsumerName")) {
        (Some(consumer), None, None) => Ok(consumer),
        (None, Some(_), Some(name)) => {
            Ok(ConsumerRef { stream: body.stream()?, name: name.into(), created_unix_s: None })
        }
        (Some(by_arn), stream, name) => {
            let agrees =
                name.is_none_or(|name| name == &*by_arn.name) && (stream.is_none() || body.stream()? == by_arn.stream);
            let problem = "ConsumerARN names another consumer than StreamARN and ConsumerName";
            if agrees { Ok(by_arn) } else { Err(invalid_argument(problem)) }
        }
        (None, ..) => Err(invalid_argument("Either ConsumerARN, or StreamARN and ConsumerName must be specified")),
    }
}

/// A policy is JSON with statements.
fn policy(body: &Body<'_>) -> Result<Box<str>, WireError> {
    let text = body.text("Policy");
    let is_policy =
        serde_json::from_str::<serde_json::Value>(text).is_ok_and(|policy| policy.get("Statement").is_some());
    match is_policy {
        true => Ok(text.into()),
        false => Err(WireError::validation("The policy is no JSON document with a Statement")),
    }
}

pub(super) fn listed_stream<'a>(stream: &'a ListedStream, account: &Account) -> Value<'a> {
    Value::structure([
        ("StreamName", stream.name.as_str().into()),
        ("StreamARN", account.stream_arn(&stream.name).into()),
        ("StreamStatus", Value::display(stream.status)),
        ("StreamModeDetails", mode_details(stream.mode)),
        ("StreamCreationTimestamp", Value::Time(stream.created_at)),
    ])
}

pub(super) fn mode_details<'a>(mode: StreamMode) -> Value<'a> {
    Value::structure([("StreamMode", Value::display(mode))])
}

pub(super) fn tag_list<'a>(tags: &'a [Tag]) -> Value<'a> {
    let tag = |(key, value): &'a Tag| Value::structure([("Key", (&**key).into()), ("Value", (&**value).into())]);
    Value::list(tags.iter().map(tag))
}

pub(super) fn metric_names<'a>(metrics: ShardLevelMetrics) -> Value<'a> {
    Value::list(metrics.names().map(Into::into))
}

pub(super) fn warm_throughput<'a>(warm: WarmThroughput) -> Value<'a> {
    Value::structure([("TargetMiBps", warm.target_mibps.into()), ("CurrentMiBps", warm.current_mibps.into())])
}

pub(super) fn account_settings<'a>(commitment: &Commitment) -> Value<'a> {
    let time = |at: Option<u64>| at.map_or(Value::Null, Value::Time);
    let commitment = Value::structure([
        ("Status", if commitment.is_enabled { "ENABLED" } else { "DISABLED" }.into()),
        ("StartedAt", time(commitment.started_at)),
        ("EndedAt", time(commitment.ended_at)),
        ("EarliestAllowedEndAt", time(commitment.earliest_end_at)),
    ]);
    Value::structure([("MinimumThroughputBillingCommitment", commitment)])
}

/// A consumer; with its stream where the description has it.
pub(super) fn consumer_description<'a>(
    consumer: &'a ConsumerDescription,
    account: &Account,
    with_stream: bool,
) -> Value<'a> {
    let stream_arn = account.stream_arn(&consumer.stream);
    Value::structure([
        ("ConsumerName", (&*consumer.name).into()),
        ("ConsumerARN", account.consumer_arn(consumer).into()),
        ("ConsumerStatus", Value::display(consumer.status)),
        ("ConsumerCreationTimestamp", Value::Time(consumer.created_at)),
        ("StreamARN", with_stream.then_some(stream_arn).into()),
    ])
}
