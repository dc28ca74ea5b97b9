//! Who takes part in a run: the hosts, streams and tables that faults and actions may name.

use std::sync::Arc;

use crate::base::host_name::{host_name, host_number};
use crate::base::nearest::nearest;
use crate::base::{SimDuration, StreamName, TableName};

/// Who takes part, as the scenario says.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// Producers, in order of their names.
    pub producers: Vec<Group>,
    /// Consumers, in order of their names.
    pub consumers: Vec<Group>,
    /// Streams with the shards they begin with.
    pub streams: Vec<(String, u32)>,
    /// Lease tables, in order of their consumers.
    pub(crate) lease_tables: Vec<LeaseTable>,
    /// Faults that the scenario names itself.
    pub faults: Vec<Standing>,
    /// What else there is, in a run that goes on.
    pub(crate) live: Option<Live>,
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
    /// Returns whether the consumer runs the KCL, so that the table is there.
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
    pub fn consumer(&self, name: &str, key: &'static str, problems: &mut Problems) -> Vec<Arc<str>> {
        if let Some(group) = self.consumers.iter().find(|group| group.name == name) {
            return group.names().map(Into::into).collect();
        }
        let known: Vec<&str> = self.consumers.iter().map(|group| group.name.as_str()).collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("consumers of this file: {}", known.join(", ")),
        };
        problems.add(key, format!("there is no consumer `{name}`"), "not a consumer", help);
        Vec::new()
    }

    /// The name of a stream, which must exist.
    pub fn stream(&self, name: &str, key: &'static str, problems: &mut Problems) -> StreamName {
        let is_live = |live: &Live| live.streams.iter().any(|stream| stream.as_str() == name);
        let is_known = self.streams.iter().any(|(stream, _)| stream == name) || self.live.as_ref().is_some_and(is_live);
        if !is_known {
            let known: Vec<&str> = self.streams.iter().map(|(stream, _)| stream.as_str()).collect();
            let help = match (nearest(name, known.iter().copied()), known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, false) => format!("streams of this file: {}", known.join(", ")),
                (None, true) => format!("declare it: [stream.{name}]"),
            };
            problems.add(key, format!("there is no stream `{name}`"), "not declared", help);
        }
        name.parse().unwrap_or_else(|_| placeholder("missing-stream"))
    }

    /// A lease table by its name or by the consumer it belongs to.
    pub fn table(&self, name: &str, key: &'static str, problems: &mut Problems) -> TableName {
        let found = self.lease_tables.iter().find(|table| table.consumer == name || table.table == name);
        let is_live = |live: &Live| live.tables.iter().any(|table| table.to_string() == name);
        if found.is_none() && !self.live.as_ref().is_some_and(is_live) {
            let known: Vec<&str> = self.lease_tables.iter().map(|table| table.table.as_str()).collect();
            let help = format!("lease tables of this file: {}", known.join(", "));
            problems.add(key, format!("there is no table `{name}`"), "not a lease table", help);
        }
        let table = found.map_or(name, |found| found.table.as_str());
        match table.parse().or_else(|_| format!("{table}-leases").parse()) {
            Ok(table) => table,
            Err(_) => unreachable!("a name with a suffix is long enough"),
        }
    }
}

/// A name that stands in for a wrong one, so that more problems can be found.
pub(crate) fn placeholder<T: std::str::FromStr>(name: &str) -> T {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("the placeholder is a name"),
    }
}
