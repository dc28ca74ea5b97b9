//! What is made of a scenario file: everything typed, every default filled in, every chance drawn.

use std::sync::Arc;

use crate::alarm::{Alarm, Unwatched};
use crate::aws::firehose::Pipeline;
use crate::aws::kinesis::api::Provisioned;
use crate::aws::{self, dynamodb};
use crate::base::event::{DeclaredStart, StoreKind};
use crate::base::{Bug, ConsumerId, DeliveryName, HashKey, Planted, Seeds, ShardId, SimDuration, SimTime, StreamName};
pub(crate) use crate::check::LivenessBounds;
use crate::client::Transport;
use crate::client::autoscaling::Autoscaling;
use crate::client::capacity::{Demand, System};
use crate::client::kcl::KclSettings;
use crate::client::poller::PollerSettings;
use crate::client::producer::ProducerSettings;
use crate::fault::FaultPlan;
pub use crate::measure::{Occurrence, Window};
use crate::price::Prices;

/// A run, ready to be carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario's name.
    pub name: Arc<str>,
    /// Where it came from, as the user wrote it (`scenarios/hot-shard.toml`), for the reproducing line.
    pub source: Arc<str>,
    /// What all chance of the run is drawn from.
    pub seed: Seeds,
    /// What the seed has made of the file, when it is one of a swarm.
    pub(crate) swarm: Option<Arc<[String]>>,
    /// The bug that is planted, where the file does not ask for it.
    pub(crate) asked_bug: Option<Bug>,
    /// Length of the run.
    pub duration: SimDuration,
    /// How built-in clients call the services.
    pub transport: Transport,
    /// One-way network latency.
    pub(crate) latency: (SimDuration, SimDuration),
    /// What the services are set to: quotas, limits and assumptions.
    pub services: aws::Settings,
    /// Streams that exist when the run begins.
    pub streams: Vec<StreamPlan>,
    /// Delivery streams that exist when the run begins.
    pub(crate) deliveries: Vec<DeliveryPlan>,
    /// In the file's order of names, like KCL applications and pollers.
    pub producers: Vec<ProducerSettings>,
    /// KCL applications.
    pub kcl: Vec<KclSettings>,
    /// Plain pollers.
    pub(crate) pollers: Vec<PollerSettings>,
    /// Consumers whose code the user brings.
    pub(crate) apps: Vec<AppPlan>,
    /// Faults in order of their beginning.
    pub faults: Vec<FaultPlan>,
    /// What disturbs the run besides faults, in order of time.
    pub(crate) disturbances: Vec<Disturbance>,
    /// Actions in order.
    pub(crate) actions: Vec<ActionPlan>,
    /// Policies that change streams' shards, one a stream.
    pub(crate) autoscaling: Vec<Autoscaling>,
    /// Bounds of the liveness checks.
    pub(crate) liveness: LivenessBounds,
    /// What costs are made of.
    pub(crate) prices: Arc<Prices>,
    /// CloudWatch alarms that the run is held against.
    pub(crate) alarms: AlarmPlan,
    /// In the file's order.
    pub expectations: Vec<Expectation>,
    /// The outcome that the file says it is there to show.
    pub outcome: Outcome,
}

