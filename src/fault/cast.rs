//! Who takes part in a run: the hosts, streams and tables that faults and actions may name.

use std::sync::Arc;

use crate::base::host_name::{host_name, host_number};
use crate::base::nearest::nearest;
use crate::base::{DeliveryName, ShardId, SimDuration, StreamName, TableName};

/// Who takes part, as the scenario says.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// Producers, in order of their names.
    pub producers: Vec<Group>,
    /// Consumers, in order of their names.
    pub consumers: Vec<Group>,
    /// Streams that exist when the run begins, in order of their names.
    pub(crate) streams: Vec<StreamCast>,
    /// Streams that an action creates.
    pub(crate) created: Vec<String>,
    /// Delivery streams that exist when the run begins.
    pub(crate) deliveries: Vec<String>,
    /// Those of them that read a stream.
    pub(crate) reading_deliveries: Vec<String>,
    /// Services that they call, as faults name them.
    pub(crate) called: Vec<String>,
    /// Functions that they may use.
    pub(crate) functions: Vec<String>,
    /// Lease tables, in order of their consumers.
    pub(crate) lease_tables: Vec<LeaseTable>,
    /// Faults that the scenario names itself.
    pub faults: Vec<Standing>,
    /// What else there is, in a run that goes on.
    pub(crate) live: Option<Live>,
}

/// A stream that exists when the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamCast {
    /// As calls to Kinesis use it.
    pub(crate) name: String,
    /// Shards it begins with.
    pub(crate) shards: u32,
    /// Shards it can ever have, open or closed; `None` when that cannot be told.
    pub(crate) shards_ever: Option<u32>,
    /// The largest record that it takes.
    pub(crate) record_bytes_max: u64,
    /// Whether it is encrypted with a KMS key at some time.
    pub(crate) is_encrypted: bool,
}

/// The hosts of one producer or consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The producer's or consumer's name.
    pub name: String,
    /// How many hosts run it.
    pub hosts: u32,
}

/// The lease table of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseTable {
    /// Whose leases it has.
    pub consumer: String,
    /// The table's name.
    pub table: String,
    /// The stream that the consumer reads.
    pub(crate) stream: String,
    /// Whether the consumer runs the KCL, so that the table is there.
    pub(crate) is_of_kcl: bool,
}

/// A fault that stands in the scenario, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its kind's key.
    pub key: &'static str,
    /// When it begins.
    pub from: SimDuration,
    /// When it ends.
    pub until: SimDuration,
}

/// What there is in a run that goes on besides what its scenario names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    /// Streams that exist.
    pub streams: Vec<StreamName>,
    /// Tables that exist.
    pub tables: Vec<TableName>,
}

/// Something that is wrong with what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key it is about, below the value that was read; empty for the value itself.
    pub key: &'static str,
    /// What is wrong, in one line.
    pub title: String,
    /// Said where it stands.
    pub label: String,
    /// What to do about it; may be empty.
    pub help: String,
}

/// All that is wrong with what was written.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes that something is wrong.
    pub fn add(
        &mut self,
        key: &'static str,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.0.push(Problem { key, title: title.into(), label: label.into(), help: help.into() });
    }
    /// Notes a problem unless the condition holds.
    pub(crate) fn need(&mut self, holds: bool, key: &'static str, title: &str, help: &str) {
        if !holds {
            self.add(key, title, "this value", help);
        }
    }
    /// The problems, in the order in which they were found.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl Group {
    fn names(&self) -> impl Iterator<Item = String> {
        (1..=self.hosts).map(|n| host_name(&self.name, n))
    }
}

impl Cast {
    /// Names of all hosts that producers and consumers have.
    pub fn hosts(&self) -> Vec<String> {
        self.producers.iter().chain(&self.consumers).flat_map(Group::names).collect()
    }
    /// Names of all hosts that consumers have.
    pub(crate) fn consumer_hosts(&self) -> Vec<String> {
        self.consumers.iter().flat_map(Group::names).collect()
    }
    /// The one stream that there is.
    pub(crate) fn only_stream(&self) -> Option<&str> {
        match &self.streams[..] {
            [only] if self.created.is_empty() => Some(&only.name),
            _ => None,
        }
    }
    /// Lease tables that the KCL keeps.
    pub(crate) fn kcl_tables(&self) -> Vec<String> {
        self.lease_tables.iter().filter(|table| table.is_of_kcl).map(|table| table.table.clone()).collect()
    }

    /// A host's name, which must exist.
    pub fn host(&self, name: &str, key: &'static str, problems: &mut Problems) -> Arc<str> {
        let hosts = self.hosts();
        if !hosts.iter().any(|host| host == name) {
            let help = match nearest(name, hosts.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("hosts of this file: {}", hosts.join(", ")),
            };
            problems.add(key, format!("there is no host `{name}`"), "not a host", help);
        }
        name.into()
    }

    /// A host, or all hosts of a producer or consumer.
    pub(crate) fn host_group(&self, name: &str, key: &'static str, problems: &mut Problems) -> Vec<Arc<str>> {
        let is_group = self.producers.iter().chain(&self.consumers).any(|group| group.name == name);
        match is_group {
            true => self.hosts().into_iter().filter(|host| host_number(host, name).is_some()).map(Into::into).collect(),
            false => vec![self.host(name, key, problems)],
        }
    }

