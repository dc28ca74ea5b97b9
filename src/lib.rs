//! kinesim
pub mod base;
pub mod service;
pub mod world;
