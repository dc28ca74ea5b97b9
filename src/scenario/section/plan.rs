//! `[plan]`: what `kinesim plan` may choose, and what must hold.
//!
//! Only that command looks at it: a plain run is the file as it stands.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::explore::Choice;
use crate::base::written::Duration;

/// What a plan may choose, and what must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Planned {
    /// What must hold, as `kinesim plan --slo` has it: `"throttled_writes < 0.1%"`, `"iterator_age.p99 of billing <
    /// 10s"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) slo: Vec<String>,
    /// Keys by their path, each with the values to try: `"stream.clicks.shards" = "1..64"`. A `*` stands for every name
    /// there, `"default"` leaves the key out, and `"x2"` is twice what the file says. The key `traffic` is the rates of
    /// all producers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) vary: BTreeMap<String, Choice>,
    /// How much time is planned for, in the place of the file's `duration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) horizon: Option<Duration>,
}
