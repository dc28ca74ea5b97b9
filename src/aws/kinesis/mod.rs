//! Floor 2: Amazon Kinesis Data Streams: the control plane, the data plane, their limits and their storage.
//!
//! `operations/` has one file an operation: its request, its quota, its members and what carries it out; [`api`] has
//! the replies, errors and settings; [`Kinesis`] is the state machine. Where to find a rule: numbers in `limits.rs`,
//! shard storage in `log.rs` and `zones.rs`, writes in `write.rs`, iterators and reads in `read.rs`, listings in
//! `list.rs`, states and durations in `lifecycle.rs`, splits and merges in `reshard.rs`, on-demand mode in `modes.rs`,
//! trimming in `retention.rs`, keys in `encryption.rs`, registered consumers in `consumers.rs` and `subscriptions.rs`,
//! tags and policies in `tags.rs`, faults in `faults.rs`, what every request goes through in `dispatch.rs`, and what
//! observers see in `look.rs`.
//!
//! Not modelled: queues and channels; who may call, so resource policies are kept and not enforced.

mod account;
mod aim;
pub mod api;
pub mod capacity;
mod consumer;
mod consumers;
mod dispatch;
mod dry_run;
mod encryption;
mod faults;
mod injection;
mod lifecycle;
pub(crate) mod limits;
mod list;
mod log;
mod look;
mod modes;
mod operations;
mod planted;
mod quotas;
mod read;
mod reshard;
mod retention;
mod service;
mod shard;
mod stream;
mod subscriptions;
mod tag_set;
mod tags;
#[cfg(test)]
mod tests;
pub mod wire;
mod write;
mod zone_outage;
mod zones;

pub use api::{Fault, Reply, Settings};
pub(crate) use look::{Seen, Unread};
pub(crate) use modes::{is_busy, is_split_on_demand, middle, split_in_the_middle};
pub use operations::*;
pub(crate) use reshard::{check_target, uniform_steps};
pub use service::Kinesis;
pub(crate) use shard::{ReadLimit, WriteLimit};
pub(crate) use stream::{ReshardStep, calls_of_last_day};
