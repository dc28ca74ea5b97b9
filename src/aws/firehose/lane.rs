//! What comes from one shard, or was put directly, on its way through the function.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::buffer::Buffer;
use super::record::Carried;
use crate::base::SimTime;

/// What comes from one shard, or was put directly, on its way through the function.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) waiting: Buffer,
    pub(super) invocations: BTreeMap<u64, Invocation>,
}

/// Records that the function has, or had and is to be asked about again.
pub(super) struct Invocation {
    pub(super) records: Arc<Vec<Carried>>,
    pub(super) bytes: u64,
    pub(super) failures: u32,
    pub(super) began: SimTime,
}

impl Lane {
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.invocations.is_empty()
    }
    pub(super) fn held_bytes(&self) -> u64 {
        self.waiting.bytes() + self.invocations.values().map(|invocation| invocation.bytes).sum::<u64>()
    }
}
