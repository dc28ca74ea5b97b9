//! What the small numbers in events are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::by_id::ById;
use crate::base::event::{Event, Fold};
use crate::base::{ConsumerId, DeliveryId, HostId, SimTime, StreamId, TableId};

/// Learns names from the events that declare things; a number that was never declared is called `?`.
#[derive(Clone, Default)]
pub struct Names {
    hosts: ById<Option<Arc<str>>>,
    streams: ById<Option<Arc<str>>>,
    tables: ById<Option<Arc<str>>>,
    consumers: ById<Option<Arc<str>>>,
    deliveries: ById<Option<Arc<str>>>,
}

fn name_of(names: &ById<Option<Arc<str>>>, index: usize) -> &str {
    names.get(index).and_then(Option::as_deref).unwrap_or("?")
}

impl Names {
    /// Returns the host's name, `?` for one that was never declared.
    pub fn host(&self, host: HostId) -> &str {
        name_of(&self.hosts, host.index())
    }
    /// Returns the stream's name, `?` for one that was never declared.
    pub fn stream(&self, stream: StreamId) -> &str {
        name_of(&self.streams, stream.index())
    }
    /// Returns the table's name, `?` for one that was never declared.
    pub fn table(&self, table: TableId) -> &str {
        name_of(&self.tables, table.index())
    }
    /// Returns the consumer's name, `?` for one that was never declared.
    pub fn consumer(&self, consumer: ConsumerId) -> &str {
        name_of(&self.consumers, consumer.index())
    }
    /// Returns the delivery stream's name, `?` for one that was never declared.
    pub(crate) fn delivery(&self, delivery: DeliveryId) -> &str {
        name_of(&self.deliveries, delivery.index())
    }
}

impl Names {
    /// Hosts with their names, by number; consumers, streams and tables likewise.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = (HostId, &str)> {
        named(&self.hosts).map(|(id, name)| (HostId(id as u16), name))
    }
    pub(crate) fn consumers(&self) -> impl Iterator<Item = (ConsumerId, &str)> {
        named(&self.consumers).map(|(id, name)| (ConsumerId(id as u16), name))
    }
    pub(crate) fn streams(&self) -> impl Iterator<Item = (StreamId, &str)> {
        named(&self.streams).map(|(id, name)| (StreamId(id as u16), name))
    }
    pub(crate) fn tables(&self) -> impl Iterator<Item = (TableId, &str)> {
        named(&self.tables).map(|(id, name)| (TableId(id as u16), name))
    }
}

fn named(names: &ById<Option<Arc<str>>>) -> impl Iterator<Item = (usize, &str)> {
    names.iter().enumerate().filter_map(|(id, name)| Some((id, name.as_deref()?)))
}

impl Fold for Names {
    fn on(&mut self, _: SimTime, event: &Event) {
        match event {
            Event::HostDeclared { host, name, .. } => *self.hosts.slot(host.index()) = Some(name.clone()),
            Event::StreamDeclared { stream, name, .. } => {
                *self.streams.slot(stream.index()) = Some(name.as_str().into());
            }
            Event::TableDeclared { table, name, .. } => *self.tables.slot(table.index()) = Some(name.as_str().into()),
            Event::ConsumerDeclared { consumer, name, .. } => {
                *self.consumers.slot(consumer.index()) = Some(name.clone());
            }
            Event::DeliveryDeclared { delivery, name, .. } => {
                *self.deliveries.slot(delivery.index()) = Some(name.clone());
            }
            _ => {}
        }
    }
}

/// Inserts under `name`, or under `name#2` and so on when it is taken.
pub(super) fn insert<T>(map: &mut BTreeMap<String, T>, name: &str, value: T) {
    let taken = |n: &u32| map.contains_key(&format!("{name}#{n}"));
    let key = if map.contains_key(name) {
        let n = (2..u32::MAX).find(|n| !taken(n)).unwrap_or(u32::MAX);
        format!("{name}#{n}")
    } else {
        name.to_string()
    };
    map.insert(key, value);
}
