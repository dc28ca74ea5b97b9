//! `[[alarm]]`, and `alarms`: CloudWatch alarms that a run is held against.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alarm::{
    Alarm as Rule, Comparison, Condition, Dimension, Imported, Metric, MissingData, Of, Statistic, Unwatched, Written,
    metric, metric_names,
};
use crate::base::nearest::nearest;
use crate::base::written::Duration;
use crate::base::{ShardId, SimDuration};
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::AlarmPlan;
use crate::scenario::spans::{Path, Step};

/// An alarm as CloudWatch defines it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    /// AlarmName.
    name: String,
    /// MetricName, such as `GetRecords.IteratorAgeMilliseconds`.
    metric: String,
    /// The stream that the metric is of; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    /// The shard, by its number: enhanced shard-level monitoring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<u32>,
    /// The consumer that a metric of the KCL is of; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consumer: Option<String>,
    /// The lease table that a metric of DynamoDB is of, or its consumer; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    /// Statistic, or a percentile.
    statistic: Statistic,
    /// Period: whole minutes.
    #[serde(default = "a_minute")]
    period: Duration,
    /// EvaluationPeriods: the last so many periods are judged.
    #[serde(default = "one")]
    evaluation_periods: u32,
    /// DatapointsToAlarm: so many of them must breach; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    datapoints_to_alarm: Option<u32>,
    /// ComparisonOperator.
    comparison: Comparison,
    /// In the metric's own unit: milliseconds, bytes, counts.
    threshold: f64,
    /// TreatMissingData: what a period without samples counts as.
    #[serde(default)]
    treat_missing_data: MissingData,
}

fn a_minute() -> Duration {
    Duration(SimDuration::from_mins(1))
}

fn one() -> u32 {
    1
}

/// Every alarm of the file, and of the document that it names.
pub(crate) fn alarms(c: &mut Compiler<'_>, written: &[Alarm], document: &[Imported]) -> AlarmPlan {
    let mut plan = AlarmPlan::default();
    for (n, alarm) in written.iter().enumerate() {
        if let Some(of) = whose(c, n, alarm) {
            plan.watched.push(Arc::new(rule(alarm, of)));
        }
        problems_of(c, n, alarm);
    }
    for (name, alarm) in document {
        match alarm.as_ref().map_err(String::clone).and_then(|alarm| of_document(c, name, alarm)) {
            Ok(rule) => plan.watched.push(Arc::new(rule)),
            Err(why) => plan.unwatched.push(Unwatched { name: name.clone(), why }),
        }
    }
    plan
}

fn rule(alarm: &Alarm, (metric, of): (Metric, Of)) -> Rule {
    Rule {
        name: alarm.name.as_str().into(),
        metric,
        of,
        statistic: alarm.statistic,
        period: alarm.period.0,
        condition: Condition {
            evaluation_periods: alarm.evaluation_periods as usize,
            datapoints_to_alarm: alarm.datapoints_to_alarm.unwrap_or(alarm.evaluation_periods) as usize,
            comparison: alarm.comparison,
            threshold: alarm.threshold,
            missing: alarm.treat_missing_data,
        },
    }
}

/// Longest time that an alarm may judge, and with periods of an hour or more.
const JUDGED_MAX: SimDuration = SimDuration::from_hours(24);
const JUDGED_MAX_LONG: SimDuration = SimDuration::from_hours(7 * 24);

