//! kinesim
pub mod base;
pub mod service;
