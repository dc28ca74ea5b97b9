//! Traces: parsing, spreading, speed and scale.

use std::sync::Arc;

use super::*;
use crate::base::Seed;
use crate::client::producer::replay::{Replay, Replayed};
use crate::metrics::{Burstiness, Metrics};

fn trace(csv: &str) -> Arc<Trace> {
    Arc::new(Trace::parse(csv.as_bytes()).expect("a trace"))
}

/// The time in ms and the key of every record.
fn replayed(trace: &Arc<Trace>, speed: f64, scale: f64) -> Vec<(u64, String)> {
    let key = |r: &Replayed| r.key.as_ref().map_or(String::new(), |k| k.as_str().to_owned());
    Replay::new(trace.clone(), speed, scale).map(|r| (r.after.as_millis(), key(&r))).collect()
}

const RECORDS: &str = "offset_ms,partition_key,size_bytes\n0,a,10\n0,b,0\n250,a,30\n";
const COUNTS: &str = "timestamp,A,B\n2015-02-26 21:42:50,2,1\n2015-02-26 21:42:54,,0\n2015-02-26 21:42:58,0,4\n";
const VALUES: &str = "timestamp,value\n2014-04-10 00:04:00,94.0\n2014-04-10 00:09:00,6\n";

#[test]
fn a_row_per_record_is_replayed_as_it_stands() {
    let trace = trace(RECORDS);
    assert!(trace.has_keys() && trace.has_sizes());
    assert_eq!((trace.rows(), trace.records(), trace.length_ms()), (3, 3, 250));
    assert_eq!(replayed(&trace, 1.0, 1.0), [(0, "a".into()), (0, "b".into()), (250, "a".into())]);
    let sizes: Vec<_> = Replay::new(trace, 1.0, 1.0).map(|r| r.size_bytes).collect();
    assert_eq!(sizes, [Some(10), Some(0), Some(30)]);
}

#[test]
fn counts_are_spread_evenly_over_their_interval_and_keys_are_mixed() {
    let trace = trace(COUNTS);
    assert!(trace.has_keys() && !trace.has_sizes());
    assert_eq!((trace.rows(), trace.records(), trace.length_ms()), (3, 7, 12_000));
    let found = replayed(&trace, 1.0, 1.0);
    let expected = [(1000, "A"), (2000, "B"), (3000, "A"), (8500, "B"), (9500, "B"), (10_500, "B"), (11_500, "B")];
    assert_eq!(found, expected.map(|(at, key)| (at, key.to_owned())));
}

#[test]
fn counts_by_key_tell_totals_and_peaks() {
    let counts = |csv| trace(csv).counts_by_key().into_iter().map(|c| (c.records, c.peak)).collect::<Vec<_>>();
    assert_eq!(counts(COUNTS), [(2, 2), (5, 4)]);
    assert_eq!(counts(VALUES), [(100, 94)]);
    assert_eq!(counts(RECORDS), [(2, 1), (1, 1)]);
}

#[test]
fn values_have_neither_keys_nor_sizes() {
    let trace = trace(VALUES);
    assert!(!trace.has_keys() && !trace.has_sizes());
    assert_eq!((trace.records(), trace.length_ms()), (100, 600_000));
    let times = replayed(&trace, 1.0, 1.0);
    assert_eq!(times.iter().filter(|t| t.0 < 300_000).count(), 94);
    assert!(times.iter().all(|t| t.1.is_empty()));
    assert!(times.windows(2).all(|w| w[0].0 <= w[1].0));
}

#[test]
fn speed_divides_time_and_scale_multiplies_counts_without_losing_remainders() {
    let fast = replayed(&trace(COUNTS), 4.0, 1.0);
    assert_eq!(fast.iter().map(|r| r.0).collect::<Vec<_>>(), [250, 500, 750, 2125, 2375, 2625, 2875]);
    assert_eq!(replayed(&trace(VALUES), 1.0, 2.5).len(), 250);
    // 94 / 8 = 11.75, and the 0.75 goes on to the next interval: (94 + 6) / 8 = 12.5.
    assert_eq!(replayed(&trace(VALUES), 1.0, 0.125).len(), 12);
    assert_eq!(replayed(&trace(RECORDS), 1.0, 2.0).len(), 6);
    assert_eq!(replayed(&trace(RECORDS), 1.0, 0.5), [(0, "b".into())]);
}

