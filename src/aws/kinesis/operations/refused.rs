//! A call whose members contradict each other, or name what cannot be: refused once its stream was found.
//!
//! Production looks whether there is such a stream, and a shard to read, before it says that an argument is invalid.

use super::row::{Aim, At, Kinesis, Operation, Quota, Reply};
use crate::base::{ShardId, StreamName};

/// A call that is refused for what it says, unless for what it is about.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The operation that was called.
    pub operation: Operation,
    /// The stream that it is about.
    pub stream: StreamName,
    /// The shard that it would read.
    pub(crate) shard: Option<ShardId>,
    /// What is wrong, if nothing else is.
    pub(crate) problem: Box<str>,
}

impl Refused {
    pub(super) const QUOTA: Quota = Quota::None;

    pub(super) fn aim(&self) -> Aim<'_> {
        Aim { shard: self.shard, ..Aim::stream(&self.stream) }
    }
    pub(super) fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply {
        service.refuse(at, self)
    }
}
