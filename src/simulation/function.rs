//! Code of a function that transforms records for delivery streams.
//!
//! How long it takes, and what goes wrong with its invocations, is the scenario's.

use crate::aws::lambda::{Code, ToTransform, Transformed as Answered, Verdict};
use crate::base::Payload;

/// What a function makes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transformed {
    /// `Ok`: the record as it goes on, and its partition keys with their names, if it gives any.
    Ok {
        /// The record's new bytes.
        data: Vec<u8>,
        /// `metadata.partitionKeys`, for prefixes with `!{partitionKeyFromLambda:NAME}`.
        partition_keys: Vec<(String, String)>,
    },
    /// `Dropped`: on purpose; it goes nowhere.
    Dropped,
    /// `ProcessingFailed`: it goes to the error output.
    Failed,
}

impl Transformed {
    /// The record goes on with these bytes.
    pub fn ok(data: impl Into<Vec<u8>>) -> Self {
        Self::Ok { data: data.into(), partition_keys: Vec::new() }
    }
}

/// The function as Lambda invokes it.
pub(super) fn code(transform: impl Fn(&[u8]) -> Transformed + Send + Sync + 'static) -> Code {
    Code::new(move |ToTransform { id, data, .. }| {
        let (result, data, keys) = match transform(&data.bytes()) {
            Transformed::Ok { data, partition_keys } => (Verdict::Ok, Some(Payload::from(data)), partition_keys),
            Transformed::Dropped => (Verdict::Dropped, None, Vec::new()),
            Transformed::Failed => (Verdict::ProcessingFailed, None, Vec::new()),
        };
        let partition_keys = keys.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Answered { id: *id, result, data, partition_keys }
    })
}
