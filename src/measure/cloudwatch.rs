//! Which figure each of CloudWatch's metrics is: the report's legends, the endpoint's metrics and the list in the
//! documentation come from these tables.
//!
//! Names, units and statistics are those of
//! <https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html>,
//! <https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-kcl.html> and
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>. Periods are not
//! modelled: a sum is that of the whole run, a maximum its largest value.

use super::figures::{ConsumerFigures, ShardFigures, StreamFigures, TableFigures};

/// The statistic of a metric that a figure gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Over the whole run.
    Sum,
    /// The largest value of the run.
    Maximum,
    /// What holds at the end.
    Last,
}

impl Statistic {
    /// Returns CloudWatch's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Maximum => "Maximum",
            Self::Last => "last value",
        }
    }
}

/// A metric, and where in the figures `F` its value stands.
pub struct Metric<F> {
    /// CloudWatch's name.
    pub name: &'static str,
    /// Which statistic of it is given.
    pub statistic: Statistic,
    /// What it counts.
    pub counts: &'static str,
    value: fn(&F) -> Option<f64>,
}

impl<F> Metric<F> {
    /// Returns the metric's value; `None` when nothing was seen of it.
    pub fn value(&self, of: &F) -> Option<f64> {
        (self.value)(of)
    }
}

/// Metrics that share a namespace and dimensions.
pub struct Family<F: 'static> {
    /// CloudWatch's namespace; an application's own name stands for the KCL's.
    pub namespace: &'static str,
    /// Names of the dimensions.
    pub dimensions: &'static [&'static str],
    /// The metrics, in order of their names.
    pub metrics: &'static [Metric<F>],
}

