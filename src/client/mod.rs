//! Floor 4: the clients, as ordinary async Rust over world handles and service messages.
//!
//! Producers, plain pollers and the Kinesis Client Library. They learn of the services only what comes back
//! over the network, through the retry layer of an AWS SDK ([`sdk`]).

mod application;
pub(crate) mod autoscaling;
pub mod capacity;
mod group;
pub mod kcl;
pub(crate) mod mishaps;
mod planted;
pub mod poller;
pub(crate) mod processor;
pub mod producer;
pub mod sdk;
#[cfg(test)]
pub mod testing;

pub(crate) use self::group::{HostGroup, Stop};

use crate::aws::Cloud;

/// A worker of a consumer whose code the user brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppWorker {
    /// Which of the applications, counted from 0.
    pub app: usize,
    /// Which of its workers, counted from 0.
    pub worker: u32,
    /// The application's number among consumers.
    pub consumer: crate::base::ConsumerId,
}

/// How a consumer gets its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retrieval {
    /// It asks with GetRecords, and shares what each shard gives.
    #[default]
    Polling,
    /// They are pushed to it: enhanced fan-out.
    FanOut,
}

/// How calls of built-in clients reach the services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// As typed messages on the world's links.
    #[default]
    Messages,
    /// As HTTP requests over simulated TCP.
    Http,
}

/// What a client knows of the world.
pub type Cx = crate::world::Host<Cloud>;
