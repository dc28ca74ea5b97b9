//! What is counted of a stream and its shards.

use std::collections::BTreeMap;

use super::by_id::ById;
use super::figures::{KeyFigures, ShardFigures, StreamFigures, percent, rounded, seconds_of};
use super::hot_keys::HotKeys;
use super::integral::Integral;
use super::meter::{Meter, Peaks};
use super::read_verdict::cure_reads;
use super::verdict::{ShardLoad, advise};
use crate::aws::kinesis::capacity::{ReadLoad, SHARD_BYTES_PER_S, SHARD_RECORDS_PER_S, Share, WriteLoad};
use crate::base::event::WriteRefusal;
use crate::base::{HashKeyRange, PartitionKey, ShardId, SimTime, StreamName};
use crate::price::{Mode, StreamUsage, billed_kib, put_payload_units};

const HOUR_MS: f64 = 3_600_000.0;
/// How many of a shard's keys are shown.
const KEYS_SHOWN: usize = 3;

pub(crate) struct StreamMeasure {
    pub name: StreamName,
    pub shards: ById<Option<ShardMeasure>>,
    pub counts: StreamCounts,
    retention_hours: u32,
    /// How it is paid for: as it stands at the end.
    mode: Mode,
    there: Integral,
    open: Integral,
    /// Open shards while retention is extended.
    extended: Integral,
    /// Consumers with enhanced fan-out.
    fan_out_consumers: u64,
    /// Open shards, times those consumers.
    fan_out: Integral,
}

#[derive(Default)]
pub(super) struct StreamCounts {
    pub throttled: Meter,
    pub(crate) put_calls: u64,
    pub get_records_calls: u64,
    pub iterators_expired: u64,
    /// Bytes pushed to consumers with enhanced fan-out.
    pub(super) fan_out_bytes: u64,
    /// Bytes read that were older than a week.
    long_term_read_bytes: u64,
}

/// Reads of older records are long-term retrieval.
const WEEK_MS: u64 = 7 * 24 * 3_600_000;

impl StreamCounts {
    /// Bytes were read, the last of them of this age: then all were that old.
    pub(super) fn read_old(&mut self, age_ms: u64, bytes: u64) {
        self.long_term_read_bytes += if age_ms > WEEK_MS { bytes } else { 0 };
    }
}

pub(super) struct ShardMeasure {
    range: HashKeyRange,
    opened: SimTime,
    closed: Option<SimTime>,
    is_expired: bool,
    /// Open shards when this one closed, itself included.
    peers_at_close: u64,
    trimmed_to: u64,
    pub end: u64,
    pub counts: ShardCounts,
}

#[derive(Default)]
pub(super) struct ShardCounts {
    accepted: Meter,
    throttled: Meter,
    throttled_injected: u64,
    failed: u64,
    payload_units: u64,
    billed_kib: u64,
    pub reads_throttled: u64,
    /// Calls, refused ones too, and bytes given.
    pub(super) reads: Meter,
    trimmed: u64,
    keys: HotKeys,
}

/// The part of the run that figures are of.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub from: SimTime,
    pub to: SimTime,
}

impl Span {
    pub(super) fn seconds(self) -> f64 {
        self.to.since(self.from).as_secs_f64()
    }
    /// What a minute's sum is to be divided by: a run of less than a minute has no full one.
    pub(crate) fn minute_s(self) -> f64 {
        self.seconds().clamp(1.0, 60.0)
    }
}

