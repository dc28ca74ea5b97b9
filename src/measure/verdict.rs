//! What a shard's figures say, and what helps: a hot key, a hot shard, uneven ranges, bursts.
//!
//! The cures are those of <https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html> and
//! <https://repost.aws/knowledge-center/kinesis-data-stream-throttling-errors>. Nothing here knows why a producer
//! writes as it does.

use schemars::JsonSchema;
use serde::Serialize;

use crate::aws::kinesis::capacity::shards_needed;

/// Peak use above which a shard that throttled nothing is in want of advice.
pub(crate) const BUSY_PERCENT: f64 = 80.0;
/// A key with this part of a shard's records makes it hot.
const HOT_KEY_SHARE_PERCENT: f64 = 50.0;
/// A minute below this that still throttles is a burst.
const BURST_MINUTE_PERCENT: f64 = 60.0;
/// How much more than an even share is uneven.
const UNEVEN_FACTOR: f64 = 1.5;
/// How much more than an even share of the load, or than the median shard has, sets a shard apart from the others.
const APART_FACTOR: f64 = 1.3;

/// What is wrong with a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub enum ShardVerdict {
    /// Nothing.
    #[default]
    #[serde(rename = "fine")]
    Fine,
    /// One partition key has most of its load.
    #[serde(rename = "hot key")]
    HotKey,
    /// Several keys together are too much: splitting helps.
    #[serde(rename = "hot shard")]
    HotShard,
    /// It is as busy as all others: the stream is too small.
    #[serde(rename = "too few shards")]
    TooFewShards,
    /// The load comes in bursts that shards enough for its mean cannot take.
    #[serde(rename = "bursts")]
    Bursts,
    /// It owns more of the hash key space than the others.
    #[serde(rename = "uneven ranges")]
    UnevenRanges,
}

impl ShardVerdict {
    /// The words that reports show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::HotKey => "hot key",
            Self::HotShard => "hot shard",
            Self::TooFewShards => "too few shards",
            Self::Bursts => "bursts",
            Self::UnevenRanges => "uneven ranges",
        }
    }
}

/// A verdict with its remedy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Advice {
    /// What is wrong.
    pub verdict: ShardVerdict,
    /// Whether it throttled although no minute was busy.
    pub(crate) is_burst: bool,
    /// What helps, in one or two sentences with numbers.
    pub(crate) remedy: String,
}

/// What a verdict is made from. Percentages of limits are the larger of records and bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShardLoad<'a> {
    /// Part of the hash key space.
    pub(crate) range_share_percent: f64,
    /// Part of the stream's records, accepted or throttled.
    pub(crate) load_share_percent: f64,
    /// The median part of the open shards: beside one hot shard the others have far less than an even share.
    pub(crate) median_share_percent: f64,
    /// Shards that share the stream's load.
    pub(crate) open_shards: u64,
    /// Records throttled by the shard's own limits.
    pub throttled: u64,
    /// Accepted in the busiest second, against the limits.
    pub(crate) second_peak_percent: f64,
    /// Accepted in the busiest minute, against the limits.
    pub(crate) minute_peak_percent: f64,
    /// Asked for in the busiest minute, against the limits.
    pub(crate) asked_percent: f64,
    /// Whether `asked_percent` counts every try of a record, because no producer told what became of it.
    pub(crate) is_with_retries: bool,
    /// The key with most records, and its part of them.
    pub(crate) top_key: Option<(&'a str, f64)>,
}

/// The verdict on a shard.
pub(crate) fn advise(load: &ShardLoad<'_>) -> Advice {
    let even_percent = 100.0 / load.open_shards.max(1) as f64;
    let hot_key = load.top_key.filter(|(_, share)| *share >= HOT_KEY_SHARE_PERCENT);
    let is_strained = load.throttled > 0 || load.second_peak_percent > BUSY_PERCENT;
    let is_wide = load.range_share_percent > UNEVEN_FACTOR * even_percent;
    // Load in proportion to the range: neither a hot key nor an idle range explains it better.
    let is_proportional = (0.5..=2.0).contains(&(load.load_share_percent / load.range_share_percent));
    let (verdict, mut remedy) = match hot_key {
        _ if !is_strained => (ShardVerdict::Fine, fine(load)),
        Some((key, share)) => (ShardVerdict::HotKey, cure_hot_key(load, key, share)),
        None if is_wide && is_proportional => (ShardVerdict::UnevenRanges, cure_uneven(load, even_percent)),
        None => cure_hot_shard(load, even_percent),
    };
    let is_burst = load.throttled > 0 && load.minute_peak_percent < BURST_MINUTE_PERCENT;
    if is_burst {
        remedy.push_str(&burst(load));
    }
    Advice { verdict, is_burst, remedy }
}

fn fine(load: &ShardLoad<'_>) -> String {
    format!("Nothing to do: the busiest second used {:.0} % of the shard's limits.", load.second_peak_percent)
}

fn cure_hot_key(load: &ShardLoad<'_>, key: &str, share: f64) -> String {
    let alone = load.asked_percent * share / 100.0;
    let what =
        format!("Key {key:?} has {share:.0} % of the shard's records and alone asks for {alone:.0} % of a shard");
    let what = if load.is_with_retries { format!("{what} (retries included)") } else { what };
    if alone >= 100.0 {
        format!("{what}: no split cures that. Spread it over several keys (a suffix), or aggregate its records.")
    } else {
        format!("{what}: spread it over several keys (a suffix), or split so that it has a shard for itself.")
    }
}

