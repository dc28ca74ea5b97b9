//! DynamoDB (`DynamoDB_20120810`): bodies to requests of the table service, and its replies to bodies.
//!
//! Expressions and the older parameters (`Expected`, `AttributeUpdates`, `KeyConditions`, filters) become the same
//! typed trees. Not here: PartiQL, streams, global tables, backups, imports and exports.

mod arn;
pub(super) mod attribute;
pub(super) mod body;
pub mod client;
mod decode;
pub(super) mod encode;
mod grammar;
mod key_conditions;
pub(super) mod legacy;
mod meaning;
mod meaning_of_conditions;
mod meaning_of_updates;
pub(super) mod members;
pub(super) mod parameters;
mod precedence;
mod problem;
mod projection;
mod protocol;
mod raw;
mod reading;
mod reserved;
mod scope;
pub(super) mod shapes;
pub(super) mod table_members;
mod tables;
#[cfg(test)]
mod tests;
mod tokens;

pub use decode::{Call, decode};
pub use encode::{Echo, encode, refusal};
pub use protocol::Protocol;
pub use scope::Scope;
