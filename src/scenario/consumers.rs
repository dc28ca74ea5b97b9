//! `[consumer.NAME]`: what each library is set to.

use super::compiler::Compiler;
use super::file::{Consumer, HOST_MAX, Library, Mishap, Resume as ResumeWord, Store};
use super::plan::AppPlan;
use crate::aws::dynamodb::api::Capacity;
use crate::base::written::Duration;
use crate::base::{ConsumerId, SimDuration, StreamName, TableName};
use crate::client::kcl::KclSettings;
use crate::client::poller::{InitialPosition, PollerSettings, Resume};
use crate::client::processor::{CheckpointPolicy, ProcessorMishap, ProcessorScript, ProcessorSettings, StoreKind};
use crate::fault::placeholder;
use crate::file_path;

/// `idleTimeBetweenReadsInMillis`.
pub(super) const KCL_IDLE: Duration = Duration(SimDuration::from_millis(1500));
pub(super) const POLLER_IDLE: Duration = Duration(SimDuration::from_secs(1));

/// Consumers by their library.
#[derive(Default)]
pub(super) struct Consumers {
    pub kcl: Vec<KclSettings>,
    pub pollers: Vec<PollerSettings>,
    pub apps: Vec<AppPlan>,
}

impl Compiler<'_> {
    /// The consumers of the file.
    pub(super) fn consumers(&mut self) -> Consumers {
        let mut consumers = Consumers::default();
        for (number, (name, consumer)) in self.file.consumer.iter().enumerate() {
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
            match consumer.library {
                Library::Kcl2 => consumers.kcl.push(self.kcl(id, name, consumer, stream, position, processor)),
                Library::Poller | Library::App if consumer.kcl.is_some() => {
                    let help = "remove it, or choose `library = \"kcl-2\"`";
                    self.problem(at("kcl"), "only the KCL has settings of the KCL", "not for this library", help);
                }
                Library::App => {
                    let is_possible = (1..=HOST_MAX).contains(&consumer.workers);
                    self.need(is_possible, at("workers"), "an application has 1 to 10000 workers", "");
                    consumers.apps.push(AppPlan {
                        consumer: id,
                        name: name.as_str().into(),
                        stream,
                        workers: consumer.workers,
                        start: consumer.start.0,
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
                        ResumeWord::Nothing => Resume::Nothing,
                        ResumeWord::Iterator => Resume::Iterator,
                        ResumeWord::Position => Resume::Position,
                    },
                    idle: consumer.idle.unwrap_or(POLLER_IDLE).0,
                    records_max: consumer.records_max,
                    processor,
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
        let mut worker_starts = vec![consumer.start.0; consumer.workers.min(HOST_MAX) as usize];
        for (n, join) in consumer.joins.iter().enumerate() {
            self.instant(*join, file_path!["consumer", name, "joins", n], "a worker's start");
            worker_starts.push(join.0);
        }
        let defaults = KclSettings::new(id, name, stream, table.unwrap_or_else(|_| placeholder("leases")));
        let options = consumer.kcl.clone().unwrap_or_default();
        let epsilon = options.epsilon;
        self.need(consumer.failover > epsilon, at("failover"), "a lease lasts longer than `epsilon`", "");
        KclSettings {
            epsilon: epsilon.0,
            very_old_multiplier: options.very_old_multiplier,
            renewal_threads: options.renewal_threads.max(1),
            prefetch_bytes_max: options.prefetch_bytes_max.0,
            prefetch_records_max: options.prefetch_records_max,
            parent_shard_poll: options.parent_shard_poll.0,
            dispatch_poll: options.dispatch_poll.0,
            auditor_period: options.auditor_period.0,
            auditor_threshold: options.auditor_threshold,
            cleanup_interval: options.cleanup_interval.0,
            completed_cleanup_interval: options.completed_cleanup_interval.0,
            garbage_cleanup_interval: options.garbage_cleanup_interval.0,
            task_backoff: options.task_backoff.0,
            is_ignore_unexpected_child_shards: options.ignore_unexpected_child_shards,
            get_records_timeout: options.get_records_timeout.0,
            table_timeout: options.table_timeout.0,
            lease_table_capacity: match consumer.lease_table {
                Some(units) => Capacity::Provisioned { read: units.read, write: units.write },
                None => Capacity::OnDemand,
            },
            worker_starts,
            initial_position,
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
            ..defaults
        }
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
        let until = mishap.until.unwrap_or(self.file.duration).0;
        ProcessorScript { what, every_records: mishap.every_records.max(1), from: mishap.from.0, until }
    }
}