impl Plan {
    /// Records are late when they wait longer than the expectations of the file allow, or than the liveness checks do
    /// where none says.
    pub(crate) fn late_after(&self) -> SimDuration {
        self.age_bounds_ms().min().map_or(self.liveness.iterator_age_max, SimDuration::from_millis)
    }
    /// Bounds that expectations set on iterator ages.
    pub(crate) fn age_bounds_ms(&self) -> impl Iterator<Item = u64> {
        self.expectations.iter().filter_map(|expectation| match &expectation.what {
            Expected::Number { path, threshold, .. } if path.contains(".iterator_age_") => Some(*threshold as u64),
            Expected::Number { .. } | Expected::Sometimes(_) => None,
        })
    }
    /// Bounds that expectations set on the freshness of delivery streams, with the name that each is of.
    pub(crate) fn freshness_bounds_ms(&self) -> impl Iterator<Item = (&str, u64)> {
        self.expectations.iter().filter_map(|expectation| match &expectation.what {
            Expected::Number { path, threshold, .. } => {
                let (name, _) = path.strip_prefix("deliveries.")?.split_once(".freshness_")?;
                Some((name, *threshold as u64))
            }
            Expected::Sometimes(_) => None,
        })
    }
    /// What its clients ask of the services' limits.
    pub(crate) fn demand(&self) -> Demand {
        Demand::of(&System {
            streams: self.streams.iter().map(|stream| (&stream.name, stream.shards)).collect(),
            producers: &self.producers,
            kcl: &self.kcl,
            pollers: &self.pollers,
        })
    }
    /// The same run, which ended at `end` because nobody was left to go on: what was to happen later is not asked for.
    pub(crate) fn ended_at(mut self, end: SimTime) -> Self {
        self.duration = self.duration.min(end.since(SimTime::ZERO));
        self.faults.retain(|fault| fault.at <= end);
        self.actions.retain(|action| action.at <= end);
        self
    }
    /// Plants a bug, or none, in whoever takes part.
    pub(super) fn plant(&mut self, planted: Planted) {
        self.services.kinesis.planted = planted;
        self.services.dynamodb.planted = planted;
        self.services.firehose.planted = planted;
        self.producers.iter_mut().for_each(|producer| producer.planted = planted);
        self.kcl.iter_mut().for_each(|kcl| kcl.planted = planted);
        self.pollers.iter_mut().for_each(|poller| poller.planted = planted);
    }
}

/// A stream that exists when the run begins.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamPlan {
    /// As calls to Kinesis use it.
    pub name: StreamName,
    /// Shards with uniform ranges.
    pub shards: u32,
    /// What else it has.
    pub(crate) of: Provisioned,
}

/// A delivery stream that exists when the run begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DeliveryPlan {
    /// As calls to Firehose use it.
    pub(crate) name: DeliveryName,
    /// What it does.
    pub(crate) pipeline: Pipeline,
}

/// A consumer whose code the user brings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AppPlan {
    /// Number among the consumers of the scenario.
    pub consumer: ConsumerId,
    /// Name, also of its hosts (`NAME-1`, ...).
    pub name: Arc<str>,
    /// The stream it reads.
    pub stream: StreamName,
    /// When each of its hosts boots first.
    pub starts: Vec<SimDuration>,
    /// Where it begins, if that is known.
    pub(crate) begins: DeclaredStart,
    /// What it promises of its effects.
    pub store: StoreKind,
}

/// Something besides a fault that keeps consumers from their work for a time. Liveness is judged when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disturbance {
    /// When it may begin.
    pub(crate) from: SimTime,
    /// When it is over.
    pub(crate) until: SimTime,
    /// How it is told.
    pub(crate) text: String,
}

/// Something the operator does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionPlan {
    /// When it is tried first; the operator may wait for the stream.
    pub at: SimTime,
    /// The call that the operator makes, or what it does to a worker.
    pub what: ActionKind,
    /// How reports tell it.
    pub text: Arc<str>,
    /// Whether it is there to be refused.
    pub(crate) expect_refusal: bool,
}

