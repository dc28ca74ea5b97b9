//! Floor 2: Amazon Data Firehose (formerly Kinesis Data Firehose): records from producers or a stream, through buffers,
//! a function and other stages, to a destination.
//!
//! `operations/` has one file an operation; [`api`] has replies, errors and settings; [`pipeline`] what a configuration
//! makes of records. Where to find a rule: quotas of what is put in `quotas.rs`, the reading of a source in
//! `reader.rs`, buffers in `buffer.rs`, the function's calls in `transform.rs`, what is done to single records in
//! `chain/`, deliveries, their retries and backups in `deliver.rs`, and how each kind of destination is spoken to in
//! `driver/`. Which delivery streams there are, and what they are told, is `control/`'s and `configuration/`'s; `wire/`
//! has the bytes.
//!
//! Everything that was accepted and not yet delivered is durable: a crash of the service loses only what it had asked
//! and was not told yet, so requests may be repeated.
//!
//! Not modelled: sources of Amazon MSK and databases; destinations other than S3, Redshift, OpenSearch, Splunk and HTTP
//! endpoints; VPCs, roles and secrets.

mod agenda;
pub mod api;
mod asking;
mod buffer;
mod chain;
mod configuration;
mod control;
mod deliver;
mod delivery_stream;
#[cfg(test)]
mod desk;
mod dispatch;
mod driver;
mod ingest;
mod lane;
mod operations;
pub(crate) mod pipeline;
mod planted;
mod quotas;
mod reader;
mod reading;
mod record;
mod service;
#[cfg(test)]
mod tests;
mod transform;
pub mod wire;
mod work;

/// The largest record, before base64 (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).
pub(crate) const RECORD_BYTES_MAX: u64 = 1_024_000;

pub use self::api::{Reply, Settings};
pub use self::asking::{Ask, Told};
pub(crate) use self::chain::check::check;
pub(crate) use self::driver::SKIPPED_MANIFESTS;
pub use self::operations::*;
pub(crate) use self::pipeline::Pipeline;
pub use self::service::Firehose;
pub use super::protocol::fault_points::Fault;
