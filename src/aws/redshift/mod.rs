//! Floor 2: Amazon Redshift, as far as delivery streams need it: tables that are loaded from S3 by COPY.
//!
//! A record is a row. A COPY of a file that was loaded before loads it again, as COPY does.
//!
//! Not modelled: columns and their types, SQL other than COPY, the cluster's own reading of S3 (whoever asks for a COPY
//! brings the files), COPYs that wait for each other, disks that fill.

mod api;
#[cfg(any(test, feature = "postgres"))]
mod loading;
pub(crate) mod manifest;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

pub use self::api::{CopyCommand, Error, OPERATIONS, Reply, Request, Response, StagedFile};
#[cfg(feature = "postgres")]
pub(crate) use self::loading::Loading;
pub use self::manifest::Location;
pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::{FaultPoints, Trouble, met_by_faults};
use super::protocol::outside::{Asked, Came, Names, Outside};
use crate::base::event::Output;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, Payload, SimDuration, SimTime};
use crate::world::{CallId, Service};

/// The clusters there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By name.
    pub(crate) clusters: BTreeMap<Arc<str>, Cluster>,
    /// Every other one.
    pub others: Cluster,
    /// Those that are outside of the simulated world. They come before simulated ones.
    pub(crate) outside: Names,
}

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The tables there are; whatever is named when absent.
    pub tables: Option<BTreeSet<Arc<str>>>,
    /// Time that each COPY takes, from this to that. An assumption.
    pub(crate) per_copy: (SimDuration, SimDuration),
    /// Bytes that a COPY loads in a second besides. An assumption.
    pub(crate) bytes_per_s: u64,
}

impl Default for Cluster {
    fn default() -> Self {
        let s = SimDuration::from_secs;
        Self { tables: None, per_copy: (s(2), s(5)), bytes_per_s: 50 << 20 }
    }
}

/// A table, as the sum of what was loaded into it.
#[derive(Debug, Default)]
pub(crate) struct Table {
    loads: Vec<Load>,
}

#[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
/// What one COPY loaded.
#[derive(Debug)]
pub(crate) struct Load {
    /// When.
    pub at: SimTime,
    /// By which manifest.
    pub(crate) manifest: Location,
    /// From which files.
    pub files: Arc<[StagedFile]>,
}

impl Table {
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every COPY, in the order in which they came.
    pub(crate) fn loads(&self) -> &[Load] {
        &self.loads
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every row, in the order in which they came.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let files = self.loads.iter().flat_map(|load| load.files.iter());
        files.flat_map(|file| file.body.parts()).flat_map(rows_of)
    }
}

/// The lines of a part; what is made up has none, and is one row.
fn rows_of(part: &Payload) -> Vec<Cow<'_, [u8]>> {
    match part {
        Payload::Synthetic { .. } => vec![part.bytes()],
        Payload::Bytes(bytes) => {
            bytes.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()).map(Cow::Borrowed).collect()
        }
    }
}

/// The service.
pub struct Redshift {
    settings: Settings,
    tables: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Table>>,
    pub(in crate::aws) outside: Outside<CallId, CopyCommand>,
    faults: FaultPoints,
    random: Random,
}

met_by_faults!(Redshift);

