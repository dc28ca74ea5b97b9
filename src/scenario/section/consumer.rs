//! `[consumer.NAME]`: what reads a stream, and what its record processor does.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{one_u32, secs};
use super::kcl_options::KclOptions;
use crate::aws::dynamodb::api::Capacity;
use crate::base::event::DeclaredStart;
use crate::base::written::Duration;
use crate::base::{ConsumerId, Planted, SimDuration, StreamName, TableName};
use crate::client;
use crate::client::kcl::KclSettings;
use crate::client::poller::{self, InitialPosition, PollerSettings};
use crate::client::processor::{CheckpointPolicy, ProcessorMishap, ProcessorScript, ProcessorSettings, StoreKind};
use crate::fault::placeholder;
use crate::file_path;
use crate::scenario::compiler::{Compiler, HOST_MAX};
use crate::scenario::plan::AppPlan;

/// A consumer: hosts `NAME-1`, `NAME-2`, ...
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The stream it reads.
    pub stream: String,
    /// What it reads with.
    #[serde(default)]
    pub library: Library,
    /// When the workers start, counted from the start of the run.
    #[serde(default)]
    pub start: Duration,
    /// Number of hosts, NAME-1 to NAME-N (kcl-2, app).
    #[serde(default = "one_u32")]
    pub workers: u32,
    /// Starts of further workers, which join later (kcl-2, app).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) joins: Vec<Duration>,
    /// Name of the application and its lease table; the consumer's name when absent (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Provisioned units of the lease table; on demand when absent (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_table: Option<LeaseTable>,
    /// Where it begins: `trim-horizon`, `latest`, or a time before its start such as `10m ago`.
    #[serde(default = "trim_horizon")]
    pub(crate) initial_position: String,
    /// What it remembers across a restart (poller).
    #[serde(default)]
    pub(crate) resume: Resume,
    /// When it checkpoints: `every batch`, a time such as `10s`, a count such as `500 records`, `at end`, `never`.
    #[serde(default = "every_batch", alias = "checkpoint_every")]
    pub checkpoint: String,
    /// How often it tries to store a checkpoint that the lease table throttles, 3 s apart, before it goes on without
    /// (kcl-2).
    #[serde(default = "ten")]
    pub(crate) checkpoint_tries: u32,
    /// Whether it prepares every checkpoint before it stores it, with a write of its own (kcl-2).
    #[serde(default)]
    pub(crate) prepare_checkpoints: bool,
    /// Processing time of one record.
    #[serde(default = "processing")]
    pub processing: Duration,
    /// What the store that effects go to promises of them.
    // `sink` is its name in files of the first version.
    #[serde(default, alias = "sink")]
    pub store: Store,
    /// What goes wrong in the record processor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) mishap: Vec<Mishap>,
    /// How it gets its records: `polling` asks with GetRecords, `fan-out` registers for enhanced fan-out under the
    /// application's name and subscribes to each shard (kcl-2).
    #[serde(default)]
    pub retrieval: Retrieval,
    /// Time between two GetRecords of a shard; 1.5s for kcl-2 and 1s for pollers when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Duration>,
    /// Records that one GetRecords asks for at most, 1 to 10000.
    #[serde(default = "ten_thousand")]
    pub(crate) records_max: u32,
    /// `failoverTimeMillis` (kcl-2).
    #[serde(default = "ten_s")]
    pub(crate) failover: Duration,
    /// `maxLeasesForWorker` (kcl-2).
    #[serde(default = "leases_max")]
    pub(crate) leases_max: u32,
    /// `maxLeasesToStealAtOneTime` (kcl-2).
    #[serde(default = "one_u32")]
    pub(crate) steal_max: u32,
    /// `enablePriorityLeaseAssignment` (kcl-2).
    #[serde(default = "yes")]
    pub(crate) priority_assignment: bool,
    /// `consistentReads` (kcl-2).
    #[serde(default)]
    pub(crate) consistent_reads: bool,
    /// `maxPendingProcessRecordsInput` of the prefetch cache (kcl-2).
    #[serde(default = "five")]
    pub(crate) prefetch_batches: u32,
    /// `cleanupLeasesUponShardCompletion` (kcl-2).
    #[serde(default = "yes")]
    pub(crate) cleanup_leases: bool,
    /// Settings of the library that are seldom changed (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kcl: Option<KclOptions>,
}

