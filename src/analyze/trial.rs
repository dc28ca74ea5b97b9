//! The second time that a trace is read: every record once more, with each remedy side by side.

use std::collections::BTreeMap;

use super::feed::{Key, Sink};
use super::remedy::{Remedy, Salt};
use super::shards::{Shards, split};
use super::survey::Survey;
use crate::base::{HashKey, HashKeyRange, SimTime};
use crate::measure::{BUSY_PERCENT, cost};
use crate::price::{Mode, Prices, StreamUsage, Usage};

/// What came of a remedy.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(super) remedy: Remedy,
    /// Open shards at the end.
    pub(super) shards: usize,
    /// The busiest second of the hottest shard, of its limits; and when.
    pub(super) second_percent: f64,
    pub(super) second_at: Option<SimTime>,
    /// Records refused.
    pub(super) throttled: u64,
    pub(super) throttled_percent: f64,
    /// What writing costs a month.
    pub(super) per_month_usd: f64,
}

impl Trial {
    /// Whether nothing is throttled, and would not be if the busiest second went on. Where nothing is throttled as it
    /// is, what is wanted is room.
    pub(super) fn is_cure(&self, is_fine: bool) -> bool {
        let wanted = if is_fine { BUSY_PERCENT } else { 100.0 };
        self.throttled == 0 && self.second_percent <= wanted
    }
}

/// A remedy while the trace is read.
struct Running {
    remedy: Remedy,
    /// Keys that are spread, by their hash: where each part goes, and whose turn it is.
    salted: BTreeMap<HashKey, (Vec<HashKey>, usize)>,
    shards: Shards,
}

/// All remedies while the trace is read.
pub(super) struct Trials(Vec<Running>);

impl Trials {
    pub(super) fn new(ranges: &[HashKeyRange], remedies: Vec<Remedy>) -> Self {
        let running = |remedy: Remedy| {
            let parts = |salt: &Salt| (0..salt.parts).map(|part| salt.hash_of(part)).collect();
            let salted = remedy.salts().iter().map(|salt| (HashKey::of_partition_key(&salt.key), (parts(salt), 0)));
            Running { salted: salted.collect(), shards: shards(ranges, &remedy), remedy }
        };
        Self(remedies.into_iter().map(running).collect())
    }

    /// All was read.
    pub(super) fn end(self, survey: &Survey) -> Vec<Trial> {
        self.0.into_iter().map(|running| running.end(survey)).collect()
    }
}

/// The shards that a remedy makes.
fn shards(ranges: &[HashKeyRange], remedy: &Remedy) -> Shards {
    match remedy {
        Remedy::AsItIs | Remedy::Salt(_) => Shards::new(ranges.iter().copied()),
        Remedy::OnDemand => Shards::on_demand(ranges.iter().copied()),
        Remedy::Shards(count) | Remedy::SaltAndShards(_, count) => Shards::new(HashKeyRange::uniform(*count)),
        Remedy::Split(splits) => {
            let mut sorted = ranges.to_vec();
            sorted.sort_unstable();
            let parts = sorted.into_iter().enumerate().flat_map(|(at, range)| {
                match splits.iter().find(|(shard, _)| *shard == at) {
                    Some((_, at)) => split(range, *at).to_vec(),
                    None => vec![range],
                }
            });
            Shards::new(parts)
        }
    }
}

impl Running {
    fn end(self, survey: &Survey) -> Trial {
        let whole = survey.whole.total();
        let throttled = self.shards.refused();
        let hottest = self.shards.ever().max_by(|a, b| a.second_percent().total_cmp(&b.second_percent()));
        let is_on_demand = self.remedy == Remedy::OnDemand;
        let stream_ms = survey.until.as_millis().max(1);
        let shard_ms = self.shards.open.len() as u64 * stream_ms;
        let stream = StreamUsage {
            name: "trace".to_owned(),
            mode: if is_on_demand { Mode::OnDemand } else { Mode::Provisioned },
            stream_ms,
            shard_ms,
            put_payload_units: survey.payload_units,
            in_kib: survey.billed_kib,
            ..StreamUsage::default()
        };
        let usage = Usage { span: survey.until.since(SimTime::ZERO), streams: vec![stream], ..Usage::default() };
        Trial {
            shards: self.shards.open.len(),
            second_percent: hottest.map_or(0.0, super::shards::Shard::second_percent),
            second_at: hottest.and_then(super::shards::Shard::second_at),
            throttled,
            throttled_percent: 100.0 * throttled as f64 / whole.count.max(1) as f64,
            per_month_usd: cost(&usage, &Prices::default()).per_month_usd,
            remedy: self.remedy,
        }
    }
}

impl Sink for Trials {
    fn record(&mut self, at: SimTime, key: Key<'_>, bytes: u64) {
        for running in &mut self.0 {
            let hash = match running.salted.get_mut(&key.hash) {
                Some((parts, turn)) => {
                    *turn = (*turn + 1) % parts.len();
                    parts[*turn]
                }
                None => key.hash,
            };
            running.shards.put(at, hash, bytes);
        }
    }
    fn part(&mut self, _: (SimTime, SimTime), key: Key<'_>, records: u64, bytes: u64) {
        for running in &mut self.0 {
            let Some((parts, _)) = running.salted.get(&key.hash) else {
                running.shards.part(key.hash, records, bytes);
                continue;
            };
            let count = parts.len() as u64;
            // The first ones have what does not go even.
            let of = |all: u64, part: u64| all / count + u64::from(part < all % count);
            for (part, hash) in (0..).zip(parts) {
                running.shards.part(*hash, of(records, part), of(bytes, part));
            }
        }
    }
    fn settle(&mut self, from: SimTime, to: SimTime) {
        self.0.iter_mut().for_each(|running| running.shards.settle(from, to));
    }
}
