//! How long records wait to be read: the age that GetRecords.IteratorAgeMilliseconds cannot show.
//!
//! CloudWatch's metric has a value only when GetRecords is called, and is silent about a shard that nobody reads.
//! Here the age of a shard for a consumer is looked at every ten seconds of simulated time as well: the age of the
//! oldest record that the consumer has not read, to the second. What the consumer has not read are the records above
//! the highest that it ever read, or, before its first read of the shard, those accepted since its first worker began
//! (a consumer that begins at TRIM_HORIZON owes the older ones too; that they wait shows at its first read).

use std::collections::VecDeque;

use super::by_id::ById;
use crate::base::event::{Event, Fold, StreamStatus};
use crate::base::{ConsumerId, HostId, ShardId, SimDuration, SimTime, StreamId, StreamName};

/// Time between two looks at every shard.
pub(crate) const LOOK_EVERY: SimDuration = SimDuration::from_secs(10);

/// What waits, by consumer and shard.
#[derive(Clone, Default)]
pub(crate) struct Backlog {
    streams: ById<Option<Stream>>,
    consumers: ById<Option<Consumer>>,
    consumer_of_host: ById<Option<ConsumerId>>,
    next_look: SimTime,
}

#[derive(Clone)]
struct Stream {
    name: StreamName,
    shards: ById<Option<Shard>>,
}

#[derive(Clone, Default)]
struct Shard {
    end: u64,
    trimmed_to: u64,
    is_expired: bool,
    second_end_ns: u64,
    /// (first ordinal, time) of every second with records that some consumer has yet to read.
    arrivals: VecDeque<(u64, SimTime)>,
}

#[derive(Clone)]
struct Consumer {
    stream_name: StreamName,
    is_started: bool,
    /// By shard.
    positions: ById<Position>,
}

#[derive(Clone, Copy, Default)]
struct Position {
    /// Ordinals below are read, or were there before the consumer began.
    read_to: u64,
    last_read: Option<SimTime>,
}

/// A shard with records that a consumer has not read, at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// When it was looked at.
    pub at: SimTime,
    /// Whose records wait.
    pub consumer: ConsumerId,
    /// Where.
    pub shard: ShardId,
    /// Age of the oldest.
    pub(crate) age_ms: u64,
}

/// Records of a shard that a consumer has not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Whose they are to be read by.
    pub(crate) consumer: ConsumerId,
    /// Where.
    pub(crate) shard: ShardId,
    /// How many.
    pub(crate) records: u64,
    /// Age of the oldest, to the second.
    pub(crate) age_ms: u64,
}

impl Backlog {
    /// The consumer that runs on `host`.
    pub(crate) fn consumer_of(&self, host: HostId) -> Option<ConsumerId> {
        self.consumer_of_host.get(host.index()).copied().flatten()
    }

    /// Returns whether it is time for [`Self::look`].
    #[inline]
    pub(crate) fn is_due(&self, at: SimTime) -> bool {
        at >= self.next_look
    }

    /// Looks at every shard for every look that is due until `at`, and shows those that were not read since the look
    /// before although records wait.
    pub(crate) fn look(&mut self, at: SimTime, mut show: impl FnMut(Waiting)) {
        while self.next_look <= at {
            let (now, since) = (self.next_look, self.next_look.saturating_sub(LOOK_EVERY));
            self.forget_read();
            for (id, consumer) in self.consumers.iter().enumerate() {
                let Some(consumer) = consumer else { continue };
                self.waiting_of(consumer, since).for_each(|(shard, arrived)| {
                    let consumer = ConsumerId(id as u16);
                    show(Waiting { at: now, consumer, shard, age_ms: now.since(arrived).as_millis() });
                });
            }
            self.next_look += LOOK_EVERY;
        }
    }

