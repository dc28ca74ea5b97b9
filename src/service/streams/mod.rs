//! Amazon Kinesis Data Streams: the control plane, the data plane, their limits and their storage.
//!
//! [`api`] has the requests, replies, errors and settings; [`StreamsService`] is the state machine.

pub mod api;
