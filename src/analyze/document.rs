//! What is said of a trace, as JSON, for scripts.

use serde_json::{Value, json};

use super::Analysis;
use super::remedy::{Remedy, alone_percent};
use super::told::told_remedy;
use super::trial::Trial;
use crate::base::SimTime;

fn seconds(at: Option<SimTime>) -> Option<f64> {
    at.map(|at| at.as_millis() as f64 / 1000.0)
}

/// The answer, with `top` keys.
pub(crate) fn document(analysis: &Analysis, top: usize) -> Value {
    let survey = &analysis.survey;
    let whole = survey.sketch.whole().max(1) as f64;
    let keys = survey.sketch.certain().take(top).map(|key| {
        let peak = key.meter.second_peak();
        json!({
            "key": key.key,
            "load_percent": 100.0 * key.weight as f64 / whole,
            "load_percent_too_high_by_at_most": 100.0 * key.error as f64 / whole,
            "records": key.meter.total().count,
            "records_per_s_peak": peak.count,
            "bytes_per_s_peak": peak.bytes,
            "shard_percent_peak": alone_percent(key),
            "shard": survey.shards.of(key.hash),
            "hash_key": key.hash.to_string(),
        })
    });
    let shards = survey.shards.open.iter().zip(&survey.found).map(|(shard, found)| {
        json!({
            "starting_hash_key": shard.range.start.to_string(),
            "ending_hash_key": shard.range.end.to_string(),
            "records": shard.asked.total().count,
            "bytes": shard.asked.total().bytes,
            "load_percent": found.share_percent,
            "second_peak_percent": shard.second_percent(),
            "second_peak_at_s": seconds(shard.second_at()),
            "minute_peak_percent": shard.minute_percent(survey.seconds()),
            "throttled": shard.refused,
            "hottest_key": found.top_key.as_ref().map(|(key, _)| key),
            "verdict": found.advice.verdict.as_str(),
            "remedy": found.advice.remedy,
        })
    });
    let total = survey.whole.total();
    json!({
        "records": total.count,
        "bytes": total.bytes,
        "length_s": seconds(Some(survey.until)),
        "records_per_s_peak": survey.whole.second_peak().count,
        "burstiness": survey.burstiness(),
        "counters": survey.sketch.counters(),
        "load_percent_of_a_missing_key_at_most": 100.0 * survey.sketch.bound() as f64 / whole,
        "keys": keys.collect::<Vec<_>>(),
        "shards": shards.collect::<Vec<_>>(),
        "tried": analysis.trials.iter().map(trial).collect::<Vec<_>>(),
        "best": analysis.best().map(trial),
        "throttles": !analysis.is_fine(),
    })
}

fn trial(trial: &Trial) -> Value {
    let splits = match &trial.remedy {
        Remedy::Split(splits) => {
            splits.iter().map(|(shard, at)| json!({ "shard": shard, "at": at.to_string() })).collect()
        }
        _ => Vec::new(),
    };
    let salts = trial.remedy.salts().iter().map(|salt| json!({ "key": salt.key, "parts": salt.parts }));
    json!({
        "remedy": told_remedy(&trial.remedy),
        "split": splits,
        "salt": salts.collect::<Vec<_>>(),
        "is_on_demand": trial.remedy == Remedy::OnDemand,
        "shards": trial.shards,
        "second_peak_percent": trial.second_percent,
        "second_peak_at_s": seconds(trial.second_at),
        "throttled": trial.throttled,
        "throttled_percent": trial.throttled_percent,
        "per_month_usd": trial.per_month_usd,
    })
}