/// An action. Calls to AWS go over the network from the `operator` host and wait for the stream to be ACTIVE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ActionKind {
    /// SplitShard.
    Split {
        stream: StreamName,
        /// Which shard.
        shard: ShardChoice,
        /// Where, the middle when absent.
        at_hash_key: Option<HashKey>,
    },
    /// MergeShards of a shard with its upper neighbour.
    Merge {
        stream: StreamName,
        /// The lower shard.
        shard: ShardChoice,
    },
    /// UpdateShardCount with UNIFORM_SCALING.
    UpdateShardCount {
        stream: StreamName,
        /// TargetShardCount.
        target: u32,
    },
    /// Increase or DecreaseStreamRetentionPeriod.
    SetRetention {
        stream: StreamName,
        /// RetentionPeriodHours.
        hours: u32,
    },
    /// StartStreamEncryption.
    StartEncryption {
        stream: StreamName,
        /// KeyId.
        key_id: Box<str>,
    },
    /// StopStreamEncryption.
    StopEncryption { stream: StreamName },
    /// CreateStream in provisioned mode.
    CreateStream {
        stream: StreamName,
        /// ShardCount.
        shards: u32,
    },
    /// DeleteStream without EnforceConsumerDeletion: refused while consumers are registered.
    DeleteStream { stream: StreamName },
    /// UpdateTable with new capacity.
    SetTableCapacity {
        /// The table.
        table: crate::base::TableName,
        /// Billing mode and units.
        capacity: dynamodb::api::Capacity,
    },
    /// DeleteItem of a lease row, as a person with the console would: what the hole auditor must repair.
    DeleteLease {
        /// The lease table.
        table: crate::base::TableName,
        /// The shard.
        shard: ShardId,
    },
    /// Asks a worker for a graceful shutdown.
    StopWorker {
        /// The worker's host.
        host: Arc<str>,
    },
    /// Starts a host again that was stopped.
    StartWorker {
        /// The worker's host.
        host: Arc<str>,
    },
    /// UpdateDestination.
    UpdateDestination {
        /// The delivery stream.
        delivery: DeliveryName,
        /// What it does from then on.
        pipeline: Box<Pipeline>,
    },
    /// DeleteDeliveryStream.
    DeleteDelivery {
        /// The delivery stream.
        delivery: DeliveryName,
    },
    /// COPY of every manifest that a delivery stream to Redshift has left behind, as its owner would do.
    CopyManifests {
        /// Where the delivery stream delivers to.
        to: Box<crate::aws::firehose::pipeline::RedshiftOutput>,
    },
}

impl ActionKind {
    /// Whether it changes a stream's shards.
    pub(crate) fn is_reshard(&self) -> bool {
        matches!(self, Self::Split { .. } | Self::Merge { .. } | Self::UpdateShardCount { .. })
    }
    /// The stream that it changes.
    pub(crate) fn stream(&self) -> Option<&StreamName> {
        match self {
            Self::Split { stream, .. }
            | Self::Merge { stream, .. }
            | Self::UpdateShardCount { stream, .. }
            | Self::SetRetention { stream, .. }
            | Self::StartEncryption { stream, .. }
            | Self::StopEncryption { stream }
            | Self::CreateStream { stream, .. }
            | Self::DeleteStream { stream } => Some(stream),
            Self::SetTableCapacity { .. }
            | Self::DeleteLease { .. }
            | Self::StopWorker { .. }
            | Self::StartWorker { .. }
            | Self::UpdateDestination { .. }
            | Self::DeleteDelivery { .. }
            | Self::CopyManifests { .. } => None,
        }
    }
}

/// Which shard an action means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardChoice {
    /// The shard of this number, in whatever state.
    Id(ShardId),
    /// The open shard with the most accepted and refused records in the last minute.
    Hottest,
    /// The open shard with the fewest.
    Coldest,
}

/// The alarms of a file: those that are evaluated, and those that are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AlarmPlan {
    /// In the file's order.
    pub(crate) watched: Vec<Arc<Alarm>>,
    /// With the reason.
    pub(crate) unwatched: Vec<Unwatched>,
}

/// An `[[expect]]` of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// As the user wrote it, for reports.
    pub text: Arc<str>,
    /// The part of the run whose events count.
    pub window: Window,
    /// A bound on a number, or something that must have happened.
    pub what: Expected,
    /// Whether it may have nothing to judge.
    pub(crate) if_any: bool,
}

/// A bound on a number, or something that must have happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A reported number, by its path in the JSON report (`streams.clicks.records_throttled`), against a threshold
    /// in the unit that the name ends in.
    Number {
        /// Path in the report, from `streams`, `consumers`, `producers` or `tables`. A `*` stands for any one name: the
        /// expectation then holds for each.
        path: Arc<str>,
        /// How the number compares.
        comparison: Comparison,
        /// To what.
        threshold: f64,
    },
    /// This has happened at least once.
    Sometimes(Occurrence),
}

/// How a reported number compares to the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

/// The outcome that a scenario is there to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Every check and expectation holds.
    #[default]
    Pass,
    /// Exactly these checks or expectations fail (expectations by their text).
    Fail {
        /// Names of checks, or texts of expectations.
        failing: Vec<Arc<str>>,
    },
}
