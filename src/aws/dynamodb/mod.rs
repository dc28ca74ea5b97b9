//! Floor 2: Amazon DynamoDB, as far as a lease table needs it: typed tables with capacity, conditions and an index.
//!
//! `operations/` has one file an operation: its request, its members and how it is carried out; [`api`] the replies,
//! errors and settings; [`DynamoDb`] is the state machine. Where to find a
//! rule: units and throttling in `capacity.rs`, conditions in `conditions.rs`, updates in `updates.rs` (both as trees
//! in
//! `expressions.rs`), stored items
//! and stale reads in `store.rs`, indexes in `indexes.rs`, what keys must be in
//! `key_checks.rs`, single-item calls in `items.rs`, Query and Scan in `pages.rs` and what they check in
//! `page_checks.rs`, batches in `batches.rs`, transactions in `transactions.rs` and `idempotency.rs`, table
//! states in `tables.rs`, updates of tables in `table_updates.rs`, injected faults in `faults.rs`.
//!
//! Not modelled: the deletion of what TTL says has expired, backups, streams, auto scaling, and
//! partitions that split by size or by heat: their number follows from the capacity.
//!
//! [`UnitsConsumed`](crate::base::Event::UnitsConsumed) counts the table's own units. An index has its own, which show
//! only when they run out.

pub mod api;
mod batches;
pub(crate) mod capacity;
mod conditions;
mod dispatch;
mod expressions;
mod extras;
mod faults;
mod idempotency;
mod indexes;
mod injection;
mod items;
mod key_checks;
mod one_item;
mod operations;
mod page_checks;
mod pages;
mod planted;
mod service;
mod store;
mod table;
mod table_indexes;
mod table_updates;
mod tables;
#[cfg(test)]
mod tests;
mod transactions;
mod updates;
pub mod wire;

pub use api::{Fault, Reply, Settings};
pub(crate) use one_item::{Effect, OneItem};
pub use operations::*;
pub use service::DynamoDb;
