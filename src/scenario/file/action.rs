//! `[[action]]`: what the operator does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LeaseTable;
use crate::base::written::Duration;

/// What the operator does: `at`, and one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When, counted from the start of the run.
    pub at: Duration,
    /// The stream; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// SplitShard: `hottest`, `coldest` or a shard id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// NewStartingHashKey of `split`; the middle when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash_key: Option<String>,
    /// MergeShards of this shard (`hottest`, `coldest` or an id) with its upper neighbour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<String>,
    /// UpdateShardCount to this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_shard_count: Option<u32>,
    /// Retention, longer or shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Duration>,
    /// StartStreamEncryption with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<String>,
    /// StopStreamEncryption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decrypt: bool,
    /// CreateStream with so many shards; `stream` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_stream: Option<u32>,
    /// DeleteStream.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_stream: bool,
    /// The consumer whose lease table is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// New provisioned units of a consumer's lease table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_capacity: Option<LeaseTable>,
    /// Switches a consumer's lease table to on-demand capacity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lease_on_demand: bool,
    /// Deletes this shard's row from a consumer's lease table, as a person with the console would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_lease: Option<u32>,
    /// Asks a worker to shut down gracefully.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_worker: Option<String>,
    /// Starts a stopped worker again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_worker: Option<String>,
}