fn trim_horizon() -> String {
    "trim-horizon".to_owned()
}
fn every_batch() -> String {
    "every batch".to_owned()
}
fn processing() -> Duration {
    Duration(SimDuration::from_micros(100))
}
fn ten_thousand() -> u32 {
    10_000
}
fn ten_s() -> Duration {
    secs(10)
}
fn leases_max() -> u32 {
    i32::MAX as u32
}
fn five() -> u32 {
    5
}
fn ten() -> u32 {
    10
}
fn yes() -> bool {
    true
}

/// What a consumer reads with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Library {
    /// The Kinesis Client Library 2.x.
    #[default]
    #[serde(rename = "kcl-2")]
    Kcl2,
    /// A plain poller of every shard.
    Poller,
    /// The user's own code, which a test gives to the simulation, or a command to `kinesim exec`.
    App,
}

/// How a consumer gets its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Retrieval {
    /// It asks with GetRecords; all who do share 2 MiB and 5 calls a second of each shard.
    #[default]
    Polling,
    /// Records are pushed to it, up to 2 MiB a second of each shard for itself: enhanced fan-out.
    FanOut,
}

/// Provisioned units of a lease table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseTable {
    /// Read units a second.
    pub read: u32,
    /// Write units a second.
    pub write: u32,
}

/// What a poller remembers across a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Resume {
    /// Nothing: it begins at its initial position again.
    Nothing,
    /// Its last shard iterator.
    Iterator,
    /// Its saved position: it goes on after the last record that it saved.
    #[default]
    Position,
}

/// What the store that effects go to promises of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// Every delivery is an effect: at least once.
    #[default]
    Plain,
    /// Effects are keyed by record: exactly once.
    Idempotent,
    /// Effect and checkpoint together: exactly once.
    Transactional,
}

/// Something that goes wrong in a record processor: one of `throw`, `hang`, `slow`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mishap {
    /// Throws at the record; the KCL skips the rest of the batch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) throw: bool,
    /// Hangs at the record for so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hang: Option<Duration>,
    /// Takes so much longer for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slow: Option<Duration>,
    /// At every n-th record that a worker processes.
    pub(crate) every_records: u64,
    /// No mishap before this time of the run.
    #[serde(default)]
    pub from: Duration,
    /// Not after; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
}

impl Consumer {
    /// Workers from the start and those that join.
    pub(crate) fn host_count(&self) -> u32 {
        match self.library {
            Library::Kcl2 | Library::App => self.workers.saturating_add(self.joins.len() as u32),
            Library::Poller => 1,
        }
    }
    /// Leaves the code to the user, and with it all that the file says of how the built-in one works.
    pub(in crate::scenario) fn become_brought(&mut self) {
        if self.library == Library::Poller {
            self.workers = 1;
        }
        self.library = Library::App;
        self.retrieval = Retrieval::Polling;
        self.kcl = None;
        self.mishap.clear();
    }
    /// Returns whether it begins at the oldest record of each shard.
    pub(in crate::scenario) fn begins_at_oldest(&self) -> bool {
        self.initial_position == trim_horizon()
    }
    /// The lease table's name.
    pub fn table_name(&self, consumer: &str) -> String {
        self.application.clone().unwrap_or_else(|| consumer.to_owned())
    }
}

/// `idleTimeBetweenReadsInMillis`.
pub(crate) const KCL_IDLE: Duration = Duration(SimDuration::from_millis(1500));
pub(crate) const POLLER_IDLE: Duration = Duration(SimDuration::from_secs(1));

/// Consumers by their library.
#[derive(Default)]
pub(crate) struct Consumers {
    pub kcl: Vec<KclSettings>,
    pub(crate) pollers: Vec<PollerSettings>,
    pub(crate) apps: Vec<AppPlan>,
}

