//! What could help, in the order of what is easiest to do. Whether it does is for the second reading to show.

use super::shards::of_limit;
use super::sketch::Counted;
use super::survey::Survey;
use crate::aws::kinesis::capacity::shards_needed;
use crate::base::HashKey;
use crate::base::partition_key::SALT;
use crate::measure::{BUSY_PERCENT, ShardVerdict};

/// Most parts that a key is spread over.
const PARTS_MAX: u32 = 4096;
/// A part of a salted key asks for at most so much of a shard, which others use as well.
const PART_PERCENT: f64 = 40.0;
/// Most keys that are salted.
const SALTED_MAX: usize = 16;
/// Most shards that are tried.
const SHARDS_MAX: f64 = 10_000.0;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Remedy {
    /// Nothing.
    AsItIs,
    /// Split each shard that is hot, so that the upper part begins at this hash key.
    Split(Vec<(usize, HashKey)>),
    /// UpdateShardCount: so many even shards.
    Shards(u32),
    /// Spread each of these keys over so many.
    Salt(Vec<Salt>),
    /// Both.
    SaltAndShards(Vec<Salt>, u32),
    /// The stream splits its shards by itself.
    OnDemand,
}

/// A key and over how many it is spread: `KEY#0`, `KEY#1`, ...
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Salt {
    pub(super) key: String,
    pub(super) parts: u32,
}

impl Salt {
    /// Where a part goes.
    pub(super) fn hash_of(&self, part: u32) -> HashKey {
        HashKey::of_partition_key(&format!("{}{SALT}{part}", self.key))
    }
}

impl Remedy {
    /// The keys that are spread.
    pub(super) fn salts(&self) -> &[Salt] {
        match self {
            Self::Salt(salts) | Self::SaltAndShards(salts, _) => salts,
            Self::AsItIs | Self::Split(_) | Self::Shards(_) | Self::OnDemand => &[],
        }
    }
}

/// What could help; nothing but as it is where nothing is strained.
pub(super) fn candidates(survey: &Survey) -> Vec<Remedy> {
    let mut candidates = vec![Remedy::AsItIs];
    let hot: Vec<usize> = (0..survey.found.len()).filter(|shard| is_hot(survey, *shard)).collect();
    if hot.is_empty() {
        return candidates;
    }
    let open = survey.shards.open.len() as u32;
    let splits: Vec<_> = hot.iter().filter_map(|shard| Some((*shard, split_at(survey, *shard)?))).collect();
    if !splits.is_empty() {
        candidates.push(Remedy::Split(splits));
    }
    // What the stream asks in its busiest second, if that were spread evenly.
    let asked_percent = of_limit(survey.whole.second_peak(), 1.0);
    let needed = (shards_needed(asked_percent, BUSY_PERCENT).clamp(1.0, SHARDS_MAX) as u32).max(open);
    let more = [needed, needed * 2, needed * 4].into_iter().filter(|shards| *shards > open);
    candidates.extend(more.filter(|shards| f64::from(*shards) <= SHARDS_MAX).map(Remedy::Shards));
    let salts: Vec<Vec<Salt>> = [1, 4].into_iter().filter_map(|times| salts(survey, times)).collect();
    candidates.extend(salts.iter().cloned().map(Remedy::Salt));
    let few = |shards: &u32| *shards > open && f64::from(*shards) <= SHARDS_MAX;
    for shards in [needed, needed * 2, needed * 4].into_iter().filter(few) {
        candidates.extend(salts.iter().cloned().map(|salts| Remedy::SaltAndShards(salts, shards)));
    }
    candidates.push(Remedy::OnDemand);
    candidates
}

fn is_hot(survey: &Survey, shard: usize) -> bool {
    survey.found[shard].advice.verdict != ShardVerdict::Fine
}

/// The percentage of a shard that a key alone asks for in its busiest second.
pub(super) fn alone_percent(key: &Counted) -> f64 {
    of_limit(key.meter.second_peak(), 1.0)
}

/// The keys that ask for so much of a shard that its other keys have no room, each spread so that a part asks for
/// little; `times` as many parts as that takes.
fn salts(survey: &Survey, times: u32) -> Option<Vec<Salt>> {
    let keys = survey.sketch.keys();
    let heavy = keys.iter().filter(|key| alone_percent(key) > PART_PERCENT).take(SALTED_MAX);
    let salt = |key: &&Counted| {
        let parts = shards_needed(alone_percent(key), PART_PERCENT) * f64::from(times);
        Salt { key: key.key.to_string(), parts: (parts.max(2.0) as u32).min(PARTS_MAX) }
    };
    let salts: Vec<Salt> = heavy.map(salt).collect();
    (!salts.is_empty()).then_some(salts)
}

/// Where a shard's load is cut into halves; none where all of it is one key's. Keys that the sketch does not have are
/// taken as spread evenly between the others.
fn split_at(survey: &Survey, shard: usize) -> Option<HashKey> {
    let range = survey.shards.open[shard].range;
    let mut keys: Vec<&Counted> = survey.sketch.keys().into_iter().filter(|key| range.contains(key.hash)).collect();
    keys.sort_by_key(|key| key.hash);
    let records = |key: &Counted| key.meter.total().count;
    let all = survey.shards.open[shard].asked.total().count;
    let rest = all.saturating_sub(keys.iter().map(|key| records(key)).sum());
    if range.start == range.end || (keys.len() < 2 && rest == 0) {
        return None;
    }
    let length = (range.end.get() - range.start.get()) as f64;
    let rest_below = |hash: HashKey| rest as f64 * ((hash.get() - range.start.get()) as f64 / length);
    // The upper part may begin at a key or just behind it.
    let mut below = 0.0;
    let mut cuts = Vec::new();
    for key in keys {
        cuts.push((key.hash, below + rest_below(key.hash)));
        below += records(key) as f64;
        if let Some(after) = key.hash.get().checked_add(1) {
            cuts.push((HashKey::new(after), below + rest_below(key.hash)));
        }
    }
    cuts.push((HashKey::new(range.start.get() + (range.end.get() - range.start.get()) / 2 + 1), f64::NAN));
    let middle = all as f64 / 2.0;
    let inside = cuts.into_iter().filter(|(hash, _)| range.start < *hash && *hash <= range.end);
    inside.min_by(|a, b| (a.1 - middle).abs().total_cmp(&(b.1 - middle).abs())).map(|(hash, _)| hash)
}
