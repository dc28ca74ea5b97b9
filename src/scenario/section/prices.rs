//! `[prices]`: what costs are made of.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::price::{Prices, Usd};

/// Prices that costs are made of; those of us-east-1 when absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceList {
    /// A table of prices in the form of the one that is built in (`src/price/us-east-1.toml`), beside the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// What an hour of one host of a consumer costs, `"0.0416 USD"`; hosts cost nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    worker_hour: Option<Usd>,
}

/// The prices of the file's table, or those that are built in, with what the section says itself.
pub(crate) fn prices(section: Option<&PriceList>, table: Arc<Prices>) -> Arc<Prices> {
    match section.and_then(|section| section.worker_hour) {
        Some(price) => Arc::new(table.with_worker_hour(price)),
        None => table,
    }
}
