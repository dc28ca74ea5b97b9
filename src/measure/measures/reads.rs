//! What is counted of reads: answers of GetRecords, events of enhanced fan-out, and what was refused.

use super::Measures;
use crate::base::{Event, HostId, ShardId, SimTime, StreamId};
use crate::measure::delivery::DeliveryMeasure;
use crate::measure::occurrence::Occurrence;

impl Measures {
    pub(super) fn on_read(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordsRead { stream, shard, host, from, size_bytes, behind_latest_ms, iterator_age_ms, .. } => {
                if let Some(stream) = self.stream(*stream) {
                    stream.counts.get_records_calls += 1;
                    stream.counts.read_old(*iterator_age_ms, *size_bytes);
                }
                self.read(at, *stream, *shard, *host, *size_bytes);
                self.sourced_from(*stream, *host, |delivery| delivery.read(at, *behind_latest_ms));
                self.reach(at, (*shard, *host), *from, *iterator_age_ms, *behind_latest_ms);
            }
            Event::SubscriptionRead { stream, shard, host, from, size_bytes, behind_latest_ms, .. } => {
                if let Some(stream) = self.stream(*stream) {
                    stream.counts.fan_out_bytes += size_bytes;
                }
                if let Some(consumer) = self.backlog.consumer_of(*host).and_then(|id| self.consumer(id)) {
                    consumer.shards.slot(shard.index()).pushed.add(at, 1, *size_bytes);
                }
                // Of an event CloudWatch has MillisBehindLatest alone.
                self.reach(at, (*shard, *host), *from, *behind_latest_ms, *behind_latest_ms);
            }
            Event::ReadRefused { stream, shard, host, .. } => {
                if let Some(shard) = self.shard(*stream, *shard) {
                    shard.counts.reads_throttled += 1;
                }
                if let Some(counts) = self.counts_of_host(*host) {
                    counts.reads_throttled += 1;
                }
                self.read(at, *stream, *shard, *host, 0);
                self.sourced_from(*stream, *host, DeliveryMeasure::refuse_read);
                self.happened(Occurrence::ReadThrottled, 1);
            }
            Event::IteratorExpired { stream, host, .. } => {
                if let Some(stream) = self.stream(*stream) {
                    stream.counts.iterators_expired += 1;
                }
                if let Some(counts) = self.counts_of_host(*host) {
                    counts.iterators_expired += 1;
                }
                self.happened(Occurrence::IteratorExpired, 1);
            }
            _ => {}
        }
    }

    /// A host was given records from `from` on: how old they were, and how far behind it is.
    fn reach(&mut self, at: SimTime, (shard, host): (ShardId, HostId), from: u64, age_ms: u64, behind_ms: u64) {
        let waited = self.backlog.ended_by_read(at, shard, host);
        self.catch_ups.read(at, host, shard, behind_ms);
        let Some(consumer) = self.backlog.consumer_of(host).and_then(|id| self.consumer(id)) else { return };
        consumer.shards.slot(shard.index()).read(host, from);
        consumer.counts.age(age_ms, at, shard, Some(host));
        waited.iter().for_each(|waiting| consumer.counts.age(waiting.age_ms, at, shard, Some(host)));
        consumer.counts.behind_latest_most.see(behind_ms, at, Some(shard), Some(host));
    }

    fn read(&mut self, at: SimTime, stream: StreamId, shard: ShardId, host: HostId, size_bytes: u64) {
        if let Some(shard) = self.shard(stream, shard) {
            shard.counts.reads.add(at, 1, size_bytes);
        }
        if let Some(consumer) = self.backlog.consumer_of(host).and_then(|consumer| self.consumer(consumer)) {
            consumer.shards.slot(shard.index()).reads.add(at, 1, size_bytes);
        }
    }
}
