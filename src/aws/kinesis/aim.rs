//! What a request is about, for all that must know it before the request is carried out: quotas and faults.

use super::api::{ConsumerRef, Resource};
use crate::base::{ShardId, StreamName};

/// What a request is about, as far as it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Aim<'a> {
    pub stream: Option<&'a StreamName>,
    pub shard: Option<ShardId>,
    /// ConsumerName.
    pub consumer: Option<&'a str>,
}

impl<'a> Aim<'a> {
    pub(super) fn stream(stream: &'a StreamName) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }
    pub(super) fn shard(stream: &'a StreamName, shard: ShardId) -> Self {
        Self { shard: Some(shard), ..Self::stream(stream) }
    }
    pub(super) fn consumer(consumer: &'a ConsumerRef) -> Self {
        Self { consumer: Some(&consumer.name), ..Self::stream(&consumer.stream) }
    }
    pub(crate) fn resource(resource: &'a Resource) -> Self {
        match resource {
            Resource::Stream(stream) => Self::stream(stream),
            Resource::Consumer(consumer) => Self::consumer(consumer),
        }
    }
}
