//! What can go wrong.

use std::fmt;
use std::sync::Arc;

use super::Item;
use crate::aws::protocol::error::{AwsError, Held, Retry, errors};
use crate::base::TableName;

/// Why one write of a transaction that was cancelled would not have gone through; `None` when it would.
pub type CancellationReason = Option<Box<Error>>;

/// What was short when a call was throttled
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html>).
/// `Display` gives AWS's `reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottlingReason {
    /// Table whose units or state refused the call.
    pub table: TableName,
    /// The index, when the table itself has units left.
    pub index: Option<Box<str>>,
    /// Whether write units are short, or read units.
    pub(crate) is_write: bool,
    /// Whether a partition is short, or what is provisioned for the whole.
    pub(crate) is_key_range: bool,
}

impl fmt::Display for ThrottlingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.index.is_some() { "Index" } else { "Table" };
        let units = if self.is_write { "Write" } else { "Read" };
        let limit = if self.is_key_range { "KeyRangeThroughputExceeded" } else { "ProvisionedThroughputExceeded" };
        write!(f, "{of}{units}{limit}")
    }
}

errors! {
    /// An error of DynamoDB. `code` gives AWS's name, `Display` the message
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>).
    Error {
        /// With the item if it was asked for.
        ConditionalCheckFailed(item: Option<Arc<Item>>) =
            "ConditionalCheckFailedException", 400, Never, "The conditional request failed";
        /// With what was short; `None` when a fault throttles.
        ProvisionedThroughputExceeded(short: Option<Box<ThrottlingReason>>) =
            "ProvisionedThroughputExceededException", 400, Throttling, UNITS_SHORT;
        /// With a reason for each write.
        TransactionCanceled(reasons: Vec<CancellationReason>) =
            "TransactionCanceledException", 400, Never, Reasons(reasons);
        /// The client token was used for other writes.
        IdempotentParameterMismatch =
            "IdempotentParameterMismatchException", 400, Never,
            "The client token was used before, within ten minutes, with other parameters";
        /// Of the operations on tables.
        Throttling = "ThrottlingException", 400, Throttling, "Rate of requests exceeds the allowed throughput.";
        /// A table or index that is not there, or does not serve yet.
        ResourceNotFound(of: Missing) = "ResourceNotFoundException", 400, Never, of;
        /// Of the operations on backups.
        TableNotFound(name: TableName) =
            "TableNotFoundException", 400, Never, format_args!("Table not found: {name}");
        /// The table's state does not allow it.
        ResourceInUse(text: Box<str>) = "ResourceInUseException", 400, Never, text;
        /// Too many tables, indexes, or changes of indexes at once.
        LimitExceeded(text: Box<str>) = "LimitExceededException", 400, Throttling, text;
        /// The items of one hash key have become too many for a table with local indexes.
        ItemCollectionSizeLimitExceeded =
            "ItemCollectionSizeLimitExceededException", 400, Never, "Collection size exceeded.";
        /// A request that contradicts itself or the table.
        Validation(text: Box<str>) = "ValidationException", 400, Never, text;
        /// A write may or may not have been applied.
        InternalServerError = "InternalServerError", 500, Transient, "Internal server error";
        /// Nothing was done.
        ServiceUnavailable = "ServiceUnavailable", 503, Transient, "The service is unavailable";
    }
}

const UNITS_SHORT: &str = "The level of configured provisioned throughput for the table was exceeded. \
                           Consider increasing your provisioning level with the UpdateTable API.";

impl Held for Option<Arc<Item>> {}
impl Held for Option<Box<ThrottlingReason>> {}
impl Held for Vec<CancellationReason> {}
impl Held for TableName {}
impl Held for Missing {
    fn of_message(message: &str) -> Option<Self> {
        let named = message.strip_prefix("Requested resource not found: Table: ");
        Some(Self(named.and_then(|rest| rest.strip_suffix(" not found")?.parse().ok())))
    }
}

/// What is not there: a call on items does not say; one on tables names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing(pub(crate) Option<TableName>);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("Requested resource not found"),
            Some(table) => write!(f, "Requested resource not found: Table: {table} not found"),
        }
    }
}

impl Error {
    /// What a call on items hears of a table or index that is not there, or does not serve.
    pub(crate) fn not_found() -> Self {
        Self::ResourceNotFound(Missing(None))
    }
    /// Returns the code of a CancellationReason.
    pub(crate) fn cancellation_code(&self) -> &'static str {
        let code = self.code();
        code.strip_suffix("Exception").unwrap_or(code)
    }
}

/// The reasons, as AWS lists them.
struct Reasons<'a>(&'a [CancellationReason]);

impl fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction cancelled, please refer cancellation reasons for specific reasons [")?;
        for (n, reason) in self.0.iter().enumerate() {
            let code = reason.as_deref().map_or("None", Error::cancellation_code);
            write!(f, "{}{code}", if n > 0 { ", " } else { "" })?;
        }
        f.write_str("]")
    }
}
