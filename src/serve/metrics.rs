//! Metrics: what CloudWatch would show of the streams and tables, and what clients put there, as Prometheus text.
//!
//! Values are sums since the endpoint started. Names are CloudWatch's, with the namespace before them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

use super::query;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{WireError, cbor, json};
use crate::measure::Figures;
use crate::measure::cloudwatch::{self, Family};

/// More series than this are not kept.
const SERIES_MAX: usize = 10_000;
/// A compressed body may grow to this.
const BODY_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A metric and its dimensions, as Prometheus writes them.
type Series = (String, String);

/// What clients have put: PutMetricData.
#[derive(Debug, Default)]
pub(super) struct Put(BTreeMap<Series, Statistics>);

#[derive(Clone, Copy, Debug, Default)]
struct Statistics {
    count: f64,
    sum: f64,
}

/// How a PutMetricData request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `application/x-www-form-urlencoded`, with XML answers.
    Query,
    /// JSON 1.0.
    Json,
    /// `rpc-v2-cbor`.
    Cbor,
}

impl Put {
    /// Keeps what a body says.
    pub(super) fn put(&mut self, protocol: Protocol, is_gzipped: bool, body: &[u8]) -> Result<(), WireError> {
        let mut unzipped = Vec::new();
        let body = match is_gzipped {
            false => body,
            true => {
                let mut reader = flate2::read::GzDecoder::new(body).take(BODY_BYTES_MAX);
                let broken = |_| WireError::serialization("the body is no gzip");
                reader.read_to_end(&mut unzipped).map_err(broken)?;
                &unzipped
            }
        };
        match protocol {
            Protocol::Query => self.put_form(body),
            Protocol::Json => self.put_value(&json::decode(body)?),
            Protocol::Cbor => self.put_value(&cbor::decode(body)?),
        }
        Ok(())
    }

    fn put_value(&mut self, body: &Value<'_>) {
        let namespace = body.get("Namespace").and_then(Value::as_text).unwrap_or_default();
        for datum in body.get("MetricData").and_then(Value::as_list).unwrap_or_default() {
            let text = |of: &Value<'_>, name| of.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
            let dimensions = datum.get("Dimensions").and_then(Value::as_list).unwrap_or_default();
            let dimensions = dimensions.iter().map(|of| (text(of, "Name"), text(of, "Value"))).collect();
            let statistics = match datum.get("StatisticValues") {
                Some(of) => Statistics { count: number(of.get("SampleCount")), sum: number(of.get("Sum")) },
                None => Statistics { count: 1.0, sum: number(datum.get("Value")) },
            };
            self.add(namespace, &text(datum, "MetricName"), dimensions, statistics);
        }
    }

    /// `MetricData.member.1.MetricName=...&MetricData.member.1.Dimensions.member.1.Name=...`
    fn put_form(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        let fields: BTreeMap<String, String> = query::pairs(&text).collect();
        let get = |key: String| fields.get(&key).cloned();
        let namespace = get("Namespace".to_owned()).unwrap_or_default();
        for n in 1.. {
            let of = |name: &str| get(format!("MetricData.member.{n}.{name}"));
            let Some(metric) = of("MetricName") else { return };
            let dimension = |d: usize| {
                let part = |name: &str| of(&format!("Dimensions.member.{d}.{name}"));
                Some((part("Name")?, part("Value").unwrap_or_default()))
            };
            let number = |name: &str| of(name).and_then(|text| text.parse::<f64>().ok());
            let statistics = match number("StatisticValues.Sum") {
                Some(sum) => Statistics { count: number("StatisticValues.SampleCount").unwrap_or(1.0), sum },
                None => Statistics { count: 1.0, sum: number("Value").unwrap_or_default() },
            };
            self.add(&namespace, &metric, (1..).map_while(dimension).collect(), statistics);
        }
    }

    fn add(&mut self, namespace: &str, metric: &str, dimensions: Vec<(String, String)>, of: Statistics) {
        let key = (name(&format!("{namespace}_{metric}")), labels(&dimensions));
        if self.0.len() < SERIES_MAX || self.0.contains_key(&key) {
            let series = self.0.entry(key).or_default();
            series.count += of.count;
            series.sum += of.sum;
        }
    }
}

