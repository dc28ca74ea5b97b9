//! Faults that can be injected.

use crate::aws::protocol::operation::Operation;
use crate::base::TableName;

/// What a fault hits: all calls, or calls of one table, or one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// Hits calls on this table only; on all when absent.
    pub table: Option<TableName>,
    /// Hits calls of this operation only; of all when absent.
    pub operation: Option<Operation>,
}

/// A declared fault point of the table service. Applied by [`crate::aws::dynamodb::DynamoDb::inject`], undone by
/// [`crate::aws::dynamodb::DynamoDb::heal`].
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// ProvisionedThroughputExceeded at this rate (`0.0..=1.0`).
    Throttle {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// InternalServerError at this rate; half of the failed writes were applied.
    InternalError {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// ServiceUnavailable at this rate.
    Unavailable {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
}
