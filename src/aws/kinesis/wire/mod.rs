//! Kinesis Data Streams (`Kinesis_20131202`): bodies to requests of the streams service, and its replies to bodies.
//!
//! Not here: queues and channels, whose operations are refused by name.

mod arn;
pub(super) mod body;
pub mod client;
mod decode;
mod encode;
pub(super) mod members;
mod numbers;
mod protocol;
mod resources;
pub(super) mod shapes;
mod subscription;
#[cfg(test)]
mod tests;
pub mod tokens;

pub use decode::{Call, Echo, decode};
pub use encode::encode;
pub use protocol::Protocol;
pub(crate) use subscription::initial_response;
pub use subscription::next;
