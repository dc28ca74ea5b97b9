//! The service as a value: its state, and what its parts look up in it.
//!
//! What it does stands in the files beside this one, by subject; which of them answers a request, in `operations/`.

use std::collections::BTreeMap;

use super::api::{Commitment, Error, Settings, Timestamp};
use super::faults::Faults;
use super::quotas::Quotas;
use super::stream::Stream;
use super::zones::Zones;
use crate::base::SequenceNumber;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, SimTime, StreamId, StreamName};

/// The service: all streams of one account in one region.
pub struct Kinesis {
    pub(super) settings: Settings,
    pub(super) streams: Vec<Stream>,
    /// Streams that exist, by name; a deleted one stays in `streams` under its number.
    pub(super) names: BTreeMap<StreamName, StreamId>,
    pub(super) zones: Zones,
    pub(super) quotas: Quotas,
    pub(super) faults: Faults,
    pub(super) durations: Random,
    /// The minimum throughput billing commitment of the account.
    pub(super) commitment: Commitment,
    pub(super) next_subscription: u64,
    /// Subscriptions that have something to say since they were last asked.
    pub(super) news: Vec<u64>,
    /// The earliest thing the service does on its own.
    pub(super) next_deadline: SimTime,
}

/// What a request needs besides the service: when it came, from whom, and where its events go.
pub(super) struct At<'a> {
    pub now: SimTime,
    pub caller: HostId,
    pub events: &'a mut Vec<Event>,
}

impl Kinesis {
    /// An account without streams.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            settings,
            streams: Vec::new(),
            names: BTreeMap::new(),
            zones: Zones::new(),
            quotas: Quotas::new(),
            faults: Faults::new(&chance),
            durations: chance.stream("transitions"),
            commitment: Commitment::default(),
            next_subscription: 0,
            news: Vec::new(),
            next_deadline: SimTime::MAX,
        }
    }

    /// Names of the streams that exist.
    pub fn stream_names(&self) -> impl Iterator<Item = &StreamName> {
        self.names.keys()
    }

    /// The ordinal of a record that is still kept, for observers; `None` when the stream has no such record, or one
    /// with another key than is said.
    pub(crate) fn ordinal_of(&self, stream: &StreamName, number: SequenceNumber, key: Option<&str>) -> Option<u64> {
        let stream = &self.streams[self.names.get(stream)?.index()];
        let shard = stream.shard(number.shard())?;
        let ordinal = shard.log.partition_point(|entry| entry.index < number.index());
        let entry = (ordinal < shard.log.end()).then(|| shard.log.get(ordinal))?;
        (entry.index == number.index() && key.is_none_or(|key| entry.key.as_str() == key)).then_some(ordinal)
    }

    /// Wall-clock milliseconds of an instant of the run.
    pub(super) fn unix_ms(&self, at: SimTime) -> Timestamp {
        self.settings.epoch_unix_ms + at.as_millis()
    }

    /// The instant of the run at that wall-clock time; before the run counts as its start.
    pub(super) fn instant(&self, at: Timestamp) -> SimTime {
        let ms = at.saturating_sub(self.settings.epoch_unix_ms);
        // A client may name a time that no run reaches.
        SimTime::from_millis(ms.min(SimTime::MAX.as_millis()))
    }

    pub(super) fn find(&self, name: &StreamName) -> Result<StreamId, Error> {
        let missing = || format!("Stream {name} under account {} not found.", self.settings.account);
        self.names.get(name).copied().ok_or_else(|| Error::ResourceNotFound(missing().into()))
    }

    pub(super) fn stream(&self, id: StreamId) -> &Stream {
        &self.streams[id.index()]
    }

    pub(super) fn stream_mut(&mut self, id: StreamId) -> &mut Stream {
        &mut self.streams[id.index()]
    }

    pub(super) fn wake_at(&mut self, at: SimTime) {
        self.next_deadline = self.next_deadline.min(at);
    }
}
