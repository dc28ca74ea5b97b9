//! Processes and tracks. Slices of one track must not overlap, so what overlaps gets another track beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::writer::{Place, Writer};
use crate::base::{ConsumerId, HostId, ShardId, StreamId, TableId};

/// What is a process of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Process {
    /// Faults and actions, which every trace names.
    Outside,
    Stream(StreamId),
    Consumer(ConsumerId),
    Table(TableId),
    Host(HostId),
}

/// What stands on a track, and on others beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Faults,
    Actions,
    /// A host that is down or stands still.
    State,
    Calls,
    /// Owners of a shard's lease.
    Lease(ShardId),
    /// A shard of a stream.
    Shard(ShardId),
    /// Records of a shard that a worker processes.
    Processing(ShardId),
}

impl Process {
    /// Its number, which is also its place among all.
    pub(super) fn pid(self) -> u32 {
        match self {
            Self::Outside => 1,
            Self::Stream(id) => 100_000 + u32::from(id.0),
            Self::Consumer(id) => 200_000 + u32::from(id.0),
            Self::Table(id) => 300_000 + u32::from(id.0),
            Self::Host(id) => 400_000 + u32::from(id.0),
        }
    }
}

impl Group {
    fn name(self) -> String {
        match self {
            Self::Faults => "faults".into(),
            Self::Actions => "actions".into(),
            Self::State => "down or standing still".into(),
            Self::Calls => "calls".into(),
            Self::Lease(shard) => format!("lease of shard {}", shard.0),
            Self::Shard(shard) => format!("shard {}", shard.0),
            Self::Processing(shard) => format!("processing of shard {}", shard.0),
        }
    }
    /// Its place among the tracks of a process.
    fn sort(self) -> u64 {
        match self {
            Self::Faults | Self::State => 0,
            Self::Actions | Self::Calls => 1,
            Self::Lease(shard) | Self::Shard(shard) | Self::Processing(shard) => 2 + u64::from(shard.0),
        }
    }
}

/// Who has which track.
#[derive(Default)]
pub(super) struct Lanes {
    /// By process and group, its tracks, and whether each is in use.
    lanes: BTreeMap<(Process, Group), Vec<(Place, bool)>>,
    named: BTreeSet<u32>,
    tids: u32,
}

impl Lanes {
    /// Names a process, once.
    pub(super) fn name<W: Write>(&mut self, process: Process, name: &str, writer: &mut Writer<W>) {
        if self.named.insert(process.pid()) {
            writer.process(process.pid(), name);
        }
    }
    /// The first track of a group that is free, in use from now on.
    pub(super) fn take<W: Write>(&mut self, process: Process, group: Group, writer: &mut Writer<W>) -> Place {
        let lanes = self.lanes.entry((process, group)).or_default();
        if let Some((place, is_used)) = lanes.iter_mut().find(|(_, is_used)| !is_used) {
            *is_used = true;
            return *place;
        }
        // Viewers want the numbers of threads to be different in all processes.
        self.tids += 1;
        let place = Place { pid: process.pid(), tid: self.tids };
        let name = match lanes.len() {
            0 => group.name(),
            others => format!("{} ({})", group.name(), others + 1),
        };
        lanes.push((place, true));
        writer.thread(place, &name, group.sort());
        place
    }
    /// A track of a group is free again.
    pub(super) fn free(&mut self, process: Process, group: Group, place: Place) {
        let lanes = self.lanes.entry((process, group)).or_default();
        if let Some((_, is_used)) = lanes.iter_mut().find(|(of, _)| *of == place) {
            *is_used = false;
        }
    }
}
