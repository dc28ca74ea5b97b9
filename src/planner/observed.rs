//! What metrics say beside what the model says of the same configuration, and what metrics do not say.

use std::fmt::Write;

use serde_json::{Value, json};

use super::point::Asked;
use crate::base::{SimDuration, StreamName};
use crate::client::producer::Load;
use crate::client::producer::trace::Told;
use crate::fluid::{Flow, flow};
use crate::report::{Page, count, plural, wrap};
use crate::scenario::plan::Plan;

/// Metrics that a stream's load is made of, and the model of the file as it stands beside them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    stream: String,
    told: Told,
    /// Percent of tries that were throttled: by the metrics, by the model.
    throttled: Option<(f64, f64)>,
    /// The greatest iterator age in milliseconds: by the metrics, by the model.
    age_max_ms: Option<(u64, u64)>,
}

/// Consumers that have just begun are late; a metric's have begun long before.
const START_UP_MINUTES: usize = 5;

/// The metrics of all streams that have some, beside the model by rates.
pub(crate) fn seen(asked: &Asked<'_>) -> Vec<Seen> {
    let Ok(plan) = asked.plan(&[]) else { return Vec::new() };
    let of_streams: Vec<(StreamName, Told)> =
        plan.streams.iter().filter_map(|stream| Some((stream.name.clone(), told_of(&plan, &stream.name)?))).collect();
    let is_asked =
        |(_, told): &(StreamName, Told)| told.observed.throttled.is_some() || told.observed.age_max_ms.is_some();
    let model = of_streams.iter().any(is_asked).then(|| flow(&plan));
    let seen = |(stream, told): (StreamName, Told)| Seen {
        throttled: told.observed.throttled_percent().zip(model.as_ref().and_then(|of| throttled(of, &stream))),
        age_max_ms: told.observed.age_max_ms.zip(model.as_ref().and_then(|of| age(of, &stream))),
        stream: stream.to_string(),
        told,
    };
    of_streams.into_iter().map(seen).collect()
}

fn told_of(plan: &Plan, stream: &StreamName) -> Option<Told> {
    let mut producers = plan.producers.iter().filter(|producer| producer.is_to(stream));
    producers.find_map(|producer| match &producer.load {
        Load::Trace { trace, .. } => trace.told.clone(),
        Load::Generated { .. } => None,
    })
}

fn throttled(model: &Flow, stream: &StreamName) -> Option<f64> {
    model.figures.streams.get(stream.as_str()).map(|stream| stream.throttled_percent)
}

/// The metric is one for all who read the stream.
fn age(model: &Flow, stream: &StreamName) -> Option<u64> {
    let minutes = model.ages_of(stream.as_str());
    minutes.flat_map(|minutes| minutes.iter().skip(START_UP_MINUTES).flatten()).max().copied()
}