    /// What waits now, however lately its shard was read.
    pub(crate) fn unread(&self, now: SimTime) -> Vec<Unread> {
        let mut unread = Vec::new();
        for (id, consumer) in self.consumers.iter().enumerate() {
            let Some(consumer) = consumer.as_ref().filter(|consumer| consumer.is_started) else { continue };
            let Some(stream) = self.streams.iter().flatten().rfind(|s| s.name == consumer.stream_name) else {
                continue;
            };
            for (shard, slot) in stream.shards.iter().enumerate() {
                let (shard, Some(slot)) = (ShardId(shard as u32), slot.as_ref()) else { continue };
                let from = consumer.position(shard).read_to.max(slot.trimmed_to);
                let Some(arrived) = slot.oldest_from(from) else { continue };
                let (consumer, age_ms) = (ConsumerId(id as u16), now.since(arrived).as_millis());
                unread.push(Unread { consumer, shard, records: slot.end - from, age_ms });
            }
        }
        unread
    }

    /// What waited in a shard until this read, if it was not read for longer than ten seconds. Ask before the event
    /// is folded in.
    pub(crate) fn ended_by_read(&self, at: SimTime, shard: ShardId, host: HostId) -> Option<Waiting> {
        let id = self.consumer_of(host)?;
        let consumer = self.consumers.get(id.index())?.as_ref()?;
        if consumer.position(shard).last_read.is_some_and(|read| at.since(read) <= LOOK_EVERY) {
            return None;
        }
        let stream = self.streams.iter().flatten().rfind(|s| s.name == consumer.stream_name)?;
        let arrived = stream.shard(shard)?.oldest_from(consumer.position(shard).read_to)?;
        Some(Waiting { at, consumer: id, shard, age_ms: at.since(arrived).as_millis() })
    }

    /// How many of the records trimmed below `to` the consumers had yet to read, by consumer. Ask before the event is
    /// folded in.
    pub(crate) fn unread_below(&self, stream: StreamId, shard: ShardId, to: u64) -> Vec<(ConsumerId, u64)> {
        let Some(stream) = self.streams.get(stream.index()).and_then(Option::as_ref) else { return Vec::new() };
        let Some(slot) = stream.shard(shard) else { return Vec::new() };
        let unread = self.consumers.iter().enumerate().filter_map(|(id, consumer)| {
            let consumer = consumer.as_ref().filter(|c| c.stream_name == stream.name && c.is_started)?;
            let from = consumer.position(shard).read_to.max(slot.trimmed_to);
            (to > from).then(|| (ConsumerId(id as u16), to - from))
        });
        unread.collect()
    }

    fn waiting_of<'a>(
        &'a self,
        consumer: &'a Consumer,
        since: SimTime,
    ) -> impl Iterator<Item = (ShardId, SimTime)> + 'a {
        let stream = self.streams.iter().flatten().rfind(|s| consumer.is_started && s.name == consumer.stream_name);
        let shards = stream.into_iter().flat_map(|stream| stream.shards.iter().enumerate());
        shards.filter_map(move |(id, shard)| {
            let (id, shard) = (ShardId(id as u32), shard.as_ref()?);
            let position = consumer.position(id);
            if position.last_read.is_some_and(|read| read > since) {
                return None;
            }
            shard.oldest_from(position.read_to).map(|arrived| (id, arrived))
        })
    }

    /// Drops the arrival times that every consumer has read past.
    fn forget_read(&mut self) {
        for stream in self.streams.iter_mut().flatten() {
            let consumers: Vec<_> = self.consumers.iter().flatten().filter(|c| c.stream_name == stream.name).collect();
            for (id, shard) in stream.shards.iter_mut().enumerate() {
                let Some(shard) = shard else { continue };
                let read = |consumer: &&Consumer| match consumer.is_started {
                    true => consumer.position(ShardId(id as u32)).read_to,
                    false => shard.end,
                };
                let read_by_all = consumers.iter().map(read).min().unwrap_or(shard.end);
                shard.forget_below(read_by_all.max(shard.trimmed_to));
            }
        }
    }

    fn start(&mut self, id: ConsumerId) {
        let Some(consumer) = self.consumers.get_mut(id.index()).and_then(Option::as_mut) else { return };
        if std::mem::replace(&mut consumer.is_started, true) {
            return;
        }
        let stream = self.streams.iter().flatten().rfind(|s| s.name == consumer.stream_name);
        for (shard, slot) in stream.into_iter().flat_map(|s| s.shards.iter().enumerate()) {
            consumer.positions.slot(shard).read_to = slot.as_ref().map_or(0, |s| s.end);
        }
    }

    fn read(&mut self, at: SimTime, shard: ShardId, host: HostId, to: u64) {
        let consumer = self.consumer_of(host).and_then(|c| self.consumers.get_mut(c.index())).and_then(Option::as_mut);
        if let Some(consumer) = consumer {
            let position = consumer.positions.slot(shard.index());
            position.read_to = position.read_to.max(to);
            position.last_read = Some(at);
        }
    }

    fn shard(&mut self, stream: StreamId, shard: ShardId) -> Option<&mut Shard> {
        self.streams.get_mut(stream.index())?.as_mut()?.shards.get_mut(shard.index())?.as_mut()
    }
}