impl StreamMeasure {
    pub(super) fn new(name: StreamName, retention_hours: u32, at: SimTime) -> Self {
        let (shards, counts) = (ById::default(), StreamCounts::default());
        let [mut there, open, extended, fan_out] = [Integral::default(); 4];
        there.set(at, 1);
        let (mode, fan_out_consumers) = (Mode::Provisioned, 0);
        Self { name, shards, counts, retention_hours, mode, there, open, extended, fan_out_consumers, fan_out }
    }
    /// Retention is changed.
    pub(super) fn retain(&mut self, hours: u32, at: SimTime) {
        self.retention_hours = hours;
        self.count_open(at);
    }
    /// Its mode is changed.
    pub(super) fn change_mode(&mut self, is_on_demand: bool) {
        self.mode = if is_on_demand { Mode::OnDemand } else { Mode::Provisioned };
    }
    /// So many consumers with enhanced fan-out are registered.
    pub(super) fn register(&mut self, consumers: u64, at: SimTime) {
        self.fan_out_consumers = consumers;
        self.count_open(at);
    }
    /// The stream is gone.
    pub(super) fn end(&mut self, at: SimTime) {
        self.register(0, at);
        self.there.set(at, 0);
    }
    fn count_open(&mut self, at: SimTime) {
        let open = self.open_shards();
        self.open.set(at, open);
        self.fan_out.set(at, open * self.fan_out_consumers);
        self.extended.set(at, if StreamUsage::is_extended(self.retention_hours) { open } else { 0 });
    }
    pub(super) fn open(&mut self, shard: ShardId, range: HashKeyRange, at: SimTime) {
        *self.shards.slot(shard.index()) = Some(ShardMeasure::new(range, at));
        self.count_open(at);
    }
    pub(super) fn close(&mut self, shard: ShardId, at: SimTime) {
        let peers = self.open_shards();
        if let Some(shard) = self.shard(shard).filter(|shard| shard.closed.is_none()) {
            shard.closed = Some(at);
            shard.peers_at_close = peers;
        }
        self.count_open(at);
    }
    #[inline]
    pub(super) fn shard(&mut self, shard: ShardId) -> Option<&mut ShardMeasure> {
        self.shards.get_mut(shard.index())?.as_mut()
    }
    pub(crate) fn refuse(&mut self, at: SimTime, shard: ShardId, key: &PartitionKey, bytes: u32, reason: WriteRefusal) {
        if reason != WriteRefusal::InternalFailure {
            self.counts.throttled.add(at, 1, bytes.into());
        }
        if let Some(shard) = self.shard(shard) {
            shard.refuse(at, key, bytes, reason);
        }
    }
    pub(super) fn restart(&mut self, at: SimTime) {
        self.counts = StreamCounts::default();
        for integral in [&mut self.there, &mut self.open, &mut self.extended, &mut self.fan_out] {
            integral.restart(at);
        }
        self.shards.iter_mut().flatten().for_each(|shard| shard.counts = ShardCounts::default());
    }

    fn open_shards(&self) -> u64 {
        self.shards.iter().flatten().filter(|shard| shard.closed.is_none()).count() as u64
    }

    /// What the median of the open shards was asked for; of two the lesser.
    fn median_asked(&self) -> u64 {
        let open = self.shards.iter().flatten().filter(|shard| shard.closed.is_none());
        let mut asked: Vec<u64> = open.map(ShardMeasure::asked).collect();
        asked.sort_unstable();
        asked.get(asked.len().saturating_sub(1) / 2).copied().unwrap_or(0)
    }

    /// What is paid for, until `at`. All that was put counts as kept for as long as retention is now.
    pub(super) fn usage(&self, at: SimTime) -> StreamUsage {
        let counts = || self.shards.iter().flatten().map(|shard| &shard.counts);
        let mut usage = StreamUsage {
            name: self.name.as_str().to_owned(),
            mode: self.mode,
            stream_ms: self.there.unit_ms(at),
            shard_ms: self.open.unit_ms(at),
            extended_shard_ms: self.extended.unit_ms(at),
            put_payload_units: counts().map(|shard| shard.payload_units).sum(),
            in_kib: counts().map(|shard| shard.billed_kib).sum(),
            out_bytes: counts().map(|shard| shard.reads.total().bytes).sum(),
            long_term_read_bytes: self.counts.long_term_read_bytes,
            fan_out_consumer_shard_ms: self.fan_out.unit_ms(at),
            fan_out_bytes: self.counts.fan_out_bytes,
            ..StreamUsage::default()
        };
        usage.keep(counts().map(|shard| shard.accepted.total().bytes).sum(), self.retention_hours);
        usage
    }

