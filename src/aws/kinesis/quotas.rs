//! How often each operation of the control plane may be called: over it, LimitExceededException.
//!
//! Where the API reference and the quota page disagree on "per account" or "per stream", the API reference's
//! text is taken.

use std::collections::BTreeMap;

use super::api::{Error, Request, Settings};
use super::limits::SUBSCRIBE_CALLS_PER_S;
use crate::base::{ShardId, SimTime, StreamId, StreamName, TokenBucket};

/// Whose calls are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope<'a> {
    Account,
    Stream,
    /// One consumer on one shard.
    Pipe(&'a str, ShardId),
}

/// Calls per second, and whose; `None` where the data plane's limits apply.
fn quota(request: &Request) -> Option<(u64, Scope<'_>, Option<&StreamName>)> {
    use Request as R;
    let (calls_per_s, scope, stream) = match request {
        R::CreateStream(_) => (5, Scope::Account, None),
        R::DeleteStream { .. } => (5, Scope::Account, None),
        R::DescribeStream { .. } => (10, Scope::Account, None),
        R::DescribeStreamSummary { .. } => (20, Scope::Account, None),
        R::ListStreams { .. } => (5, Scope::Account, None),
        R::ListShards(list) => {
            let token = list.next_token.as_ref().map(|token| &token.stream);
            (1000, Scope::Stream, list.stream.as_ref().or(token))
        }
        R::SplitShard { .. } | R::MergeShards { .. } => (5, Scope::Account, None),
        R::UpdateShardCount { .. } => (10, Scope::Account, None),
        R::IncreaseStreamRetentionPeriod { stream, .. } | R::DecreaseStreamRetentionPeriod { stream, .. } => {
            (5, Scope::Stream, Some(stream))
        }
        R::StartStreamEncryption { stream, .. } | R::StopStreamEncryption { stream, .. } => {
            (5, Scope::Stream, Some(stream))
        }
        R::AddTagsToStream { .. }
        | R::RemoveTagsFromStream { .. }
        | R::ListTagsForStream { .. }
        | R::TagResource { .. }
        | R::UntagResource { .. }
        | R::ListTagsForResource { .. }
        | R::PutResourcePolicy { .. }
        | R::GetResourcePolicy { .. }
        | R::DeleteResourcePolicy { .. }
        | R::DescribeAccountSettings
        | R::UpdateAccountSettings { .. }
        | R::UpdateStreamWarmThroughput { .. }
        | R::RegisterStreamConsumer { .. } => (5, Scope::Account, None),
        // Not on the quota page: assumed to be as their neighbours.
        R::UpdateStreamMode { .. }
        | R::UpdateMaxRecordSize { .. }
        | R::UpdateStreamRecordDistributionStrategy { .. } => (5, Scope::Account, None),
        R::DescribeLimits => (1, Scope::Account, None),
        R::EnableEnhancedMonitoring { stream, .. }
        | R::DisableEnhancedMonitoring { stream, .. }
        | R::ListStreamConsumers { stream, .. } => (5, Scope::Stream, Some(stream)),
        R::DeregisterStreamConsumer { consumer } => (5, Scope::Stream, Some(&consumer.stream)),
        R::DescribeStreamConsumer { consumer } => (20, Scope::Stream, Some(&consumer.stream)),
        R::SubscribeToShard { consumer, shard, .. } => {
            (SUBSCRIBE_CALLS_PER_S, Scope::Pipe(&consumer.name, *shard), Some(&consumer.stream))
        }
        R::PutRecord { .. }
        | R::PutRecords { .. }
        | R::GetRecords { .. }
        | R::GetShardIterator { .. }
        | R::DryRun { .. } => {
            return None;
        }
    };
    Some((calls_per_s, scope, stream))
}

/// What is counted: an operation, of a stream, by a consumer on a shard.
type Counted = (&'static str, Option<StreamId>, Option<(Box<str>, ShardId)>);

/// The calls counted so far.
pub(super) struct Quotas {
    buckets: BTreeMap<Counted, TokenBucket>,
}

impl Quotas {
    pub fn new() -> Self {
        Self { buckets: BTreeMap::new() }
    }

    /// Counts a call, or refuses it.
    pub fn admit(
        &mut self,
        settings: &Settings,
        now: SimTime,
        request: &Request,
        names: &BTreeMap<StreamName, StreamId>,
    ) -> Result<(), Error> {
        let Some((calls_per_s, scope, stream)) = quota(request).filter(|_| settings.control_plane_quotas) else {
            return Ok(());
        };
        let stream = stream.filter(|_| scope != Scope::Account).and_then(|name| names.get(name).copied());
        let pipe = match scope {
            Scope::Pipe(consumer, shard) => Some((consumer.into(), shard)),
            Scope::Account | Scope::Stream => None,
        };
        let full = || TokenBucket::full(calls_per_s, calls_per_s);
        let bucket = self.buckets.entry((request.operation(), stream, pipe)).or_insert_with(full);
        match bucket.try_take(now, 1) {
            true => Ok(()),
            false => Err(Error::LimitExceeded(format!("Rate exceeded for {}", request.operation()).into())),
        }
    }
}
