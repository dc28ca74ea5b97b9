//! Figures that AWS's documentation lets anyone compute.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::ThrottleWindow;
use crate::aws::kinesis::operations::{PutRecord, PutRecords, SplitShard};
use crate::base::units::MIB;

#[test]
fn one_key_at_1001_records_a_second_has_one_rejected_a_second_once_the_bucket_is_empty() {
    let mut bench = Bench::new(4);
    let hot = key("celebrity");
    let mut rejected_by_second = Vec::new();
    for second in 0..1010u64 {
        let mut rejected = 0;
        for n in 0..1001u64 {
            bench.now = SimTime::from_nanos(second * 1_000_000_000 + n * 1_000_000_000 / 1001);
            let entry = entry(&hot, 100);
            let put =
                bench.ask(Request::PutRecord(PutRecord { stream: name(), entry, sequence_number_for_ordering: None }));
            rejected += u32::from(put.is_err());
        }
        bench.events.clear();
        rejected_by_second.push(rejected);
    }
    // The bucket's thousand saved tokens last for about a thousand seconds of one record too many.
    assert!(rejected_by_second[..990].iter().all(|rejected| *rejected == 0));
    assert!(rejected_by_second[1002..].iter().all(|rejected| *rejected == 1), "{:?}", &rejected_by_second[990..]);
}

#[test]
fn fixed_second_windows_reject_what_is_over_a_thousand_in_each() {
    let settings = Settings { throttle_window: ThrottleWindow::FixedSecond, ..Settings::default() };
    let mut bench = Bench::with(1, settings);
    for second in 0..3 {
        bench.at_ms(second * 1000);
        let accepted = (0..1200).filter(|_| bench.put("k", 10).is_ok()).count();
        assert_eq!(accepted, 1000);
    }
}

#[test]
fn an_answer_of_10_mib_blocks_the_shard_for_exactly_5_seconds() {
    let mut bench = Bench::new(1);
    for second in 0..12 {
        bench.at_ms(second * 1000);
        bench.put("k", MIB as u32).expect("one MiB a second is within the limit");
    }
    let read = bench.read(0, IteratorPosition::TrimHorizon);
    assert_eq!(read.records.len(), 10);
    let next = read.next.expect("an open shard has a next iterator");
    let start = bench.now.as_millis();
    bench.at_ms(start + 4999);
    assert_eq!(code(bench.get(&next)), "ProvisionedThroughputExceededException");
    bench.at_ms(start + 5000);
    assert_eq!(bench.get(&next).expect("paid off").records.len(), 2);
}

#[test]
fn the_sixth_get_records_in_a_second_is_refused() {
    let mut bench = Bench::new(1);
    let iterator = bench.iterator(0, IteratorPosition::Latest).expect("an iterator");
    for _ in 0..5 {
        bench.get(&iterator).expect("within five a second");
    }
    assert_eq!(code(bench.get(&iterator)), "ProvisionedThroughputExceededException");
    bench.after(SimDuration::from_millis(200));
    bench.get(&iterator).expect("a fifth of a second later there is room for one");
}

#[test]
fn the_sixth_get_shard_iterator_in_a_second_is_refused() {
    let mut bench = Bench::new(1);
    for _ in 0..5 {
        bench.iterator(0, IteratorPosition::Latest).expect("within five a second");
    }
    assert_eq!(code(bench.iterator(0, IteratorPosition::Latest)), "ProvisionedThroughputExceededException");
}

#[test]
fn an_iterator_lives_for_300_000_milliseconds() {
    let mut bench = Bench::new(1);
    let iterator = bench.iterator(0, IteratorPosition::Latest).expect("an iterator");
    bench.at_ms(300_000);
    let next = bench.get(&iterator).expect("at 300,000 ms it still lives").next.expect("a new one comes with it");
    bench.at_ms(300_001);
    let error = bench.get(&iterator).expect_err("at 300,001 ms it is expired");
    assert_eq!(error.code(), "ExpiredIteratorException");
    assert_eq!(
        error.to_string(),
        "Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while right now it is Thu \
         Jan 01 00:05:00 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds."
    );
    bench.get(&next).expect("the new one lives on");
}