    /// `given_up` are the records that the stream's producers gave up, when there are producers that tell.
    /// `readers` are the applications that read with GetRecords.
    pub(super) fn figures(&self, span: Span, given_up: Option<u64>, readers: u64) -> StreamFigures {
        let throttled = self.counts.throttled.total().count;
        let losses = given_up.map(|given_up| (given_up as f64 / throttled.max(1) as f64).min(1.0));
        let asked: u64 = self.shards.iter().flatten().map(ShardMeasure::asked).sum();
        let open = self.open_shards();
        let peers = Peers { asked, open, median: self.median_asked(), losses, readers };
        let shards = self.shards.iter().enumerate().filter_map(|(id, shard)| {
            let shard = shard.as_ref()?;
            Some((ShardId(id as u32).to_string(), shard.figures(span, &peers)))
        });
        let shards: BTreeMap<String, ShardFigures> = shards.collect();
        let sum = |of: fn(&ShardFigures) -> u64| shards.values().map(of).sum::<u64>();
        let (acked, failed) = (sum(|s| s.records_acked), sum(|s| s.records_failed));
        let reads = self.shards.iter().flatten().map(|shard| shard.read_peak(span, readers));
        let reads = reads.fold(ReadPeak::default(), ReadPeak::max);
        let share = Share { count: reads.calls_percent / 100.0, bytes: reads.bytes_percent / 100.0 };
        let throttled_peak = self.counts.throttled.minute_peak();
        StreamFigures {
            shards_open: open,
            shard_hours: rounded(self.open.unit_ms(span.to) as f64 / HOUR_MS, 1000.0),
            put_payload_units: self.shards.iter().flatten().map(|shard| shard.counts.payload_units).sum(),
            records_acked: acked,
            bytes_acked: sum(|s| s.bytes_acked),
            records_throttled: throttled,
            records_failed: failed,
            throttled_percent: percent(throttled as f64, (acked + throttled + failed) as f64),
            records_throttled_peak_per_minute: throttled_peak.count,
            records_throttled_peak_per_minute_at_s: throttled_peak.count_at.map(seconds_of),
            put_calls: self.counts.put_calls,
            get_records_calls: self.counts.get_records_calls,
            reads_throttled: sum(|s| s.reads_throttled),
            readers,
            read_calls_limit_peak_minute_percent: reads.calls_percent,
            read_calls_limit_peak_minute_at_s: reads.calls_at_s,
            read_bytes_limit_peak_minute_percent: reads.bytes_percent,
            read_bytes_limit_peak_minute_at_s: reads.bytes_at_s,
            read_remedy: cure_reads(readers as usize, share, open),
            fan_out_consumers: self.fan_out_consumers,
            fan_out_bytes: self.counts.fan_out_bytes,
            iterators_expired: self.counts.iterators_expired,
            records_trimmed: sum(|s| s.records_trimmed),
            shards,
        }
    }
}

/// What the busiest minute's reads of a shard are of what it gives, and when that minute began.
#[derive(Clone, Copy, Default)]
pub(super) struct ReadPeak {
    pub(super) calls_percent: f64,
    pub(super) calls_at_s: Option<f64>,
    pub(super) bytes_percent: f64,
    pub(super) bytes_at_s: Option<f64>,
}