#[test]
fn errors_name_the_line_and_what_to_do() {
    let cases = [
        ("time,size\n", "line 1: the header \"time,size\" is none of"),
        ("", "line 1: the header"),
        ("offset_ms,partition_key,size_bytes\n", "at least one record"),
        ("offset_ms,partition_key,size_bytes\n0,a,1\n5,,1\n", "line 3: \"\" is not a partition key"),
        ("offset_ms,partition_key,size_bytes\n0,a,-1\n", "line 2, column size_bytes: \"-1\""),
        ("offset_ms,partition_key,size_bytes\n9,a,1\n8,a,1\n", "line 3: the row is not later"),
        ("offset_ms,partition_key,size_bytes\n9,a\n", "line 2: "),
        ("timestamp,value\n2014-04-10 00:04:00,1\n", "two intervals"),
        ("timestamp,value\nyesterday,1\n", "line 2: \"yesterday\" is not a timestamp"),
        ("timestamp,value\n2014-04-10 00:04:00,1.5\n", "line 2, column value: \"1.5\""),
        ("timestamp,A,\n2014-04-10 00:04:00,1,1\n", "line 1: \"\" is not a partition key"),
        ("timestamp,A\n2014-04-10 00:04:00,1\n2014-04-10 00:04:00,1\n", "line 3: the row is not later"),
    ];
    for (csv, expected) in cases {
        let error = Trace::parse(csv.as_bytes()).expect_err(csv).to_string();
        assert!(error.contains(expected), "{csv:?} gives {error:?}");
    }
    assert!(matches!(Trace::read(Path::new("/no/such/file")), Err(TraceError::Unreadable(_))));
}

#[test]
fn a_salted_key_is_spread_evenly_over_its_parts_and_nothing_is_lost() {
    let counts = |csv: &str, parts: u32| {
        let salted = Trace::parse(csv.as_bytes()).and_then(|trace| trace.salted(parts)).expect("a trace");
        let key = |of: KeyCount| (of.key.expect("a key").as_str().to_owned(), of.records);
        salted.counts_by_key().into_iter().map(key).collect::<Vec<_>>()
    };
    let named = |all: &[(&str, u64)]| all.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(counts(RECORDS, 2), named(&[("a#0", 1), ("a#1", 1), ("b#0", 1), ("b#1", 0)]));
    assert_eq!(counts(COUNTS, 3), named(&[("A#0", 1), ("A#1", 1), ("A#2", 0), ("B#0", 2), ("B#1", 2), ("B#2", 1)]));
    assert_eq!(counts(COUNTS, 1), named(&[("A", 2), ("B", 5)]));
    let long = format!("timestamp,{}\n2015-02-26 21:42:50,2\n2015-02-26 21:42:54,2\n", "k".repeat(256));
    let too_long = Trace::parse(long.as_bytes()).and_then(|trace| trace.salted(2));
    assert!(matches!(too_long, Err(TraceError::BadKey { line: 1, .. })));
}

/// A trace of metrics: two shards, three minutes, the last without a record.
fn of_metrics(burstiness: &str) -> Arc<Trace> {
    let csv = "timestamp,shard,IncomingRecords,IncomingBytes\n2026-03-02 10:01:00,0,6,1200\n\
               2026-03-02 10:00:00,0,60,7201\n2026-03-02 10:00:00,1,30,300\n2026-03-02 10:02:00,1,0,0\n";
    let metrics = Metrics::parse(csv, None).expect("metrics");
    let burstiness = burstiness.parse().unwrap_or(Burstiness::Even);
    Arc::new(Trace::of_metrics(&metrics, burstiness, Seed(3)).expect("a trace"))
}

#[test]
fn metrics_are_replayed_with_their_sizes_in_the_ranges_of_their_shards() {
    let trace = of_metrics("even");
    assert!(trace.has_sizes() && !trace.has_keys());
    assert_eq!((trace.records(), trace.length_ms()), (96, 180_000));
    let records: Vec<Replayed> = Replay::new(trace.clone(), 1.0, 1.0).collect();
    let ranges: Vec<_> = HashKeyRange::uniform(2).collect();
    let first = records.iter().filter(|r| r.after.as_millis() < 60_000 && r.range == Some(ranges[0]));
    let sizes: Vec<u32> = first.map(|r| r.whole_bytes.expect("a size")).collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<u32>()), (60, 7201), "no byte is lost");
    assert!(sizes.iter().all(|size| [120, 121].contains(size)));
    let told = trace.told.as_ref().expect("metrics tell more");
    assert_eq!((told.missing, told.shards, told.observed.records), (2, Some(2), 96));
    let highest = trace.highest(0.0);
    assert_eq!((highest.records_per_s, highest.bytes_per_s), (1.5, 7501.0 / 60.0));
}

#[test]
fn seconds_of_metrics_are_drawn_from_the_seed_and_keep_the_records_of_each_minute() {
    let trace = of_metrics("poisson");
    assert_eq!((trace.rows(), trace.records()), (180, 96));
    assert_eq!(trace, of_metrics("poisson"), "one seed draws one trace");
    let in_first = Replay::new(trace, 1.0, 1.0).filter(|r| r.after.as_millis() < 60_000).count();
    assert_eq!(in_first, 90);
}

#[test]
fn the_sample_traces_of_the_scenarios_are_traces() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces");
    let tickers = Trace::read(&folder.join("tickers.csv")).expect("tickers");
    assert_eq!((tickers.rows(), tickers.counts_by_key().len()), (24, 6));
    let clicks = Trace::read(&folder.join("clicks.csv")).expect("clicks");
    assert_eq!(clicks.records(), 200);
}
