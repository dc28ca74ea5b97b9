//! `[liveness]`: bounds of the liveness checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::secs;
use crate::base::written::Duration;
use crate::scenario::plan::LivenessBounds;

/// Bounds of the liveness checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Liveness {
    /// Every open shard has an active consumer.
    pub(crate) owned_within: Duration,
    /// Leases are spread evenly over workers.
    pub(crate) balanced_within: Duration,
    /// The iterator age is below `iterator_age_max` again. Who begins with a backlog has the time on top that reading
    /// it takes at best, by `records_max`, `idle` and `processing`.
    pub(crate) caught_up_within: Duration,
    /// See `caught_up_within`.
    pub(crate) iterator_age_max: Duration,
}

impl Default for Liveness {
    fn default() -> Self {
        Self {
            owned_within: secs(180),
            balanced_within: secs(600),
            caught_up_within: secs(300),
            iterator_age_max: secs(60),
        }
    }
}

impl From<&Liveness> for LivenessBounds {
    fn from(written: &Liveness) -> Self {
        Self {
            owned_within: written.owned_within.0,
            balanced_within: written.balanced_within.0,
            caught_up_within: written.caught_up_within.0,
            iterator_age_max: written.iterator_age_max.0,
        }
    }
}
