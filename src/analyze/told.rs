//! What is said of a trace, in words, for the terminal.

use std::fmt::Write;

use super::Analysis;
use super::remedy::{Remedy, alone_percent};
use super::shards::of_limit;
use super::sketch::Counted;
use super::survey::Survey;
use super::trial::Trial;
use crate::base::SimTime;
use crate::measure::ShardVerdict;
use crate::report::{Page, count, plural, wrap};

/// Shards that are told.
const SHARDS_MAX: usize = 16;

/// The answer; what to do stands at the end, where the eye is. `top` keys are told, `shown` is the trace.
pub(crate) fn told(analysis: &Analysis, shown: &str, top: usize, page: &Page) -> String {
    let mut out = String::new();
    let survey = &analysis.survey;
    head(survey, shown, page, &mut out);
    keys(survey, top, page, &mut out);
    shards(survey, page, &mut out);
    trials(analysis, page, &mut out);
    out
}

fn line(out: &mut String, page: &Page, text: &str, indent: usize) {
    let _ = writeln!(out, "{}", wrap(text, indent, page.width()));
}

fn head(survey: &Survey, shown: &str, page: &Page, out: &mut String) {
    let (total, peak) = (survey.whole.total(), survey.whole.second_peak());
    let length = survey.until.since(SimTime::ZERO).told();
    let shards = plural(survey.shards.open.len(), "shard");
    let records = format!("{} records and {} bytes in {length}", count(total.count), count(total.bytes));
    line(out, page, &format!("{shown}: {records}, over {shards}"), 0);
    let second = if survey.has_seconds { "second" } else { "interval" };
    let at = peak.count_at.map_or(String::new(), |at| format!(" at {at}"));
    let of_all = of_limit(peak, survey.shards.open.len() as f64);
    let of_all = format!("{} % of what {shards} take, if it were spread evenly", percent(of_all));
    line(out, page, &format!("busiest {second}: {} records/s{at}, {of_all}", count(peak.count)), 2);
    if let Some(factor) = survey.burstiness() {
        let factor = format!("{factor:.1} times that minute's mean");
        line(
            out,
            page,
            &format!("busiest second of the busiest minute: {factor}, as `--burstiness` of `kinesim plan` wants it"),
            2,
        );
    }
}

/// Whole percents, but for what is less than one.
fn percent(of: f64) -> String {
    if of > 0.0 && of < 1.0 { format!("{of:.1}") } else { format!("{of:.0}") }
}

