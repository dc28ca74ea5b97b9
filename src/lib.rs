//! kinesim
pub mod base;
pub mod check;
pub mod client;
pub mod cloud;
pub mod measure;
pub mod report;
pub mod scenario;
pub mod service;
pub mod world;
