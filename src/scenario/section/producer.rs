//! `[producer.NAME]`: what puts records, how many of which size and key, and how it sends them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{a_day, one_u32};
use super::stream::RECORD_BYTES_MAX;
use crate::aws::firehose;
use crate::base::units::ByteSize;
use crate::base::written::{Duration, Rate, Share, Size, SizeRange};
use crate::base::{HashKey, PartitionKey, Planted, SimDuration};
use crate::client::producer::{
    self as client, Batching, KeyDistribution, Load, ProducerSettings, SizeDistribution, Target,
};
use crate::client::sdk::RetryMode;
use crate::fault::placeholder;
use crate::file_path;
use crate::metrics::Burstiness;
use crate::scenario::compiler::{Compiler, HOST_MAX, TraceLoader};
use crate::scenario::traffic::Wanted;

/// A producer: hosts `NAME-1`, `NAME-2`, ... that put records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// The stream it writes to; this, or `delivery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The delivery stream of Firehose that it writes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<String>,
    /// Number of hosts, which share the load.
    #[serde(default = "one_u32")]
    pub hosts: u32,
    /// When it begins, counted from the start of the run.
    #[serde(default)]
    pub start: Duration,
    /// When it stops; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Duration>,
    /// Records per second of all hosts together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A rate that grows or shrinks evenly over the producer's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ramp: Option<Ramp>,
    /// A rate that follows a wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) daily: Option<Daily>,
    /// A rate with bursts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bursts: Option<Bursts>,
    /// Records from a trace file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceInput>,
    /// The traffic that CloudWatch has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricsInput>,
    /// Size of the records' data.
    #[serde(default = "one_kib")]
    pub record_size: SizeRange,
    /// The records' data instead of letters of that size: a text with `{key}` for the partition key and `{number}` for
    /// the record's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    /// How partition keys are drawn.
    #[serde(default)]
    pub keys: Keys,
    /// How records are gathered into PutRecords calls; `records = 1` uses PutRecord.
    #[serde(default)]
    pub batch: Batch,
    /// Retries of the SDK.
    #[serde(default)]
    pub retry: Retry,
    /// How often the failed entries of a PutRecords are sent again at most.
    #[serde(default = "three")]
    pub resend_failed: u32,
    /// Records that may wait on a host before new ones are dropped.
    #[serde(default = "backlog")]
    pub(crate) backlog: u32,
    /// Whether each PutRecord carries SequenceNumberForOrdering of the one before.
    #[serde(default)]
    pub(crate) ordered: bool,
}

fn three() -> u32 {
    3
}
fn backlog() -> u32 {
    100_000
}
fn one_kib() -> SizeRange {
    SizeRange(1024, 1024)
}

/// A rate that grows or shrinks evenly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ramp {
    /// Rate at the start.
    pub from: Rate,
    /// Rate at the end.
    pub to: Rate,
}

/// A wave of one period a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Daily {
    /// Lowest rate, at the start.
    pub low: Rate,
    /// Highest rate.
    pub high: Rate,
    /// Length of the day.
    #[serde(default = "a_day")]
    pub period: Duration,
}

/// A base rate with bursts, each at the end of its period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bursts {
    /// Rate between bursts.
    pub base: Rate,
    /// Rate during a burst.
    pub(crate) burst: Rate,
    /// From the start of one burst to the next.
    pub every: Duration,
    /// Length of a burst.
    pub length: Duration,
}

/// Records, or counts of them, from a CSV file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceInput {
    /// CSV file, relative to the scenario file.
    pub file: String,
    /// Its time is divided by this.
    #[serde(default = "unit")]
    pub speed: f64,
    /// Its counts are multiplied by this.
    #[serde(default = "unit")]
    pub scale: f64,
}

fn unit() -> f64 {
    1.0
}

/// Traffic as CloudWatch has seen it: records of each interval, and their bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricsInput {
    /// The JSON of `aws cloudwatch get-metric-data` or `get-metric-statistics`, or CSV; relative to the scenario file.
    pub file: String,
    /// Its time is divided by this.
    #[serde(default = "unit")]
    pub speed: f64,
    /// Its counts are multiplied by this.
    #[serde(default = "unit")]
    pub scale: f64,
    /// Seconds within an interval: `"even"`, `"poisson"`, or the busiest second as a multiple of the mean, `"3.2"`.
    #[serde(default = "even")]
    pub(crate) burstiness: String,
    /// Length of an interval, where the file has too few to tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<Duration>,
}

fn even() -> String {
    EVEN.to_owned()
}
const EVEN: &str = "even";

/// What a key and a number may add to a text that they stand in.
const TEMPLATE_GROWTH: u64 = 2048;

/// More parts of a key are a mistake.
const SALT_MAX: u32 = 10_000;

