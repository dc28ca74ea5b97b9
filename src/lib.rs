//! kinesim
pub mod base;
pub mod client;
pub mod cloud;
pub mod service;
pub mod world;
