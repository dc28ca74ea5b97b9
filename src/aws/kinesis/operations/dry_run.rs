//! A call on the data plane with DryRun: nothing is done.

use super::row::{Aim, At, Kinesis, Operation, Quota, Reply};
use crate::base::StreamName;

/// A call that asks only whether it would be permitted.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The operation that was called.
    pub operation: Operation,
    /// The stream that it is about.
    pub stream: StreamName,
}

impl DryRun {
    pub(super) const QUOTA: Quota = Quota::None;

    pub(super) fn aim(&self) -> Aim<'_> {
        Aim::stream(&self.stream)
    }
    pub(super) fn handle(self, service: &mut Kinesis, _: &mut At<'_>) -> Reply {
        service.dry_run(&self.stream)
    }
}
