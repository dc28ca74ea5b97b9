//! Floor 2: carriage of HTTP, shared by the endpoint for real clients and by HTTP inside the simulation.
//!
//! Headers, bodies, frames that come over time, the loop that pushes events, and a client with a connection pool.
//! Sockets, clocks and what is answered belong to those who use it. No redirects, cookies or compression: AWS's APIs
//! have none.

pub(crate) mod body;
#[cfg(feature = "http")]
pub(crate) mod client;
pub(crate) mod frames;
pub(crate) mod headers;
pub(crate) mod push;
