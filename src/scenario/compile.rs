//! Turns a file into a plan, and finds what the types cannot: missing streams, impossible values, things after the end.

use std::sync::Arc;

use super::TraceLoader;
use super::diagnostic::{Problem, nearest};
use super::file::{
    self, Batch, Consumer, File, Keys, Library, Mishap, OutcomeWord, Producer, Resume as ResumeWord, Retry, Sink,
    Stream, ThrottleWindow,
};
use super::plan::{AppPlan, LivenessBounds, Outcome, Plan, StreamPlan};
use super::spans::{Path, Spans};
use super::units::Duration;
use super::{expect, faults, random};
use crate::aws::dynamodb::api::Capacity;
use crate::aws::{dynamodb, kinesis};
use crate::base::{ConsumerId, HashKey, PartitionKey, Seed, SimDuration, SimTime, StreamName, TableName};
use crate::client::Transport;
use crate::client::kcl::KclSettings;
use crate::client::poller::{InitialPosition, PollerSettings, Resume};
use crate::client::processor::{CheckpointPolicy, ProcessorMishap, ProcessorScript, ProcessorSettings, SinkKind};
use crate::client::producer::{Batching, KeyDistribution, Load, ProducerSettings, Rate, SizeDistribution};
use crate::client::sdk::RetryMode;
use crate::file_path;

/// A file that was found right: with random faults written out, and the plan that is made of it.
pub struct Compiled {
    /// The resolved file.
    pub file: File,
    /// What the file makes a run do.
    pub plan: Plan,
}

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

const RECORD_BYTES_MAX: u64 = 1024 * 1024;
/// Hosts of one producer or consumer.
pub(super) const HOST_MAX: u32 = 10_000;
/// `idleTimeBetweenReadsInMillis`.
const KCL_IDLE: Duration = Duration(SimDuration::from_millis(1500));
const POLLER_IDLE: Duration = Duration(SimDuration::from_secs(1));

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
        let numbered = |name: &String, count: u32| {
            (1..=count.min(HOST_MAX)).map(move |n| format!("{name}-{n}")).collect::<Vec<_>>()
        };
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
fn placeholder<T: std::str::FromStr>(name: &str) -> T {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("the placeholder is a name"),
    }
}

