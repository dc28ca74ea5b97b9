//! What is asked of a stream's shards: writes by producers, reads by consumers.

use std::sync::Arc;

use super::system::System;
use crate::aws::kinesis::capacity::{ReadLoad, Share, WriteLoad};
use crate::aws::kinesis::limits::SUBSCRIPTION_BYTES_PER_S;
use crate::base::{SimDuration, StreamName, salted};
use crate::client::Retrieval;
use crate::client::kcl::KclSettings;
use crate::client::producer::{KeyDistribution, Load, ProducerSettings, Rate, SizeDistribution};

/// What is asked of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamDemand {
    /// Its name.
    pub name: StreamName,
    /// Open shards at the start.
    pub shards: u32,
    /// What its shards take in all.
    pub limit: WriteLoad,
    /// What each producer asks, in the system's order.
    pub producers: Vec<ProducerDemand>,
    /// What each consumer without enhanced fan-out asks: KCL applications, then pollers.
    pub(crate) readers: Vec<ReaderDemand>,
    /// KCL applications with enhanced fan-out.
    pub(crate) fan_out: Vec<Arc<str>>,
}

/// What a producer asks of its stream at its highest rate.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerDemand {
    /// Its name.
    pub name: Arc<str>,
    /// What it writes; `None` when that is not known beforehand.
    pub writes: Option<WriteLoad>,
    /// The key that has a share of its own.
    pub(crate) hot_key: Option<HotKey>,
}

/// A key with a share of a producer's records.
#[derive(Clone, Debug, PartialEq)]
pub struct HotKey {
    /// The partition key, which no split spreads.
    pub key: Arc<str>,
    /// What is written with it; all of that goes to one shard.
    pub writes: WriteLoad,
}

/// What a consumer asks of each shard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReaderDemand {
    /// Its name.
    pub name: Arc<str>,
    /// Its calls, and the bytes that are written to a shard when all its stream's writes are known.
    pub reads: ReadLoad,
}

impl StreamDemand {
    /// The demand on one of a system's streams.
    pub fn of(system: &System<'_>, name: &StreamName, shards: u32) -> Self {
        let producers = system.producers.iter().filter(|producer| producer.is_to(name));
        let mut demand = Self {
            name: name.clone(),
            shards,
            limit: WriteLoad::limit(shards),
            producers: producers.map(ProducerDemand::of).collect(),
            readers: Vec::new(),
            fan_out: Vec::new(),
        };
        let is_polling = |kcl: &&KclSettings| kcl.stream == *name && kcl.retrieval == Retrieval::Polling;
        let kcl = system.kcl.iter().filter(is_polling);
        kcl.for_each(|kcl| demand.add_reader(&kcl.name, kcl.idle_between_reads));
        let fan_out = system.kcl.iter().filter(|kcl| kcl.stream == *name && kcl.retrieval == Retrieval::FanOut);
        demand.fan_out = fan_out.map(|kcl| kcl.name.clone()).collect();
        let pollers = system.pollers.iter().filter(|poller| poller.stream == *name);
        pollers.for_each(|poller| demand.add_reader(&poller.name, poller.idle));
        demand
    }

    /// Somebody else calls GetRecords for each shard, so long after another.
    pub(crate) fn add_reader(&mut self, name: &Arc<str>, idle: SimDuration) {
        let bytes_per_s = self.writes().map_or(0.0, |writes| writes.bytes_per_s / f64::from(self.shards));
        let calls_per_s = 1.0 / idle.as_secs_f64().max(0.001);
        self.readers.push(ReaderDemand { name: name.clone(), reads: ReadLoad { calls_per_s, bytes_per_s } });
    }

    /// What all producers together write; `None` when that of one is not known.
    pub fn writes(&self) -> Option<WriteLoad> {
        self.producers.iter().try_fold(WriteLoad::default(), |sum, producer| Some(sum.plus(producer.writes?)))
    }

    /// What all writes are of the stream's limits.
    pub(crate) fn write_share(&self) -> Option<Share> {
        self.writes().map(|writes| writes.of(self.shards))
    }

    /// What is written to a shard, of the bytes that each consumer with enhanced fan-out gets of it; `None` when that
    /// is not known.
    pub(crate) fn fan_out_share(&self) -> Option<f64> {
        let bytes_per_s = self.writes()?.bytes_per_s / f64::from(self.shards);
        Some(bytes_per_s / SUBSCRIPTION_BYTES_PER_S as f64)
    }

    /// What all readers together are of what each shard gives.
    pub(crate) fn read_share(&self) -> Share {
        self.readers.iter().fold(ReadLoad::default(), |sum, reader| sum.plus(reader.reads)).of_shard()
    }
}

impl ProducerDemand {
    /// The demand of a producer.
    pub(crate) fn of(producer: &ProducerSettings) -> Self {
        let name = producer.name.clone();
        let (rate, size, keys) = match &producer.load {
            Load::Generated { rate, size, keys } => (rate, size, keys),
            Load::Trace { trace, speed, scale, size, .. } => {
                let writes = trace.highest(mean_bytes(size)).part(speed * scale);
                return Self { name, writes: Some(writes), hot_key: None };
            }
        };
        let records_per_s = highest(rate);
        let writes = WriteLoad { records_per_s, bytes_per_s: records_per_s * mean_bytes(size) };
        let hot_key = hot_key(keys, writes);
        Self { name, writes: Some(writes), hot_key }
    }
}

/// The key that has a share of its own.
fn hot_key(keys: &KeyDistribution, writes: WriteLoad) -> Option<HotKey> {
    match keys {
        KeyDistribution::Hot { key, share, .. } => Some(HotKey { key: key.clone(), writes: writes.part(*share) }),
        KeyDistribution::Salted { of, parts } => {
            let HotKey { key, writes } = hot_key(of, writes)?;
            Some(HotKey { key: salted(&key, 0).into(), writes: writes.part(1.0 / f64::from(*parts)) })
        }
        KeyDistribution::Uniform { .. }
        | KeyDistribution::Zipf { .. }
        | KeyDistribution::List(_)
        | KeyDistribution::Unique
        | KeyDistribution::ExplicitHash(_) => None,
    }
}

/// Records a second when the rate is highest.
fn highest(rate: &Rate) -> f64 {
    match *rate {
        Rate::Constant { per_s } => per_s,
        Rate::Ramp { from_per_s, to_per_s } => from_per_s.max(to_per_s),
        Rate::Daily { high_per_s, .. } => high_per_s,
        Rate::Bursts { burst_per_s, .. } => burst_per_s,
    }
}

/// Mean size of a record's data. Its partition key, which counts as well, is left out.
fn mean_bytes(size: &SizeDistribution) -> f64 {
    match *size {
        SizeDistribution::Fixed(bytes) => f64::from(bytes),
        SizeDistribution::Uniform(low, high) => (f64::from(low) + f64::from(high)) / 2.0,
    }
}
