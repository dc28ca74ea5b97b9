//! Who is who: a fold that learns the names behind numbers, and which consumer a host or a table belongs to.
//!
//! Events of consumers name shards without saying of which stream. Once a stream is deleted, or created anew under
//! its name, they could mean a shard of either, so [`Names::stream_of`] then answers `None` and the checks of
//! consumers leave the rest of the run unjudged.

use std::sync::Arc;

use crate::aws::FIREHOSE;
use crate::base::event::{ConsumerLibrary, DeclaredStart, HostRole, StoreKind, StreamStatus};
use crate::base::{ConsumerId, Event, Fold, HostId, SimTime, StreamId, StreamName, TableId, TableName};

/// What was declared of a consumer.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    /// As the scenario or the application calls it.
    pub name: Arc<str>,
    /// The library it uses.
    pub library: ConsumerLibrary,
    /// Where its effects go.
    pub store: StoreKind,
    /// `failoverTimeMillis`, 0 without leases.
    pub failover_ms: u64,
    /// Where it begins what it has no position of.
    pub start: DeclaredStart,
    stream: StreamName,
    lease_table: Option<TableName>,
}

struct Host {
    name: Arc<str>,
    role: HostRole,
}

struct Stream {
    name: StreamName,
    is_gone: bool,
}

/// Names of hosts, streams, tables and consumers, learned from events.
#[derive(Default)]
pub(crate) struct Names {
    hosts: Vec<Option<Host>>,
    streams: Vec<Option<Stream>>,
    tables: Vec<Option<TableName>>,
    consumers: Vec<Option<Consumer>>,
    host_consumers: Vec<Option<ConsumerId>>,
    table_consumers: Vec<Option<ConsumerId>>,
    consumer_streams: Vec<Option<StreamId>>,
}

fn put<T>(list: &mut Vec<Option<T>>, index: usize, value: T) {
    if list.len() <= index {
        list.resize_with(index + 1, || None);
    }
    list[index] = Some(value);
}

fn find<T>(list: &[Option<T>], index: usize) -> Option<&T> {
    list.get(index).and_then(Option::as_ref)
}

impl Names {
    /// The host's name.
    pub(crate) fn host(&self, host: HostId) -> Arc<str> {
        find(&self.hosts, host.index()).map_or_else(|| format!("host {}", host.0).into(), |h| h.name.clone())
    }
    /// What kind of host it is.
    pub(crate) fn role(&self, host: HostId) -> Option<HostRole> {
        find(&self.hosts, host.index()).map(|h| h.role)
    }
    /// Returns whether many ask through `host`, who cannot be told apart: operators, clients of an
    /// endpoint, and delivery streams.
    pub(crate) fn is_crowd(&self, host: HostId) -> bool {
        host == FIREHOSE || self.role(host) == Some(HostRole::Operator)
    }
    /// Returns whether `host` is called `name`.
    pub(crate) fn is_called(&self, host: HostId, name: &str) -> bool {
        find(&self.hosts, host.index()).is_some_and(|h| &*h.name == name)
    }
    /// The stream's name.
    pub(crate) fn stream(&self, stream: StreamId) -> String {
        find(&self.streams, stream.index()).map_or_else(|| format!("stream {}", stream.0), |s| s.name.to_string())
    }
    /// Every stream there ever was: its number, its name, and whether it is gone.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (StreamId, &str, bool)> {
        let numbered = self.streams.iter().enumerate();
        numbered.filter_map(|(i, s)| s.as_ref().map(|s| (StreamId(i as u16), s.name.as_str(), s.is_gone)))
    }
    /// Returns whether the stream is being deleted or is deleted.
    pub(crate) fn is_gone(&self, stream: StreamId) -> bool {
        find(&self.streams, stream.index()).is_some_and(|s| s.is_gone)
    }
    /// The table's name.
    pub(crate) fn table(&self, table: TableId) -> String {
        find(&self.tables, table.index()).map_or_else(|| format!("table {}", table.0), ToString::to_string)
    }
    /// The consumer's name.
    pub(crate) fn consumer(&self, consumer: ConsumerId) -> Arc<str> {
        self.info(consumer).map_or_else(|| format!("consumer {}", consumer.0).into(), |c| c.name.clone())
    }
    /// What was declared of the consumer.
    pub(crate) fn info(&self, consumer: ConsumerId) -> Option<&Consumer> {
        find(&self.consumers, consumer.index())
    }
    /// Returns whether the consumer's effects commit together with its position.
    pub(crate) fn is_transactional(&self, consumer: ConsumerId) -> bool {
        self.info(consumer).is_some_and(|info| info.store == StoreKind::Transactional)
    }
    /// All consumers, in order of their numbers.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = (ConsumerId, &Consumer)> {
        let numbered = self.consumers.iter().enumerate();
        numbered.filter_map(|(i, c)| c.as_ref().map(|c| (ConsumerId(i as u16), c)))
    }
    /// The consumer that runs on `host`.
    pub(crate) fn consumer_of_host(&self, host: HostId) -> Option<ConsumerId> {
        self.host_consumers.get(host.index()).copied().flatten()
    }
    /// The consumer that keeps its leases in `table`.
    pub(crate) fn consumer_of_table(&self, table: TableId) -> Option<ConsumerId> {
        self.table_consumers.get(table.index()).copied().flatten()
    }
    /// The stream that the consumer reads, as long as there is no doubt which one that is.
    pub(crate) fn stream_of(&self, consumer: ConsumerId) -> Option<StreamId> {
        self.consumer_streams.get(consumer.index()).copied().flatten()
    }

    /// Finds out again which stream each consumer reads and whose leases each table holds.
    fn resolve(&mut self) {
        let Self { streams, tables, consumers, .. } = self;
        self.consumer_streams = consumers.iter().map(|c| only_stream(streams, &c.as_ref()?.stream)).collect();
        let owner = |table: &TableName| {
            let at = consumers.iter().position(|c| c.as_ref().is_some_and(|c| c.lease_table.as_ref() == Some(table)));
            at.map(|i| ConsumerId(i as u16))
        };
        self.table_consumers = tables.iter().map(|t| owner(t.as_ref()?)).collect();
    }
}