/// Makes a module with a constant for each metric, and the family of all.
macro_rules! metrics {
    ($(#[$doc:meta])* $family:ident of $figures:ty, $namespace:literal by $dimensions:expr => {
        $($key:ident = $name:literal $statistic:ident, $counts:literal, $value:expr;)*
    }) => {
        $(#[$doc])*
        pub mod $family {
            use super::*;
            $(
                #[doc = concat!($name, ": ", $counts, ".")]
                pub const $key: Metric<$figures> =
                    Metric { name: $name, statistic: Statistic::$statistic, counts: $counts, value: $value };
            )*
            /// All of them.
            pub const FAMILY: Family<$figures> =
                Family { namespace: $namespace, dimensions: &$dimensions, metrics: &[$($key),*] };
        }
    };
}

metrics! {
    /// Metrics of a stream.
    stream of StreamFigures, "AWS/Kinesis" by ["StreamName"] => {
        GET_RECORDS_SUCCESS = "GetRecords.Success" Sum, "GetRecords calls answered", |of| some(of.get_records_calls);
        INCOMING_BYTES = "IncomingBytes" Sum, "bytes acknowledged, data and partition keys", |of| some(of.bytes_acked);
        INCOMING_RECORDS = "IncomingRecords" Sum, "records acknowledged", |of| some(of.records_acked);
        READ_THROTTLED = "ReadProvisionedThroughputExceeded" Sum, "GetRecords calls refused for throughput",
            |of| some(of.reads_throttled);
        WRITE_THROTTLED = "WriteProvisionedThroughputExceeded" Sum,
            "records refused for throughput, each try counted", |of| some(of.records_throttled);
    }
}

metrics! {
    /// Metrics of a shard (enhanced monitoring).
    shard of ShardFigures, "AWS/Kinesis" by ["StreamName", "ShardId"] => {
        INCOMING_BYTES = "IncomingBytes" Sum, "bytes acknowledged, data and partition keys", |of| some(of.bytes_acked);
        INCOMING_RECORDS = "IncomingRecords" Sum, "records acknowledged", |of| some(of.records_acked);
        READ_THROTTLED = "ReadProvisionedThroughputExceeded" Sum, "GetRecords calls refused for throughput",
            |of| some(of.reads_throttled);
        WRITE_THROTTLED = "WriteProvisionedThroughputExceeded" Sum,
            "records refused for throughput, each try counted", |of| some(of.records_throttled);
    }
}

metrics! {
    /// Metrics of a consumer, as the KCL publishes them.
    consumer of ConsumerFigures, "KCL" by ["Application"] => {
        ITERATORS_EXPIRED = "ExpiredIterator" Sum, "GetRecords calls refused for the iterator's age",
            |of| some(of.iterators_expired);
        ITERATOR_AGE = "GetRecords.IteratorAgeMilliseconds" Maximum,
            "age of the last record of an answer, and of records that wait for one", |of| seen(of.iterator_age_max_ms);
        LOST_LEASES = "LostLeases" Sum, "leases that a worker found to be no longer its own", |of| some(of.leases_lost);
        BEHIND_LATEST = "MillisBehindLatest" Maximum, "how far an answer was behind the newest record",
            |of| seen(of.millis_behind_latest_max_ms);
        RECORDS_PROCESSED = "RecordsProcessed" Sum, "records that a record processor finished, each time counted",
            |of| some(of.records_processed);
        RENEWALS_FAILED = "RenewLease.Success" Sum, "renewals that failed: those that CloudWatch shows as 0",
            |of| some(of.renewals_failed);
    }
}

metrics! {
    /// Metrics of a table.
    table of TableFigures, "AWS/DynamoDB" by ["TableName"] => {
        CONDITIONS_FAILED = "ConditionalCheckFailedRequests" Sum, "conditional writes whose condition was false",
            |of| some(of.conditions_failed);
        READ_UNITS = "ConsumedReadCapacityUnits" Sum, "read units", |of| Some(of.read_units_consumed);
        WRITE_UNITS = "ConsumedWriteCapacityUnits" Sum, "write units", |of| some(of.write_units_consumed);
        READ_PROVISIONED = "ProvisionedReadCapacityUnits" Last, "read units a second, 0 when on demand",
            |of| some(of.read_units_provisioned);
        WRITE_PROVISIONED = "ProvisionedWriteCapacityUnits" Last, "write units a second, 0 when on demand",
            |of| some(of.write_units_provisioned);
        READ_THROTTLED = "ReadThrottleEvents" Sum, "reads that were throttled", |of| some(of.read_throttled);
        WRITE_THROTTLED = "WriteThrottleEvents" Sum, "writes that were throttled", |of| some(of.write_throttled);
    }
}

const fn some(count: u64) -> Option<f64> {
    Some(count as f64)
}

fn seen(count: Option<u64>) -> Option<f64> {
    count.map(|count| count as f64)
}

/// Returns the list of all metrics, as the documentation has it.
pub fn listed() -> String {
    let mut text = "| namespace | metric | by | statistic | what it counts |\n|---|---|---|---|---|\n".to_owned();
    list(&stream::FAMILY, &mut text);
    list(&shard::FAMILY, &mut text);
    list(&consumer::FAMILY, &mut text);
    list(&table::FAMILY, &mut text);
    text
}

fn list<F>(family: &Family<F>, text: &mut String) {
    for metric in family.metrics {
        let by = family.dimensions.join(", ");
        let Metric { name, statistic, counts, .. } = metric;
        text.push_str(&format!("| {} | `{name}` | {by} | {} | {counts} |\n", family.namespace, statistic.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sorted<F>(family: &Family<F>) -> bool {
        family.metrics.is_sorted_by(|a, b| a.name < b.name)
    }

    #[test]
    fn every_metric_is_listed_once_in_its_family() {
        assert!(is_sorted(&stream::FAMILY) && is_sorted(&shard::FAMILY));
        assert!(is_sorted(&consumer::FAMILY) && is_sorted(&table::FAMILY));
        assert!(listed().lines().count() > 20, "a line each");
    }

    #[test]
    fn a_metric_tells_its_own_figure() {
        let figures = StreamFigures { records_acked: 7, bytes_acked: 9, records_throttled: 2, ..Default::default() };
        assert_eq!(stream::INCOMING_RECORDS.value(&figures), Some(7.0));
        assert_eq!(stream::INCOMING_BYTES.value(&figures), Some(9.0));
        assert_eq!(stream::WRITE_THROTTLED.value(&figures), Some(2.0));
        assert_eq!(consumer::ITERATOR_AGE.value(&ConsumerFigures::default()), None, "nothing was read");
    }
}