/// The same in words; nothing without metrics.
pub(crate) fn told_seen(seen: &[Seen], page: &Page) -> String {
    let mut out = String::new();
    for Seen { stream, told, throttled, age_max_ms } in seen {
        let mut line = |text: &str, indent: usize| {
            let _ = writeln!(out, "{}", wrap(text, indent, page.width()));
        };
        let period = SimDuration::from_millis(told.period_ms).told();
        let whose = told.shards.map_or(String::new(), |shards| format!(" of each of {}", plural(shards, "shard")));
        let gaps = match told.missing {
            0 => "no datapoint is missing".to_owned(),
            1 => "1 datapoint is missing, where nothing is put".to_owned(),
            missing => format!("{} datapoints are missing, where nothing is put", count(missing as u64)),
        };
        let (records, length) = (count(told.observed.records), SimDuration::from_millis(told.length_ms).told());
        let from = &told.from;
        line(
            &format!(
                "metrics of {stream}: {records} records in {length} from {from} on, every {period}{whose}; {gaps}"
            ),
            0,
        );
        if told.is_even && told.period_ms > 1000 {
            let factor = format!("--burstiness 3 gives one second of each {period} three times the mean");
            let poisson = "--burstiness poisson draws seconds";
            line(&format!("averages of {period} hide the bursts that throttle: {poisson}, {factor}"), 2);
        }
        if let Some((theirs, ours)) = throttled {
            let theirs = format!("your metrics say {theirs:.2} % of writes were throttled");
            line(&format!("{theirs}, the model says {ours:.2} % for the file as it stands"), 2);
        }
        if told.observed.throttled.is_some_and(|throttled| throttled > 0) {
            line("what was throttled and never came again is in no metric: more was asked than this", 2);
        }
        if let Some((theirs, ours)) = age_max_ms {
            let age = |ms: &u64| SimDuration::from_millis(*ms).told();
            let theirs = format!("your metrics say iterators were {} old at most", age(theirs));
            line(&format!("{theirs}, the model says {}", age(ours)), 2);
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The same for scripts.
pub(crate) fn seen_document(seen: &[Seen]) -> Value {
    let of = |seen: &Seen| {
        json!({
            "stream": seen.stream,
            "from": seen.told.from,
            "period_s": seen.told.period_ms as f64 / 1000.0,
            "records": seen.told.observed.records,
            "missing_datapoints": seen.told.missing,
            "spread_evenly": seen.told.is_even,
            "throttled_percent": seen.throttled.map(|(theirs, _)| theirs),
            "throttled_percent_of_model": seen.throttled.map(|(_, ours)| ours),
            "iterator_age_max_ms": seen.age_max_ms.map(|(theirs, _)| theirs),
            "iterator_age_max_ms_of_model": seen.age_max_ms.map(|(_, ours)| ours),
        })
    };
    seen.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::planner::engine::{by_rates, by_records};
    use crate::report::Style;
    use crate::scenario::Alternatives;

    const FILE: &str = "name = \"s\"\nduration = \"8m\"\n[stream.orders]\nshards = 2\n[producer.web]\n\
                        stream = \"orders\"\nrate = \"1/s\"\n[consumer.reader]\nstream = \"orders\"\n\
                        library = \"poller\"\n";

    /// Eight minutes, of which one is too much for the second shard.
    fn metrics(name: &str) -> Alternatives {
        let mut csv = "timestamp,shard,IncomingRecords,IncomingBytes,WriteProvisionedThroughputExceeded,\
                       IteratorAgeMilliseconds\n"
            .to_owned();
        for minute in 0..8u64 {
            let records = if minute == 4 { 66_000 } else { 30_000 };
            let throttled = if minute == 4 { 5_500 } else { 0 };
            csv += &format!("2026-03-02 10:0{minute}:00,0,12000,{},0,900\n", 12_000 * (200 + 50 * minute));
            csv += &format!("2026-03-02 10:0{minute}:00,1,{records},{},{throttled},800\n", records * 100);
        }
        let path = std::env::temp_dir().join(format!("kinesim-seen-{}-{name}.csv", std::process::id()));
        std::fs::write(&path, csv).expect("a file");
        let mut of = Alternatives::of(FILE, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
        of.put_metrics(None, &path).expect("metrics");
        of.with(&[], &[], None).unwrap_or_else(|wrong| panic!("{wrong}"));
        std::fs::remove_file(&path).expect("it was there");
        of
    }

    #[test]
    fn metrics_stand_beside_what_the_model_says_of_them() {
        let file = metrics("beside");
        let asked = Asked { file: &file, promises: Vec::new(), horizon: None, engine: &by_rates, how: "rates" };
        let seen = seen(&asked);
        let (theirs, ours) = seen[0].throttled.expect("both say something");
        assert!((theirs - 1.46).abs() < 0.01, "{theirs}");
        let plan = asked.plan(&[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let run = by_records(&plan).figures.streams["orders"].throttled_percent;
        // As far as docs/plan-agreement.md says.
        assert!((ours - run).abs() < 0.12 * run, "{ours} {run}");
        let (theirs, ours) = seen[0].age_max_ms.expect("both say something");
        assert!(theirs == 900 && ours < 2000, "{ours}");
        let told = told_seen(&seen, &Page::from(Style::Plain));
        for part in ["every 1m of each of 2 shards", "averages of 1m hide the bursts", "your metrics say 1.46 %"] {
            assert!(told.contains(part), "{told}");
        }
        assert_eq!(seen_document(&seen)[0]["iterator_age_max_ms"], 900);
    }

    #[test]
    fn rates_and_records_put_the_same_metrics() {
        let file = metrics("same");
        let plan = file.with(&[], &[], None).unwrap_or_else(|wrong| panic!("{wrong}")).plan();
        let (rates, records) = (by_rates(&plan).figures, by_records(&plan).figures);
        let (rates, records) = (&rates.streams["orders"], &records.streams["orders"]);
        let is_near = |a: u64, b: u64| a.abs_diff(b) * 100 <= a.max(b);
        assert!(
            is_near(rates.records_acked, records.records_acked),
            "{} {}",
            rates.records_acked,
            records.records_acked
        );
        assert!(is_near(rates.bytes_acked, records.bytes_acked), "{} {}", rates.bytes_acked, records.bytes_acked);
        let of = |shard: usize| {
            (&rates.shards[&*format!("shardId-{shard:012}")], &records.shards[&*format!("shardId-{shard:012}")])
        };
        for shard in 0..2 {
            let (rates, records) = of(shard);
            assert!(
                is_near(rates.bytes_acked, records.bytes_acked),
                "{shard}: {} {}",
                rates.bytes_acked,
                records.bytes_acked
            );
        }
    }
}
