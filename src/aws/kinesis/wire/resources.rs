//! Answers about streams as resources: their settings, tags and consumers.

use crate::aws::kinesis::api::{
    Commitment, ConsumerDescription, ListedStream, ShardLevelMetrics, StreamMode, Tag, WarmThroughput,
};
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;

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
