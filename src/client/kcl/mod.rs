//! The Kinesis Client Library 2.x, modelled on its lease table over the network.
//!
//! Where to find a rule: the lease row in [`base::lease_row`](crate::base::lease_row), every write and its condition in
//! [`lease::store`], renewal and self-fencing in [`lease::renewal`], when a lease counts as expired in
//! [`lease::expiry`], who takes which lease in [`assignment`], leader election in [`leader_kcl2`], which leases a
//! listing of shards calls for in [`shard_syncer`], holes in [`hole_auditor`], deletion of finished rows in
//! [`lease_cleanup`], checkpoint rules in [`checkpointer`], polling in [`fetcher`], enhanced fan-out in [`fan_out`] and
//! `registration.rs`, one shard's life in `shard_consumer.rs`, and the worker's jobs in `scheduler/`. Names with `kcl2`
//! in them are what KCL 3 does in another way.
//!
//! Not modelled: KCL 3's leader-based assignment and graceful handoff, aggregated records,
//! several streams in one application.

pub(crate) mod assignment;
pub(crate) mod checkpointer;
pub mod config;
pub(crate) mod fan_out;
pub(crate) mod fetcher;
pub(crate) mod hole_auditor;
pub(crate) mod leader_kcl2;
pub mod lease;
pub(crate) mod lease_cleanup;
mod planted;
pub(crate) mod registration;
mod scheduler;
mod shard_consumer;
pub(crate) mod shard_syncer;
#[cfg(test)]
mod tests;
mod worker;
mod workers;

pub use config::KclSettings;
pub(crate) use lease::store::CREATE_POLL;
pub(crate) use scheduler::{AUDITOR_DELAY, INITIAL_POLL, INITIAL_WAIT, renewal_period};
pub(crate) use workers::KclWorkers;
