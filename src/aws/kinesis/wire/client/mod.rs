//! The client's side: requests of the streams service to bodies, and bodies of answers to its replies.
//!
//! Here are the operations that the built-in clients use: PutRecord, PutRecords, GetShardIterator, GetRecords and
//! ListShards. Foreign clients bring a side of their own.

mod reply;
mod request;
#[cfg(test)]
mod tests;

pub use reply::reply;
pub use request::body;
