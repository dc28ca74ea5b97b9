//! Producers: hosts that put records, at a rate or from a trace, with buffers and retries.

mod arrivals;
mod keys;
mod replay;
pub mod settings;
pub mod trace;
pub use settings::*;
