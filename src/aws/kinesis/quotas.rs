//! How often each operation of the control plane may be called: over it, LimitExceededException.
//!
//! Where the API reference and the quota page disagree on "per account" or "per stream", the API reference's
//! text is taken. How often which operation may be called stands in its file in `operations/`.

use std::collections::BTreeMap;

use super::aim::Aim;
use super::api::{Error, Settings};
use crate::aws::protocol::operation::Operation;
use crate::base::{ShardId, SimTime, StreamId, StreamName, TokenBucket};

/// Calls per second, and whose are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quota {
    /// The data plane's limits apply instead.
    None,
    Account(u64),
    Stream(u64),
    /// One consumer on one shard.
    Pipe(u64),
}

/// What is counted: an operation, of a stream, by a consumer on a shard.
type Counted = (Operation, Option<StreamId>, Option<(Box<str>, ShardId)>);

/// The calls counted so far.
pub(super) struct Quotas {
    buckets: BTreeMap<Counted, TokenBucket>,
}

impl Quotas {
    pub(super) fn new() -> Self {
        Self { buckets: BTreeMap::new() }
    }

    /// Counts a call, or refuses it.
    pub(crate) fn admit(
        &mut self,
        settings: &Settings,
        now: SimTime,
        (operation, quota, aim): (Operation, Quota, Aim<'_>),
        names: &BTreeMap<StreamName, StreamId>,
    ) -> Result<(), Error> {
        let (calls_per_s, stream, pipe) = match quota {
            _ if !settings.control_plane_quotas => return Ok(()),
            Quota::None => return Ok(()),
            Quota::Account(calls_per_s) => (calls_per_s, None, None),
            Quota::Stream(calls_per_s) => (calls_per_s, aim.stream, None),
            Quota::Pipe(calls_per_s) => (calls_per_s, aim.stream, aim.consumer.zip(aim.shard)),
        };
        let stream = stream.and_then(|name| names.get(name).copied());
        let pipe = pipe.map(|(consumer, shard)| (consumer.into(), shard));
        let full = || TokenBucket::full(calls_per_s, calls_per_s);
        let bucket = self.buckets.entry((operation, stream, pipe)).or_insert_with(full);
        let account = &settings.account;
        let text = match aim.stream {
            _ if bucket.try_take(now, 1) => return Ok(()),
            Some(stream) => format!("Rate exceeded for stream {stream} under account {account}."),
            None => format!("Rate exceeded for {operation} under account {account}."),
        };
        Err(Error::LimitExceeded(text.into()))
    }
}
