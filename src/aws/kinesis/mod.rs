//! Amazon Kinesis Data Streams: the control plane, the data plane, their limits and their storage.
//!
//! [`api`] has the requests, replies, errors and settings; [`Kinesis`] is the state machine. Where to find
//! a rule: numbers in `limits.rs`, call quotas in `quotas.rs`, shard storage in `log.rs` and `zones.rs`, writes in
//! `write.rs`, iterators and reads in `read.rs`, listings in `list.rs`, states and durations in `lifecycle.rs`,
//! splits and merges in `reshard.rs`, on-demand mode in `modes.rs`, trimming in `retention.rs`, keys in
//! `encryption.rs`, registered consumers in `consumers.rs` and `subscriptions.rs`, tags and policies in `tags.rs`, injected faults in
//! `faults.rs`.
//!
//! Not modelled: queues and channels; who may call, so resource policies are kept and not enforced.

mod account;
pub mod api;
mod consumers;
mod encryption;
mod faults;
mod lifecycle;
mod limits;
mod list;
mod log;
mod modes;
mod quotas;
mod read;
mod reshard;
mod retention;
mod shard;
mod stream;
mod subscriptions;
mod tags;
#[cfg(test)]
mod tests;
pub mod wire;
mod write;
mod zones;

use std::collections::BTreeMap;

use crate::aws::Service;
use crate::base::SequenceNumber;
use crate::base::seed::Random;
use crate::base::{Event, HostId, Seed, SimTime, StreamId, StreamName};
use api::{Commitment, Error, Reply, Request, Resource, Settings, Timestamp};
use faults::Faults;
use quotas::Quotas;
use stream::Stream;
use zones::Zones;

/// The service: all streams of one account in one region.
pub struct Kinesis {
    settings: Settings,
    streams: Vec<Stream>,
    /// Streams that exist, by name; a deleted one stays in `streams` under its number.
    names: BTreeMap<StreamName, StreamId>,
    zones: Zones,
    quotas: Quotas,
    faults: Faults,
    durations: Random,
    /// The minimum throughput billing commitment of the account.
    commitment: Commitment,
    next_subscription: u64,
    /// The earliest thing the service does on its own.
    next_deadline: SimTime,
}

/// What a request needs besides the service: when it came, from whom, and where its events go.
struct At<'a> {
    now: SimTime,
    caller: HostId,
    events: &'a mut Vec<Event>,
}

impl Kinesis {
    /// An account without streams.
    pub fn new(settings: Settings, seed: Seed) -> Self {
        Self {
            settings,
            streams: Vec::new(),
            names: BTreeMap::new(),
            zones: Zones::new(),
            quotas: Quotas::new(),
            faults: Faults::new(seed),
            durations: seed.stream("transitions"),
            commitment: Commitment::default(),
            next_subscription: 0,
            next_deadline: SimTime::MAX,
        }
    }

    /// Names of the streams that exist.
    pub fn stream_names(&self) -> impl Iterator<Item = &StreamName> {
        self.names.keys()
    }

    /// The ordinal of a record that is still kept, for observers; `None` when the stream has no such record.
    pub fn ordinal_of(&self, stream: &StreamName, number: SequenceNumber, key: &str) -> Option<u64> {
        let stream = &self.streams[self.names.get(stream)?.index()];
        let shard = stream.shard(number.shard())?;
        let ordinal = shard.log.partition_point(|entry| entry.index < number.index());
        let entry = (ordinal < shard.log.end()).then(|| shard.log.get(ordinal))?;
        (entry.index == number.index() && entry.key.as_str() == key).then_some(ordinal)
    }

    /// Wall-clock milliseconds of an instant of the run.
    fn unix_ms(&self, at: SimTime) -> Timestamp {
        self.settings.epoch_unix_ms + at.as_millis()
    }

    /// The instant of the run at that wall-clock time; before the run counts as its start.
    fn instant(&self, at: Timestamp) -> SimTime {
        let ms = at.saturating_sub(self.settings.epoch_unix_ms);
        // A client may name a time that no run reaches.
        SimTime::from_millis(ms.min(SimTime::MAX.as_millis()))
    }

    fn find(&self, name: &StreamName) -> Result<StreamId, Error> {
        let missing = || format!("Stream {name} under account {} not found.", self.settings.account);
        self.names.get(name).copied().ok_or_else(|| Error::ResourceNotFound(missing().into()))
    }

    fn stream(&self, id: StreamId) -> &Stream {
        &self.streams[id.index()]
    }

    fn stream_mut(&mut self, id: StreamId) -> &mut Stream {
        &mut self.streams[id.index()]
    }

    fn wake_at(&mut self, at: SimTime) {
        self.next_deadline = self.next_deadline.min(at);
    }

