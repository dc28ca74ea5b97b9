//! Floor 5: CloudWatch alarms over a run: when each would have fired, and whether that was in time.
//!
//! An [`Evaluator`](evaluator::Evaluator) is the rule of one alarm and a [`Course`](course::Course) what it comes to,
//! a datapoint a period, whoever counted them. [`Alarms`] is the fold that makes datapoints of events, and
//! [`AlarmReport`] what became of an alarm, held against what went wrong. Rules are those of
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>.
//!
//! Not modelled: the minutes that metrics take to reach CloudWatch, alarms that look between the ends of their periods,
//! metric math, anomaly detection, composite alarms, actions.

pub(crate) mod course;
pub(crate) mod evaluator;
pub(crate) mod harm;
mod import;
mod metric;
mod outcome;
mod rule;
mod samples;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use import::{Imported, Written, imported};
pub(crate) use metric::{Dimension, Metric, Of, metric, metric_names};
pub(crate) use outcome::{AlarmReport, AlarmsReport};
pub(crate) use rule::{Alarm, Comparison, Condition, MissingData, Statistic, Unwatched};
pub(crate) use watch::Alarms;