/// Partition keys: one of `uniform`, `zipf` with `count`, `hot` with `share`, `list`, `unique`, `explicit_hash`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// So many keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniform: Option<u32>,
    /// Zipf weights with this exponent over `count` keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zipf: Option<f64>,
    /// Number of (other) keys for `zipf` and `hot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// One key with a share of the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hot: Option<String>,
    /// The hot key's share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// These keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
    /// A new key for every record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unique: Option<bool>,
    /// These explicit hash keys (decimal), equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) explicit_hash: Option<Vec<String>>,
    /// Write each key as so many: `KEY#0`, `KEY#1`, and so on, drawn anew for each record; those of a trace take turns.
    /// 1 to 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) salt: Option<u32>,
}

/// How records are gathered into calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Batch {
    /// Records of a call, 1 to 500; 1 uses PutRecord.
    pub records: u32,
    /// Bytes of a call.
    pub bytes: Size,
    /// Longest wait of a record for its batch.
    pub linger: Duration,
    /// Calls in flight per host.
    pub in_flight: u32,
}

impl Default for Batch {
    fn default() -> Self {
        let linger = Duration(SimDuration::from_millis(100));
        Self { records: 500, bytes: Size(5 * crate::base::units::MIB), linger, in_flight: 8 }
    }
}

/// Retries of the SDK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Standard mode: 3 attempts.
    #[default]
    SdkStandard,
    /// The Java SDK's legacy mode: 4 attempts.
    JavaLegacy,
    /// One attempt: every error reaches the producer.
    None,
}

