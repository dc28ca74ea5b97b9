//! What every part of the compilation shares: the file, the problems that were found, and names that must exist.

use std::sync::Arc;

use super::diagnostic::Problem;
use super::file::{Consumer, File, Library};
use super::spans::{Path, Spans};
use crate::base::host_name::host_name;
use crate::base::nearest::nearest;
use crate::base::written::Duration;
use crate::base::{SimTime, StreamName, TableName};

/// Checks a file while it is turned into a plan.
pub(super) struct Compiler<'a> {
    pub file: &'a File,
    pub spans: &'a Spans<'a>,
    pub problems: Vec<Problem>,
    /// What exists besides the file, in a run that goes on.
    pub known: Option<Known>,
}

/// What exists in a run that goes on.
pub(super) struct Known {
    pub streams: Vec<StreamName>,
    pub tables: Vec<TableName>,
}

/// Hosts of one producer or consumer.
pub(super) const HOST_MAX: u32 = 10_000;
impl Compiler<'_> {
    /// Notes a problem at a path of the file.
    pub fn problem(&mut self, path: Path, title: impl Into<String>, label: impl Into<String>, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let span = self.spans.of(&path);
        self.problems.push(Problem { title: title.into(), span, label: label.into(), help });
    }
    /// Notes a problem unless the condition holds.
    pub fn need(&mut self, holds: bool, path: Path, title: &str, help: &str) {
        if !holds {
            self.problem(path, title, "this value", help);
        }
    }
    /// The instant of a time in the file, which must lie within the run.
    pub fn instant(&mut self, at: Duration, path: Path, what: &str) -> SimTime {
        let end = self.file.duration;
        if at > end {
            let title = format!("{what} at {at} comes after the end of the run at {end}");
            self.problem(path, title, "after the end", "make `duration` longer, or let it happen earlier");
        }
        SimTime::ZERO.saturating_add(at.0)
    }
    /// The name of a stream of the file.
    pub fn stream_name(&mut self, name: &str, path: Path) -> StreamName {
        let exists = |known: &Known| known.streams.iter().any(|stream| stream.as_str() == name);
        if !self.file.stream.contains_key(name) && !self.known.as_ref().is_some_and(exists) {
            let known: Vec<&str> = self.file.stream.keys().map(String::as_str).collect();
            let help = match (nearest(name, known.iter().copied()), known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, false) => format!("streams of this file: {}", known.join(", ")),
                (None, true) => format!("declare it: [stream.{name}]"),
            };
            self.problem(path, format!("there is no stream `{name}`"), "not declared", &help);
        }
        name.parse().unwrap_or_else(|_| placeholder("missing-stream"))
    }
    /// The one stream of the file, when a key leaves it out.
    pub fn only_stream(&mut self, path: Path) -> StreamName {
        let mut names = self.file.stream.keys();
        match (names.next(), names.next()) {
            (Some(name), None) => name.parse().unwrap_or_else(|_| placeholder("missing-stream")),
            _ => {
                self.problem(path, "which stream?", "this needs `stream`", "the file has not exactly one stream");
                placeholder("missing-stream")
            }
        }
    }
    /// Names of all hosts that producers and consumers have.
    pub fn hosts(&self) -> Vec<String> {
        let numbered =
            |name: &String, count: u32| (1..=count.min(HOST_MAX)).map(move |n| host_name(name, n)).collect::<Vec<_>>();
        let producers = self.file.producer.iter().flat_map(|(name, p)| numbered(name, p.hosts));
        let consumers = self.file.consumer.iter().flat_map(|(name, c)| numbered(name, c.host_count()));
        producers.chain(consumers).collect()
    }
    /// A host's name, which must exist.
    pub fn host(&mut self, name: &str, path: Path) -> Arc<str> {
        let hosts = self.hosts();
        if !hosts.iter().any(|host| host == name) {
            let help = match nearest(name, hosts.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("hosts of this file: {}", hosts.join(", ")),
            };
            self.problem(path, format!("there is no host `{name}`"), "not a host", &help);
        }
        name.into()
    }
}

/// A name that stands in for a wrong one, so that more problems can be found.
pub(super) fn placeholder<T: std::str::FromStr>(name: &str) -> T {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("the placeholder is a name"),
    }
}

impl Consumer {
    /// Workers from the start and those that join.
    pub fn host_count(&self) -> u32 {
        match self.library {
            Library::Kcl2 => self.workers.saturating_add(self.joins.len() as u32),
            Library::Poller => 1,
            Library::App => self.workers,
        }
    }
    /// The lease table's name.
    pub fn table_name(&self, consumer: &str) -> String {
        self.application.clone().unwrap_or_else(|| consumer.to_owned())
    }
}
