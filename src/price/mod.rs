//! Floor 3: what usage costs: a table of prices, and the bill that it makes of what was used.
//!
//! [`Usage`] is plain numbers, whoever counted them: figures of a run, or rates of a plan. [`Bill`] has a line for each
//! thing that is paid for, with its quantity, its price and the rule. Money is in whole billionths of a dollar, so that
//! sums are exact. Rules are those of <https://aws.amazon.com/kinesis/data-streams/pricing/> and
//! <https://aws.amazon.com/dynamodb/pricing/>.
//!
//! Not modelled: free tiers, discounts and commitments other than that of On-demand Advantage, traffic between zones
//! and regions, storage of tables, KMS, CloudWatch. Hours are not rounded up: a month is what was used, drawn out.

mod bill;
mod rules;
mod table;
#[cfg(test)]
mod tests;
pub(crate) mod usage;
mod usd;

pub(crate) use bill::{Bill, Line};
pub(crate) use table::Prices;
pub(crate) use usage::{
    DeliveryUsage, Mode, StreamUsage, TableUsage, Usage, WorkerUsage, billed_kib, put_payload_units,
};
pub(crate) use usd::Usd;