/// What CloudWatch would refuse.
fn refusal(
    period: SimDuration,
    evaluation_periods: u32,
    datapoints: Option<u32>,
) -> Option<(&'static str, &'static str)> {
    let minutes = period.as_secs() / 60;
    if minutes == 0 || period != SimDuration::from_mins(minutes) {
        return Some(("period", "a period is whole minutes: the metrics have a datapoint a minute"));
    }
    if evaluation_periods == 0 {
        return Some(("evaluation_periods", "an alarm judges at least one period"));
    }
    if datapoints.is_some_and(|datapoints| datapoints == 0 || datapoints > evaluation_periods) {
        return Some(("datapoints_to_alarm", "from one to as many as `evaluation_periods`"));
    }
    let most = if minutes >= 60 { JUDGED_MAX_LONG } else { JUDGED_MAX };
    let judged = u128::from(evaluation_periods) * u128::from(period.as_nanos());
    (judged > u128::from(most.as_nanos()))
        .then_some(("evaluation_periods", "an alarm judges a day at most, or seven with periods of an hour or more"))
}

fn problems_of(c: &mut Compiler<'_>, n: usize, alarm: &Alarm) {
    if let Some((key, title)) = refusal(alarm.period.0, alarm.evaluation_periods, alarm.datapoints_to_alarm) {
        c.problem(file_path!["alarm", n, key], title, "this value", "CloudWatch refuses it as well");
    }
    if !alarm.threshold.is_finite() {
        c.problem(file_path!["alarm", n, "threshold"], "a threshold is a finite number", "here", "");
    }
}

/// Whose metric a `[[alarm]]` looks at.
fn whose(c: &mut Compiler<'_>, n: usize, alarm: &Alarm) -> Option<(Metric, Of)> {
    let at = |key: &str| -> Path { vec![Step::from("alarm"), Step::from(n), Step::from(key)] };
    let Some(found) = metric(&alarm.metric) else {
        let near = nearest(&alarm.metric, metric_names()).map(|near| format!("did you mean `{near}`? "));
        let known = metric_names().collect::<Vec<_>>().join(", ");
        let help = format!("{}Metrics: {known}", near.unwrap_or_default());
        c.problem(at("metric"), format!("no metric is called `{}`", alarm.metric), "here", &help);
        return None;
    };
    let dimension = found.dimension();
    let keys = [
        ("stream", Dimension::Stream, alarm.stream.is_some()),
        ("shard", Dimension::Stream, alarm.shard.is_some()),
        ("consumer", Dimension::Consumer, alarm.consumer.is_some()),
        ("table", Dimension::Table, alarm.table.is_some()),
    ];
    for (key, of, is_there) in keys {
        let help = format!("it is a {}'s", dimension.as_str());
        let fits = of == dimension || !is_there;
        c.need(fits, at(key), &format!("{} is not by {key}", alarm.metric), &help);
    }
    let of = match dimension {
        Dimension::Stream => {
            let name = match &alarm.stream {
                Some(name) => c.stream_name(name, at("stream")),
                None => c.only_stream(at("metric")),
            };
            match alarm.shard {
                Some(shard) => Of::Shard(name.clone(), c.shard(&name, shard, at("shard"))),
                None => Of::Stream(name),
            }
        }
        Dimension::Consumer => {
            let name = alarm.consumer.clone().or_else(|| only(c.cast.consumers.iter().map(|of| &of.name)));
            let name = named(c, name, at(if alarm.consumer.is_some() { "consumer" } else { "metric" }))?;
            c.consumer(&name, at("consumer"));
            Of::Consumer(name)
        }
        Dimension::Table => {
            let tables = || c.cast.lease_tables.iter().filter(|of| of.is_of_kcl).map(|of| &of.table);
            let name = alarm.table.clone().or_else(|| only(tables()));
            let name = named(c, name, at(if alarm.table.is_some() { "table" } else { "metric" }))?;
            Of::Table(c.table(&name, at("table")))
        }
    };
    Some((found, of))
}

/// The only one of several names.
fn only<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<String> {
    let first = names.next()?;
    names.next().is_none().then(|| first.clone())
}

fn named(c: &mut Compiler<'_>, name: Option<String>, at: Path) -> Option<String> {
    if name.is_none() {
        c.problem(at, "whose metric?", "this needs `consumer` or `table`", "the file has not exactly one");
    }
    name
}

