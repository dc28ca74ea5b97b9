//! The control plane: which delivery streams there are, in what state, and what they are told to do.
//!
//! It carries no record. What the rest of the service must do about a delivery stream it is told by [`Became`], in the
//! order in which it came about. Where to find a rule: states in `lifecycle.rs`, encryption in `encryption.rs`, tags in
//! `tags.rs`, calls a second in `quotas.rs`; what a destination may be told in `configuration/`.
//!
//! Assumed, because AWS does not say: an update shows in DescribeDeliveryStream at once, under its new version, and
//! records are delivered by it some time later.

mod delivery;
mod encryption;
#[cfg(test)]
mod laws;
mod lifecycle;
mod quotas;
mod state;
mod tags;
#[cfg(test)]
mod tests;

pub(super) use self::lifecycle::{Creation, Update};
pub(super) use self::quotas::Quota;
pub(super) use self::state::{Became, Change, Control, DESTINATION_ID};
