//! The ARNs of tables.

use std::fmt;

use crate::aws::protocol::{Account, WireError};
use crate::base::TableName;

impl Account {
    /// Returns `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
    pub(crate) fn table_arn(&self, table: impl fmt::Display) -> String {
        format!("arn:aws:dynamodb:{}:{}:table/{table}", self.region, self.id)
    }

    /// The table that an ARN names.
    ///
    /// # Errors
    /// ResourceNotFoundException when it is of another account or region, or of no table.
    pub(crate) fn table_of_arn(&self, arn: &str) -> Result<TableName, WireError> {
        let missing = || WireError::new("ResourceNotFoundException", format!("Requested resource not found: {arn}"));
        let prefix = self.table_arn("");
        let name = arn.strip_prefix(&prefix).ok_or_else(missing)?;
        let name = name.split_once('/').map_or(name, |(table, _)| table);
        name.parse().map_err(|_| missing())
    }
}