/// The one stream that ever had this name, unless it is gone.
fn only_stream(streams: &[Option<Stream>], name: &StreamName) -> Option<StreamId> {
    let mut named = streams.iter().enumerate().filter_map(|(i, s)| s.as_ref().map(|s| (i, s)));
    let (index, stream) = named.find(|(_, s)| s.name == *name)?;
    let is_alone = named.all(|(_, s)| s.name != *name);
    (is_alone && !stream.is_gone).then_some(StreamId(index as u16))
}

impl Fold for Names {
    fn on(&mut self, _at: SimTime, event: &Event) {
        match event {
            Event::HostDeclared { host, name, role } => {
                put(&mut self.hosts, host.index(), Host { name: name.clone(), role: *role });
            }
            Event::WorkerStarted { consumer, host } => put(&mut self.host_consumers, host.index(), *consumer),
            Event::StreamDeclared { stream, name, .. } => {
                put(&mut self.streams, stream.index(), Stream { name: name.clone(), is_gone: false });
                self.resolve();
            }
            Event::StreamStatusChanged { stream, status: StreamStatus::Deleting | StreamStatus::Deleted } => {
                if let Some(Some(stream)) = self.streams.get_mut(stream.index()) {
                    stream.is_gone = true;
                }
                self.resolve();
            }
            Event::TableDeclared { table, name, .. } => {
                put(&mut self.tables, table.index(), name.clone());
                self.resolve();
            }
            Event::ConsumerDeclared { consumer, name, stream, library, store, lease_table, failover_ms, start } => {
                let declared = Consumer {
                    name: name.clone(),
                    library: *library,
                    store: *store,
                    failover_ms: *failover_ms,
                    start: *start,
                    stream: stream.clone(),
                    lease_table: lease_table.clone(),
                };
                put(&mut self.consumers, consumer.index(), declared);
                self.resolve();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::test_events::{BILLING, CLICKS, LEASES, WORKER_1, scene};

    fn learned() -> Names {
        let mut names = Names::default();
        for event in scene() {
            names.on(SimTime::ZERO, &event);
        }
        names
    }

    #[test]
    fn numbers_get_their_names_and_belongings() {
        let names = learned();
        assert_eq!(&*names.host(WORKER_1), "billing-1");
        assert_eq!(&*names.host(HostId(99)), "host 99");
        assert_eq!(names.stream(CLICKS), "clicks");
        assert_eq!(names.table(LEASES), "billing");
        assert_eq!(names.consumer_of_host(WORKER_1), Some(BILLING));
        assert_eq!(names.consumer_of_table(LEASES), Some(BILLING));
        assert_eq!(names.stream_of(BILLING), Some(CLICKS));
    }

    #[test]
    fn a_stream_created_anew_leaves_its_consumers_in_doubt() {
        let mut names = learned();
        let name = "clicks".parse().expect("a name");
        names.on(SimTime::ZERO, &Event::StreamDeclared { stream: StreamId(1), name, retention_hours: 24 });
        assert_eq!(names.stream_of(BILLING), None);
    }
}
