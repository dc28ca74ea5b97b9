//! The client's side: requests of the table service to bodies, and bodies of answers to its replies.
//!
//! Here are the operations that the built-in clients use: CreateTable, DescribeTable, GetItem, PutItem, UpdateItem,
//! DeleteItem and Scan. Foreign clients bring a side of their own.

mod expressions;
mod reply;
mod request;
#[cfg(test)]
mod tests;

pub use reply::reply;
pub use request::body;