#[test]
fn after_an_uneven_split_each_child_gets_the_share_of_its_range() {
    let mut bench = Bench::quick(1);
    let new_starting_hash_key = crate::base::HashKey::new(u128::MAX / 4 + 1);
    bench
        .ask(Request::SplitShard(SplitShard::at(name(), ShardId(0), new_starting_hash_key)))
        .expect("an ACTIVE stream splits");
    bench.after(SimDuration::ZERO);
    let mut counts = [0u32; 3];
    for batch in 0..40 {
        bench.after(SimDuration::from_secs(1));
        let entries = (0..500).map(|n| entry(&key(&format!("key-{batch}-{n}")), 50)).collect();
        bench.put_all(entries).into_iter().flatten().for_each(|placed| counts[placed.shard.index()] += 1);
    }
    let share = f64::from(counts[1]) / 20_000.0;
    assert!((share - 0.25).abs() < 0.015, "a quarter of the range got {share}");
    assert_eq!(counts[1] + counts[2], 20_000);
}

#[test]
fn put_records_keeps_the_order_of_entries_and_goes_on_after_a_failed_one() {
    let mut bench = Bench::new(2);
    // Two keys, one for each shard.
    let (a, b) =
        (0..100).map(|n| key(&format!("k{n}"))).fold((None, None), |(a, b), k| match k.hash_key().get() < 1 << 127 {
            true => (a.or(Some(k)), b),
            false => (a, b.or(Some(k))),
        });
    let (a, b) = (a.expect("a key in the lower half"), b.expect("a key in the upper half"));
    let almost_all = (MIB - 100) as u32;
    let results = bench.put_all(vec![entry(&a, almost_all), entry(&a, 200), entry(&b, 200), entry(&a, 50)]);
    let shard = |at: usize| results[at].map(|placed| placed.shard);
    assert_eq!(shard(0), Ok(ShardId(0)));
    assert_eq!(shard(1), Err(PutFailure::ProvisionedThroughputExceeded { shard: ShardId(0) }));
    assert_eq!(shard(2), Ok(ShardId(1)));
    assert_eq!(shard(3), Ok(ShardId(0)), "what was refused took nothing from the bucket");
}

#[test]
fn a_refused_put_record_names_shard_stream_and_account() {
    let mut bench = Bench::new(1);
    bench.put("k", MIB as u32).expect("a full bucket");
    let error = bench.put("k", 100).expect_err("an empty one");
    assert_eq!(
        error.to_string(),
        "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."
    );
}

#[test]
fn sizes_and_counts_over_the_limits_are_refused_as_a_whole() {
    let mut bench = Bench::new(1);
    let too_large = bench.put("k", MIB as u32 + 1).expect_err("too large");
    assert!(matches!(&too_large, Error::Validation(text) if text.contains("Value at 'data' failed")), "{too_large}");
    let second = vec![entry(&key("k"), 10), entry(&key("k"), MIB as u32 + 1)];
    let too_large =
        bench.ask(Request::PutRecords(PutRecords { stream: name(), entries: second.into() })).expect_err("too large");
    let path = "Value at 'records.2.member.data' failed";
    assert!(matches!(&too_large, Error::Validation(text) if text.contains(path)), "{too_large}");
    let many = |count: usize, size| vec![entry(&key("k"), size); count];
    for entries in [many(0, 10), many(501, 10)] {
        assert_eq!(
            code(bench.ask(Request::PutRecords(PutRecords { stream: name(), entries: entries.into() }))),
            "ValidationException"
        );
    }
    let entries = many(11, MIB as u32);
    assert_eq!(
        code(bench.ask(Request::PutRecords(PutRecords { stream: name(), entries: entries.into() }))),
        "InvalidArgumentException"
    );
}
