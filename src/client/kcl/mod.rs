//! The Kinesis Client Library 2.x, modelled on its lease table over the network.

pub mod config;
pub use config::KclSettings;
