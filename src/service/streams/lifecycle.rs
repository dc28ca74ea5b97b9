//! CreateStream, DeleteStream, and the transitions between states with their durations.
//!
//! Assumed, because AWS does not say: a structural change takes effect at the end of its UPDATING time; until then
//! the old shards take the writes.

use super::api::{Error, Reply, Response, StreamStatus};
use super::limits::{SHARD_COUNT_CREATE_MAX, STREAMS_CREATING_MAX};
use super::stream::{Stream, Transition};
use super::{At, StreamsService};
use crate::base::{Event, HashKeyRange, SimTime, StreamId, StreamName};

impl StreamsService {
    pub(super) fn create_stream(&mut self, at: &mut At<'_>, name: StreamName, shard_count: u32) -> Reply {
        let account = &self.settings.account;
        if !(1..=SHARD_COUNT_CREATE_MAX).contains(&shard_count) {
            let text = format!("ShardCount must be from 1 to {SHARD_COUNT_CREATE_MAX}, and was {shard_count}");
            return Err(Error::Validation(text.into()));
        }
        if self.names.contains_key(&name) {
            let text = format!("Stream {name} under account {account} already exists.");
            return Err(Error::ResourceInUse(text.into()));
        }
        let creating = self.streams.iter().filter(|s| s.status == StreamStatus::Creating).count();
        if creating >= STREAMS_CREATING_MAX {
            return Err(Error::LimitExceeded("At most 5 streams may be CREATING at once".into()));
        }
        self.need_shard_quota(shard_count)?;
        let (low, high) = self.settings.transitions.create;
        let ends = at.now + self.durations.duration(low, high);
        let id = self.declare_stream(at.now, name, super::limits::RETENTION_HOURS_MIN, at.events);
        let transition = Transition::Create { shards: shard_count };
        self.begin_transition(id, StreamStatus::Creating, ends, transition, at.events);
        Ok(Response::Done)
    }

    /// Sets up a stream that exists when the run begins: ACTIVE at once, outside all quotas of calls.
    ///
    /// # Panics
    /// When a stream of that name exists already, or with no shards.
    pub fn provision(
        &mut self,
        now: SimTime,
        name: &StreamName,
        shards: u32,
        retention_hours: u32,
        encryption_key_id: Option<Box<str>>,
        events: &mut Vec<Event>,
    ) {
        assert!(!self.names.contains_key(name), "stream {name} is provisioned once");
        let id = self.declare_stream(now, name.clone(), retention_hours, events);
        self.stream_mut(id).encryption_key_id = encryption_key_id;
        self.open_uniform_shards(id, shards, now, events);
        self.stream_mut(id).set_status(StreamStatus::Active, events);
    }

    fn declare_stream(
        &mut self,
        now: SimTime,
        name: StreamName,
        retention_hours: u32,
        events: &mut Vec<Event>,
    ) -> StreamId {
        let id = StreamId(self.streams.len() as u16);
        self.names.insert(name.clone(), id);
        events.push(Event::StreamDeclared { stream: id, name: name.clone(), retention_hours });
        self.streams.push(Stream {
            id,
            name,
            status: StreamStatus::Creating,
            created_at: now,
            retention_hours,
            encryption_key_id: None,
            shards: Vec::new(),
            open: Vec::new(),
            transition: None,
            index_groups: Vec::new(),
            shard_count_updates: Vec::new(),
            encryption_starts: Vec::new(),
            encryption_stops: Vec::new(),
            next_trim: SimTime::MAX,
        });
        id
    }

    pub(super) fn delete_stream(&mut self, at: &mut At<'_>, name: &StreamName) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        let (low, high) = self.settings.transitions.delete;
        let ends = at.now + self.durations.duration(low, high);
        self.begin_transition(id, StreamStatus::Deleting, ends, Transition::Delete, at.events);
        Ok(Response::Done)
    }

    pub(super) fn begin_transition(
        &mut self,
        id: StreamId,
        status: StreamStatus,
        ends: SimTime,
        transition: Transition,
        events: &mut Vec<Event>,
    ) {
        let stream = self.stream_mut(id);
        stream.transition = Some((ends, transition));
        stream.set_status(status, events);
        self.wake_at(ends);
    }

    /// Ends every transition whose time has come.
    pub(super) fn finish_transitions(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for index in 0..self.streams.len() {
            let id = StreamId(index as u16);
            match self.streams[index].transition.take() {
                Some((ends, transition)) if ends <= now => self.finish(id, transition, now, events),
                Some((ends, transition)) => {
                    self.wake_at(ends);
                    self.streams[index].transition = Some((ends, transition));
                }
                None => {}
            }
        }
    }

    fn finish(&mut self, id: StreamId, transition: Transition, now: SimTime, events: &mut Vec<Event>) {
        match transition {
            Transition::Create { shards } => self.open_uniform_shards(id, shards, now, events),
            Transition::Reshard { steps } => self.reshard(id, &steps, now, events),
            Transition::Encrypt { key_id } => {
                events.push(Event::EncryptionChanged { stream: id, encrypted: key_id.is_some() });
                self.stream_mut(id).encryption_key_id = key_id;
            }
            Transition::Delete => {
                let stream = self.stream_mut(id);
                stream.set_status(StreamStatus::Deleted, events);
                // Its records and shards are gone with it.
                stream.shards.clear();
                stream.open.clear();
                let name = stream.name.clone();
                self.names.remove(&name);
                return;
            }
        }
        self.stream_mut(id).set_status(StreamStatus::Active, events);
    }

    fn open_uniform_shards(&mut self, id: StreamId, shards: u32, now: SimTime, events: &mut Vec<Event>) {
        // Production stamps the shards of a new stream two seconds before its creation.
        let created_unix_s = (self.unix_ms(now) / 1000) as u32 - 2;
        for range in HashKeyRange::uniform(shards) {
            self.stream_mut(id).open_shard(range, created_unix_s, now, (None, None), events);
        }
    }

    /// Open shards of the account, with those that streams being created will have.
    fn shards_in_account(&self) -> u32 {
        let of = |stream: &Stream| match &stream.transition {
            Some((_, Transition::Create { shards })) => *shards,
            _ => stream.open.len() as u32,
        };
        self.streams.iter().map(of).sum()
    }

    /// The account's shard limit.
    pub(super) fn need_shard_quota(&self, more: u32) -> Result<(), Error> {
        let (present, limit) = (self.shards_in_account(), self.settings.shard_limit);
        if present + more <= limit {
            return Ok(());
        }
        let text = format!(
            "This request would exceed the shard limit for the account {}. Current shard count for the account: \
             {present}. Limit: {limit}. Number of additional shards that would have resulted from this request: {more}.",
            self.settings.account
        );
        Err(Error::LimitExceeded(text.into()))
    }
}