fn percent_of(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn keys(survey: &Survey, top: usize, page: &Page, out: &mut String) {
    let sketch = &survey.sketch;
    let bound = percent_of(sketch.bound(), sketch.whole());
    let sure = match sketch.bound() {
        0 => "all are counted exactly".to_owned(),
        _ => format!(
            "{} counters: no key with more than {bound:.3} % is missing, no share is more than that too high",
            count(sketch.counters() as u64)
        ),
    };
    let _ = writeln!(out, "\n{}", page.bold("keys by load"));
    line(out, page, &sure, 2);
    let head =
        ["key", "load %", "records", "peak records/s", "peak bytes/s", "% of a shard", "shard"].map(str::to_owned);
    let row = |key: &Counted| {
        let peak = key.meter.second_peak();
        [
            shortened(&key.key),
            format!("{:.1}", percent_of(key.weight, sketch.whole())),
            count(key.meter.total().count),
            count(peak.count),
            count(peak.bytes),
            percent(alone_percent(key)),
            survey.shards.of(key.hash).to_string(),
        ]
    };
    let rows: Vec<_> = sketch.certain().take(top).map(row).collect();
    table(out, page, &head, &rows);
}

/// A key that is longer than a terminal has room for.
fn shortened(key: &str) -> String {
    if key.chars().count() <= 40 { key.to_owned() } else { key.chars().take(39).chain(['…']).collect() }
}

/// Columns as wide as they need: the first and the last to the left, the others to the right.
fn table<const N: usize>(out: &mut String, page: &Page, head: &[String; N], rows: &[[String; N]]) {
    let width = |column: usize| rows.iter().chain([head]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let told = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            at if at + 1 == N => cell.clone(),
            _ => format!("{cell:>width$}"),
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let _ = writeln!(out, "{}", page.dim(&told(head)));
    for row in rows {
        let _ = writeln!(out, "{}", told(row));
    }
}

fn shards(survey: &Survey, page: &Page, out: &mut String) {
    let _ = writeln!(out, "\n{}", page.bold("shards by their busiest second"));
    let mut order: Vec<usize> = (0..survey.found.len()).collect();
    let peak = |shard: usize| survey.shards.open[shard].second_percent();
    order.sort_by(|a, b| peak(*b).total_cmp(&peak(*a)));
    let second = if survey.has_seconds { "second %" } else { "interval %" };
    let head = ["shard", "load %", second, "at", "minute %", "throttled", "hottest key", "verdict"].map(str::to_owned);
    let row = |at: &usize| {
        let (shard, found) = (&survey.shards.open[*at], &survey.found[*at]);
        let key =
            found.top_key.as_ref().map_or("-".to_owned(), |(key, share)| format!("{} ({share:.0} %)", shortened(key)));
        [
            at.to_string(),
            format!("{:.1}", found.share_percent),
            percent(shard.second_percent()),
            shard.second_at().map_or("-".to_owned(), |at| at.to_string()),
            percent(shard.minute_percent(survey.seconds())),
            count(shard.refused),
            key,
            found.advice.verdict.as_str().to_owned(),
        ]
    };
    let rows: Vec<_> = order.iter().take(SHARDS_MAX).map(row).collect();
    table(out, page, &head, &rows);
    if order.len() > SHARDS_MAX {
        let _ = writeln!(out, "  and {} more, each with less", order.len() - SHARDS_MAX);
    }
    let hot = order.iter().filter(|at| survey.found[**at].advice.verdict != ShardVerdict::Fine);
    for at in hot.take(SHARDS_MAX) {
        line(out, page, &format!("shard {at}: {}", survey.found[*at].advice.remedy), 2);
    }
}

/// What is done, in a few words.
pub(super) fn told_remedy(remedy: &Remedy) -> String {
    let salted = |salts: &[super::remedy::Salt]| {
        let of: Vec<String> = salts.iter().map(|of| format!("{} over {}", shortened(&of.key), of.parts)).collect();
        match &of[..] {
            [one] => format!("salt {one} keys"),
            [first, .., last] => format!("salt {} keys: {first} to {last}", of.len()),
            [] => String::new(),
        }
    };
    match remedy {
        Remedy::AsItIs => "as it is".to_owned(),
        Remedy::Split(splits) => match &splits[..] {
            [(shard, at)] => format!("split shard {shard} at {at}"),
            several => format!("split {}", plural(several.len(), "hot shard")),
        },
        Remedy::Shards(shards) => format!("{shards} even shards"),
        Remedy::Salt(salts) => salted(salts),
        Remedy::SaltAndShards(salts, shards) => format!("{}, {shards} even shards", salted(salts)),
        Remedy::OnDemand => "on-demand".to_owned(),
    }
}

fn trials(analysis: &Analysis, page: &Page, out: &mut String) {
    let _ = writeln!(out, "\n{}", page.bold("what helps: every record once more, with nothing sent again"));
    let head = ["", "shards", "hottest second %", "throttled %", "USD a month"].map(str::to_owned);
    let row = |trial: &Trial| {
        [
            told_remedy(&trial.remedy),
            trial.shards.to_string(),
            percent(trial.second_percent),
            format!("{:.2}", trial.throttled_percent),
            format!("{:.2}", trial.per_month_usd),
        ]
    };
    let rows: Vec<_> = analysis.trials.iter().map(row).collect();
    table(out, page, &head, &rows);
    let _ = writeln!(out);
    let Some(best) = analysis.best() else {
        let fine = "nothing to do: no shard is asked for more than it takes";
        let _ = writeln!(out, "{}", page.bold(fine));
        return;
    };
    let hottest = format!("the busiest second of the hottest shard is then {:.0} % of it", best.second_percent);
    let what = told_remedy(&best.remedy);
    let verdict = match (analysis.is_fine(), best.is_cure(analysis.is_fine())) {
        (true, _) => format!("nothing is throttled; for more room {what}: {hottest}"),
        (false, true) => format!("{what}: nothing is throttled then, and {hottest}"),
        (false, false) => {
            let left = format!("with {:.2} % throttled", best.throttled_percent);
            format!("nothing that was tried cures it; most helps: {what}, {left}, and {hottest}")
        }
    };
    let _ = writeln!(out, "{}", page.bold(&wrap(&verdict, 0, page.width())));
    if let Remedy::Split(splits) = &best.remedy {
        for (shard, at) in splits {
            line(out, page, &format!("aws kinesis split-shard: shard {shard}, --new-starting-hash-key {at}"), 2);
        }
    }
    for salt in best.remedy.salts() {
        let parts = format!("{}#0 to {}#{}", salt.key, salt.key, salt.parts - 1);
        line(out, page, &format!("salt {}: put its records to {parts} in turn; order holds within each", salt.key), 2);
    }
}
