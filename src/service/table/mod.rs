//! Amazon DynamoDB, as far as a lease table needs it: typed tables with capacity, conditions and an index.
//!
//! [`api`] has the requests, replies, errors and settings; [`TableService`] is the state machine.

pub mod api;