impl Stream {
    fn shard(&self, id: ShardId) -> Option<&Shard> {
        self.shards.get(id.index())?.as_ref()
    }
}

impl Consumer {
    fn position(&self, shard: ShardId) -> Position {
        self.positions.get(shard.index()).copied().unwrap_or_default()
    }
}

impl Shard {
    #[inline]
    fn accept(&mut self, at: SimTime, ordinal: u64) {
        self.end = ordinal + 1;
        if at.as_nanos() >= self.second_end_ns {
            self.second_end_ns = (at.as_nanos() / 1_000_000_000 + 1) * 1_000_000_000;
            self.arrivals.push_back((ordinal, at));
        }
    }
    /// When the oldest record from ordinal `from` on arrived (the second's first record stands for its second).
    fn oldest_from(&self, from: u64) -> Option<SimTime> {
        let from = from.max(self.trimmed_to);
        if from >= self.end || self.is_expired {
            return None;
        }
        let after = self.arrivals.partition_point(|(first, _)| *first <= from);
        self.arrivals.get(after.saturating_sub(1)).map(|(_, at)| *at)
    }
    fn forget_below(&mut self, ordinal: u64) {
        while self.arrivals.get(1).is_some_and(|(first, _)| *first <= ordinal) {
            self.arrivals.pop_front();
        }
    }
}

impl Fold for Backlog {
    #[inline]
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordAccepted { stream, shard, ordinal, .. } => {
                if let Some(shard) = self.shard(*stream, *shard) {
                    shard.accept(at, *ordinal);
                }
            }
            Event::RecordsRead { shard, host, to, .. } | Event::SubscriptionRead { shard, host, to, .. } => {
                self.read(at, *shard, *host, *to)
            }
            Event::StreamDeclared { stream, name, .. } => {
                *self.streams.slot(stream.index()) = Some(Stream { name: name.clone(), shards: ById::default() });
                // Created again under an old name: its shards begin anew.
                let readers = self.consumers.iter_mut().flatten().filter(|c| c.stream_name == *name);
                readers.for_each(|c| c.positions = ById::default());
            }
            Event::ShardOpened { stream, shard, .. } => {
                if let Some(stream) = self.streams.get_mut(stream.index()).and_then(Option::as_mut) {
                    *stream.shards.slot(shard.index()) = Some(Shard::default());
                }
            }
            Event::RecordsTrimmed { stream, shard, to } => {
                if let Some(shard) = self.shard(*stream, *shard) {
                    shard.trimmed_to = shard.trimmed_to.max(*to);
                }
            }
            Event::ShardExpired { stream, shard } => {
                if let Some(shard) = self.shard(*stream, *shard) {
                    shard.is_expired = true;
                    shard.arrivals = VecDeque::new();
                }
            }
            Event::StreamStatusChanged { stream, status: StreamStatus::Deleted } => {
                if let Some(stream) = self.streams.get_mut(stream.index()).and_then(Option::as_mut) {
                    stream.shards = ById::default();
                }
            }
            Event::ConsumerDeclared { consumer, stream, .. } => {
                let stream_name = stream.clone();
                *self.consumers.slot(consumer.index()) =
                    Some(Consumer { stream_name, is_started: false, positions: ById::default() });
            }
            Event::WorkerStarted { consumer, host } => {
                *self.consumer_of_host.slot(host.index()) = Some(*consumer);
                self.start(*consumer);
            }
            _ => {}
        }
    }
}
