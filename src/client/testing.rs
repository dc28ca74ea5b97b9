//! A world with the real services, for the tests of clients.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Cx;
use crate::aws::kinesis;
use crate::aws::{Cloud, KINESIS, Settings as CloudSettings};
use crate::base::event::HostRole;
use crate::base::{Event, EventKind, Fold, HostId, RangeSet, Seed, ShardId, SimDuration, SimTime, StreamName};
use crate::world::{Service, Settings, World};

/// Every event with its time.
#[derive(Default)]
pub struct Log(Vec<(SimTime, Event)>);

impl Fold for Log {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

/// A world with a stream called `clicks`, ACTIVE, at [`Lab::OPEN_S`].
pub struct Lab {
    /// For what the helpers below do not do.
    pub world: World<Cloud>,
    log: Rc<RefCell<Log>>,
}

/// The stream of the lab.
pub fn clicks() -> StreamName {
    "clicks".parse().expect("a stream name")
}

impl Lab {
    /// The second at which the lab opens: the stream is ACTIVE by then.
    pub const OPEN_S: u64 = 60;

    /// A world whose stream has this many shards.
    pub fn new(shards: u32) -> Self {
        let log = Rc::new(RefCell::new(Log::default()));
        let streams = kinesis::api::Settings::default();
        let settings = Settings {
            chance: Seed(1).into(),
            epoch_unix_ms: streams.epoch_unix_ms,
            services: Cloud::hosts(),
            latency: (SimDuration::from_millis(5), SimDuration::from_millis(5)),
        };
        let cloud = Cloud::new(CloudSettings { kinesis: streams, ..CloudSettings::default() }, Seed(1));
        let lab = Self { world: World::new(settings, cloud, log.clone()), log };
        let create = kinesis::api::CreateStream::provisioned(clicks(), shards);
        lab.ask(kinesis::Request::CreateStream(Box::new(create)));
        lab.run_until_s(Self::OPEN_S);
        lab
    }

    /// Asks the streams service from outside the network.
    pub fn ask(&self, request: kinesis::Request) -> kinesis::api::Response {
        let reply = self.world.with_backend(|cloud, now, events| {
            cloud.kinesis.advance(now, events);
            cloud.kinesis.handle(now, KINESIS, request, events)
        });
        reply.expect("the service does it")
    }

    /// Adds a host; `boot` runs at once, and after each restart.
    pub fn host(&self, name: &str, boot: impl Fn(Cx) + 'static) -> HostId {
        let host = self.world.add_host(name, HostRole::Producer, boot);
        self.world.start(host);
        host
    }

    /// Runs until this second.
    pub fn run_until_s(&self, secs: u64) {
        self.world.run_until(SimTime::from_secs(secs));
    }

    /// What `pick` picks from every event.
    pub fn all<T>(&self, mut pick: impl FnMut(SimTime, &Event) -> Option<T>) -> Vec<T> {
        self.log.borrow().0.iter().filter_map(|(at, event)| pick(*at, event)).collect()
    }

    /// Number of events of a kind.
    pub fn count(&self, kind: EventKind) -> usize {
        self.all(|_, event| (event.kind() == kind).then_some(())).len()
    }

    /// Time and key of every record that was accepted, in order.
    pub fn accepted(&self) -> Vec<(SimTime, String)> {
        self.all(|at, event| match event {
            Event::RecordAccepted { key, .. } => Some((at, key.as_str().to_owned())),
            _ => None,
        })
    }

    /// How many records each shard has accepted.
    pub fn accepted_by_shard(&self) -> BTreeMap<ShardId, u64> {
        let mut counts = BTreeMap::new();
        for shard in self.all(|_, event| match event {
            Event::RecordAccepted { shard, .. } => Some(*shard),
            _ => None,
        }) {
            *counts.entry(shard).or_insert(0) += 1;
        }
        counts
    }

    /// Records that producers were done with: put, and given up.
    pub fn finished(&self) -> (u64, u64) {
        let finished = self.all(|_, event| match event {
            Event::PutFinished { records_ok, records_given_up, .. } => Some((*records_ok, *records_given_up)),
            _ => None,
        });
        finished.into_iter().fold((0, 0), |sum, n| (sum.0 + u64::from(n.0), sum.1 + u64::from(n.1)))
    }

    /// How many records were processed, and how many of those not for the first time; panics at a gap.
    pub fn processed(&self) -> (u64, u64) {
        let (mut seen, mut duplicates) = (BTreeMap::<ShardId, RangeSet>::new(), 0);
        for (shard, range) in self.all(|_, event| match event {
            Event::RecordsProcessed { shard, from, to, .. } => Some((*shard, *from..*to)),
            _ => None,
        }) {
            duplicates += seen.entry(shard).or_default().insert(range);
        }
        for (shard, set) in &seen {
            assert!(set.covers(0..set.end().unwrap_or(0)), "{shard} has gaps: {set:?}");
        }
        (seen.values().map(RangeSet::count).sum(), duplicates)
    }
}
