//! A plan's answer as JSON, for scripts.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::confirm::Confirmed;
use super::formula::Formula;
use super::observed::seen_document;
use super::point::{Point, is_broken, word};
use crate::report::ExpectationResult;
use crate::report::verdict_word;

fn promise(result: &ExpectationResult) -> Value {
    json!({ "promise": result.text, "verdict": verdict_word(result.verdict), "detail": result.detail })
}

fn point(point: &Point) -> Value {
    let settings: Map<String, Value> =
        point.settings.iter().map(|(key, value)| (key.clone(), json!(word(value)))).collect();
    match &point.came {
        Err(wrong) => json!({ "settings": settings, "holds": false, "wrong": wrong }),
        Ok(carried) => json!({
            "settings": settings,
            "holds": point.holds(),
            "cost_per_month_usd": carried.figures.cost.per_month_usd,
            "promises": carried.expectations.iter().map(promise).collect::<Vec<_>>(),
            "happened": carried.happened,
        }),
    }
}

fn confirmed(confirmed: &Confirmed) -> Value {
    match confirmed {
        Confirmed::TooMany(records) => json!({ "records": records }),
        Confirmed::Run { until, promises } => json!({
            "until_s": until.as_millis() as f64 / 1000.0,
            "holds": !promises.iter().any(is_broken),
            "promises": promises.iter().map(promise).collect::<Vec<_>>(),
        }),
    }
}

fn formulas(of: &[Formula]) -> Vec<Value> {
    let told = |formula: &Formula| {
        let Some(shards) = formula.shards else { return json!({ "stream": formula.stream.to_string() }) };
        json!({ "stream": formula.stream.to_string(), "shards": shards, "here": formula.configured })
    };
    of.iter().map(told).collect()
}

/// The answer, with every configuration that was tried.
pub(crate) fn document(answer: &Answer) -> Value {
    let best = answer.best.as_ref().map(|best| {
        let headroom: Vec<Value> = best
            .headroom
            .iter()
            .map(|limit| {
                let at_s = limit.at.map(|at| at.as_millis() as f64 / 1000.0);
                json!({ "limit": limit.limit, "used_percent": limit.used_percent, "at_s": at_s })
            })
            .collect();
        let breaks = best.growth.breaks.as_ref();
        json!({
            "configuration": point(&best.point),
            "less_fails": best.fails.as_ref().map(point),
            "headroom": headroom,
            "public_formula": formulas(&best.formula),
            "traffic_holds_times": best.growth.holds,
            "traffic_breaks_times": breaks.map(|(times, _)| times),
            "what_breaks": breaks.map(|(_, point)| point.broken().map(promise).collect::<Vec<_>>()),
        })
    });
    json!({
        "best": best,
        "confirmed": answer.confirmed.as_ref().map(confirmed),
        "nearest": answer.nearest.as_ref().map(point),
        "public_formula_of_nearest": answer.nearest.as_ref().map(|_| formulas(&answer.formula)),
        "metrics": seen_document(&answer.seen),
        "configurations": answer.chosen.of,
        "tried": answer.chosen.points.iter().map(point).collect::<Vec<_>>(),
    })
}
