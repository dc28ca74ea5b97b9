//! Floor 2: carriage of HTTP, shared by the endpoint for real clients and by HTTP inside the simulation.

pub mod frames;
pub mod headers;
