//! Alarms as `aws cloudwatch describe-alarms` prints them.
//!
//! What cannot be evaluated here is told and passed over: alarms of other things, metric math, anomaly detection.

use serde::Deserialize;

use super::rule::{Comparison, MissingData, Statistic};

/// An alarm of the file, or why it is not evaluated.
pub(crate) type Imported = (String, Result<Written, String>);

/// An alarm as it is written, before its names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// MetricName.
    pub(crate) metric: String,
    /// Names and values.
    pub(crate) dimensions: Vec<(String, String)>,
    /// Statistic or ExtendedStatistic.
    pub(crate) statistic: Statistic,
    /// Seconds.
    pub(crate) period_s: u64,
    pub(crate) evaluation_periods: u32,
    pub(crate) datapoints_to_alarm: Option<u32>,
    pub(crate) comparison: Comparison,
    pub(crate) threshold: f64,
    pub(crate) missing: MissingData,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    metric_alarms: Vec<MetricAlarm>,
    #[serde(default)]
    composite_alarms: Vec<CompositeAlarm>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompositeAlarm {
    alarm_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricAlarm {
    alarm_name: String,
    metric_name: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    period: Option<u64>,
    evaluation_periods: u32,
    datapoints_to_alarm: Option<u32>,
    threshold: Option<f64>,
    comparison_operator: serde_json::Value,
    #[serde(default)]
    treat_missing_data: MissingData,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

/// Reads a document.
///
/// # Errors
/// What is wrong with it, and at which byte.
pub(crate) fn imported(json: &str) -> Result<Vec<Imported>, (String, usize)> {
    let document: Document = serde_json::from_str(json).map_err(|error| {
        let lines = json.split_inclusive('\n').take(error.line().saturating_sub(1));
        let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        let told = error.to_string();
        (told.split(" at line ").next().unwrap_or_default().to_owned(), at.min(json.len()))
    })?;
    let composite = document.composite_alarms.into_iter();
    let composite = composite.map(|alarm| (alarm.alarm_name, Err("composite alarms are not evaluated".to_owned())));
    let alarms = document.metric_alarms.into_iter().map(|alarm| (alarm.alarm_name.clone(), alarm.written()));
    Ok(alarms.chain(composite).collect())
}

impl MetricAlarm {
    fn written(self) -> Result<Written, String> {
        let (Some(metric), Some(period_s), Some(threshold)) = (self.metric_name, self.period, self.threshold) else {
            return Err("metric math and anomaly detection are not evaluated".to_owned());
        };
        let namespace = self.namespace.unwrap_or_default();
        let is_aws = namespace.starts_with("AWS/");
        if is_aws && namespace != "AWS/Kinesis" && namespace != "AWS/DynamoDB" {
            return Err(format!("nothing of {namespace} is simulated"));
        }
        let mut dimensions: Vec<_> = self.dimensions.into_iter().map(|of| (of.name, of.value)).collect();
        // The KCL's namespace is the application's name.
        if !is_aws {
            dimensions = vec![("Application".to_owned(), namespace)];
        }
        let statistic = self.extended_statistic.or(self.statistic).unwrap_or_default();
        Ok(Written {
            metric,
            dimensions,
            statistic: statistic.parse().map_err(|_| format!("statistic {statistic} is not evaluated"))?,
            period_s,
            evaluation_periods: self.evaluation_periods,
            datapoints_to_alarm: self.datapoints_to_alarm,
            comparison: serde_json::from_value(self.comparison_operator)
                .map_err(|_| "comparison with a band is not evaluated".to_owned())?,
            threshold,
            missing: self.treat_missing_data,
        })
    }
}
