//! What producers offer: rates over time, each with the mass of its keys.

use super::amount::{ONE, Rate as PerSecond, SECOND, Us, us};
use super::mass::Mass;
use crate::base::{PartitionKey, SimDuration};
use crate::client::producer::arrivals::segment;
use crate::client::producer::keys::Weighted;
use crate::client::producer::trace::{Spread, TraceFlow};
use crate::client::producer::{Batching, KeyDistribution, Load, ProducerSettings, Rate, SizeDistribution};
use crate::scenario::plan::Plan;

/// Records of one producer with one spread of keys.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Which of the stream's producers.
    pub(super) producer: usize,
    pub(super) mass: Mass,
    /// Mean bytes of a record with its key, in thousandths.
    pub(super) size_milli: u64,
    /// From when on which rate, in order of time; nothing before the first.
    steps: Vec<(Us, PerSecond)>,
    /// The size from each step on, where it changes.
    sizes: Vec<u64>,
    at: usize,
}

impl Source {
    /// Goes on to a time, and gives the rate from then on.
    pub(super) fn rate_at(&mut self, now: Us) -> PerSecond {
        while self.steps.get(self.at).is_some_and(|(from, _)| *from <= now) {
            self.at += 1;
        }
        if let Some(size) = self.at.checked_sub(1).and_then(|at| self.sizes.get(at)) {
            self.size_milli = *size;
        }
        if self.at == 0 { 0 } else { self.steps[self.at - 1].1 }
    }
    /// When the rate changes next.
    pub(super) fn next_change(&self) -> Us {
        self.steps.get(self.at).map_or(u64::MAX, |(from, _)| *from)
    }
}

/// The sources of a producer.
pub(super) fn sources(plan: &Plan, (local, producer): (usize, usize), one_way: Us) -> Vec<Source> {
    let settings = &plan.producers[producer];
    match &settings.load {
        Load::Generated { rate, size, keys } => {
            let mut steps = Vec::new();
            let stop = settings.stop.min(plan.duration);
            let length_ns = settings.stop.saturating_sub(settings.start).as_nanos();
            let (start, stop) = (us(settings.start), us(stop));
            let shift = one_way + fill_time(settings, segment(rate, 0, length_ns).micro_per_s) / 2;
            let mut records: u128 = 0;
            for index in 0.. {
                let piece = segment(rate, index, length_ns);
                let from = start + piece.start_ns / 1000;
                if from >= stop {
                    break;
                }
                if steps.last().is_none_or(|(_, rate)| *rate != piece.micro_per_s) {
                    // A wave's steps are small and many: only its begin is put off, so that others keep to minutes.
                    let is_wave = matches!(rate, Rate::Daily { .. }) && index > 0;
                    steps.push((from + if is_wave { 0 } else { shift }, piece.micro_per_s));
                }
                let length_us = (piece.end_ns - piece.start_ns) / 1000;
                records += u128::from(piece.micro_per_s) * u128::from(length_us);
                if piece.end_ns >= length_ns {
                    break;
                }
            }
            steps.push((stop + shift, 0));
            let records = (records / 1_000_000_000_000) as u64;
            let (mass, key_micro) = Mass::of(keys, &settings.name, records / 2 + 1);
            let size_milli = mean_milli(size) + key_micro / 1000;
            vec![Source { producer: local, mass, size_milli, steps, sizes: Vec::new(), at: 0 }]
        }
        Load::Trace { trace, speed, scale, size, keys } => {
            let settings = (settings, us(settings.start) + one_way, us(settings.stop.min(plan.duration)) + one_way);
            let of = |flow: TraceFlow| of_trace(local, settings, flow, (*speed, *scale), (size, keys));
            trace.flows().into_iter().map(of).collect()
        }
    }
}

/// A part of a trace.
fn of_trace(
    producer: usize,
    (settings, start, stop): (&ProducerSettings, Us, Us),
    flow: TraceFlow,
    (speed, scale): (f64, f64),
    (size, keys): (&SizeDistribution, &KeyDistribution),
) -> Source {
    let (speed, scale) = (((speed * 1e6 + 0.5) as u128).max(1), (scale * 1e6 + 0.5) as u128);
    let at = |ms: u64| start + (u128::from(ms) * 1_000_000_000 / speed) as u64;
    let mut steps: Vec<(Us, PerSecond)> = Vec::new();
    let mut sizes: Vec<u64> = Vec::new();
    let mut ended = None;
    for row in &flow.rows {
        let (from, to) = (at(row.from_ms), at(row.to_ms));
        if from >= stop {
            break;
        }
        if let Some(end) = ended.filter(|end| *end < from) {
            steps.push((end, 0));
            sizes.extend(sizes.last().copied());
        }
        let rate = u128::from(row.records) * scale * u128::from(SECOND) / u128::from((to - from).max(1));
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        // An interval without records has no size of its own.
        let size = row.bytes.map(|bytes| match row.records {
            0 => sizes.last().copied().unwrap_or(0),
            records => u64::try_from(u128::from(bytes) * 1000 / u128::from(records)).unwrap_or(u64::MAX),
        });
        if steps.last().is_none_or(|(_, last)| *last != rate) || size != sizes.last().copied() {
            steps.push((from, rate));
            sizes.extend(size);
        }
        ended = Some(to);
    }
    steps.push((ended.unwrap_or(stop).min(stop), 0));
    let weighted = |(key, weight): &(PartitionKey, u64)| Weighted {
        hash: key.hash_key(),
        weight: *weight as f64,
        key_bytes: key.size_bytes(),
    };
    let (mass, key_micro) = match &flow.spread {
        Spread::Drawn => Mass::of(keys, &settings.name, 1000),
        Spread::Keys(keys) => Mass::of_keys(keys.iter().map(weighted).collect()),
        Spread::Range(range) => (Mass::Within(*range), 0),
    };
    let size_milli = match sizes.first() {
        Some(size) => *size,
        None => flow.size_milli.unwrap_or_else(|| mean_milli(size)) + key_micro / 1000,
    };
    Source { producer, mass, size_milli, steps, sizes, at: 0 }
}

/// How long a batch takes to be sent from its first record on.
fn fill_time(settings: &ProducerSettings, rate: PerSecond) -> Us {
    match settings.batching {
        Batching::Single { .. } => 0,
        Batching::Buffered { records_max, linger, .. } => {
            let each = (rate / u64::from(settings.hosts.max(1))).max(1);
            let full = super::amount::time_for(u64::from(records_max) * ONE, each);
            us(linger.min(SimDuration::from_micros(full)))
        }
    }
}

fn mean_milli(size: &SizeDistribution) -> u64 {
    match *size {
        SizeDistribution::Fixed(bytes) => u64::from(bytes) * 1000,
        SizeDistribution::Uniform(low, high) => (u64::from(low) + u64::from(high)) * 500,
    }
}
