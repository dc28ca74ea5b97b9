//! Exported files: in any order, in pages, per shard; and what is wrong with one, at its place.

use super::*;
use crate::base::HashKeyRange;

fn parsed(text: &str) -> Metrics {
    Metrics::parse(text, None).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn wrong(text: &str) -> String {
    Metrics::parse(text, None).expect_err(text).to_string()
}

/// A page of `get-metric-data`, a line for each series.
fn page(series: &[(&str, &[(&str, f64)])]) -> String {
    let of = |(label, points): &(&str, &[(&str, f64)])| {
        let times: Vec<String> = points.iter().map(|(at, _)| format!("\"2026-03-02T{at}:00+00:00\"")).collect();
        let values: Vec<String> = points.iter().map(|(_, value)| value.to_string()).collect();
        format!(
            "{{\"Id\": \"m1\", \"Label\": \"{label}\",\n\"Timestamps\": [{}],\n\"Values\": [{}]}}",
            times.join(", "),
            values.join(", ")
        )
    };
    let series: Vec<String> = series.iter().map(of).collect();
    format!("{{\"MetricDataResults\": [\n{}], \"NextToken\": \"x\"}}\n", series.join(",\n"))
}

const RECORDS: &[(&str, f64)] = &[("10:00", 600.0), ("10:01", 1200.0), ("10:02", 60.0)];
const BYTES: &[(&str, f64)] = &[("10:00", 60_000.0), ("10:01", 240_000.0), ("10:02", 600.0)];

#[test]
fn a_shuffled_file_in_pages_is_the_file_in_order() {
    let in_order = parsed(&page(&[("IncomingRecords", RECORDS), ("IncomingBytes", BYTES)]));
    assert_eq!((in_order.period_ms, in_order.intervals, in_order.missing), (60_000, 3, 0));
    assert_eq!(in_order.from, "2026-03-02T10:00:00Z");
    assert_eq!(in_order.columns[0].records, [600, 1200, 60]);
    assert_eq!(in_order.columns[0].bytes, [60_000, 240_000, 600]);
    let newest_first: Vec<_> = RECORDS.iter().rev().copied().collect();
    let first = page(&[("IncomingBytes", &BYTES[1..]), ("IncomingRecords", &newest_first[..2])]);
    let second = page(&[("IncomingRecords", &newest_first[1..]), ("IncomingBytes", &BYTES[..1])]);
    assert_eq!(parsed(&format!("{first}{second}")), in_order, "one after the other");
    assert_eq!(parsed(&format!("[{second}, {first}]")), in_order, "in a list");
}

#[test]
fn a_gap_is_nothing_and_counted_and_half_a_datapoint_is_wrong() {
    let gap: Vec<_> = [0, 2].iter().map(|at| RECORDS[*at]).chain([("10:03", 9.0)]).collect();
    let bytes: Vec<_> = [0, 2].iter().map(|at| BYTES[*at]).chain([("10:03", 90.0)]).collect();
    let metrics = parsed(&page(&[("IncomingRecords", &gap), ("IncomingBytes", &bytes)]));
    assert_eq!((metrics.missing, &metrics.columns[0].records[..]), (1, &[600, 0, 60, 9][..]));
    let half = wrong(&page(&[("IncomingRecords", &gap), ("IncomingBytes", &bytes[..2])]));
    let expected = "IncomingRecords has a datapoint at 2026-03-02T10:03:00Z, and IncomingBytes has none";
    assert!(half.contains(expected), "{half}");
}

#[test]
fn shards_lie_evenly_in_order_of_their_ids_or_as_they_are_listed() {
    let of = |shard: u32| format!("shardId-{shard:012} IncomingRecords");
    let (a, b) = (of(7), of(3));
    let text = page(&[(&a, RECORDS), (&b, &RECORDS[..2]), ("IncomingRecords", RECORDS)]);
    let metrics = parsed(&text);
    let even: Vec<_> = HashKeyRange::uniform(2).map(Some).collect();
    assert_eq!(metrics.columns.iter().map(|column| column.range).collect::<Vec<_>>(), even);
    assert_eq!(metrics.columns[0].records, [600, 1200, 0], "shard 3 comes first");
    let key = |shard: u32, start: &str, end: &str| {
        format!(
            "{{\"ShardId\": \"shardId-{shard:012}\", \"HashKeyRange\": {{\"StartingHashKey\": \"{start}\", \
             \"EndingHashKey\": \"{end}\"}}}}"
        )
    };
    let max = u128::MAX.to_string();
    let listed = format!("{text}{{\"Shards\": [{}, {}]}}", key(3, "100", &max), key(7, "0", "99"));
    let ranges: Vec<_> = parsed(&listed).columns.iter().map(|column| column.range.expect("a range")).collect();
    assert_eq!((ranges[0].start.get(), ranges[1].end.get()), (100, 99));
}

#[test]
fn statistics_are_read_with_their_units_and_what_they_observed() {
    let document = |label: &str, unit: &str, statistic: &str, values: [f64; 2]| {
        format!(
            "{{\"Label\": \"{label}\", \"Datapoints\": [\n\
             {{\"Timestamp\": \"2026-03-02T10:05:00Z\", \"{statistic}\": {}, \"Unit\": \"{unit}\"}},\n\
             {{\"Timestamp\": \"2026-03-02T10:00:00Z\", \"{statistic}\": {}, \"Unit\": \"{unit}\"}}]}}\n",
            values[1], values[0]
        )
    };
    let incoming = document("IncomingRecords", "Count", "Sum", [900.0, 90.0]);
    let text = [
        incoming.clone(),
        document("WriteProvisionedThroughputExceeded", "Count", "Sum", [10.0, 0.0]),
        document("GetRecords.IteratorAgeMilliseconds", "Milliseconds", "Maximum", [250.0, 1800.0]),
    ];
    let metrics = parsed(&text.concat());
    assert_eq!((metrics.period_ms, &metrics.columns[0].records[..]), (300_000, &[900, 90][..]));
    assert_eq!(metrics.observed, Observed { records: 990, throttled: Some(10), age_max_ms: Some(1800) });
    assert_eq!(metrics.observed.throttled_percent(), Some(1.0));
    let told = wrong(&incoming.replacen(", \"Unit\": \"Count\"", "", 1));
    assert!(
        told.starts_with("line 2, IncomingRecords, datapoint 1: no Unit; get-metric-statistics writes one"),
        "{told}"
    );
    let told = wrong(&document("IncomingBytes", "Kilobytes", "Sum", [1.0, 1.0]));
    assert!(told.contains("the unit is Kilobytes, and CloudWatch's is Bytes"), "{told}");
    let told = wrong(&document("IncomingRecords", "Count", "Average", [1.0, 1.0]));
    assert!(told.contains("no Sum; export with `--statistics Sum`"), "{told}");
}

#[test]
fn tables_are_per_stream_or_per_shard() {
    let whole = parsed("timestamp,IncomingBytes,IncomingRecords\n2026-03-02 10:01:00,50,5\n2026-03-02 10:00:00,20,2\n");
    assert_eq!((&whole.columns[0].records[..], &whole.columns[0].bytes[..]), (&[2, 5][..], &[20, 50][..]));
    let long = "Timestamp,shard,IncomingRecords\n2026-03-02T10:00:00Z,shardId-000000000000,2\n\
                2026-03-02T10:01:00Z,0,5\n2026-03-02T10:00:00Z,1,3\n";
    let wide = "timestamp,shardId-000000000000 IncomingRecords,shardId-000000000001 IncomingRecords\n\
                1772445600,2,3\n1772445660,5,\n";
    assert_eq!(parsed(long).columns, parsed(wide).columns);
    assert_eq!(parsed(long).from, parsed(wide).from);
    assert_eq!(parsed(wide).missing, 1);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let table = |rows: &str| format!("timestamp,IncomingRecords\n{rows}");
    let data = |rest: &str| format!("{{\"MetricDataResults\": [{{\"Label\": \"IncomingRecords\",\n{rest}}}]}}");
    let (ten, one) = ("2026-03-02 10:00:00", "2026-03-02 10:01:00");
    let cases = [
        (table(&format!("{ten},4\n{one},-4\n")), "line 3, IncomingRecords, datapoint 2: \"-4\" is no count"),
        (table("yesterday,4\n"), "line 2, timestamp, datapoint 1: \"yesterday\" is no timestamp"),
        (table(&format!("{ten},4\n")), "one datapoint does not tell its period"),
        (
            table(&format!("{ten},4\n{one},4\n2026-03-02 10:02:30,4\n")),
            "line 4, IncomingRecords: 2026-03-02T10:02:30Z lies 150 s from another datapoint",
        ),
        (
            table(&format!("{ten},4\n{ten},5\n")),
            "line 3, IncomingRecords: another value for 2026-03-02T10:00:00Z than on line 2",
        ),
        (table(&format!("{ten}\n")), "line 2, column 1: "),
        ("when,IncomingRecords\n".into(), "no column `timestamp`"),
        (format!("timestamp,OutgoingBytes\n{ten},4\n"), "no IncomingRecords: the file has OutgoingBytes"),
        ("{\"Alarms\": []}".into(), "line 1: neither MetricDataResults nor Datapoints"),
        ("{\"MetricDataResults\": [\n{\"Label\": }".into(), "line 2, column 11: found '}' where a value should be"),
        ("{\"MetricDataResults\": [".into(), "line 1, column 24: the file ends where a value should be"),
        (data("\"Timestamps\": [\"2026-03-02T10:00:00Z\"], \"Values\": []"), "1 timestamps and 0 values"),
        (
            data("\"Timestamps\": [\"soon\"], \"Values\": [1]"),
            "line 2, IncomingRecords, datapoint 1: \"soon\" is no timestamp",
        ),
    ];
    for (text, expected) in cases {
        let told = wrong(&text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
    assert_eq!(Metrics::parse(&table("2026-03-02 10:00:00,4\n"), Some(60_000)).expect("a period").length_ms(), 60_000);
}