impl Redshift {
    /// Clusters with nothing in their tables.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        let (faults, random) = (FaultPoints::new(&chance), chance.stream("copies"));
        let outside = Outside::new(settings.outside.clone());
        Self { settings, tables: BTreeMap::new(), outside, faults, random }
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every table that something was loaded into, with its cluster and name.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&str, &str, &Table)> {
        self.tables.iter().flat_map(|(cluster, tables)| {
            tables.iter().map(move |(name, table)| (cluster.as_ref(), name.as_ref(), table))
        })
    }

    /// Something came back from a cluster outside: what its caller is told, if it is told.
    pub(crate) fn came(&mut self, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let Asked { request: CopyCommand { table, files, .. }, caller, is_answered, .. } = self.outside.end(call)?;
        let reply = match came {
            Came::Done { count } => {
                files.iter().for_each(|file| events.extend(file.holds.arrived(Output::Destination)));
                Ok(Response::Loaded { rows: *count, took: SimDuration::ZERO })
            }
            Came::Refused { code, message } => Err(refusal(code, message, &table)),
            Came::Unreachable {} | Came::Broken {} | Came::Answer { .. } => Err(Error::ConnectionFailed),
            Came::GivenUp {} => return None,
        };
        tell_refusal(&reply, caller, events);
        is_answered.then_some(reply)
    }

    fn copy(&mut self, now: SimTime, copy: CopyCommand, events: &mut Vec<Event>) -> Reply {
        let CopyCommand { cluster: name, table, manifest, files, .. } = copy;
        let cluster = self.settings.clusters.get(&name).unwrap_or(&self.settings.others);
        if cluster.tables.as_ref().is_some_and(|tables| !tables.contains(&table)) {
            return Err(Error::TableNotFound(table.as_ref().into()));
        }
        let bytes: u64 = files.iter().map(|file| file.body.plain_len()).sum();
        let loading = SimDuration::from_millis(bytes.saturating_mul(1000) / cluster.bytes_per_s.max(1));
        let took = self.random.duration(cluster.per_copy.0, cluster.per_copy.1) + loading;
        files.iter().for_each(|file| events.extend(file.holds.arrived(Output::Destination)));
        let rows = files.iter().flat_map(|file| file.body.parts()).map(|part| rows_of(part).len() as u64).sum();
        let loaded = self.tables.entry(name).or_default().entry(table).or_default();
        loaded.loads.push(Load { at: now, manifest, files });
        Ok(Response::Loaded { rows, took })
    }
}

/// An error of a cluster outside, by its SQLSTATE
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn refusal(code: &str, message: &str, table: &str) -> Error {
    match code {
        "42P01" => Error::TableNotFound(table.into()),
        "42501" => Error::AuthenticationFailed,
        "53100" => Error::DiskFull,
        "25006" => Error::ReadOnlyCluster,
        _ => match code.get(..2) {
            Some("28" | "3D") => Error::AuthenticationFailed,
            Some("08" | "53" | "57") => Error::ConnectionFailed,
            Some("22" | "23") => Error::DataLoadFailed(message.into()),
            Some("0A" | "42") => Error::SyntaxError(message.into()),
            _ => Error::Internal,
        },
    }
}

fn tell_refusal(reply: &Reply, host: HostId, events: &mut Vec<Event>) {
    if let Err(error) = reply {
        events.push(Event::SinkRefused { service: "redshift", host, error: error.code() });
    }
}

/// What a call that meets a trouble is told, unless it is what it is told otherwise.
fn told(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Throttle | Trouble::Unavailable => Some(Err(Error::ConnectionFailed)),
        Trouble::InternalError => Some(Err(Error::Internal)),
        Trouble::Denied => Some(Err(Error::AuthenticationFailed)),
        Trouble::NoAnswer => Some(Ok(Response::Nothing)),
        Trouble::NoAcknowledgement => None,
    }
}

impl Service for Redshift {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let operation = request.operation();
        let Request::Copy(copy) = request;
        let met = self.faults.draw(&copy.cluster, operation);
        let is_carried_out = met.is_none_or(|(_, is_carried_out)| is_carried_out);
        let reply = is_carried_out.then(|| match self.outside.has(&copy.cluster) {
            true => {
                self.outside.ask(now, copy.call, caller, copy, met.is_none());
                Ok(Response::Nothing)
            }
            false => self.copy(now, copy, events),
        });
        let troubled = met.and_then(|(trouble, _)| told(trouble));
        let reply = troubled.or(reply).unwrap_or(Err(Error::Internal));
        tell_refusal(&reply, caller, events);
        reply
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        match reply {
            Ok(Response::Loaded { took, .. }) => *took,
            Ok(Response::Nothing) => SimDuration::MAX,
            Err(_) => SimDuration::ZERO,
        }
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