fn cure_uneven(load: &ShardLoad<'_>, even: f64) -> String {
    format!(
        "The shard owns {:.0} % of the hash keys, an even share is {even:.0} %: split it in the middle (each half then \
         is asked for about {:.0} % of a shard), or make ranges even with UpdateShardCount.",
        load.range_share_percent,
        load.asked_percent / 2.0
    )
}

fn cure_hot_shard(load: &ShardLoad<'_>, even: f64) -> (ShardVerdict, String) {
    let shards = shards_needed(load.open_shards as f64 * load.asked_percent, BUSY_PERCENT);
    let retries = if load.is_with_retries { ", retries included" } else { "" };
    let asked = format!("{:.0} % of its limits in the busiest minute{retries}", load.asked_percent);
    if load.load_share_percent > APART_FACTOR * even.min(load.median_share_percent) {
        let half = load.asked_percent / 2.0;
        let split = format!("split it; each half then is asked for about {half:.0} %");
        return (ShardVerdict::HotShard, format!("Several keys together ask for {asked}: {split}."));
    }
    if shards > load.open_shards as f64 {
        let cure = format!("UpdateShardCount to {shards:.0}");
        let text = format!("Its part of the load is that of the other shards, and it is asked for {asked}: {cure}.");
        return (ShardVerdict::TooFewShards, text);
    }
    if load.throttled == 0 {
        return (ShardVerdict::Fine, fine(load));
    }
    let text =
        format!("It is asked for {asked}, no more than the other shards: shards enough, if the load were smooth.");
    (ShardVerdict::Bursts, text)
}

fn burst(load: &ShardLoad<'_>) -> String {
    format!(
        " The load comes in bursts: the busiest second reached {:.0} %, the busiest minute averages {:.0} %, so a \
         minute metric hides it. Smooth the puts over time.",
        load.second_peak_percent, load.minute_peak_percent
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load() -> ShardLoad<'static> {
        ShardLoad {
            range_share_percent: 25.0,
            load_share_percent: 25.0,
            median_share_percent: 25.0,
            open_shards: 4,
            second_peak_percent: 50.0,
            minute_peak_percent: 40.0,
            asked_percent: 40.0,
            ..ShardLoad::default()
        }
    }

    fn throttled() -> ShardLoad<'static> {
        ShardLoad {
            throttled: 9,
            second_peak_percent: 100.0,
            minute_peak_percent: 95.0,
            asked_percent: 160.0,
            ..load()
        }
    }

    #[test]
    fn a_shard_below_its_limits_is_fine() {
        assert_eq!(advise(&load()).verdict, ShardVerdict::Fine);
    }

    #[test]
    fn a_key_above_the_limit_cannot_be_cured_by_a_split() {
        let advice = advise(&ShardLoad { top_key: Some(("star", 80.0)), ..throttled() });
        assert_eq!(advice.verdict, ShardVerdict::HotKey);
        assert!(advice.remedy.contains("asks for 128 % of a shard: no split cures that"), "{}", advice.remedy);
        let advice = advise(&ShardLoad { top_key: Some(("star", 60.0)), ..throttled() });
        assert!(advice.remedy.contains("split so that it has a shard for itself"), "{}", advice.remedy);
    }

    #[test]
    fn a_wide_range_with_its_share_of_the_load_is_uneven() {
        let wide = ShardLoad { range_share_percent: 50.0, load_share_percent: 55.0, ..throttled() };
        assert_eq!(advise(&wide).verdict, ShardVerdict::UnevenRanges);
        assert!(advise(&wide).remedy.contains("owns 50 % of the hash keys, an even share is 25 %"));
    }

    #[test]
    fn several_keys_make_a_hot_shard_and_an_overloaded_stream_needs_more_shards() {
        let hot = advise(&ShardLoad { load_share_percent: 60.0, top_key: Some(("a", 20.0)), ..throttled() });
        assert_eq!(hot.verdict, ShardVerdict::HotShard);
        assert!(hot.remedy.contains("split it; each half then is asked for about 80 %"), "{}", hot.remedy);
        let all = advise(&throttled());
        assert_eq!(all.verdict, ShardVerdict::TooFewShards, "no shard is hot where all are as busy");
        assert!(all.remedy.contains("UpdateShardCount to 8"), "{}", all.remedy);
        let smooth = ShardLoad { asked_percent: 60.0, ..throttled() };
        assert_eq!(advise(&smooth).verdict, ShardVerdict::Bursts);
        assert_eq!(advise(&ShardLoad { throttled: 0, ..smooth }).verdict, ShardVerdict::Fine, "nothing was refused");
    }

    #[test]
    fn a_shard_that_stands_out_from_the_others_is_hot_beside_a_hotter_one() {
        let second = ShardLoad { load_share_percent: 20.0, median_share_percent: 4.0, ..throttled() };
        assert_eq!(
            advise(&second).verdict,
            ShardVerdict::HotShard,
            "less than an even share, and five times the usual"
        );
    }

    #[test]
    fn throttling_in_a_calm_minute_is_a_burst() {
        let advice = advise(&ShardLoad { minute_peak_percent: 20.0, asked_percent: 25.0, ..throttled() });
        assert!(advice.is_burst && advice.remedy.contains("the busiest minute averages 20 %"), "{}", advice.remedy);
    }
}
