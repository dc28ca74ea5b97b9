//! Real traffic reads whole. The traces are not part of the repository: each test says so when it has none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinesim::client::producer::replay::Replay;
use kinesim::client::producer::trace::Trace;

/// A real trace, or a plain word that it was not looked at.
fn real(name: &str) -> Option<Arc<Trace>> {
    let folder = std::env::var_os("KINESIM_TRACES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces"), PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there; KINESIM_TRACES names the folder of real traces", path.display());
        return None;
    }
    Some(Arc::new(Trace::read(&path).expect("a real trace is read")))
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
