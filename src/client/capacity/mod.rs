//! What a system's clients ask of the services' limits, by arithmetic and without a run.
//!
//! [`Demand`] is a tree: for each stream what its producers write and what its readers ask of each shard, for each KCL
//! application what it asks of its lease table. Everything is a mean over time at the highest rate that is configured,
//! spread evenly over shards; retries, bursts within a second, uneven ranges and faults are for a run to show. What is
//! not known beforehand (the user's own code) is `None` or absent. A trace's highest rate is that of its busiest
//! interval.

pub mod leases;
pub mod streams;
mod system;

pub(crate) use leases::LeaseTableDemand;
pub use leases::{TableReads, TableWrites};
pub use streams::{HotKey, ProducerDemand, StreamDemand};
pub use system::System;

use crate::base::StreamName;

/// What is asked of each limit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Demand {
    /// By stream, in the system's order.
    pub streams: Vec<StreamDemand>,
    /// By KCL application, in the system's order; one whose stream is created during the run is left out.
    pub(crate) lease_tables: Vec<LeaseTableDemand>,
}

impl Demand {
    /// The demand of a system.
    pub(crate) fn of(system: &System<'_>) -> Self {
        let streams: Vec<_> =
            system.streams.iter().map(|(name, shards)| StreamDemand::of(system, name, *shards)).collect();
        let of_stream = |name: &StreamName| streams.iter().find(|stream| stream.name == *name);
        let lease_tables = system.kcl.iter().filter_map(|kcl| Some(LeaseTableDemand::of(kcl, of_stream(&kcl.stream)?)));
        let lease_tables = lease_tables.collect();
        Self { streams, lease_tables }
    }

    /// The demand of a producer on its stream.
    pub(crate) fn producer(&self, name: &str) -> Option<&ProducerDemand> {
        self.streams.iter().flat_map(|stream| &stream.producers).find(|producer| *producer.name == *name)
    }

    /// The demand of a KCL application on its lease table.
    pub(crate) fn lease_table(&self, consumer: &str) -> Option<&LeaseTableDemand> {
        self.lease_tables.iter().find(|table| *table.consumer == *consumer)
    }
}

#[cfg(test)]
mod tests;
