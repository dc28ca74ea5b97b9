//! What can go wrong.

use std::fmt;
use std::sync::Arc;

use super::Item;
use crate::base::TableName;

/// Why one write of a transaction that was cancelled would not have gone through; `None` when it would.
pub type CancellationReason = Option<Box<Error>>;

/// What was short when a call was throttled
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html>).
/// `Display` gives AWS's `reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottlingReason {
    /// The table.
    pub table: TableName,
    /// The index, when the table itself has units left.
    pub index: Option<Box<str>>,
    /// Whether write units are short, or read units.
    pub is_write: bool,
    /// Whether a partition is short, or what is provisioned for the whole.
    pub is_key_range: bool,
}

impl fmt::Display for ThrottlingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.index.is_some() { "Index" } else { "Table" };
        let units = if self.is_write { "Write" } else { "Read" };
        let limit = if self.is_key_range { "KeyRangeThroughputExceeded" } else { "ProvisionedThroughputExceeded" };
        write!(f, "{of}{units}{limit}")
    }
}

/// An error of the table service.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// ConditionalCheckFailedException, with the item if it was asked for.
    ConditionalCheckFailed(Option<Arc<Item>>),
    /// ProvisionedThroughputExceededException, with what was short; `None` when a fault throttles.
    ProvisionedThroughputExceeded(Option<Box<ThrottlingReason>>),
    /// TransactionCanceledException, with a reason for each write.
    TransactionCanceled(Vec<CancellationReason>),
    /// IdempotentParameterMismatchException: the client token was used for other writes.
    IdempotentParameterMismatch,
    /// ThrottlingException.
    Throttling,
    /// ResourceNotFoundException.
    ResourceNotFound,
    /// TableNotFoundException, of the operations on backups.
    TableNotFound(TableName),
    /// ResourceInUseException.
    ResourceInUse,
    /// LimitExceededException.
    LimitExceeded,
    /// ValidationException.
    Validation(Box<str>),
    /// InternalServerError (500): a write may or may not have been applied.
    InternalServerError,
    /// ServiceUnavailable (503).
    ServiceUnavailable,
}

impl Error {
    /// The code of a CancellationReason.
    pub fn cancellation_code(&self) -> &'static str {
        let code = self.code();
        code.strip_suffix("Exception").unwrap_or(code)
    }
    /// AWS's name of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ConditionalCheckFailed(_) => "ConditionalCheckFailedException",
            Self::ProvisionedThroughputExceeded(_) => "ProvisionedThroughputExceededException",
            Self::TransactionCanceled(_) => "TransactionCanceledException",
            Self::IdempotentParameterMismatch => "IdempotentParameterMismatchException",
            Self::Throttling => "ThrottlingException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::TableNotFound(_) => "TableNotFoundException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::LimitExceeded => "LimitExceededException",
            Self::Validation(_) => "ValidationException",
            Self::InternalServerError => "InternalServerError",
            Self::ServiceUnavailable => "ServiceUnavailable",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TransactionCanceled(reasons) => return fmt_canceled(reasons, f),
            Self::TableNotFound(name) => return write!(f, "Table not found: {name}"),
            Self::ConditionalCheckFailed(_) => "The conditional request failed",
            Self::ProvisionedThroughputExceeded(_) => {
                "The level of configured provisioned throughput for the table was exceeded. \
                 Consider increasing your provisioning level with the UpdateTable API."
            }
            Self::IdempotentParameterMismatch => {
                "The client token was used before, within ten minutes, with other parameters"
            }
            Self::Throttling => "Rate of requests exceeds the allowed throughput.",
            Self::ResourceNotFound => "Requested resource not found",
            Self::ResourceInUse => "The resource is in use",
            Self::LimitExceeded => "Too many operations for a given subscriber",
            Self::Validation(message) => message,
            Self::InternalServerError => "Internal server error",
            Self::ServiceUnavailable => "The service is unavailable",
        })
    }
}

impl std::error::Error for Error {}

/// The reasons, as AWS lists them.
fn fmt_canceled(reasons: &[CancellationReason], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("Transaction cancelled, please refer cancellation reasons for specific reasons [")?;
    for (n, reason) in reasons.iter().enumerate() {
        let code = reason.as_deref().map_or("None", Error::cancellation_code);
        write!(f, "{}{code}", if n > 0 { ", " } else { "" })?;
    }
    f.write_str("]")
}
