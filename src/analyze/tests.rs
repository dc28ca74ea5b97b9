//! Verdicts and remedies, held against runs of the whole system.

use super::remedy::Remedy;
use super::*;
use crate::base::PartitionKey;
use crate::measure::ShardVerdict;
use crate::run::{self, run};
use crate::scenario::load_file;

const OPTIONS: Options = Options { scale_micro: 1_000_000, record_bytes: 100, counters: 64 };

fn analyzed_with(csv: &str, shards: u32, options: &Options) -> Analysis {
    let ranges: Vec<HashKeyRange> = HashKeyRange::uniform(shards).collect();
    analyze(&|| Ok(csv.as_bytes()), &ranges, options).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn analyzed(csv: &str, shards: u32) -> Analysis {
    analyzed_with(csv, shards, &OPTIONS)
}

/// A row a record: each key so many times a second, for so long.
fn records(keys: &[(&str, u64)], seconds: u64) -> String {
    let mut rows: Vec<(u64, &str)> = Vec::new();
    for (key, per_s) in keys {
        rows.extend((0..per_s * seconds).map(|n| (n * 1000 / per_s, *key)));
    }
    rows.sort_unstable();
    let rows: String = rows.into_iter().map(|(at, key)| format!("{at},{key},100\n")).collect();
    format!("offset_ms,partition_key,size_bytes\n{rows}")
}

/// Keys that fall on a shard of two.
fn keys_of(shard: usize, count: usize) -> Vec<String> {
    let range = HashKeyRange::uniform(2).nth(shard).expect("one of two");
    let falls_there = |key: &String| range.contains(PartitionKey::new(key).expect("a key").hash_key());
    (0..).map(|n| format!("key-{n}")).filter(falls_there).take(count).collect()
}

fn verdicts(analysis: &Analysis) -> Vec<ShardVerdict> {
    analysis.survey.found.iter().map(|found| found.advice.verdict).collect()
}

#[test]
fn a_key_that_is_more_than_a_shard_is_cured_by_salting_it_and_by_nothing_else() {
    let [other, hot] = [0, 1].map(|shard| keys_of(shard, 1).remove(0));
    let analysis = analyzed(&records(&[(&hot, 1300), (&other, 50)], 20), 2);
    assert_eq!(verdicts(&analysis), [ShardVerdict::Fine, ShardVerdict::HotKey]);
    let best = analysis.best().expect("something helps");
    assert!(matches!(&best.remedy, Remedy::Salt(salts) if salts[0].key == hot), "{:?}", best.remedy);
    assert_eq!(best.throttled, 0);
    assert!(best.second_percent < 100.0, "{}", best.second_percent);
    for trial in &analysis.trials {
        let is_salted = !trial.remedy.salts().is_empty();
        assert_eq!(trial.throttled == 0, is_salted, "{:?} throttles {}", trial.remedy, trial.throttled);
    }
}

#[test]
fn several_keys_of_a_shard_are_cured_by_a_split_between_them() {
    let keys = keys_of(0, 6);
    let of: Vec<(&str, u64)> = keys.iter().map(|key| (key.as_str(), 230)).collect();
    let analysis = analyzed(&records(&of, 20), 2);
    assert_eq!(verdicts(&analysis), [ShardVerdict::HotShard, ShardVerdict::Fine]);
    let best = analysis.best().expect("something helps");
    let Remedy::Split(splits) = &best.remedy else { panic!("{:?}", best.remedy) };
    assert_eq!((splits.len(), splits[0].0, best.shards, best.throttled), (1, 0, 3, 0));
    assert_eq!(best.second_percent, 69.0, "three of the keys on each side");
    let json = document(&analysis, 3);
    assert_eq!(json["best"]["split"][0]["at"], splits[0].1.to_string());
    assert_eq!(json["keys"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_is_throttled_is_what_a_run_of_the_whole_system_throttles() {
    let (hot, cold) = (keys_of(0, 3), keys_of(1, 1));
    let of = [(&*hot[0], 900), (&*hot[1], 300), (&*hot[2], 100), (&*cold[0], 400)];
    let csv = records(&of, 30);
    let analysis = analyzed(&csv, 2);
    let folder = std::env::temp_dir().join(format!("kinesim-analyze-tests-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    // Each record is put alone and once, as soon as it is there.
    let scenario = "name = \"x\"\nduration = \"31s\"\n[stream.s]\nshards = 2\n[producer.p]\nstream = \"s\"\n\
                    trace = { file = \"t.csv\" }\nretry = \"none\"\nresend_failed = 0\n\
                    batch = { records = 1, in_flight = 1000 }\n";
    std::fs::write(folder.join("x.toml"), scenario).expect("a file");
    std::fs::write(folder.join("t.csv"), &csv).expect("a file");
    let loaded = load_file(&folder.join("x.toml"), "x.toml", None);
    std::fs::remove_dir_all(&folder).expect("it was there");
    let plan = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).plan();
    let figures = run(&plan, run::Options::default()).report.figures;
    let (of_run, here) = (figures.streams["s"].throttled_percent, analysis.trials[0].throttled_percent);
    assert!((of_run - here).abs() < 0.02 * of_run && here > 10.0, "{of_run} {here}");
}

#[test]
fn counts_of_intervals_come_to_the_same_and_scale() {
    let keys = keys_of(0, 2);
    let rows: String = (0..4).map(|n| format!("2026-03-02 10:0{n}:00,{},{}\n", 24_000 + n, 12_000)).collect();
    let csv = format!("timestamp,{},{}\n{rows}", keys[0], keys[1]);
    let calm = analyzed(&csv, 2);
    assert!(calm.is_fine() && calm.best().is_none(), "600 records a second");
    let twice = analyzed_with(&csv, 2, &Options { scale_micro: 2_000_000, ..OPTIONS });
    assert!(!twice.is_fine());
    assert_eq!(twice.survey.whole.total().count, 288_012);
    // 1,200 records a second, of which a shard takes 1,000.
    assert!((twice.trials[0].throttled_percent - 100.0 / 6.0).abs() < 0.01, "{}", twice.trials[0].throttled_percent);
    assert_eq!(twice.survey.burstiness(), None, "nothing is known of seconds");
}

#[test]
fn on_demand_splits_what_several_keys_make_hot_but_never_a_key() {
    let minutes = |keys: &[String], per_min: u64| {
        let counts = vec![per_min.to_string(); keys.len()].join(",");
        let rows: String = (0..50).map(|n| format!("2026-03-02 10:{n:02}:00,{counts}\n")).collect();
        format!("timestamp,{}\n{rows}", keys.join(","))
    };
    let on_demand = |csv: &str| {
        let analysis = analyzed(csv, 2);
        let trial = analysis.trials.iter().find(|trial| trial.remedy == Remedy::OnDemand).expect("it is tried").clone();
        (analysis.trials[0].throttled, trial)
    };
    let (as_it_is, several) = on_demand(&minutes(&keys_of(0, 40), 2000));
    assert!(several.throttled * 4 < as_it_is, "{} of {as_it_is}", several.throttled);
    let (as_it_is, one) = on_demand(&minutes(&keys_of(0, 1), 80_000));
    assert_eq!(one.throttled, as_it_is);
    assert!(one.shards > 5, "its shard was split again and again: {}", one.shards);
}

#[test]
fn how_bursty_a_trace_is_is_its_busiest_second_over_the_mean_of_its_minute() {
    let mut csv = "offset_ms,partition_key,size_bytes\n".to_owned();
    for second in 0..60 {
        let count = if second == 42 { 61 } else { 1 };
        (0..count).for_each(|n| csv.push_str(&format!("{},key-{n},10\n", second * 1000 + n)));
    }
    assert_eq!(analyzed(&csv, 1).survey.burstiness(), None, "the minute may go on");
    csv.push_str("60000,key-1,10\n");
    assert_eq!(analyzed(&csv, 1).survey.burstiness(), Some(30.5));
}

#[test]
fn a_trace_without_keys_or_with_a_wrong_row_is_told() {
    let ranges = [HashKeyRange::FULL];
    let wrong = |csv: &'static str| match analyze(&|| Ok(csv.as_bytes()), &ranges, &OPTIONS) {
        Err(wrong) => wrong.to_string(),
        Ok(_) => panic!("{csv} is wrong"),
    };
    assert!(wrong("timestamp,value\n2026-03-02 10:00:00,1\n").starts_with("`timestamp,value` has no keys"));
    assert!(wrong("offset_ms,partition_key,size_bytes\n5,a,1\n4,a,1\n").contains("line 3: the row is not later"));
    assert!(wrong("timestamp,A,B\n2026-03-02 10:00:00,1,x\n").contains("line 2, column B: \"x\""));
    assert!(wrong("timestamp,A,B\n2026-03-02 10:00:00,1,1\n").contains("two intervals"));
}