impl ReadPeak {
    /// When what was `written` was to be read by so many `readers`, whether they did or not.
    pub(super) fn of(reads: Peaks, written: Peaks, readers: u64, minute_s: f64) -> Self {
        let wanted = written.bytes * readers;
        let (bytes, bytes_at) =
            if reads.bytes >= wanted { (reads.bytes, reads.bytes_at) } else { (wanted, written.bytes_at) };
        let load = ReadLoad { calls_per_s: reads.count as f64 / minute_s, bytes_per_s: bytes as f64 / minute_s };
        let share = load.of_shard();
        Self {
            calls_percent: percent(share.count, 1.0),
            calls_at_s: reads.count_at.map(seconds_of),
            bytes_percent: percent(share.bytes, 1.0),
            bytes_at_s: bytes_at.map(seconds_of),
        }
    }
    /// The busier of two, of each limit for itself.
    pub(super) fn max(self, other: Self) -> Self {
        let calls = if other.calls_percent > self.calls_percent { other } else { self };
        let bytes = if other.bytes_percent > self.bytes_percent { other } else { self };
        Self {
            calls_percent: calls.calls_percent,
            calls_at_s: calls.calls_at_s,
            bytes_percent: bytes.bytes_percent,
            bytes_at_s: bytes.bytes_at_s,
        }
    }
}

/// What a shard's figures need of its stream.
struct Peers {
    /// Records put to all shards, each try counted.
    asked: u64,
    /// The same of the median shard.
    median: u64,
    /// Open shards.
    open: u64,
    /// The part of throttled tries that nobody sent again, if known.
    losses: Option<f64>,
    /// Applications that read with GetRecords.
    readers: u64,
}

impl ShardMeasure {
    fn new(range: HashKeyRange, opened: SimTime) -> Self {
        let counts = ShardCounts::default();
        Self { range, opened, closed: None, is_expired: false, peers_at_close: 0, trimmed_to: 0, end: 0, counts }
    }
    #[inline]
    pub(crate) fn accept(&mut self, at: SimTime, ordinal: u64, key: &PartitionKey, bytes: u32) {
        self.end = ordinal + 1;
        self.counts.accepted.add(at, 1, bytes.into());
        self.counts.payload_units += put_payload_units(bytes.into());
        self.counts.billed_kib += billed_kib(bytes.into());
        self.counts.keys.record(key);
    }
    fn refuse(&mut self, at: SimTime, key: &PartitionKey, bytes: u32, reason: WriteRefusal) {
        if reason == WriteRefusal::InternalFailure {
            self.counts.failed += 1;
            return;
        }
        self.counts.throttled_injected += u64::from(reason == WriteRefusal::InjectedThrottle);
        self.counts.throttled.add(at, 1, bytes.into());
        self.counts.keys.record(key);
    }
    pub(super) fn trim(&mut self, to: u64) {
        self.counts.trimmed += to.saturating_sub(self.trimmed_to);
        self.trimmed_to = self.trimmed_to.max(to);
    }
    pub(crate) fn expire(&mut self) {
        self.is_expired = true;
    }

    fn read_peak(&self, span: Span, readers: u64) -> ReadPeak {
        let written = self.counts.accepted.minute_peak();
        ReadPeak::of(self.counts.reads.minute_peak(), written, readers, span.minute_s())
    }

    /// Records put, accepted or throttled, each try counted.
    fn asked(&self) -> u64 {
        self.counts.accepted.total().count + self.counts.throttled.total().count
    }

