//! The table of prices: one for us-east-1 is built in, and a user's own has the same form.

use std::sync::LazyLock;

use serde::Deserialize;

use super::usd::Usd;

/// What AWS asks for in one region. Every price must be there, so that no table is silently of two regions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    /// AWS's name of the region.
    pub(crate) region: String,
    /// Of when they are.
    pub(crate) date: String,
    /// Where they stand.
    pub(crate) source: String,
    /// What Kinesis Data Streams asks for.
    pub(super) kinesis: KinesisPrices,
    /// What Firehose asks for; nothing when absent.
    #[serde(default)]
    pub(super) firehose: FirehosePrices,
    /// What DynamoDB asks for.
    pub(super) dynamodb: DynamoPrices,
    /// An hour of a consumer's host; nothing is paid for hosts when absent.
    #[serde(default)]
    pub(super) worker_hour: Option<Usd>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KinesisPrices {
    pub(super) provisioned: ProvisionedStream,
    pub(super) on_demand: OnDemandStream,
    pub(super) on_demand_advantage: AdvantageStream,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvisionedStream {
    pub(super) shard_hour: Usd,
    pub(super) million_put_payload_units: Usd,
    pub(super) extended_retention_shard_hour: Usd,
    pub(super) long_term_retention_gb_month: Usd,
    pub(super) long_term_retrieval_gb: Usd,
    pub(super) fan_out_consumer_shard_hour: Usd,
    pub(super) fan_out_gb: Usd,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnDemandStream {
    pub(super) stream_hour: Usd,
    pub(super) in_gb: Usd,
    pub(super) out_gb: Usd,
    pub(super) fan_out_gb: Usd,
    pub(super) extended_retention_gb_month: Usd,
    pub(super) long_term_retention_gb_month: Usd,
    pub(super) long_term_retrieval_gb: Usd,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdvantageStream {
    pub(super) in_gb: Usd,
    pub(super) out_gb: Usd,
    pub(super) fan_out_gb: Usd,
    pub(super) extended_retention_gb_month: Usd,
    pub(super) long_term_retention_gb_month: Usd,
    pub(super) long_term_retrieval_gb: Usd,
}

/// Prices of Firehose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirehosePrices {
    /// A GB that is put or read from a stream.
    pub(super) in_gb: Usd,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DynamoPrices {
    pub(super) provisioned: ProvisionedTable,
    pub(super) on_demand: OnDemandTable,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvisionedTable {
    pub(super) write_unit_hour: Usd,
    pub(super) read_unit_hour: Usd,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnDemandTable {
    pub(super) million_write_request_units: Usd,
    pub(super) million_read_request_units: Usd,
}

static BUILT_IN: LazyLock<Prices> = LazyLock::new(|| {
    let read = toml::from_str(include_str!("us-east-1.toml"));
    read.unwrap_or_else(|error| unreachable!("the table that is built in has every price: {error}"))
});

/// Those of us-east-1.
impl Default for Prices {
    fn default() -> Self {
        BUILT_IN.clone()
    }
}

impl Prices {
    /// The same with another price of an hour of a consumer's host.
    pub(crate) fn with_worker_hour(&self, price: Usd) -> Self {
        Self { worker_hour: Some(price), ..self.clone() }
    }
}
