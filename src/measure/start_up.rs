//! When a run's start-up is over: every open shard has been read by each consumer that has begun.
//!
//! A KCL needs 25 to 45 s for that (a table to create, the leader's first look, the first leases), and their ages would
//! drown those of the rest. Consumers that begin later do not count, nor do shards that are opened later.

use std::collections::BTreeSet;

use super::by_id::ById;
use crate::base::event::{Event, Fold};
use crate::base::{ConsumerId, HostId, ShardId, SimTime, StreamId, StreamName};

/// Waits for the end of the start-up.
#[derive(Clone, Default)]
pub(super) struct StartUp {
    streams: ById<Option<(StreamName, BTreeSet<ShardId>)>>,
    consumers: ById<Option<Consumer>>,
    consumer_of_host: ById<Option<ConsumerId>>,
    is_over: bool,
}

#[derive(Clone)]
struct Consumer {
    stream: StreamName,
    has_begun: bool,
    read: BTreeSet<ShardId>,
}

impl StartUp {
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    fn read(&mut self, stream: StreamId, shard: ShardId, host: HostId) {
        let id = self.consumer_of_host.get(host.index()).copied().flatten();
        let Some(consumer) = id.and_then(|id| self.consumers.get_mut(id.index())).and_then(Option::as_mut) else {
            return;
        };
        let is_theirs = |(name, _): &(StreamName, _)| *name == consumer.stream;
        if self.streams.get(stream.index()).and_then(Option::as_ref).is_some_and(is_theirs)
            && consumer.read.insert(shard)
        {
            self.is_over = self.everyone_has_read();
        }
    }

    fn everyone_has_read(&self) -> bool {
        let has_read = |consumer: &Consumer| {
            let open = self.streams.iter().flatten().rfind(|(name, _)| *name == consumer.stream);
            open.is_some_and(|(_, open)| open.is_subset(&consumer.read))
        };
        self.consumers.iter().flatten().filter(|consumer| consumer.has_begun).all(has_read)
    }

    fn open(&mut self, stream: StreamId) -> Option<&mut BTreeSet<ShardId>> {
        self.streams.get_mut(stream.index())?.as_mut().map(|(_, open)| open)
    }
}

impl Fold for StartUp {
    fn on(&mut self, _: SimTime, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => {
                *self.streams.slot(stream.index()) = Some((name.clone(), BTreeSet::new()));
            }
            Event::ShardOpened { stream, shard, .. } => {
                self.open(*stream).map(|open| open.insert(*shard));
            }
            Event::ShardClosed { stream, shard, .. } => {
                self.open(*stream).map(|open| open.remove(shard));
            }
            Event::ConsumerDeclared { consumer, stream, .. } => {
                let (stream, read) = (stream.clone(), BTreeSet::new());
                *self.consumers.slot(consumer.index()) = Some(Consumer { stream, has_begun: false, read });
            }
            Event::WorkerStarted { consumer, host } => {
                *self.consumer_of_host.slot(host.index()) = Some(*consumer);
                if let Some(consumer) = self.consumers.get_mut(consumer.index()).and_then(Option::as_mut) {
                    consumer.has_begun = true;
                }
            }
            Event::RecordsRead { stream, shard, host, .. } | Event::SubscriptionRead { stream, shard, host, .. } => {
                self.read(*stream, *shard, *host);
            }
            _ => {}
        }
    }
}
