//! How often each operation of the control plane may be called: over it, ThrottlingException
//! (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).

use std::collections::BTreeMap;

use crate::aws::firehose::api::Error;
use crate::aws::protocol::operation::Operation;
use crate::base::{SimTime, TokenBucket};

/// Calls per second of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws::firehose) enum Quota {
    /// The delivery stream's own limits apply instead.
    None,
    /// Five, by the account.
    Control,
}

const CALLS_PER_S: u64 = 5;

/// The calls counted so far.
pub(super) struct Quotas {
    buckets: BTreeMap<Operation, TokenBucket>,
}

impl Quotas {
    pub(super) fn new() -> Self {
        Self { buckets: BTreeMap::new() }
    }
    /// Counts a call, or refuses it.
    pub(super) fn admit(&mut self, now: SimTime, operation: Operation, quota: Quota) -> Result<(), Error> {
        if quota == Quota::None {
            return Ok(());
        }
        let full = || TokenBucket::full(CALLS_PER_S, CALLS_PER_S);
        match self.buckets.entry(operation).or_insert_with(full).try_take(now, 1) {
            true => Ok(()),
            false => Err(Error::Throttling),
        }
    }
}
