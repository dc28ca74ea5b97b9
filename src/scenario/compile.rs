//! Turns a file into a plan, and finds what the types cannot: missing streams, impossible values, things after the end.

use std::sync::Arc;

use super::compiler::Compiler;
use super::consumers::{Consumers, KCL_IDLE, POLLER_IDLE};
use super::diagnostic::Problem;
use super::file::{self, Batch, File, HOST_MAX, Keys, Library, OutcomeWord, Producer, Retry, Stream, ThrottleWindow};
use super::plan::{LivenessBounds, Outcome, Plan, StreamPlan};
use super::spans::Spans;
use super::{actions, expect, faults};
use crate::aws::{self, dynamodb, kinesis};
use crate::base::nearest::nearest;
use crate::base::{HashKey, PartitionKey, Seed, SimDuration};
use crate::client::Transport;
use crate::client::producer::trace::Trace;
use crate::client::producer::{Batching, KeyDistribution, Load, ProducerSettings, Rate, SizeDistribution};
use crate::client::sdk::RetryMode;
use crate::fault::{self, placeholder};
use crate::file_path;

/// Reads trace files that scenarios name.
pub type TraceLoader<'a> = &'a dyn Fn(&str) -> Result<Trace, String>;

/// A file that was found right: with random faults written out, and the plan that is made of it.
pub struct Compiled {
    /// The resolved file.
    pub file: File,
    /// What the file makes a run do.
    pub plan: Plan,
}

const RECORD_BYTES_MAX: u64 = 1024 * 1024;
/// Turns a file into a plan.
pub(super) fn compile(
    mut file: File,
    source: &str,
    spans: &Spans<'_>,
    read_trace: TraceLoader<'_>,
) -> Result<Compiled, Vec<Problem>> {
    // Random faults become concrete ones first, so that the resolved file says what was drawn.
    if let Some(random) = file.random_faults.take() {
        let cast = file.cast();
        file.fault.extend(fault::draw(&random, Seed(file.seed.0), file.duration.0, &cast));
    }
    fill_options(&mut file);
    let mut c = Compiler { file: &file, spans, problems: Vec::new(), cast: file.cast() };
    c.host_names();
    check_whole(&mut c);
    let streams = file.stream.iter().map(|(name, stream)| c.stream(name, stream)).collect();
    c.shard_limit();
    let producers = file.producer.iter().map(|(name, p)| c.producer(name, p, read_trace)).collect();
    let Consumers { kcl, pollers, apps } = c.consumers();
    let faults = faults::faults(&mut c, &file.fault);
    let actions = actions::actions(&mut c);
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
        services: aws::Settings {
            kinesis: kinesis_settings(&file),
            dynamodb: dynamodb_settings(&file),
            ..aws::Settings::default()
        },
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
/// What holds for the file as a whole.
fn check_whole(c: &mut Compiler<'_>) {
    c.need(
        c.file.fault.len() <= fault::FAULT_MAX,
        file_path!["random_faults"],
        "random faults at these rates are more than a run can have",
        "write rates that give at most 10000 faults in this run",
    );
    c.need(
        !c.file.duration.0.is_zero(),
        file_path!["duration"],
        "a run takes some time",
        "for example `duration = \"10m\"`",
    );
    c.need(
        cfg!(feature = "http") || c.file.network.transport == file::Transport::Messages,
        file_path!["network"],
        "this kinesim was built without HTTP inside the simulation",
        "build it with the cargo feature `http`, or let clients send messages",
    );
}

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

fn kinesis_settings(file: &File) -> kinesis::api::Settings {
    let a = &file.assume;
    let range = |r: crate::base::written::DurationRange| (r.0, r.1);
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

fn dynamodb_settings(file: &File) -> dynamodb::api::Settings {
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
        let mut hosts = self.cast.hosts();
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
            Rate::Constant { per_s: p.rate.map_or(0.0, crate::base::written::Rate::per_s) }
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
            let share = keys.share.map_or(0.5, crate::base::written::Share::fraction);
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
}