impl Compiler<'_> {
    /// The producer of this name.
    pub(crate) fn producer(&mut self, name: &str, p: &Producer, read_trace: TraceLoader<'_>) -> ProducerSettings {
        let at = |key: &str| file_path!["producer", name, key];
        let to = self.target(name, p);
        self.need((1..=HOST_MAX).contains(&p.hosts), at("hosts"), "a producer has 1 to 10000 hosts", "");
        self.instant(p.start, at("start"), "the producer's start");
        let of = self.cast.streams.iter().find(|of| p.stream.as_ref() == Some(&of.name));
        let record_bytes_max = match &to {
            Target::Stream(_) => of.map_or(RECORD_BYTES_MAX, |of| of.record_bytes_max),
            Target::Delivery(_) => firehose::RECORD_BYTES_MAX,
        };
        let stop = p.stop.unwrap_or(self.duration);
        self.instant(stop, at("stop"), "the producer's stop");
        self.need(p.start < stop || p.stop.is_none(), at("stop"), "a producer stops after it starts", "");
        self.need(
            p.record_size.1 <= record_bytes_max,
            at("record_size"),
            &format!("a record with its partition key takes at most {}", ByteSize(record_bytes_max)),
            "Kinesis refuses larger records; a stream's `max_record_size` may be up to 10 MiB",
        );
        let size = match p.record_size.0 == p.record_size.1 {
            true => SizeDistribution::Fixed(p.record_size.0 as u32),
            false => SizeDistribution::Uniform(p.record_size.0 as u32, p.record_size.1 as u32),
        };
        let keys = self.keys(name, &p.keys);
        let longest = p.data.as_ref().map_or(0, |data| data.len() as u64 + TEMPLATE_GROWTH);
        let title = format!("a record's data takes at most {}", ByteSize(record_bytes_max));
        self.need(longest <= record_bytes_max, at("data"), &title, "write a shorter text");
        ProducerSettings {
            name: name.into(),
            to,
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
            template: p.data.as_deref().map(Into::into),
            planted: Planted::default(),
        }
    }

    fn target(&mut self, name: &str, p: &Producer) -> Target {
        let at = |key: &str| file_path!["producer", name, key];
        match (&p.stream, &p.delivery) {
            (Some(stream), None) => Target::Stream(self.stream_name(stream, at("stream"))),
            (None, Some(delivery)) => {
                self.need(!p.ordered, at("ordered"), "Firehose keeps no order of records", "leave `ordered` out");
                let is_direct = !self.cast.reading_deliveries.contains(delivery);
                let title = format!("delivery stream `{delivery}` reads a stream, so nothing is put to it");
                self.need(is_direct, at("delivery"), &title, "put to its stream");
                Target::Delivery(self.delivery_name(delivery, at("delivery")))
            }
            (stream, _) => {
                let title = format!("producer `{name}` needs exactly one of stream, delivery");
                self.problem(file_path!["producer", name], title, "this producer", "for example `stream = \"clicks\"`");
                Target::Stream(
                    stream
                        .as_deref()
                        .and_then(|stream| stream.parse().ok())
                        .unwrap_or_else(|| placeholder("missing-stream")),
                )
            }
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
        let rates = [p.rate.is_some(), p.ramp.is_some(), p.daily.is_some(), p.bursts.is_some()];
        let given = [&rates[..], &[p.trace.is_some(), p.metrics.is_some()]].concat();
        if given.iter().filter(|given| **given).count() != 1 {
            let help = "for example `rate = \"100/s\"`";
            let title = format!("producer `{name}` needs exactly one of rate, ramp, daily, bursts, trace, metrics");
            self.problem(file_path!["producer", name], title, "this producer", help);
        }
        let salt = p.keys.salt.unwrap_or(1).min(SALT_MAX);
        let of_file = p.trace.as_ref().map(|trace| {
            (file_path!["producer", name, "trace"], Wanted::Trace { file: &trace.file, salt }, trace.speed, trace.scale)
        });
        let of_file = of_file.or_else(|| {
            let metrics = p.metrics.as_ref()?;
            let path = file_path!["producer", name, "metrics"];
            Some((path, self.wanted(name, metrics), metrics.speed, metrics.scale))
        });
        if let Some((path, wanted, speed, scale)) = of_file {
            self.need(speed > 0.0 && scale > 0.0, path.clone(), "speed and scale are above 0", "");
            return match read_trace(&wanted) {
                Ok(trace) => Load::Trace { trace, speed, scale, size, keys },
                Err(reason) => {
                    let what = if matches!(wanted, Wanted::Trace { .. }) { "trace" } else { "metrics" };
                    let file = [path, file_path!["file"]].concat();
                    self.problem(file, format!("cannot use the {what}: {reason}"), "this file", "");
                    Load::Generated { rate: client::Rate::Constant { per_s: 1.0 }, size, keys }
                }
            };
        }
        let rate = if let Some(ramp) = &p.ramp {
            client::Rate::Ramp { from_per_s: ramp.from.per_s(), to_per_s: ramp.to.per_s() }
        } else if let Some(daily) = &p.daily {
            client::Rate::Daily { low_per_s: daily.low.per_s(), high_per_s: daily.high.per_s(), period: daily.period.0 }
        } else if let Some(bursts) = &p.bursts {
            let path = file_path!["producer", name, "bursts", "length"];
            self.need(bursts.length < bursts.every, path, "a burst is shorter than the time between bursts", "");
            client::Rate::Bursts {
                base_per_s: bursts.base.per_s(),
                burst_per_s: bursts.burst.per_s(),
                every: bursts.every.0,
                length: bursts.length.0,
            }
        } else {
            client::Rate::Constant { per_s: p.rate.map_or(0.0, Rate::per_s) }
        };
        Load::Generated { rate, size, keys }
    }

    fn wanted<'a>(&mut self, producer: &str, metrics: &'a MetricsInput) -> Wanted<'a> {
        let at = |key: &str| file_path!["producer", producer, "metrics", key];
        let burstiness = match metrics.burstiness.as_str() {
            EVEN => Ok(Burstiness::Even),
            other => other.parse(),
        };
        let burstiness = burstiness.unwrap_or_else(|wrong| {
            self.problem(at("burstiness"), wrong.to_string(), "this value", "\"even\" spreads an interval evenly");
            Burstiness::Even
        });
        let period_ms = metrics.period.map(|period| period.0.as_millis());
        self.need(period_ms != Some(0), at("period"), "an interval is longer than nothing", "");
        let seed = self.seed.derive(&format!("metrics/{producer}"));
        Wanted::Metrics { file: &metrics.file, period_ms, burstiness, seed }
    }

    fn keys(&mut self, producer: &str, keys: &Keys) -> KeyDistribution {
        let of = self.unsalted_keys(producer, keys);
        let Some(parts) = keys.salt else { return of };
        let path = || file_path!["producer", producer, "keys", "salt"];
        self.need((1..=SALT_MAX).contains(&parts), path(), "a key is salted into 1 to 10000", "");
        let is_named = !matches!(of, KeyDistribution::Unique | KeyDistribution::ExplicitHash(_));
        let help = "take `salt` out, or take keys that come again: uniform, zipf, hot, list";
        self.need(is_named, path(), "keys that are unique, or have explicit hashes, are spread already", help);
        let longest = keys.list.iter().flatten().chain(&keys.hot).map(|key| key.chars().count()).max().unwrap_or(0);
        let is_short = longest + 1 + parts.to_string().len() <= PartitionKey::CHARS_MAX;
        self.need(is_short, path(), "with its salt a partition key is at most 256 characters", "");
        if parts > 1 && is_named && is_short {
            return KeyDistribution::Salted { of: Box::new(of), parts: parts.min(SALT_MAX) };
        }
        of
    }

    fn unsalted_keys(&mut self, producer: &str, keys: &Keys) -> KeyDistribution {
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
            let share = keys.share.map_or(0.5, Share::fraction);
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
