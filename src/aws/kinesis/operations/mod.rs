//! The table of Kinesis' operations: one file and one line each.
//!
//! An operation's file has its request, its quota, the members of its input and how a body becomes a request, what it
//! is about, and which method of the service carries it out. Everything that must know all operations is made from the
//! list below.
//!
//! Not here: queues and channels.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "requests and their members are AWS's, under its names")]

mod add_tags_to_stream;
mod create_stream;
mod decrease_stream_retention_period;
mod delete_resource_policy;
mod delete_stream;
mod deregister_stream_consumer;
mod describe_account_settings;
mod describe_limits;
mod describe_stream;
mod describe_stream_consumer;
mod describe_stream_summary;
mod disable_enhanced_monitoring;
mod dry_run;
mod enable_enhanced_monitoring;
mod get_records;
mod get_resource_policy;
mod get_shard_iterator;
mod increase_stream_retention_period;
mod list_shards;
mod list_stream_consumers;
mod list_streams;
mod list_tags_for_resource;
mod list_tags_for_stream;
mod merge_shards;
mod put_record;
mod put_records;
mod put_resource_policy;
mod refused;
mod register_stream_consumer;
mod remove_tags_from_stream;
pub(super) mod row;
mod split_shard;
mod start_stream_encryption;
mod stop_stream_encryption;
mod subscribe_to_shard;
mod tag_resource;
mod untag_resource;
mod update_account_settings;
mod update_max_record_size;
mod update_shard_count;
mod update_stream_mode;
mod update_stream_record_distribution_strategy;
mod update_stream_warm_throughput;

pub use self::add_tags_to_stream::AddTagsToStream;
pub use self::decrease_stream_retention_period::DecreaseStreamRetentionPeriod;
pub use self::delete_resource_policy::DeleteResourcePolicy;
pub use self::delete_stream::DeleteStream;
pub use self::deregister_stream_consumer::DeregisterStreamConsumer;
pub use self::describe_account_settings::DescribeAccountSettings;
pub use self::describe_limits::DescribeLimits;
pub use self::describe_stream::DescribeStream;
pub use self::describe_stream_consumer::DescribeStreamConsumer;
pub use self::describe_stream_summary::DescribeStreamSummary;
pub use self::disable_enhanced_monitoring::DisableEnhancedMonitoring;
pub use self::dry_run::DryRun;
pub use self::enable_enhanced_monitoring::EnableEnhancedMonitoring;
pub use self::get_records::GetRecords;
pub use self::get_resource_policy::GetResourcePolicy;
pub use self::get_shard_iterator::GetShardIterator;
pub use self::increase_stream_retention_period::IncreaseStreamRetentionPeriod;
pub use self::list_stream_consumers::ListStreamConsumers;
pub use self::list_streams::ListStreams;
pub use self::list_tags_for_resource::ListTagsForResource;
pub use self::list_tags_for_stream::ListTagsForStream;
pub use self::merge_shards::MergeShards;
pub use self::put_record::PutRecord;
pub use self::put_records::PutRecords;
pub use self::put_resource_policy::PutResourcePolicy;
pub use self::refused::Refused;
pub use self::register_stream_consumer::RegisterStreamConsumer;
pub use self::remove_tags_from_stream::RemoveTagsFromStream;
pub use self::split_shard::SplitShard;
pub use self::start_stream_encryption::StartStreamEncryption;
pub use self::stop_stream_encryption::StopStreamEncryption;
pub use self::subscribe_to_shard::SubscribeToShard;
pub use self::tag_resource::TagResource;
pub use self::untag_resource::UntagResource;
pub use self::update_account_settings::UpdateAccountSettings;
pub use self::update_max_record_size::UpdateMaxRecordSize;
pub use self::update_shard_count::UpdateShardCount;
pub use self::update_stream_mode::UpdateStreamMode;
pub use self::update_stream_record_distribution_strategy::UpdateStreamRecordDistributionStrategy;
pub use self::update_stream_warm_throughput::UpdateStreamWarmThroughput;

use self::row::{Aim, At, Body, Kinesis as Machine, Quota, Reply, Row, Value, WireError};
use super::api::CreateStream;
use super::api::ListShards;
use crate::aws::protocol::Account;
use crate::aws::protocol::operation::{Operation, operations};
use crate::aws::protocol::types::{self, Dialect};

operations! {
    fn aim(aim) -> Aim<'_>;
    const fn quota(QUOTA) -> Quota;
    AddTagsToStream,
    CreateStream in Box,
    DecreaseStreamRetentionPeriod,
    DeleteResourcePolicy,
    DeleteStream,
    DeregisterStreamConsumer,
    DescribeAccountSettings,
    DescribeLimits,
    DescribeStream,
    DescribeStreamConsumer,
    DescribeStreamSummary,
    DisableEnhancedMonitoring,
    EnableEnhancedMonitoring,
    GetRecords,
    GetResourcePolicy,
    GetShardIterator,
    IncreaseStreamRetentionPeriod,
    ListShards,
    ListStreamConsumers,
    ListStreams,
    ListTagsForResource,
    ListTagsForStream,
    MergeShards,
    PutRecord,
    PutRecords,
    PutResourcePolicy,
    RegisterStreamConsumer,
    RemoveTagsFromStream,
    SplitShard,
    StartStreamEncryption,
    StopStreamEncryption,
    SubscribeToShard,
    TagResource,
    UntagResource,
    UpdateAccountSettings,
    UpdateMaxRecordSize,
    UpdateShardCount,
    UpdateStreamMode,
    UpdateStreamRecordDistributionStrategy,
    UpdateStreamWarmThroughput,
    ; besides DryRun, Refused
}

/// A request that was read, or why it cannot be.
pub(super) type Decoded<'a> = Result<(Request, Body<'a>), WireError>;

/// Checks a body against an operation's members and reads it; with DryRun, it becomes one.
fn decode<'a, R: Row + Into<Request>>(body: &'a Value<'a>, account: &'a Account) -> Decoded<'a> {
    types::check(R::MEMBERS, body, Dialect::Json11)?;
    let body = Body { value: body, account };
    let request = match R::decode(&body) {
        Ok(request) => request,
        Err(error) => return refused::<R>(body, error),
    };
    let has_dry_run = R::MEMBERS.iter().any(|member| member.name == "DryRun");
    let is_dry_run = has_dry_run && body.value.get("DryRun").and_then(Value::as_bool) == Some(true);
    let stream = request.aim().stream.filter(|_| is_dry_run).cloned();
    let request = match stream {
        Some(stream) => Request::DryRun(DryRun { operation: R::OPERATION, stream }),
        None => request.into(),
    };
    Ok((request, body))
}

/// An invalid argument is told after the stream was looked for, if the body names one.
fn refused<R: Row>(body: Body<'_>, error: WireError) -> Decoded<'_> {
    let Ok(stream) = body.stream() else { return Err(error) };
    match error.message {
        Some(problem) if error.code == "InvalidArgumentException" => {
            let shard = body.optional_shard("ShardId", stream.as_str()).ok().flatten();
            let problem = problem.into();
            Ok((Request::Refused(Refused { operation: R::OPERATION, stream, shard, problem }), body))
        }
        message => Err(WireError { message, ..error }),
    }
}
