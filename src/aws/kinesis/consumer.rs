//! A registered consumer and its pipes.

use std::collections::BTreeMap;

use super::api::ConsumerStatus;
use super::limits::SUBSCRIPTION_BYTES_PER_S;
use super::tag_set::Tags;
use crate::base::{ShardId, SimTime, TokenBucket};

/// A registered consumer.
pub(super) struct Consumer {
    pub(crate) registered_at: SimTime,
    /// When it is ACTIVE.
    pub(crate) active_at: SimTime,
    /// When it is gone, once it is being deregistered.
    pub(crate) gone_at: Option<SimTime>,
    pub tags: Tags,
    pub(crate) policy: Option<Box<str>>,
    /// Its pipes, by shard.
    pub(crate) pipes: BTreeMap<ShardId, Pipe>,
}

impl Consumer {
    pub(super) fn status(&self, now: SimTime) -> ConsumerStatus {
        match self.gone_at {
            Some(_) => ConsumerStatus::Deleting,
            None if now < self.active_at => ConsumerStatus::Creating,
            None => ConsumerStatus::Active,
        }
    }
}

/// A consumer's pipe from one shard.
pub(super) struct Pipe {
    /// Bytes a second, as a debt.
    pub bytes: TokenBucket,
    pub current: Option<Subscription>,
}

pub(super) struct Subscription {
    pub number: u64,
    pub(crate) started_at: SimTime,
    pub(crate) next_ordinal: u64,
    /// When the last event was given.
    pub(crate) last_event_at: Option<SimTime>,
}

impl Pipe {
    pub(super) fn new() -> Self {
        Self { bytes: TokenBucket::full(SUBSCRIPTION_BYTES_PER_S, SUBSCRIPTION_BYTES_PER_S), current: None }
    }
}
