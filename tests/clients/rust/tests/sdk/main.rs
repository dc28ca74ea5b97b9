//! The AWS SDK for Rust against the endpoint: typed answers and errors, pages, waiters, retries, event streams.

mod deliveries;
mod fan_out;
mod streams;
mod support;
mod tables;
