//! Metrics given on the command line: they take the place of the loads that a file's producers have.

use std::path::Path;

use toml::{Table, Value};

use super::Alternatives;
use super::alternative::LOADS;
use crate::metrics::{Burstiness, Metrics};

/// Keys of a producer that say what it puts and when.
const TIMES: [&str; 2] = ["start", "stop"];
/// The same, for loads that are tables of files.
const FILES: [&str; 2] = ["trace", "metrics"];

impl Alternatives {
    /// The file's producers put what the metrics of `file` say instead: those of `stream`, which may be left out where
    /// all write to one. Of several each has its part of what they put together. Returns how long the metrics are, in
    /// milliseconds.
    ///
    /// # Errors
    /// What is wrong with the metrics, or that it is not clear whose they are.
    pub(crate) fn put_metrics(&mut self, stream: Option<&str>, file: &Path) -> Result<u64, String> {
        let shown = file.display();
        let bytes = std::fs::read(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not text"))?;
        let metrics = Metrics::parse(&text, None).map_err(|wrong| format!("{shown}, {wrong}"))?;
        let producers = self.producers_of(stream)?;
        // The scenario's folder is another than the one in which the command is given.
        let file = std::path::absolute(file).map_err(|error| format!("cannot find {shown}: {error}"))?;
        for (name, share) in producers {
            let Some(Value::Table(producer)) = self.producer_tables().and_then(|all| all.get_mut(&name)) else {
                continue;
            };
            let gone = LOADS.iter().filter_map(|load| load.split('.').next()).chain(TIMES).chain(FILES);
            gone.for_each(|key| drop(producer.remove(key)));
            let metrics = [
                ("file".to_owned(), Value::String(file.display().to_string())),
                ("scale".to_owned(), Value::Float(share)),
            ];
            producer.insert("metrics".to_owned(), Value::Table(Table::from_iter(metrics)));
        }
        Ok(metrics.length_ms())
    }

    /// How records come within an interval, of all metrics of the file.
    ///
    /// # Errors
    /// It has none.
    pub(crate) fn put_burstiness(&mut self, text: &str) -> Result<(), String> {
        text.parse::<Burstiness>().map_err(|wrong| format!("--burstiness {text}: {wrong}"))?;
        let mut found = false;
        for (_, producer) in self.producer_tables().into_iter().flatten() {
            if let Some(Value::Table(metrics)) = producer.as_table_mut().and_then(|of| of.get_mut("metrics")) {
                metrics.insert("burstiness".to_owned(), Value::String(text.to_owned()));
                found = true;
            }
        }
        match found {
            true => Ok(()),
            false => Err("--burstiness is how metrics come within a minute: give --metrics FILE as well".to_owned()),
        }
    }

    /// The producers of a stream, each with its part of what they put together.
    fn producers_of(&mut self, stream: Option<&str>) -> Result<Vec<(String, f64)>, String> {
        let demand = self.with(&[], &[], None).map_err(|wrong| wrong.to_string())?.plan().demand();
        let writing: Vec<_> = demand.streams.iter().filter(|of| !of.producers.is_empty()).collect();
        let names: Vec<&str> = writing.iter().map(|of| of.name.as_str()).collect();
        let of = match (stream, &writing[..]) {
            (Some(stream), _) => writing.iter().find(|of| of.name.as_str() == stream),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let Some(of) = of else {
            return Err(match (stream, names.is_empty()) {
                (_, true) => "--metrics needs a producer in the file, whose load they become".to_owned(),
                (Some(stream), _) => format!("no producer puts to `{stream}`; streams here: {}", names.join(", ")),
                (None, _) => format!("whose metrics? write --metrics STREAM=FILE; streams here: {}", names.join(", ")),
            });
        };
        let rates = of.producers.iter().map(|producer| producer.writes.map_or(0.0, |writes| writes.records_per_s));
        let all: f64 = rates.clone().sum();
        let even = 1.0 / of.producers.len() as f64;
        let share = |rate: f64| if all > 0.0 { rate / all } else { even };
        Ok(of.producers.iter().zip(rates).map(|(producer, rate)| (producer.name.to_string(), share(rate))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::producer::Load;
    use crate::scenario::plan::Plan;

    const FILE: &str = "name = \"s\"\nduration = \"10m\"\n[stream.orders]\nshards = 2\n[stream.clicks]\nshards = 1\n\
                        [producer.web]\nstream = \"orders\"\nrate = \"30/s\"\nstop = \"5m\"\n\
                        [producer.app]\nstream = \"orders\"\nramp = { from = \"1/s\", to = \"10/s\" }\n";
    const METRICS: &str = "timestamp,IncomingRecords,IncomingBytes\n2026-03-02 10:00:00,600,60000\n\
                           2026-03-02 10:01:00,1200,120000\n";

    fn put(name: &str, file: &str, stream: Option<&str>, metrics: &str) -> Result<(Alternatives, u64), String> {
        let path = std::env::temp_dir().join(format!("kinesim-metrics-{}-{name}.csv", std::process::id()));
        std::fs::write(&path, metrics).expect("a file");
        let mut of = Alternatives::of(file, "s.toml", Path::new("s.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
        let put = of.put_metrics(stream, &path).map(|length| (of, length));
        // Read once more by what is made of it.
        let put = put.map(|(of, length)| {
            of.with(&[], &[], None).unwrap_or_else(|wrong| panic!("{wrong}"));
            (of, length)
        });
        std::fs::remove_file(&path).expect("it was there");
        put
    }

    fn scales(plan: &Plan) -> Vec<(String, f64)> {
        let scale = |load: &Load| match load {
            Load::Trace { scale, .. } => *scale,
            Load::Generated { .. } => panic!("metrics take its place"),
        };
        plan.producers.iter().map(|producer| (producer.name.to_string(), scale(&producer.load))).collect()
    }

    #[test]
    fn several_producers_share_what_the_metrics_of_their_stream_say() {
        let (of, length_ms) = put("share", FILE, None, METRICS).expect("one stream is put to");
        assert_eq!(length_ms, 120_000);
        let plan = of.with(&[], &[], None).unwrap_or_else(|wrong| panic!("{wrong}")).plan();
        assert_eq!(scales(&plan), [("app".to_owned(), 0.25), ("web".to_owned(), 0.75)]);
        assert_eq!(plan.producers[1].stop, plan.duration, "metrics have their own time");
    }

    #[test]
    fn a_rate_that_varies_is_a_factor_of_the_metrics_then() {
        let (of, _) = put("vary", FILE, None, METRICS).expect("one stream is put to");
        let twice = |key: &str| {
            let setting = (key.to_owned(), Value::String("x2".to_owned()));
            scales(&of.with(&[setting], &[], None).unwrap_or_else(|wrong| panic!("{wrong}")).plan())
        };
        assert_eq!(twice("producer.web.rate")[1].1, 1.5);
        assert_eq!(twice("traffic").iter().map(|(_, scale)| scale).sum::<f64>(), 2.0);
    }

    #[test]
    fn whose_metrics_they_are_must_be_clear() {
        let both = format!("{FILE}[producer.other]\nstream = \"clicks\"\nrate = \"1/s\"\n");
        let told = put("whose", &both, None, METRICS).map(|_| ()).expect_err("two streams");
        assert_eq!(told, "whose metrics? write --metrics STREAM=FILE; streams here: clicks, orders");
        assert!(put("clicks", &both, Some("clicks"), METRICS).is_ok());
        let told = put("none", FILE, Some("clicks"), METRICS).map(|_| ()).expect_err("nobody puts to it");
        assert_eq!(told, "no producer puts to `clicks`; streams here: orders");
        let told = put("wrong", FILE, None, "timestamp,IncomingRecords\nnow,1\n").map(|_| ()).expect_err("no time");
        assert!(told.contains(".csv, line 2, timestamp, datapoint 1"), "{told}");
    }
}