fn number(value: Option<&Value<'_>>) -> f64 {
    match value {
        Some(Value::Int(number)) => *number as f64,
        Some(Value::Float(number)) => *number,
        _ => 0.0,
    }
}

fn name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn labels(dimensions: &[(String, String)]) -> String {
    let label = |(key, value): &(String, String)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ");
        format!("{}=\"{value}\"", name(key))
    };
    dimensions.iter().map(label).collect::<Vec<_>>().join(",")
}

/// The metrics of one stream, shard, consumer or table.
fn family<F>(family: &Family<F>, of: &[&String], figures: &F, series: &mut BTreeMap<Series, f64>) {
    let dimensions: Vec<(String, String)> =
        family.dimensions.iter().map(ToString::to_string).zip(of.iter().map(ToString::to_string)).collect();
    for metric in family.metrics {
        if let Some(value) = metric.value(figures) {
            series.insert((name(&format!("{}_{}", family.namespace, metric.name)), labels(&dimensions)), value);
        }
    }
}

/// All metrics as Prometheus reads them.
pub(super) fn text(figures: &Figures, put: &Put) -> String {
    let mut series: BTreeMap<Series, f64> = BTreeMap::new();
    for (name, of) in &figures.streams {
        family(&cloudwatch::stream::FAMILY, &[name], of, &mut series);
        for (shard, of) in &of.shards {
            family(&cloudwatch::shard::FAMILY, &[name, shard], of, &mut series);
        }
    }
    for (name, of) in &figures.consumers {
        family(&cloudwatch::consumer::FAMILY, &[name], of, &mut series);
    }
    for (name, of) in &figures.tables {
        family(&cloudwatch::table::FAMILY, &[name], of, &mut series);
    }
    for (name, of) in &figures.deliveries {
        family(&cloudwatch::delivery::FAMILY, &[name], of, &mut series);
    }
    for ((metric, labels), statistics) in &put.0 {
        series.insert((format!("{metric}_sum"), labels.clone()), statistics.sum);
        series.insert((format!("{metric}_count"), labels.clone()), statistics.count);
    }
    let (mut text, mut last) = (String::new(), "");
    for ((metric, labels), value) in &series {
        if metric != last {
            let _ = writeln!(text, "# TYPE {metric} untyped");
            last = metric;
        }
        let _ = writeln!(text, "{metric}{{{labels}}} {value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::DeliveryFigures;

    #[test]
    fn what_clients_put_is_kept_in_every_protocol() {
        let mut put = Put::default();
        let form = b"Action=PutMetricData&Namespace=my-app&MetricData.member.1.MetricName=Records%20Processed&\
            MetricData.member.1.Value=2.5&MetricData.member.1.Dimensions.member.1.Name=ShardId&\
            MetricData.member.1.Dimensions.member.1.Value=shardId-0";
        put.put(Protocol::Query, false, form).expect("kept");
        let json = br#"{"Namespace":"my-app","MetricData":[{"MetricName":"Records Processed","Dimensions":
            [{"Name":"ShardId","Value":"shardId-0"}],
            "StatisticValues":{"SampleCount":3,"Sum":7.5,"Minimum":1,"Maximum":4}}]}"#;
        put.put(Protocol::Json, false, json).expect("kept");
        let text = text(&Figures::default(), &put);
        assert!(text.contains("my_app_Records_Processed_sum{ShardId=\"shardId-0\"} 10\n"), "{text}");
        assert!(text.contains("my_app_Records_Processed_count{ShardId=\"shardId-0\"} 4\n"), "{text}");
    }

    #[test]
    fn a_delivery_stream_has_the_metrics_of_what_it_is() {
        let direct = DeliveryFigures {
            source: "Direct PUT".into(),
            destination: "S3".into(),
            records_in: 7,
            ..DeliveryFigures::default()
        };
        let figures = Figures { deliveries: [("lake".to_owned(), direct)].into(), ..Figures::default() };
        let text = text(&figures, &Put::default());
        assert!(text.contains("AWS_Firehose_IncomingRecords{DeliveryStreamName=\"lake\"} 7\n"), "{text}");
        assert!(text.contains("AWS_Firehose_DeliveryToS3_Records{DeliveryStreamName=\"lake\"} 0\n"), "{text}");
        assert!(!text.contains("DeliveryToSplunk") && !text.contains("Kinesis"), "{text}");
    }
}
