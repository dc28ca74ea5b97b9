//! Faults that can be injected.

use crate::aws::protocol::operation::Operation;
use crate::base::{ShardId, StreamName};

/// State of the simulated KMS key that streams are encrypted with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KmsKeyState {
    /// The key can be used, and calls succeed.
    #[default]
    Enabled,
    /// Disabled: KMSDisabledException.
    Disabled,
    /// Pending deletion: KMSInvalidStateException.
    PendingDeletion,
    /// Deleted: KMSNotFoundException.
    Deleted,
    /// The callers' role lost its grant: KMSAccessDeniedException.
    AccessDenied,
    /// KMS throttles: KMSThrottlingException.
    Throttled,
    /// KMSOptInRequired.
    OptInRequired,
}

/// What a fault hits: all calls, calls of one stream, or calls of one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// Hits calls on this stream only; on all when absent.
    pub stream: Option<StreamName>,
    /// Hits calls, and records of PutRecords, on this shard only.
    pub shard: Option<ShardId>,
    /// Hits calls of this operation only; of all when absent.
    pub operation: Option<Operation>,
}

/// A declared fault point of the streams service. Applied by [`crate::aws::kinesis::Kinesis::inject`], undone by
/// [`crate::aws::kinesis::Kinesis::heal`].
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// ProvisionedThroughputExceeded at this rate (`0.0..=1.0`); per record in PutRecords.
    Throttle {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls or records.
        rate: f64,
    },
    /// InternalFailure at this rate; per record in PutRecords.
    InternalError {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls or records.
        rate: f64,
    },
    /// ServiceUnavailable at this rate.
    Unavailable {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// Every iterator used while it lasts is expired.
    ExpireIterators {
        /// What is hit.
        target: FaultTarget,
        /// Share of GetRecords calls.
        rate: f64,
    },
    /// The KMS key is in this state.
    KmsKey {
        /// The state.
        state: KmsKeyState,
    },
    /// A zone (0, 1 or 2) is out of service; its logs are kept, or wiped.
    ZoneOutage {
        /// Zone number.
        zone: u8,
        /// Whether its logs are lost.
        wipe: bool,
    },
}
