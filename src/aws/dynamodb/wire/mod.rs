//! DynamoDB (`DynamoDB_20120810`): bodies to requests of the table service, and its replies to bodies.
//!
//! Expressions and the older parameters (`Expected`, `AttributeUpdates`, `KeyConditions`, filters) become the same
//! typed trees. Not here: PartiQL, streams, global tables, backups, imports and exports.

mod attribute;
mod body;
pub mod client;
mod decode;
mod encode;
mod grammar;
mod legacy;
mod projection;
mod reserved;
mod scope;
mod shapes;
mod tables;
#[cfg(test)]
mod tests;
mod tokens;

pub use decode::{Call, decode};
pub use encode::{Echo, encode, refusal, wire_refusal};
pub use scope::Scope;
