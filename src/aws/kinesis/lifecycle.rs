//! CreateStream, DeleteStream, and the transitions between states with their durations.
//!
//! Assumed, because AWS does not say: a structural change takes effect at the end of its UPDATING time; until then
//! the old shards take the writes.

use super::api::{CreateStream, Error, Provisioned, Reply, Response, StreamMode, StreamStatus};
use super::limits::{
    MAX_RECORD_SIZE_KIB_DEFAULT, RETENTION_HOURS_MIN, SHARD_COUNT_CREATE_MAX, SHARDS_NEW, STREAMS_CREATING_MAX,
};
use super::modes::{check_distribution, check_max_record_size};
use super::service::{At, Kinesis};
use super::stream::{Options, Stream, Transition};
use super::tag_set::{self, Tags};
use crate::base::{Event, HashKeyRange, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn create_stream(&mut self, at: &mut At<'_>, request: CreateStream) -> Reply {
        let shard_count = self.shards_of_new(&request)?;
        let kib = request.max_record_size_kib.unwrap_or(MAX_RECORD_SIZE_KIB_DEFAULT);
        check_max_record_size(kib)?;
        check_distribution(request.mode, request.distribution)?;
        let (name, account) = (request.stream, &self.settings.account);
        if self.names.contains_key(&name) {
            let text = format!("Stream {name} under account {account} already exists.");
            return Err(Error::ResourceInUse(text.into()));
        }
        let creating = self.streams.iter().filter(|s| s.status == StreamStatus::Creating).count();
        if creating >= STREAMS_CREATING_MAX {
            return Err(Error::LimitExceeded("At most 5 streams may be CREATING at once".into()));
        }
        self.need_shard_quota(shard_count)?;
        let tags = tag_set::checked(request.tags, &Tags::new(), tag_set::Owner { name: name.as_str(), account })?;
        let (low, high) = self.settings.transitions.create;
        let ends = at.now + self.durations.duration(low, high);
        let id = self.declare_stream(at.now, name, RETENTION_HOURS_MIN, at.events);
        let stream = self.stream_mut(id);
        stream.tags = tags;
        stream.options = Options {
            mode: request.mode,
            max_record_size_kib: kib,
            distribution: request.distribution,
            warm_throughput_mibps: request.warm_throughput_mibps,
            ..Options::default()
        };
        let transition = Transition::Create { shards: shard_count };
        self.begin_transition(id, StreamStatus::Creating, ends, transition, at.events);
        Ok(Response::Done)
    }

    /// How many shards a new stream has: as asked in provisioned mode; what its mode starts with otherwise.
    fn shards_of_new(&self, request: &CreateStream) -> Result<u32, Error> {
        if let Some(mibps) = request.warm_throughput_mibps {
            self.need_warm(request.mode, mibps)?;
        }
        match (request.mode, request.shard_count) {
            (StreamMode::Provisioned, Some(shards)) if (1..=SHARD_COUNT_CREATE_MAX).contains(&shards) => Ok(shards),
            (StreamMode::Provisioned, Some(shards)) => {
                let text = format!("ShardCount must be from 1 to {SHARD_COUNT_CREATE_MAX}, and was {shards}");
                Err(Error::Validation(text.into()))
            }
            // Production makes four; which mode it gives such a stream was not recorded.
            (StreamMode::Provisioned, None) => Ok(SHARDS_NEW),
            (StreamMode::OnDemand, None) => {
                self.need_on_demand_quota()?;
                Ok(SHARDS_NEW.max(request.warm_throughput_mibps.unwrap_or_default()))
            }
            (StreamMode::OnDemand, Some(_)) => {
                Err(Error::InvalidArgument("ShardCount is not for a stream in ON_DEMAND mode".into()))
            }
        }
    }

    /// Sets up a stream that exists when the run begins: ACTIVE at once, outside all quotas of calls.
    ///
    /// # Panics
    /// When a stream of that name exists already, or with no shards.
    pub(crate) fn provision(
        &mut self,
        now: SimTime,
        name: &StreamName,
        shards: u32,
        of: Provisioned,
        events: &mut Vec<Event>,
    ) {
        assert!(!self.names.contains_key(name), "stream {name} is provisioned once");
        let id = self.declare_stream(now, name.clone(), of.retention_hours, events);
        self.stream_mut(id).encryption_key_id = of.encryption_key_id;
        self.stream_mut(id).options.max_record_size_kib = of.max_record_size_kib;
        self.open_uniform_shards(id, shards, now, events);
        if of.max_record_size_kib != MAX_RECORD_SIZE_KIB_DEFAULT {
            self.stream_mut(id).apply_record_size(now, events);
        }
        if of.mode == StreamMode::OnDemand {
            self.finish_mode(id, of.mode, now, events);
        }
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
            options: Options::default(),
            tags: Tags::new(),
            policy: None,
            consumers: std::collections::BTreeMap::new(),
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

    /// In whatever state the stream is: production lets one go that is still CREATING, against the API's text.
    pub(super) fn delete_stream(&mut self, at: &mut At<'_>, name: &StreamName, with_consumers: bool) -> Reply {
        let id = self.find(name)?;
        if self.stream(id).status == StreamStatus::Deleting {
            return Ok(Response::Done);
        }
        if !with_consumers && !self.stream(id).consumers.is_empty() {
            let account = &self.settings.account;
            let text = format!("Stream {name} under account {account} has registered consumers.");
            return Err(Error::ResourceInUse(text.into()));
        }
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
            Transition::Create { shards } => {
                self.open_uniform_shards(id, shards, now, events);
                if self.stream(id).options.max_record_size_kib != MAX_RECORD_SIZE_KIB_DEFAULT {
                    self.stream_mut(id).apply_record_size(now, events);
                }
                if self.stream(id).options.mode == StreamMode::OnDemand {
                    self.start_scaling(id, now);
                    events.push(Event::StreamModeChanged { stream: id, is_on_demand: true });
                }
            }
            Transition::ChangeMode { mode } => self.finish_mode(id, mode, now, events),
            Transition::Warm { mibps } => self.finish_warming(id, mibps, now, events),
            Transition::ResizeRecords { kib } => {
                let stream = self.stream_mut(id);
                stream.options.max_record_size_kib = kib;
                stream.apply_record_size(now, events);
            }
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
                stream.consumers.clear();
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
            "This request would exceed the shard limit for the account {} in {}. Current shard count for the account: \
             {present}. Limit: {limit}. Number of additional shards that would have resulted from this request: \
             {more}. Refer to the AWS Service Limits page \
             (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to \
             request higher limits.",
            self.settings.account, self.settings.region
        );
        Err(Error::LimitExceeded(text.into()))
    }
}
