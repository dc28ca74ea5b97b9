//! Members that several requests have, or that are structures of their own.

use super::body::{Body, hash_key, invalid_argument};
use crate::aws::kinesis::api::{
    ConsumerRef, CreateStream, PutEntry, RecordDistributionStrategy, Resource, ShardLevelMetrics, StreamMode, Tag,
};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::{PartitionKey, Payload};

pub(in crate::aws::kinesis) fn create_stream(body: &Body<'_>) -> Result<CreateStream, WireError> {
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

pub(in crate::aws::kinesis) fn mode(body: &Body<'_>) -> StreamMode {
    let details = body.value.get("StreamModeDetails");
    match details.and_then(|details| details.get("StreamMode")).and_then(Value::as_text) {
        Some("ON_DEMAND") => StreamMode::OnDemand,
        _ => StreamMode::Provisioned,
    }
}

pub(in crate::aws::kinesis) fn distribution(body: &Body<'_>) -> RecordDistributionStrategy {
    match body.text("RecordDistributionStrategy") {
        "AUTO" => RecordDistributionStrategy::Auto,
        _ => RecordDistributionStrategy::UserPartitionKey,
    }
}

pub(in crate::aws::kinesis) fn tags(body: &Body<'_>) -> Vec<Tag> {
    let tags = body.value.get("Tags").and_then(Value::as_map).map_or(&[][..], Vec::as_slice);
    tags.iter().map(|(key, value)| (key.as_ref().into(), value.as_text().unwrap_or_default().into())).collect()
}

fn words<'a>(body: &Body<'a>, name: &str) -> impl Iterator<Item = &'a str> {
    body.value.get(name).and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_text)
}

pub(in crate::aws::kinesis) fn tag_keys(body: &Body<'_>) -> Vec<Box<str>> {
    words(body, "TagKeys").map(Into::into).collect()
}

pub(in crate::aws::kinesis) fn metrics(body: &Body<'_>) -> ShardLevelMetrics {
    ShardLevelMetrics::of(words(body, "ShardLevelMetrics"))
}

/// The stream or consumer that a ResourceARN names.
pub(in crate::aws::kinesis) fn resource(body: &Body<'_>) -> Result<Resource, WireError> {
    let arn = body.text("ResourceARN");
    match arn.contains("/consumer/") {
        true => body.account.consumer_of_arn(arn).map(Resource::Consumer),
        false => body.account.stream_of_arn(arn).map(Resource::Stream),
    }
}

/// The consumer that a ConsumerARN names, or a StreamARN with a ConsumerName.
pub(in crate::aws::kinesis) fn consumer(body: &Body<'_>) -> Result<ConsumerRef, WireError> {
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
pub(in crate::aws::kinesis) fn policy(body: &Body<'_>) -> Result<Box<str>, WireError> {
    let text = body.text("Policy");
    let is_policy =
        serde_json::from_str::<serde_json::Value>(text).is_ok_and(|policy| policy.get("Statement").is_some());
    match is_policy {
        true => Ok(text.into()),
        false => Err(WireError::validation("The policy is no JSON document with a Statement")),
    }
}

/// A record to put: of PutRecord, or one entry of PutRecords.
pub(in crate::aws::kinesis) fn entry(body: &Value<'_>) -> Result<PutEntry, WireError> {
    let text = |name| body.get(name).and_then(Value::as_text);
    let explicit_hash_key = text("ExplicitHashKey").map(|key| hash_key("ExplicitHashKey", key)).transpose()?;
    // Whether a record may come without a key is the stream's to say.
    let partition_key = text("PartitionKey").map_or(Ok(PartitionKey::absent()), PartitionKey::new);
    let partition_key = partition_key.map_err(|error| invalid_argument(error.to_string()))?;
    let data = body.get("Data").map_or(Ok(Vec::new()), Value::blob)?;
    Ok(PutEntry { partition_key, explicit_hash_key: explicit_hash_key.map(Box::new), data: Payload::from(data) })
}