/// An alarm of a document, which may be of things that the scenario does not have.
fn of_document(c: &Compiler<'_>, name: &str, alarm: &Written) -> Result<Rule, String> {
    let metric = metric(&alarm.metric).ok_or_else(|| format!("metric {} is not simulated", alarm.metric))?;
    let value = |name: &str| alarm.dimensions.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    let missing = |what: &str, value: &str| format!("the scenario has no {what} {value}");
    let of = match metric.dimension() {
        Dimension::Stream => {
            let stream = value("StreamName").ok_or("it has no dimension StreamName")?;
            let is_there = c.cast.streams.iter().any(|of| of.name == stream);
            let stream = stream.parse().ok().filter(|_| is_there).ok_or_else(|| missing("stream", stream))?;
            match value("ShardId") {
                Some(id) => Of::Shard(stream, id.parse::<ShardId>().map_err(|_| missing("shard", id))?),
                None => Of::Stream(stream),
            }
        }
        Dimension::Consumer => {
            let application = value("Application").ok_or("it has no application")?;
            let tables = || c.cast.lease_tables.iter().find(|of| of.table == application || of.consumer == application);
            let found = tables().map(|of| of.consumer.clone());
            Of::Consumer(found.ok_or_else(|| missing("consumer", application))?)
        }
        Dimension::Table => {
            let table = value("TableName").ok_or("it has no dimension TableName")?;
            let is_there = c.cast.lease_tables.iter().any(|of| of.table == table);
            Of::Table(table.parse().ok().filter(|_| is_there).ok_or_else(|| missing("table", table))?)
        }
    };
    let period = SimDuration::from_secs(alarm.period_s);
    if let Some((_, why)) = refusal(period, alarm.evaluation_periods, alarm.datapoints_to_alarm) {
        return Err(why.to_owned());
    }
    let condition = Condition {
        evaluation_periods: alarm.evaluation_periods as usize,
        datapoints_to_alarm: alarm.datapoints_to_alarm.unwrap_or(alarm.evaluation_periods) as usize,
        comparison: alarm.comparison,
        threshold: alarm.threshold,
        missing: alarm.missing,
    };
    Ok(Rule { name: name.into(), metric, of, statistic: alarm.statistic, period, condition })
}

#[cfg(test)]
mod tests {
    use crate::scenario::load_file;
    use crate::scenario::plan::AlarmPlan;

    const HEAD: &str = "name = \"x\"\nduration = \"1h\"\n";
    const BODY: &str = "[stream.clicks]\nshards = 2\n[consumer.billing]\nstream = \"clicks\"\n";

    /// A file with an alarm of these lines beside those that every alarm has.
    fn alarm(metric: &str, lines: &str) -> String {
        let rest = "statistic = \"p99\"\ncomparison = \"GreaterThanThreshold\"\nthreshold = 5";
        format!("{HEAD}{BODY}[[alarm]]\nname = \"a\"\nmetric = \"{metric}\"\n{rest}\n{lines}\n")
    }