    fn dispatch(&mut self, at: &mut At<'_>, request: Request) -> Reply {
        self.quotas.admit(&self.settings, at.now, &request, &self.names)?;
        match request {
            Request::PutRecords { stream, entries } => self.put_records(at, &stream, &entries),
            Request::PutRecord { stream, entry, sequence_number_for_ordering } => {
                self.put_record(at, &stream, entry, sequence_number_for_ordering)
            }
            Request::GetRecords { iterator, limit } => self.get_records(at, &iterator, limit),
            Request::GetShardIterator { stream, shard, position } => {
                self.get_shard_iterator(at, &stream, shard, position)
            }
            Request::DryRun { stream, .. } => self.dry_run(&stream),
            Request::CreateStream(request) => self.create_stream(at, *request),
            Request::DeleteStream { stream, with_consumers } => self.delete_stream(at, &stream, with_consumers),
            Request::DescribeStream { stream, exclusive_start, limit } => {
                self.describe_stream(&stream, exclusive_start, limit)
            }
            Request::DescribeStreamSummary { stream } => self.describe_stream_summary(&stream),
            Request::ListStreams { exclusive_start, next_token, limit } => {
                self.list_streams(at.now, exclusive_start, next_token, limit)
            }
            Request::ListShards(request) => self.list_shards(at.now, request),
            Request::SplitShard { stream, shard, new_starting_hash_key } => {
                self.split_shard(at, &stream, shard, new_starting_hash_key)
            }
            Request::MergeShards { stream, shard, adjacent } => self.merge_shards(at, &stream, shard, adjacent),
            Request::UpdateShardCount { stream, target } => self.update_shard_count(at, &stream, target),
            Request::IncreaseStreamRetentionPeriod { stream, hours } => {
                self.increase_retention_period(at, &stream, hours)
            }
            Request::DecreaseStreamRetentionPeriod { stream, hours } => {
                self.decrease_retention_period(at, &stream, hours)
            }
            Request::StartStreamEncryption { stream, key_id } => self.start_encryption(at, &stream, key_id),
            Request::StopStreamEncryption { stream, key_id } => self.stop_encryption(at, &stream, &key_id),
            other => self.dispatch_rest(at, other),
        }
    }

    /// DryRun asks whether the caller is permitted, and everyone is. Here the stream must serve; shards, sequence numbers,
    /// the iterator's age, the size of records, consumers, keys and limits are not looked at
    /// (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>).
    fn dry_run(&self, stream: &StreamName) -> Reply {
        self.need_serving(self.find(stream)?)?;
        Err(Error::DryRunOperation)
    }

    /// What neither producers nor polling consumers ask.
    fn dispatch_rest(&mut self, at: &mut At<'_>, request: Request) -> Reply {
        match request {
            Request::AddTagsToStream { stream, tags } => self.add_tags(&Resource::Stream(stream), tags),
            Request::RemoveTagsFromStream { stream, keys } => self.remove_tags(&Resource::Stream(stream), &keys),
            Request::ListTagsForStream { stream, after, limit } => {
                self.list_tags(&Resource::Stream(stream), after.as_deref(), limit)
            }
            Request::TagResource { resource, tags } => self.add_tags(&resource, tags),
            Request::UntagResource { resource, keys } => self.remove_tags(&resource, &keys),
            Request::ListTagsForResource { resource } => self.list_tags(&resource, None, None),
            Request::PutResourcePolicy { resource, policy } => self.put_policy(&resource, policy),
            Request::GetResourcePolicy { resource } => self.get_policy(&resource),
            Request::DeleteResourcePolicy { resource } => self.delete_policy(&resource),
            Request::EnableEnhancedMonitoring { stream, metrics } => self.enable_monitoring(&stream, metrics),
            Request::DisableEnhancedMonitoring { stream, metrics } => self.disable_monitoring(&stream, metrics),
            Request::DescribeLimits => self.describe_limits(),
            Request::DescribeAccountSettings => self.describe_account_settings(),
            Request::UpdateAccountSettings { commitment } => self.update_account_settings(at, commitment),
            Request::UpdateStreamMode { stream, mode, warm_throughput_mibps } => {
                self.update_mode(at, &stream, mode, warm_throughput_mibps)
            }
            Request::UpdateStreamWarmThroughput { stream, mibps } => self.update_warm_throughput(at, &stream, mibps),
            Request::UpdateMaxRecordSize { stream, kib } => self.update_max_record_size(at, &stream, kib),
            Request::UpdateStreamRecordDistributionStrategy { stream, strategy } => {
                self.update_distribution(&stream, strategy)
            }
            Request::SubscribeToShard { consumer, shard, position } => self.subscribe(at, &consumer, shard, position),
            Request::RegisterStreamConsumer { stream, name, tags } => self.register_consumer(at, &stream, name, tags),
            Request::DeregisterStreamConsumer { consumer } => self.deregister_consumer(at, &consumer),
            Request::DescribeStreamConsumer { consumer } => self.describe_consumer(&consumer, at.now),
            Request::ListStreamConsumers { stream, after, max_results } => {
                self.list_consumers(at, &stream, after, max_results)
            }
            _ => unreachable!("{} is dispatched before", request.operation()),
        }
    }
}

impl Service for Kinesis {
    type Request = Request;
    type Reply = Reply;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        self.advance(now, events);
        let operation = request.operation();
        let before = events.len();
        let reply = self.dispatch(&mut At { now, caller, events }, request);
        if let Err(error) = &reply {
            // Refusals of the data plane have events of their own.
            if events.len() == before {
                events.push(Event::CallRefused { service: "kinesis", operation, host: caller, error: error.code() });
            }
        }
        reply
    }

    fn next_deadline(&self) -> Option<SimTime> {
        (self.next_deadline != SimTime::MAX).then_some(self.next_deadline)
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if now < self.next_deadline {
            return;
        }
        self.next_deadline = SimTime::MAX;
        self.finish_transitions(now, events);
        self.rebuild_zones(now, events);
        self.forget_consumers(now);
        self.scale_on_demand(now, events);
        self.trim_all(now, events);
    }
}
