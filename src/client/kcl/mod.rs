//! The Kinesis Client Library 2.x, modelled on its lease table over the network.
//!
//! Where to find a rule, under the library's own names: the lease row in
//! [`base::lease_row`](crate::base::lease_row), every write and its condition in
//! [`lease_refresher`], who takes which lease in [`lease_taker`], renewal and self-fencing in [`lease_renewer`], leader
//! election in [`leader`], which leases a listing of shards calls for in [`shard_syncer`], holes in
//! [`hole_auditor`], deletion of finished rows in [`lease_cleanup`], checkpoint rules in [`checkpointer`], polling in
//! [`fetcher`], one shard's life in `shard_consumer.rs`, and the worker's loops in `scheduler.rs`.
//!
//! Not modelled: KCL 3's leader-based assignment and graceful handoff, enhanced fan-out, aggregated records,
//! several streams in one application.

pub mod checkpointer;
pub mod config;
pub mod fetcher;
pub mod hole_auditor;
pub mod leader;
pub mod lease_cleanup;
pub mod lease_refresher;
pub mod lease_renewer;
pub mod lease_taker;
mod scheduler;
mod shard_consumer;
pub mod shard_syncer;
#[cfg(test)]
mod tests;

pub use config::KclSettings;
pub use scheduler::{WorkerControl, boot_worker};