    /// The alarms of a scenario that stands beside a document, or what is wrong.
    fn load(name: &str, scenario: &str, document: &str) -> Result<AlarmPlan, String> {
        let folder = std::env::temp_dir().join(format!("kinesim-alarms-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("x.toml"), scenario).expect("a file");
        std::fs::write(folder.join("alarms.json"), document).expect("a file");
        let loaded = load_file(&folder.join("x.toml"), "x.toml", None);
        std::fs::remove_dir_all(&folder).expect("it was there");
        loaded.map(|scenario| scenario.plan().alarms).map_err(|problems| problems.to_string())
    }

    #[test]
    fn an_alarm_needs_no_more_than_cloudwatch_and_finds_the_only_stream_consumer_and_table() {
        for (metric, lines, expected) in [
            ("IncomingRecords", "", "IncomingRecords of stream clicks: p99 > 5 in 1 of 1 period of 1m"),
            (
                "IteratorAgeMilliseconds",
                "shard = 1\nevaluation_periods = 3\ndatapoints_to_alarm = 2\nperiod = \"5m\"",
                "GetRecords.IteratorAgeMilliseconds of shardId-000000000001 of stream clicks: p99 > 5 in 2 of 3 \
                 periods of 5m",
            ),
            (
                "MillisBehindLatest",
                "treat_missing_data = \"ignore\"",
                "MillisBehindLatest of consumer billing: p99 > 5 in 1 of 1 period of 1m, missing data ignored",
            ),
            (
                "WriteThrottleEvents",
                "table = \"billing\"",
                "WriteThrottleEvents of table billing: p99 > 5 in 1 of 1 period of 1m",
            ),
        ] {
            let read = load(metric, &alarm(metric, lines), "").unwrap_or_else(|wrong| panic!("{wrong}"));
            assert_eq!(read.watched[0].to_string(), expected);
        }
    }

    #[test]
    fn what_cloudwatch_would_refuse_points_into_the_file() {
        for (metric, lines, expected) in [
            ("IncomingRecord", "", "did you mean `IncomingRecords`?"),
            ("IncomingRecords", "consumer = \"billing\"", "IncomingRecords is not by consumer"),
            ("IncomingRecords", "stream = \"click\"", "did you mean `clicks`?"),
            ("LostLeases", "consumer = \"invoices\"", "there is no consumer `invoices`"),
            ("IncomingRecords", "shard = 7", "never has"),
            ("IncomingRecords", "period = \"90s\"", "a period is whole minutes"),
            ("IncomingRecords", "evaluation_periods = 0", "at least one period"),
            ("IncomingRecords", "datapoints_to_alarm = 2", "as many as `evaluation_periods`"),
            ("IncomingRecords", "period = \"5m\"\nevaluation_periods = 289", "judges a day at most"),
            ("IncomingRecords", "treat_missing_data = \"good\"", "is not one of the words"),
        ] {
            let told = load("wrong", &alarm(metric, lines), "").expect_err("it is wrong");
            assert!(told.contains(expected) && told.contains("x.toml:"), "{lines}: {told}");
        }
    }

    #[test]
    fn a_document_beside_the_scenario_adds_what_is_of_it_and_says_why_the_rest_is_not_evaluated() {
        let scenario = format!("{HEAD}alarms = \"alarms.json\"\n{BODY}");
        let alarm = |name: &str, stream: &str, period: u32| {
            format!(
                r#"{{"AlarmName": "{name}", "MetricName": "IncomingBytes", "Namespace": "AWS/Kinesis",
                "Dimensions": [{{"Name": "StreamName", "Value": "{stream}"}}], "Statistic": "Sum",
                "Period": {period}, "EvaluationPeriods": 2, "Threshold": 5,
                "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}}"#
            )
        };
        let all = [alarm("ours", "clicks", 300), alarm("theirs", "orders", 300), alarm("quick", "clicks", 10)];
        let document = format!("{{\"MetricAlarms\": [{}]}}", all.join(","));
        let read = load("document", &scenario, &document).unwrap_or_else(|wrong| panic!("{wrong}"));
        let told = "IncomingBytes of stream clicks: Sum < 5 in 2 of 2 periods of 5m, missing data breaching";
        assert_eq!(read.watched.iter().map(ToString::to_string).collect::<Vec<_>>(), [told]);
        let why: Vec<_> = read.unwatched.iter().map(|alarm| (alarm.name.as_str(), alarm.why.as_str())).collect();
        assert_eq!(why[0], ("theirs", "the scenario has no stream orders"));
        assert!(why[1].0 == "quick" && why[1].1.starts_with("a period is whole minutes"));
        let told = load("broken", &scenario, "{\n \"MetricAlarms\": 7}").expect_err("it is wrong");
        assert!(told.contains("alarms.json:2:") && told.contains("expected a sequence"), "{told}");
    }
}
