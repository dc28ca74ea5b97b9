//! Amazon Data Firehose (`Firehose_20150804`): bodies to requests, and replies to bodies.
//!
//! What a destination is told is kept as it was said; the shapes that it is checked by are in `configuration/shapes`.

pub(super) mod body;
mod client;
mod encode;
mod protocol;
mod record_id;
#[cfg(test)]
mod tests;

pub use self::protocol::Protocol;
