//! What every part of the compilation shares: the file, the problems that were found, and names that must exist.

use std::sync::Arc;

use super::diagnostic::Problem;
use super::spans::{Path, Spans, Step};
use super::traffic::Wanted;
use crate::base::written::Duration;
use crate::base::{DeliveryName, Seed, ShardId, SimTime, StreamName, TableName};
use crate::client::producer::trace::Trace;
use crate::fault::{Cast, Problems, placeholder};
use crate::file_path;

/// Checks a file while it is turned into a plan.
pub(super) struct Compiler<'a> {
    spans: &'a Spans<'a>,
    /// Length of the run.
    pub duration: Duration,
    /// The seed of the run.
    pub(crate) seed: Seed,
    pub problems: Vec<Problem>,
    /// Who takes part.
    pub cast: Cast,
}

/// Reads traffic files that scenarios name.
pub(crate) type TraceLoader<'a> = &'a dyn Fn(&Wanted<'_>) -> Result<Arc<Trace>, String>;

/// Hosts of one producer or consumer.
pub(super) const HOST_MAX: u32 = 10_000;

impl<'a> Compiler<'a> {
    /// For a run of this length, from this seed.
    pub(super) fn new(spans: &'a Spans<'a>, duration: Duration, seed: Seed, cast: Cast) -> Self {
        Self { spans, duration, seed, problems: Vec::new(), cast }
    }
    /// Notes a problem at a path of the file.
    pub(super) fn problem(&mut self, path: Path, title: impl Into<String>, label: impl Into<String>, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let span = self.spans.of(&path);
        self.problems.push(Problem { title: title.into(), span, label: label.into(), also: None, help });
    }
    /// Notes a problem unless the condition holds.
    pub(crate) fn need(&mut self, holds: bool, path: Path, title: &str, help: &str) {
        if !holds {
            self.problem(path, title, "this value", help);
        }
    }
    /// The instant of a time in the file, which must lie within the run.
    pub(crate) fn instant(&mut self, at: Duration, path: Path, what: &str) -> SimTime {
        let end = self.duration;
        if at > end {
            let title = format!("{what} at {at} comes after the end of the run at {end}");
            self.problem(path, title, "after the end", "make `duration` longer, or let it happen earlier");
        }
        SimTime::ZERO.saturating_add(at.0)
    }
    /// Notes what is wrong below a path.
    pub(super) fn take(&mut self, problems: Vec<crate::fault::Problem>, path: &Path) {
        for problem in problems {
            let mut at = path.clone();
            at.extend((!problem.key.is_empty()).then(|| Step::from(problem.key)));
            self.problem(at, problem.title, problem.label, &problem.help);
        }
    }
    fn find<T>(&mut self, path: Path, find: impl FnOnce(&Cast, &mut Problems) -> T) -> T {
        let mut problems = Problems::default();
        let found = find(&self.cast, &mut problems);
        self.take(problems.into_vec(), &path);
        found
    }
    /// Returns whether the run goes on already.
    pub(crate) fn is_live(&self) -> bool {
        self.cast.live.is_some()
    }
    /// The name of a stream of the file.
    pub(super) fn stream_name(&mut self, name: &str, path: Path) -> StreamName {
        self.find(path, |cast, problems| cast.stream(name, "", problems))
    }
    /// The name of a delivery stream of the file.
    pub(crate) fn delivery_name(&mut self, name: &str, path: Path) -> DeliveryName {
        self.find(path, |cast, problems| cast.delivery(name, "", problems))
    }
    /// A producer of the file.
    pub(crate) fn producer_name(&mut self, name: &str, path: Path) {
        self.find(path, |cast, problems| cast.producer(name, "", problems));
    }
    /// A consumer of the file.
    pub(super) fn consumer(&mut self, name: &str, path: Path) {
        drop(self.consumer_hosts(name, path));
    }
    /// The hosts of a consumer of the file.
    pub(crate) fn consumer_hosts(&mut self, name: &str, path: Path) -> Vec<Arc<str>> {
        self.find(path, |cast, problems| cast.consumer(name, "", problems))
    }
    /// A shard that the stream has at some time.
    pub(crate) fn shard(&mut self, stream: &StreamName, shard: u32, path: Path) -> ShardId {
        self.find(path, |cast, problems| cast.shard(stream.as_str(), shard, "", problems))
    }
    /// A lease table's name, or that of the consumer it belongs to.
    pub(super) fn table(&mut self, name: &str, path: Path) -> TableName {
        self.find(path, |cast, problems| cast.table(name, "", problems))
    }
    /// A host's name, which must exist.
    pub(super) fn host(&mut self, name: &str, path: Path) -> Arc<str> {
        self.find(path, |cast, problems| cast.host(name, "", problems))
    }
    /// The one stream of the file, when a key leaves it out.
    pub(crate) fn only_stream(&mut self, path: Path) -> StreamName {
        match &self.cast.streams[..] {
            [only] => only.name.parse().unwrap_or_else(|_| placeholder("missing-stream")),
            _ => {
                self.problem(path, "which stream?", "this needs `stream`", "the file has not exactly one stream");
                placeholder("missing-stream")
            }
        }
    }
    /// Every host has a name of its own, and the world has numbers for all of them.
    pub(crate) fn host_names(&mut self) {
        let mut hosts = self.cast.hosts();
        if hosts.len() > HOST_MAX as usize * 6 {
            let title = format!("{} hosts are more than a run can have", hosts.len());
            self.problem(file_path!["duration"], title, "in this file", "use at most 60000 hosts");
        }
        hosts.sort_unstable();
        let Some(twice) = hosts.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()) else { return };
        let group = |name: &&String| twice.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('-'));
        let section =
            self.cast.consumers.iter().map(|group| &group.name).find(group).map(|name| ("consumer", name.clone()));
        let section = section.or_else(|| {
            self.cast.producers.iter().map(|group| &group.name).find(group).map(|name| ("producer", name.clone()))
        });
        let Some((section, name)) = section else { unreachable!("hosts are of producers and consumers") };
        let title = format!("two hosts are called `{twice}`");
        let help = "give every producer and consumer a name of its own";
        self.problem(file_path![section, name.as_str()], title, "its hosts are named after it", help);
    }
}