impl Compiler<'_> {
    /// The consumers of the file.
    pub(crate) fn consumers(&mut self, written: &BTreeMap<String, Consumer>) -> Consumers {
        let mut consumers = Consumers::default();
        for (number, (name, consumer)) in written.iter().enumerate() {
            let id = ConsumerId(number as u16);
            let at = |key: &str| file_path!["consumer", name.as_str(), key];
            let stream = self.stream_name(&consumer.stream, at("stream"));
            self.instant(consumer.start, at("start"), "the consumer's start");
            self.need(
                (1..=10_000).contains(&consumer.records_max),
                at("records_max"),
                "GetRecords takes a limit of 1 to 10000",
                "",
            );
            let position = self.initial_position(name, &consumer.initial_position);
            let processor = self.processor(name, consumer);
            let is_possible = consumer.retrieval == Retrieval::Polling || consumer.library == Library::Kcl2;
            let help = "remove it, or choose `library = \"kcl-2\"`";
            self.need(is_possible, at("retrieval"), "only the KCL has enhanced fan-out built in", help);
            match consumer.library {
                Library::Kcl2 => consumers.kcl.push(self.kcl(id, name, consumer, stream, position, processor)),
                Library::Poller | Library::App if consumer.kcl.is_some() => {
                    let help = "remove it, or choose `library = \"kcl-2\"`";
                    self.problem(at("kcl"), "only the KCL has settings of the KCL", "not for this library", help);
                }
                Library::App => {
                    let is_possible = (1..=HOST_MAX).contains(&consumer.workers);
                    self.need(is_possible, at("workers"), "an application has 1 to 10000 workers", "");
                    let starts = self.starts(name, consumer);
                    consumers.apps.push(AppPlan {
                        consumer: id,
                        name: name.as_str().into(),
                        stream,
                        starts,
                        begins: DeclaredStart::OwnCode,
                        store: processor.store,
                    });
                }
                Library::Poller => consumers.pollers.push(PollerSettings {
                    consumer: id,
                    name: name.as_str().into(),
                    stream,
                    start: consumer.start.0,
                    initial_position: position,
                    resume: match consumer.resume {
                        Resume::Nothing => poller::Resume::Nothing,
                        Resume::Iterator => poller::Resume::Iterator,
                        Resume::Position => poller::Resume::Position,
                    },
                    idle: consumer.idle.unwrap_or(POLLER_IDLE).0,
                    records_max: consumer.records_max,
                    processor,
                    planted: Planted::default(),
                }),
            }
        }
        consumers
    }

    fn kcl(
        &mut self,
        id: ConsumerId,
        name: &str,
        consumer: &Consumer,
        stream: StreamName,
        initial_position: InitialPosition,
        processor: ProcessorSettings,
    ) -> KclSettings {
        let at = |key: &str| file_path!["consumer", name, key];
        let table: Result<TableName, _> = consumer.table_name(name).parse();
        let help = "set `application` to 3 to 255 of a-z, A-Z, 0-9, '_', '.', '-'";
        // Consumers with short names get a table of a legal name.
        let table = table.or_else(|_| format!("{}-leases", consumer.table_name(name)).parse());
        self.need(table.is_ok(), at("application"), "not a name for the lease table", help);
        self.need(consumer.workers > 0, at("workers"), "a KCL application has at least one worker", "");
        let is_possible = consumer.workers <= HOST_MAX;
        self.need(is_possible, at("workers"), "an application has at most 10000 workers", "");
        if let Some(units) = consumer.lease_table {
            let is_possible = units.read > 0 && units.write > 0;
            self.need(is_possible, at("lease_table"), "a provisioned table has at least 1 unit each way", "");
        }
        let worker_starts = self.starts(name, consumer);
        let defaults = KclSettings::new(id, name, stream, table.unwrap_or_else(|_| placeholder("leases")));
        let options = consumer.kcl.clone().unwrap_or_default();
        self.need(consumer.failover > options.epsilon, at("failover"), "a lease lasts longer than `epsilon`", "");
        KclSettings {
            lease_table_capacity: match consumer.lease_table {
                Some(units) => Capacity::Provisioned { read: units.read, write: units.write },
                None => Capacity::OnDemand,
            },
            worker_starts,
            initial_position,
            retrieval: match consumer.retrieval {
                Retrieval::Polling => client::Retrieval::Polling,
                Retrieval::FanOut => client::Retrieval::FanOut,
            },
            processor,
            failover: consumer.failover.0,
            leases_max: consumer.leases_max,
            steal_max: consumer.steal_max,
            is_priority_assignment: consumer.priority_assignment,
            is_consistent_reads: consumer.consistent_reads,
            idle_between_reads: consumer.idle.unwrap_or(KCL_IDLE).0,
            records_max: consumer.records_max,
            prefetch_batches_max: consumer.prefetch_batches,
            is_cleanup_enabled: consumer.cleanup_leases,
            ..options.of(defaults)
        }
    }

    /// When each worker starts.
    fn starts(&mut self, name: &str, consumer: &Consumer) -> Vec<SimDuration> {
        let mut starts = vec![consumer.start.0; consumer.workers.min(HOST_MAX) as usize];
        for (n, join) in consumer.joins.iter().enumerate() {
            self.instant(*join, file_path!["consumer", name, "joins", n], "a worker's start");
            starts.push(join.0);
        }
        starts
    }

    fn initial_position(&mut self, consumer: &str, text: &str) -> InitialPosition {
        match text {
            "trim-horizon" => InitialPosition::TrimHorizon,
            "latest" => InitialPosition::Latest,
            other => match other.strip_suffix(" ago").map(str::parse::<Duration>) {
                Some(Ok(ago)) => InitialPosition::AtTimestampAgo(ago.0),
                _ => {
                    let path = file_path!["consumer", consumer, "initial_position"];
                    let help = "write `trim-horizon`, `latest`, or a time such as `10m ago`";
                    self.problem(path, format!("`{other}` is not an initial position"), "here", help);
                    InitialPosition::TrimHorizon
                }
            },
        }
    }

    fn processor(&mut self, name: &str, consumer: &Consumer) -> ProcessorSettings {
        let tries = || file_path!["consumer", name, "checkpoint_tries"];
        self.need(consumer.checkpoint_tries > 0, tries(), "a checkpoint is tried at least once", "");
        ProcessorSettings {
            time_per_record: consumer.processing.0,
            checkpoint: self.checkpoint(name, &consumer.checkpoint),
            checkpoint_tries: consumer.checkpoint_tries,
            is_checkpoint_prepared: consumer.prepare_checkpoints,
            store: match consumer.store {
                Store::Plain => StoreKind::Plain,
                Store::Idempotent => StoreKind::Idempotent,
                Store::Transactional => StoreKind::Transactional,
            },
            faults: consumer.mishap.iter().enumerate().map(|(n, mishap)| self.mishap(name, n, mishap)).collect(),
        }
    }

    fn checkpoint(&mut self, consumer: &str, text: &str) -> CheckpointPolicy {
        let count = |text: &str| text.strip_suffix(" records").and_then(|n| n.trim().parse::<u32>().ok());
        match text {
            "every batch" => CheckpointPolicy::EveryBatch,
            "at end" => CheckpointPolicy::AtEnd,
            "never" => CheckpointPolicy::Never,
            other => match (other.parse::<Duration>(), count(other)) {
                (Ok(every), _) => CheckpointPolicy::Every(every.0),
                (_, Some(records)) if records > 0 => CheckpointPolicy::EveryRecords(records),
                _ => {
                    let path = file_path!["consumer", consumer, "checkpoint"];
                    let help =
                        "write `every batch`, a time such as `10s`, a count such as `500 records`, `at end` or `never`";
                    self.problem(path, format!("`{other}` is not a checkpoint policy"), "here", help);
                    CheckpointPolicy::EveryBatch
                }
            },
        }
    }

    fn mishap(&mut self, consumer: &str, number: usize, mishap: &Mishap) -> ProcessorScript {
        let path = || file_path!["consumer", consumer, "mishap", number];
        let what = match (mishap.throw, mishap.hang, mishap.slow) {
            (true, None, None) => ProcessorMishap::Throw,
            (false, Some(time), None) => ProcessorMishap::Hang(time.0),
            (false, None, Some(time)) => ProcessorMishap::Slow(time.0),
            _ => {
                self.problem(
                    path(),
                    "a mishap is one of throw, hang, slow",
                    "this mishap",
                    "for example `throw = true`",
                );
                ProcessorMishap::Throw
            }
        };
        self.need(mishap.every_records > 0, path(), "`every_records` is at least 1", "");
        let until = mishap.until.unwrap_or(self.duration).0;
        ProcessorScript { what, every_records: mishap.every_records.max(1), from: mishap.from.0, until }
    }
}