    fn figures(&self, span: Span, stream: &Peers) -> ShardFigures {
        let counts = &self.counts;
        let (total, second, minute) =
            (counts.accepted.total(), counts.accepted.second_peak(), counts.accepted.minute_peak());
        let throttled = counts.throttled.total().count;
        let open = Span { from: span.from.max(self.opened), to: span.to.min(self.closed.unwrap_or(SimTime::MAX)) };
        let reads = self.read_peak(span, stream.readers);
        let mut figures = ShardFigures {
            state: self.state(),
            hash_range_share_percent: rounded(100.0 * self.range.share(), 1000.0),
            records_acked: total.count,
            bytes_acked: total.bytes,
            records_per_s_mean: rounded(total.count as f64 / open.seconds().max(1.0), 10.0),
            records_per_s_peak: second.count,
            records_per_s_peak_at_s: second.count_at.map(seconds_of),
            bytes_per_s_peak: second.bytes,
            bytes_per_s_peak_at_s: second.bytes_at.map(seconds_of),
            records_limit_peak_percent: percent(second.count as f64, SHARD_RECORDS_PER_S),
            bytes_limit_peak_percent: percent(second.bytes as f64, SHARD_BYTES_PER_S),
            records_limit_peak_minute_percent: percent(minute.count as f64, SHARD_RECORDS_PER_S * span.minute_s()),
            records_limit_peak_minute_at_s: minute.count_at.map(seconds_of),
            bytes_limit_peak_minute_percent: percent(minute.bytes as f64, SHARD_BYTES_PER_S * span.minute_s()),
            bytes_limit_peak_minute_at_s: minute.bytes_at.map(seconds_of),
            records_throttled: throttled,
            records_failed: counts.failed,
            throttled_percent: percent(throttled as f64, (self.asked() + counts.failed) as f64),
            reads_throttled: counts.reads_throttled,
            read_calls_limit_peak_minute_percent: reads.calls_percent,
            read_calls_limit_peak_minute_at_s: reads.calls_at_s,
            read_bytes_limit_peak_minute_percent: reads.bytes_percent,
            read_bytes_limit_peak_minute_at_s: reads.bytes_at_s,
            records_trimmed: counts.trimmed,
            hottest_keys: self.hottest_keys(),
            ..ShardFigures::default()
        };
        let peers = if self.closed.is_some() { self.peers_at_close } else { stream.open };
        let share = |asked: u64| percent(asked as f64, stream.asked as f64);
        figures.advice = advise(&ShardLoad {
            load_share_percent: share(self.asked()),
            median_share_percent: share(stream.median),
            open_shards: peers,
            ..self.load(&figures, span, stream.losses)
        });
        figures
    }

    /// What is asked of the shard is what it accepted and what its producers in the end lost to throttling: a record
    /// that is throttled and sent again is one record. `losses` is the part of throttled tries that nobody sent again.
    fn load<'a>(&self, figures: &'a ShardFigures, span: Span, losses: Option<f64>) -> ShardLoad<'a> {
        let (accepted, throttled) = (self.counts.accepted.minute_peak(), self.counts.throttled.minute_peak());
        let lost = |throttled: u64| throttled as f64 * losses.unwrap_or(1.0);
        let asked = WriteLoad {
            records_per_s: (accepted.count as f64 + lost(throttled.count)) / span.minute_s(),
            bytes_per_s: (accepted.bytes as f64 + lost(throttled.bytes)) / span.minute_s(),
        };
        ShardLoad {
            range_share_percent: figures.hash_range_share_percent,
            throttled: figures.records_throttled - self.counts.throttled_injected,
            second_peak_percent: figures.records_limit_peak_percent.max(figures.bytes_limit_peak_percent),
            minute_peak_percent: figures.records_limit_peak_minute_percent.max(figures.bytes_limit_peak_minute_percent),
            asked_percent: 100.0 * asked.of(1).larger(),
            is_with_retries: losses.is_none(),
            top_key: figures.hottest_keys.first().map(|key| (key.key.as_str(), key.share_percent)),
            ..ShardLoad::default()
        }
    }

    fn hottest_keys(&self) -> Vec<KeyFigures> {
        let share = |records: u64| percent(records as f64, self.asked() as f64);
        let top = self.counts.keys.top(KEYS_SHOWN).into_iter();
        top.map(|(key, records)| KeyFigures { key: key.as_str().into(), records, share_percent: share(records) })
            .collect()
    }

    fn state(&self) -> &'static str {
        match (self.is_expired, self.closed) {
            (true, _) => "expired",
            (false, Some(_)) => "closed",
            (false, None) => "open",
        }
    }
}
