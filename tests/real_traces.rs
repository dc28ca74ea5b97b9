//! Real traffic reads whole. The traces are not part of the repository: each test says so when it has none.

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinesim::client::producer::replay::Replay;
use kinesim::client::producer::trace::Trace;
use serde_json::Value;
use support::{kinesim, text};

/// Where a real trace is, or a plain word that it was not looked at.
fn path_of(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KINESIM_TRACES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces"), PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there; KINESIM_TRACES names the folder of real traces", path.display());
        return None;
    }
    Some(path)
}

/// A real trace.
fn real(name: &str) -> Option<Arc<Trace>> {
    Some(Arc::new(Trace::read(&path_of(name)?).expect("a real trace is read")))
}

#[test]
fn the_tweets_of_ten_tickers_are_read_whole() {
    let Some(trace) = real("tweet-volume.csv") else { return };
    assert_eq!((trace.rows(), trace.records()), (15_902, 3_224_439));
    let keys = trace.counts_by_key();
    assert_eq!(keys.len(), 10);
    let of = |name: &str| {
        let key = keys.iter().find(|k| k.key.as_ref().is_some_and(|key| key.as_str() == name)).expect(name);
        (key.records, key.peak)
    };
    assert_eq!(of("AAPL"), (1_360_453, 13_479));
    assert_eq!(of("CVS"), (5701, 50));
}

#[test]
fn replaying_makes_every_tweet_in_order_and_scaling_keeps_totals_right() {
    let Some(trace) = real("tweet-volume.csv") else { return };
    let mut records = 0;
    let mut before = None;
    for record in Replay::new(trace.clone(), 1000.0, 1.0) {
        assert!(before <= Some(record.after));
        before = Some(record.after);
        records += 1;
    }
    assert_eq!(records, 3_224_439);
    // A hundredth of every key's total, each rounded down.
    let hundredth: u64 = trace.counts_by_key().iter().map(|key| key.records / 100).sum();
    assert_eq!(Replay::new(trace, 1.0, 0.01).count() as u64, hundredth);
}

#[test]
fn the_requests_of_a_load_balancer_are_read_whole() {
    let Some(trace) = real("elb-request-count.csv") else { return };
    assert_eq!((trace.rows(), trace.records()), (4032, 249_327));
    assert!(!trace.has_keys());
    assert_eq!(Replay::new(trace, 1.0, 1.0).count(), 249_327);
}

#[test]
fn the_requests_of_a_web_site_are_read_whole() {
    let Some(trace) = real("web-access.csv") else { return };
    assert_eq!((trace.rows(), trace.records(), trace.length_ms()), (10_000, 10_000, 298_859_000));
    assert!(trace.has_keys() && trace.has_sizes());
    assert_eq!(trace.counts_by_key().len(), 1753);
    assert_eq!(Replay::new(trace, 1.0, 1.0).count(), 10_000);
}

/// What `kinesim analyze` says of 64 shards at so many times the traffic.
fn analyzed(trace: &str, times: &str) -> Value {
    let sized = ["--record-size", "280 B", "--scale", times];
    let output = kinesim(&[&["analyze", trace, "--shards", "64", "--json", "-"], &sized[..]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[test]
fn a_shard_of_a_hot_ticker_runs_hot_although_the_stream_has_room() {
    let Some(path) = path_of("tweet-volume.csv") else { return };
    let path = path.to_str().expect("text");
    let hottest = |answer: &Value| {
        let shards = answer["shards"].as_array().expect("shards").iter();
        let peaks = shards.map(|shard| (shard["second_peak_percent"].as_f64().expect("a number"), shard));
        let (peak, shard) = peaks.max_by(|a, b| a.0.total_cmp(&b.0)).expect("64 shards");
        (peak, shard["hottest_key"].as_str().unwrap_or_default().to_owned())
    };
    let calm = analyzed(path, "1");
    assert!(hottest(&calm).0 < 5.0 && calm["throttles"] == false, "a tweet is a small thing");
    for (times, peak_per_s, percent) in [("25", 1130, 112.0), ("1000", 45_177, 4493.0)] {
        let hot = analyzed(path, times);
        assert_eq!(hot["records_per_s_peak"], peak_per_s, "64 shards could take 64,000");
        let (found, key) = hottest(&hot);
        assert!((found - percent).abs() < 1.0 && key == "AAPL", "{found} {key}");
        for tried in hot["tried"].as_array().expect("what was tried") {
            let is_salted = !tried["salt"].as_array().expect("a list").is_empty();
            assert!(is_salted || tried["throttled"].as_u64() > Some(0), "{tried}");
        }
        assert_eq!(hot["best"]["throttled"], 0, "but salting its keys does");
    }
}

#[test]
fn a_plan_for_the_tickers_says_what_the_public_formula_does_not_see() {
    let Some(path) = path_of("tweet-volume.csv") else { return };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tickers.toml");
    // The month with the night in which one of them was everywhere.
    let scenario = format!(
        "name = \"tickers\"\nduration = \"800h\"\n[stream.mentions]\nshards = 2\n[producer.feed]\nstream = \
         \"mentions\"\ntrace = {{ file = \"{}\" }}\nrecord_size = \"280 B\"\n[plan]\nslo = [\"throttled_writes < \
         0.01%\"]\n[plan.vary]\ntraffic = [\"x25\"]\n",
        path.display()
    );
    std::fs::write(&file, scenario).expect("a file");
    let file = file.to_str().expect("text");
    let told = |vary: &[&str]| {
        let output = kinesim(&[&["plan", file], vary].concat());
        (output.status.code(), text(&output.stdout))
    };
    let (code, out) = told(&["--vary", "stream.mentions.shards=2,64"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("beside the public formula: stream mentions: it says 2 shards"), "{out}");
    let (code, out) = told(&["--vary", "producer.feed.keys.salt=8"]);
    assert_eq!(code, Some(0), "two shards are enough for eight parts of each\n{out}");
}