/// Consumers by their library.
#[derive(Default)]
struct Consumers {
    kcl: Vec<KclSettings>,
    pollers: Vec<PollerSettings>,
    apps: Vec<AppPlan>,
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

/// Turns a file into a plan.
pub(super) fn compile(
    mut file: File,
    source: &str,
    spans: &Spans<'_>,
    read_trace: TraceLoader<'_>,
) -> Result<Compiled, Vec<Problem>> {
    // Random faults become concrete ones first, so that the resolved file says what was drawn.
    if let Some(random) = file.random_faults.take() {
        file.fault.extend(random::draw(&file, &random));
    }
    fill_options(&mut file);
    let mut c = Compiler { file: &file, spans, problems: Vec::new(), known: None };
    c.host_names();
    c.need(
        file.fault.len() <= random::FAULT_MAX,
        file_path!["random_faults"],
        "random faults at these rates are more than a run can have",
        "write rates that give at most 10000 faults in this run",
    );
    c.need(
        !file.duration.0.is_zero(),
        file_path!["duration"],
        "a run takes some time",
        "for example `duration = \"10m\"`",
    );
    c.need(
        cfg!(feature = "http") || file.network.transport == file::Transport::Messages,
        file_path!["network"],
        "this kinesim was built without HTTP inside the simulation",
        "build it with the cargo feature `http`, or let clients send messages",
    );
    let streams = file.stream.iter().map(|(name, stream)| c.stream(name, stream)).collect();
    c.shard_limit();
    let producers = file.producer.iter().map(|(name, p)| c.producer(name, p, read_trace)).collect();
    let Consumers { kcl, pollers, apps } = c.consumers();
    let faults = faults::faults(&mut c);
    let actions = faults::actions(&mut c);
    let expectations = expect::expectations(&mut c);
    let outcome = c.outcome(&expectations);
    let problems = c.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    let plan = Plan {
        name: file.name.as_str().into(),
        source: source.into(),
        seed: Seed(file.seed.0),
        duration: file.duration.0,
        transport: match file.network.transport {
            file::Transport::Messages => Transport::Messages,
            file::Transport::Http => Transport::Http,
        },
        latency: (file.network.latency.0, file.network.latency.1),
        streams_settings: streams_settings(&file),
        table_settings: table_settings(&file),
        streams,
        producers,
        kcl,
        pollers,
        apps,
        faults,
        actions,
        liveness: LivenessBounds {
            owned_within: file.liveness.owned_within.0,
            balanced_within: file.liveness.balanced_within.0,
            caught_up_within: file.liveness.caught_up_within.0,
            iterator_age_max: file.liveness.iterator_age_max.0,
        },
        expectations,
        outcome,
    };
    Ok(Compiled { file, plan })
}

/// Writes out the defaults that depend on something else, for the resolved file.
fn fill_options(file: &mut File) {
    for producer in file.producer.values_mut() {
        producer.stop.get_or_insert(file.duration);
    }
    for consumer in file.consumer.values_mut() {
        match consumer.library {
            Library::Kcl2 => {
                consumer.kcl.get_or_insert_default();
                consumer.idle.get_or_insert(KCL_IDLE);
            }
            Library::Poller => drop(consumer.idle.get_or_insert(POLLER_IDLE)),
            Library::App => {}
        }
    }
}

fn streams_settings(file: &File) -> kinesis::api::Settings {
    let a = &file.assume;
    let range = |r: super::units::DurationRange| (r.0, r.1);
    kinesis::api::Settings {
        epoch_unix_ms: a.start_unix_ms,
        shard_limit: a.shard_limit,
        throttle_window: match a.throttle_window {
            ThrottleWindow::TokenBucket => kinesis::api::ThrottleWindow::TokenBucket,
            ThrottleWindow::FixedSecond => kinesis::api::ThrottleWindow::FixedSecond,
        },
        transitions: kinesis::api::Transitions {
            create: range(a.create),
            delete: range(a.delete),
            reshard: range(a.reshard),
            encryption: range(a.encryption),
            update_shard_count: range(a.update_shard_count),
            update_shard_count_step: a.update_shard_count_step.0,
            ..kinesis::api::Transitions::default()
        },
        deleting_serves: a.deleting_serves,
        control_plane_quotas: a.control_plane_quotas,
        visibility_lag: a.visibility_lag.0,
        zone_rebuild_bytes_per_s: a.zone_rebuild_per_s.0,
        ..kinesis::api::Settings::default()
    }
}

fn table_settings(file: &File) -> dynamodb::api::Settings {
    let a = &file.assume;
    dynamodb::api::Settings {
        stale_read_lag_max: a.stale_read_lag_max.0,
        transition: (a.table_transition.0, a.table_transition.1),
        burst_starts_full: a.table_burst_starts_full,
        ..dynamodb::api::Settings::default()
    }
}

impl Compiler<'_> {
    /// Every host has a name of its own, and the world has numbers for all of them.
    fn host_names(&mut self) {
        let mut hosts = self.hosts();
        if hosts.len() > HOST_MAX as usize * 6 {
            let title = format!("{} hosts are more than a run can have", hosts.len());
            self.problem(file_path!["duration"], title, "in this file", "use at most 60000 hosts");
        }
        hosts.sort_unstable();
        let Some(twice) = hosts.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()) else { return };
        let group = |name: &&String| twice.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('-'));
        let section = self.file.consumer.keys().find(group).map(|name| ("consumer", name.clone()));
        let section = section.or_else(|| self.file.producer.keys().find(group).map(|name| ("producer", name.clone())));
        let Some((section, name)) = section else { unreachable!("hosts are of producers and consumers") };
        let title = format!("two hosts are called `{twice}`");
        let help = "give every producer and consumer a name of its own";
        self.problem(file_path![section, name.as_str()], title, "its hosts are named after it", help);
    }

    fn outcome(&mut self, expectations: &[super::plan::Expectation]) -> Outcome {
        self.failing_names(expectations);
        let failing = self.file.failing.iter().map(|name| name.as_str().into()).collect::<Vec<Arc<str>>>();
        match self.file.outcome {
            OutcomeWord::Pass => {
                let help = "say `outcome = \"fail\"`, or leave `failing` out";
                self.need(failing.is_empty(), file_path!["failing"], "nothing fails in a scenario that passes", help);
                Outcome::Pass
            }
            OutcomeWord::Fail => {
                let help = "for example `failing = [\"iterator_age.p99 < 5s\"]`";
                self.need(!failing.is_empty(), file_path!["outcome"], "`failing` must say what fails", help);
                Outcome::Fail { failing }
            }
        }
    }

    /// What is said to fail is a check, or an expectation of this file.
    fn failing_names(&mut self, expectations: &[super::plan::Expectation]) {
        let checks = crate::check::invariants().iter().map(|registered| registered.name);
        let known: Vec<&str> = checks.chain(expectations.iter().map(|expected| &*expected.text)).collect();
        for (n, name) in self.file.failing.clone().iter().enumerate() {
            if known.contains(&name.as_str()) {
                continue;
            }
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the name of a check, or the text of an expectation as reports have it".to_owned(),
            };
            let title = format!("there is no check or expectation `{name}`");
            self.problem(file_path!["failing", n], title, "nothing of that name can fail", &help);
        }
    }

    fn stream(&mut self, name: &str, stream: &Stream) -> StreamPlan {
        let at = |key: &str| file_path!["stream", name, key];
        let hours = stream.retention.0.as_secs() / 3600;
        let is_whole = stream.retention.0 == SimDuration::from_hours(hours);
        self.need(stream.shards > 0, at("shards"), "a stream has at least one shard", "write `shards = 1` or more");
        self.need(
            is_whole && (24..=8760).contains(&hours),
            at("retention"),
            "retention is whole hours from 24h to 8760h",
            "Kinesis keeps records for a day to a year",
        );
        let parsed = name.parse();
        if parsed.is_err() {
            self.problem(
                file_path!["stream", name],
                "not a stream name",
                "here",
                "1 to 128 of a-z, A-Z, 0-9, '_', '.', '-'",
            );
        }
        StreamPlan {
            name: parsed.unwrap_or_else(|_| placeholder("missing-stream")),
            shards: stream.shards,
            retention_hours: hours as u32,
            encryption_key_id: stream.encryption_key.as_deref().map(Into::into),
        }
    }

    fn shard_limit(&mut self) {
        let total: u64 = self.file.stream.values().map(|stream| u64::from(stream.shards)).sum();
        let limit = self.file.assume.shard_limit;
        if total > u64::from(limit) {
            let last = self.file.stream.keys().next_back().cloned().unwrap_or_default();
            let title = format!("the streams have {total} shards together, and the account may have {limit}");
            let help = "lower the shard counts, or raise `shard_limit` under [assume]";
            self.problem(file_path!["stream", last.as_str(), "shards"], title, "together with this", help);
        }
    }

    fn producer(&mut self, name: &str, p: &Producer, read_trace: TraceLoader<'_>) -> ProducerSettings {
        let at = |key: &str| file_path!["producer", name, key];
        let stream = self.stream_name(&p.stream, at("stream"));
        self.need((1..=HOST_MAX).contains(&p.hosts), at("hosts"), "a producer has 1 to 10000 hosts", "");
        self.instant(p.start, at("start"), "the producer's start");
        let stop = p.stop.unwrap_or(self.file.duration);
        self.instant(stop, at("stop"), "the producer's stop");
        self.need(p.start < stop || p.stop.is_none(), at("stop"), "a producer stops after it starts", "");
        self.need(
            p.record_size.1 <= RECORD_BYTES_MAX,
            at("record_size"),
            "a record with its partition key takes at most 1 MiB",
            "Kinesis refuses larger records",
        );
        let size = match p.record_size.0 == p.record_size.1 {
            true => SizeDistribution::Fixed(p.record_size.0 as u32),
            false => SizeDistribution::Uniform(p.record_size.0 as u32, p.record_size.1 as u32),
        };
        let keys = self.keys(name, &p.keys);
        ProducerSettings {
            name: name.into(),
            stream,
            hosts: p.hosts,
            start: p.start.0,
            stop: stop.0,
            load: self.load(name, p, size, keys, read_trace),
            batching: self.batching(name, &p.batch),
            retry: match p.retry {
                Retry::SdkStandard => RetryMode::Standard,
                Retry::JavaLegacy => RetryMode::JavaLegacy,
                Retry::None => RetryMode::None,
            },
            resend_failed_max: p.resend_failed,
            backlog_max: p.backlog.max(1),
            is_ordered: p.ordered,
        }
    }

    fn load(
        &mut self,
        name: &str,
        p: &Producer,
        size: SizeDistribution,
        keys: KeyDistribution,
        read_trace: TraceLoader<'_>,
    ) -> Load {
        let given = [p.rate.is_some(), p.ramp.is_some(), p.daily.is_some(), p.bursts.is_some(), p.trace.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            let help = "for example `rate = \"100/s\"`";
            let title = format!("producer `{name}` needs exactly one of rate, ramp, daily, bursts, trace");
            self.problem(file_path!["producer", name], title, "this producer", help);
        }
        if let Some(trace) = &p.trace {
            let path = file_path!["producer", name, "trace"];
            self.need(trace.speed > 0.0 && trace.scale > 0.0, path, "speed and scale are above 0", "");
            return match read_trace(&trace.file) {
                Ok(read) => Load::Trace { trace: Arc::new(read), speed: trace.speed, scale: trace.scale, size, keys },
                Err(reason) => {
                    let path = file_path!["producer", name, "trace", "file"];
                    self.problem(path, format!("cannot use the trace: {reason}"), "this file", "");
                    Load::Generated { rate: Rate::Constant { per_s: 1.0 }, size, keys }
                }
            };
        }
        let rate = if let Some(ramp) = &p.ramp {
            Rate::Ramp { from_per_s: ramp.from.per_s(), to_per_s: ramp.to.per_s() }
        } else if let Some(daily) = &p.daily {
            Rate::Daily { low_per_s: daily.low.per_s(), high_per_s: daily.high.per_s(), period: daily.period.0 }
        } else if let Some(bursts) = &p.bursts {
            let path = file_path!["producer", name, "bursts", "length"];
            self.need(bursts.length < bursts.every, path, "a burst is shorter than the time between bursts", "");
            Rate::Bursts {
                base_per_s: bursts.base.per_s(),
                burst_per_s: bursts.burst.per_s(),
                every: bursts.every.0,
                length: bursts.length.0,
            }
        } else {
            Rate::Constant { per_s: p.rate.map_or(0.0, super::units::Rate::per_s) }
        };
        Load::Generated { rate, size, keys }
    }

    fn keys(&mut self, producer: &str, keys: &Keys) -> KeyDistribution {
        let path = || file_path!["producer", producer, "keys"];
        let kinds = [
            keys.uniform.is_some(),
            keys.zipf.is_some(),
            keys.hot.is_some(),
            keys.list.is_some(),
            keys.unique == Some(true),
            keys.explicit_hash.is_some(),
        ];
        if kinds.iter().filter(|kind| **kind).count() > 1 {
            let help = "one of: uniform, zipf, hot, list, unique, explicit_hash";
            self.problem(path(), "keys come from one distribution", "more than one", help);
        }
        let count = keys.count.unwrap_or(1000);
        if let Some(exponent) = keys.zipf {
            self.need(exponent > 0.0 && count > 0, path(), "zipf needs an exponent above 0 and a count above 0", "");
            return KeyDistribution::Zipf { count: count.max(1), exponent };
        }
        if let Some(hot) = &keys.hot {
            self.need(PartitionKey::new(hot).is_ok(), path(), "a partition key is 1 to 256 characters", "");
            let share = keys.share.map_or(0.5, super::units::Share::fraction);
            return KeyDistribution::Hot { key: hot.as_str().into(), share, count };
        }
        if let Some(list) = &keys.list {
            let are_keys = !list.is_empty() && list.iter().all(|key| PartitionKey::new(key).is_ok());
            self.need(are_keys, path(), "a list of keys has at least one, each of 1 to 256 characters", "");
            return KeyDistribution::List(list.iter().map(|key| key.as_str().into()).collect());
        }
        if let Some(hashes) = &keys.explicit_hash {
            let parsed: Result<Vec<HashKey>, _> = hashes.iter().map(|hash| hash.parse()).collect();
            let help = "decimal numbers from 0 to 340282366920938463463374607431768211455";
            let is_right = parsed.as_ref().is_ok_and(|parsed| !parsed.is_empty());
            self.need(is_right, path(), "explicit hash keys are decimal and fit 128 bits", help);
            return KeyDistribution::ExplicitHash(parsed.unwrap_or_default());
        }
        if keys.unique == Some(true) {
            return KeyDistribution::Unique;
        }
        let count = keys.uniform.unwrap_or(1000);
        self.need(count > 0, path(), "there is at least one key", "");
        KeyDistribution::Uniform { count: count.max(1) }
    }

    fn batching(&mut self, producer: &str, batch: &Batch) -> Batching {
        let path = |key: &str| file_path!["producer", producer, "batch", key];
        self.need((1..=500).contains(&batch.records), path("records"), "PutRecords takes 1 to 500 records", "");
        let bytes = batch.bytes.0;
        self.need((1..=10 << 20).contains(&bytes), path("bytes"), "PutRecords takes up to 10 MiB", "");
        self.need(batch.in_flight > 0, path("in_flight"), "at least one call is in flight", "");
        let in_flight_max = batch.in_flight.max(1);
        match batch.records {
            1 => Batching::Single { in_flight_max },
            records_max => Batching::Buffered { records_max, bytes_max: bytes, linger: batch.linger.0, in_flight_max },
        }
    }

    fn consumers(&mut self) -> Consumers {
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
                        sink: processor.sink,
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
            sink: match consumer.sink {
                Sink::Plain => SinkKind::Plain,
                Sink::Idempotent => SinkKind::Idempotent,
                Sink::Transactional => SinkKind::Transactional,
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
