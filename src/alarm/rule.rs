//! What an alarm is: its metric, its statistic, and the condition that the datapoints are judged by.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::{Metric, Of};
use crate::base::SimDuration;

/// An alarm on one metric.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alarm {
    /// AlarmName.
    pub(crate) name: Arc<str>,
    /// What it looks at.
    pub(crate) metric: Metric,
    /// Whose.
    pub(crate) of: Of,
    /// What is made of a period's samples.
    pub(crate) statistic: Statistic,
    /// Length of a period.
    pub(crate) period: SimDuration,
    /// How datapoints are judged.
    pub(crate) condition: Condition,
}

/// An alarm that is not evaluated, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unwatched {
    /// AlarmName.
    pub(crate) name: String,
    /// In a few words.
    pub(crate) why: String,
}

/// How datapoints are judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Condition {
    /// The last so many periods are judged.
    pub(crate) evaluation_periods: usize,
    /// So many of them must breach.
    pub(crate) datapoints_to_alarm: usize,
    /// How a datapoint that breaches compares.
    pub(crate) comparison: Comparison,
    /// To what.
    pub(crate) threshold: f64,
    /// What a period without samples counts as.
    pub(crate) missing: MissingData,
}

/// ComparisonOperator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Comparison {
    /// `>=`
    #[serde(rename = "GreaterThanOrEqualToThreshold")]
    AtLeast,
    /// `>`
    #[serde(rename = "GreaterThanThreshold")]
    Above,
    /// `<`
    #[serde(rename = "LessThanThreshold")]
    Below,
    /// `<=`
    #[serde(rename = "LessThanOrEqualToThreshold")]
    AtMost,
}

impl Comparison {
    /// Whether a datapoint breaches.
    pub(super) fn breaches(self, datapoint: f64, threshold: f64) -> bool {
        match self {
            Self::AtLeast => datapoint >= threshold,
            Self::Above => datapoint > threshold,
            Self::Below => datapoint < threshold,
            Self::AtMost => datapoint <= threshold,
        }
    }
    const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }
}

/// TreatMissingData.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum MissingData {
    /// What is there is judged; with nothing there, INSUFFICIENT_DATA.
    #[default]
    #[serde(rename = "missing")]
    Missing,
    /// The alarm stays as it is.
    #[serde(rename = "ignore")]
    Ignore,
    /// As bad.
    #[serde(rename = "breaching")]
    Breaching,
    /// As good.
    #[serde(rename = "notBreaching")]
    NotBreaching,
}

/// Statistic or ExtendedStatistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// How many samples there are.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// A percentile, in thousandths of a percent: of so many samples the one of that rank.
    Percentile(u32),
}

/// Thousandths of a percent in all.
pub(super) const ALL: u32 = 100_000;

impl FromStr for Statistic {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "a statistic: SampleCount, Average, Sum, Minimum, Maximum, or a percentile such as p99";
        Ok(match text {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => {
                let percent: f64 = text.strip_prefix('p').and_then(|percent| percent.parse().ok()).ok_or(WANTED)?;
                let part = (percent * 1000.0).round();
                match part > 0.0 && part <= f64::from(ALL) {
                    true => Self::Percentile(part as u32),
                    false => return Err(WANTED),
                }
            }
        })
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SampleCount => f.write_str("SampleCount"),
            Self::Average => f.write_str("Average"),
            Self::Sum => f.write_str("Sum"),
            Self::Minimum => f.write_str("Minimum"),
            Self::Maximum => f.write_str("Maximum"),
            Self::Percentile(part) => write!(f, "p{}", f64::from(*part) / 1000.0),
        }
    }
}

impl<'de> Deserialize<'de> for Statistic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|wanted| serde::de::Error::custom(format!("`{text}` is not {wanted}")))
    }
}

impl Serialize for Statistic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Statistic {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Statistic".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d+(\.\d+)?)$",
            "description": "SampleCount, Average, Sum, Minimum, Maximum, or a percentile: \"p99\"."
        })
    }
}

impl fmt::Display for Alarm {
    /// `GetRecords.IteratorAgeMilliseconds of orders: Maximum > 60000 in 2 of 3 periods of 1m, missing data breaching`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Condition { evaluation_periods, datapoints_to_alarm, comparison, threshold, missing } = self.condition;
        write!(f, "{} of {}: {} {} {threshold}", self.metric.name(), self.of, self.statistic, comparison.sign())?;
        let periods = if evaluation_periods == 1 { "period" } else { "periods" };
        write!(f, " in {datapoints_to_alarm} of {evaluation_periods} {periods} of {}", self.period)?;
        f.write_str(match missing {
            MissingData::Missing => "",
            MissingData::Ignore => ", missing data ignored",
            MissingData::Breaching => ", missing data breaching",
            MissingData::NotBreaching => ", missing data not breaching",
        })
    }
}