    /// The hosts of a consumer, which must exist.
    pub(crate) fn consumer(&self, name: &str, key: &'static str, problems: &mut Problems) -> Vec<Arc<str>> {
        hosts_of(&self.consumers, "consumer", name, key, problems)
    }
    /// The hosts of a producer, which must exist.
    pub(crate) fn producer(&self, name: &str, key: &'static str, problems: &mut Problems) -> Vec<Arc<str>> {
        hosts_of(&self.producers, "producer", name, key, problems)
    }

    /// A shard of a stream, which must exist at some time of the run.
    pub(crate) fn shard(&self, stream: &str, shard: u32, key: &'static str, problems: &mut Problems) -> ShardId {
        // Clients of a run that goes on reshard as they like.
        let found = self.streams.iter().find(|of| of.name == stream && self.live.is_none());
        if let Some(shards) = found.and_then(|of| of.shards_ever).filter(|shards| shard >= *shards) {
            let title = format!("{stream} never has a {}", ShardId(shard));
            problems.add(key, title, "no such shard", format!("its last is {}", ShardId(shards.saturating_sub(1))));
        }
        ShardId(shard)
    }

    /// The name of a stream, which must exist.
    pub fn stream(&self, name: &str, key: &'static str, problems: &mut Problems) -> StreamName {
        let declared = self.streams.iter().map(|of| &of.name).chain(&self.created).map(String::as_str);
        let live = self.live.iter().flat_map(|live| &live.streams).map(StreamName::as_str);
        let known: Vec<&str> = declared.chain(live).collect();
        if !known.contains(&name) {
            let help = match (nearest(name, known.iter().copied()), known.is_empty(), &self.live) {
                (Some(near), ..) => format!("did you mean `{near}`?"),
                (None, false, None) => format!("streams of this file: {}", known.join(", ")),
                (None, true, None) => format!("declare it: [stream.{name}]"),
                (None, false, Some(_)) => format!("streams that are there: {}", known.join(", ")),
                (None, true, Some(_)) => "none is there yet: create it first".into(),
            };
            problems.add(key, format!("there is no stream `{name}`"), "not declared", help);
        }
        name.parse().unwrap_or_else(|_| placeholder("missing-stream"))
    }

    /// The name of a delivery stream of the file.
    pub(crate) fn delivery(&self, name: &str, key: &'static str, problems: &mut Problems) -> DeliveryName {
        if !self.deliveries.iter().any(|known| known == name) {
            let help = match nearest(name, self.deliveries.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.deliveries.is_empty() => format!("declare it: [delivery.{name}]"),
                None => format!("delivery streams of this file: {}", self.deliveries.join(", ")),
            };
            problems.add(key, format!("there is no delivery stream `{name}`"), "not declared", help);
        }
        name.parse().unwrap_or_else(|_| placeholder("missing-delivery"))
    }

    /// Returns whether the host is one of a producer's.
    pub(crate) fn is_of_producer(&self, host: &str) -> bool {
        self.producers.iter().any(|group| host_number(host, &group.name).is_some())
    }
    /// The stream whose leases the table has.
    pub(crate) fn stream_of_table(&self, table: &TableName) -> Option<StreamName> {
        let found = self.lease_tables.iter().find(|of| of.table == table.to_string())?;
        found.stream.parse().ok()
    }
    /// A lease table by its name or by the consumer it belongs to.
    pub fn table(&self, name: &str, key: &'static str, problems: &mut Problems) -> TableName {
        let found = self.lease_tables.iter().find(|table| table.consumer == name || table.table == name);
        let live = self.live.iter().flat_map(|live| &live.tables).map(ToString::to_string);
        let known: Vec<String> = self.lease_tables.iter().map(|table| table.table.clone()).chain(live).collect();
        if found.is_none() && !known.iter().any(|table| table == name) {
            let help = match (nearest(name, known.iter().map(String::as_str)), &self.live) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, None) => format!("lease tables of this file: {}", known.join(", ")),
                (None, Some(_)) if known.is_empty() => "none is there yet: create it first".into(),
                (None, Some(_)) => format!("tables that are there: {}", known.join(", ")),
            };
            problems.add(key, format!("there is no table `{name}`"), "not a lease table", help);
        }
        let table = found.map_or(name, |found| found.table.as_str());
        // The name may be too short, or have letters that none has.
        table.parse().or_else(|_| format!("{table}-leases").parse()).unwrap_or_else(|_| placeholder("missing-table"))
    }
}

fn hosts_of(groups: &[Group], what: &str, name: &str, key: &'static str, problems: &mut Problems) -> Vec<Arc<str>> {
    if let Some(group) = groups.iter().find(|group| group.name == name) {
        return group.names().map(Into::into).collect();
    }
    let known: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{what}s of this file: {}", known.join(", ")),
    };
    problems.add(key, format!("there is no {what} `{name}`"), format!("not a {what}"), help);
    Vec::new()
}

/// A name that stands in for a wrong one, so that more problems can be found.
pub(crate) fn placeholder<T: std::str::FromStr>(name: &str) -> T {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("the placeholder is a name"),
    }
}
