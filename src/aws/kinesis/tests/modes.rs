//! Stream modes, record sizes and distribution, and how on-demand streams scale.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{RecordDistributionStrategy, StreamMode, StreamStatus, StreamSummary};
use crate::aws::kinesis::operations::{
    DescribeStreamSummary, PutRecord, UpdateAccountSettings, UpdateMaxRecordSize, UpdateShardCount, UpdateStreamMode,
    UpdateStreamRecordDistributionStrategy, UpdateStreamWarmThroughput,
};
use crate::base::HashKey;
use crate::base::event::RoutedBy;

fn on_demand() -> Bench {
    let mut bench = Bench::quick(1);
    bench
        .ask(Request::UpdateStreamMode(UpdateStreamMode {
            stream: name(),
            mode: StreamMode::OnDemand,
            warm_throughput_mibps: None,
        }))
        .expect("on demand");
    bench.after(SimDuration::from_millis(1));
    bench
}

fn summary(bench: &mut Bench) -> StreamSummary {
    match bench.ask(Request::DescribeStreamSummary(DescribeStreamSummary { stream: name() })) {
        Ok(Response::StreamSummary(summary)) => summary,
        other => panic!("{other:?}"),
    }
}

/// Ten minutes of one key at 700 records and 700 KB a second: under the shard's limits, over what on-demand splits at.
fn load(bench: &mut Bench, keys: &[&str]) {
    for _ in 0..600 {
        let entries = (0..700).map(|n| entry(&key(keys[n % keys.len()]), 1000));
        let (first, second): (Vec<_>, Vec<_>) = entries.enumerate().partition(|(n, _)| *n < 350);
        for half in [first, second] {
            bench.put_all(half.into_iter().map(|(_, entry)| entry).collect());
        }
        bench.after(SimDuration::from_secs(1));
    }
}

#[test]
fn a_new_on_demand_stream_has_four_shards() {
    let mut bench = Bench::quick(1);
    let stream: StreamName = "t".parse().expect("a name");
    let mut request = CreateStream::provisioned(stream.clone(), 1);
    request.mode = StreamMode::OnDemand;
    assert_eq!(code(bench.ask(Request::CreateStream(Box::new(request.clone())))), "InvalidArgumentException");
    request.shard_count = None;
    bench.ask(Request::CreateStream(Box::new(request))).expect("created");
    match bench.ask(Request::DescribeStreamSummary(DescribeStreamSummary { stream })) {
        Ok(Response::StreamSummary(summary)) => {
            assert_eq!((summary.open_shard_count, summary.mode), (4, StreamMode::OnDemand));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn on_demand_splits_a_busy_shard_but_cannot_isolate_a_hot_key() {
    let mut bench = on_demand();
    load(&mut bench, &["a", "b", "c", "d"]);
    let open = bench.open().len();
    assert!(open >= 2, "{open} shards");
    let mut bench = on_demand();
    load(&mut bench, &["hot"]);
    let results = bench.put_all((0..500).map(|_| entry(&key("hot"), 1000)).collect());
    let more = bench.put_all((0..500).map(|_| entry(&key("hot"), 1000)).collect());
    let more = more.into_iter().chain(bench.put_all((0..200).map(|_| entry(&key("hot"), 1000)).collect()));
    assert!(results.iter().all(Result::is_ok));
    assert!(more.into_iter().any(|result| result.is_err()), "one key stays bound to one shard's limits");
    assert!(bench.open().len() >= 2);
}

#[test]
fn shards_of_an_on_demand_stream_are_not_the_users() {
    let mut bench = on_demand();
    assert_eq!(
        code(bench.ask(Request::UpdateShardCount(UpdateShardCount { stream: name(), target: 2 }))),
        "ValidationException"
    );
}

#[test]
fn a_stream_changes_its_mode_twice_a_day_at_most() {
    let mut bench = on_demand();
    let to = |mode| Request::UpdateStreamMode(UpdateStreamMode { stream: name(), mode, warm_throughput_mibps: None });
    assert_eq!(code(bench.ask(to(StreamMode::OnDemand))), "InvalidArgumentException");
    bench.ask(to(StreamMode::Provisioned)).expect("back");
    bench.after(SimDuration::from_millis(1));
    assert_eq!(code(bench.ask(to(StreamMode::OnDemand))), "LimitExceededException");
    bench.after(SimDuration::from_hours(24));
    bench.ask(to(StreamMode::OnDemand)).expect("on the next day");
}

#[test]
fn records_of_ten_mebibytes_need_the_stream_to_be_set_so() {
    let mut bench = Bench::quick(1);
    let large = 10 * 1024 * 1024;
    assert_eq!(code(bench.put("k", 1024 * 1024 + 1)), "ValidationException");
    assert_eq!(
        code(bench.ask(Request::UpdateMaxRecordSize(UpdateMaxRecordSize { stream: name(), kib: 10_241 }))),
        "ValidationException"
    );
    bench.ask(Request::UpdateMaxRecordSize(UpdateMaxRecordSize { stream: name(), kib: 10_240 })).expect("updating");
    // The tank has what the stream had before; it fills at 1 MiB/s.
    assert_eq!(code(bench.put("k", large)), "ProvisionedThroughputExceededException");
    bench.after(SimDuration::from_secs(9));
    bench.put("k", large).expect("taken from a full tank");
    assert_eq!(code(bench.put("k", 1000)), "ProvisionedThroughputExceededException");
    bench.after(SimDuration::from_secs(1));
    bench.put("k", 1000).expect("the shard's rate is what it was");
}

#[test]
fn auto_spreads_records_whatever_their_keys() {
    let mut bench = on_demand();
    let auto = Request::UpdateStreamRecordDistributionStrategy(UpdateStreamRecordDistributionStrategy {
        stream: name(),
        strategy: RecordDistributionStrategy::Auto,
    });
    let no_key = PutEntry { partition_key: PartitionKey::absent(), ..entry(&key("k"), 100) };
    let put =
        |entry: PutEntry| Request::PutRecord(PutRecord { stream: name(), entry, sequence_number_for_ordering: None });
    assert_eq!(code(bench.ask(put(no_key.clone()))), "InvalidArgumentException");
    load(&mut bench, &["a", "b", "c", "d"]);
    bench.ask(auto).expect("auto");
    bench.after(SimDuration::from_secs(5));
    let mut of_shards = std::collections::BTreeMap::new();
    for result in bench.put_all(vec![no_key; 400]) {
        *of_shards.entry(result.expect("placed").shard).or_insert(0) += 1;
    }
    let shards = bench.open().len();
    assert_eq!(of_shards.len(), shards);
    assert!(of_shards.values().all(|records| *records < 2 * 400 / shards), "{of_shards:?}");
    let provisioned = Request::UpdateStreamRecordDistributionStrategy(UpdateStreamRecordDistributionStrategy {
        stream: name(),
        strategy: RecordDistributionStrategy::Auto,
    });
    assert_eq!(code(Bench::quick(1).ask(provisioned)), "InvalidArgumentException");
}

/// Every accepted record lies in its shard's range by the hash key that its event names.
fn routed_within_their_shards(bench: &Bench) -> Vec<RoutedBy> {
    let mut ranges = std::collections::BTreeMap::new();
    let mut routed = Vec::new();
    for event in &bench.events {
        match event {
            Event::ShardOpened { shard, range, .. } => drop(ranges.insert(*shard, *range)),
            Event::RecordAccepted { shard, key, routed_by, .. } => {
                assert!(ranges[shard].contains(routed_by.hash_key(key)), "{event:?}");
                routed.push(routed_by.clone());
            }
            _ => {}
        }
    }
    routed
}

#[test]
fn events_name_the_hash_key_that_chose_the_shard_where_it_is_not_the_partition_keys() {
    let mut bench = Bench::quick(4);
    let explicit = Box::new(HashKey::MAX);
    let last = PutEntry { explicit_hash_key: Some(explicit.clone()), ..entry(&key("k"), 100) };
    bench.put_all(vec![entry(&key("k"), 100), last]);
    assert_eq!(routed_within_their_shards(&bench), [RoutedBy::PartitionKey, RoutedBy::HashKey(explicit)]);

    let mut bench = on_demand();
    let strategy = RecordDistributionStrategy::Auto;
    let auto = UpdateStreamRecordDistributionStrategy { stream: name(), strategy };
    bench.ask(Request::UpdateStreamRecordDistributionStrategy(auto)).expect("auto");
    bench.after(SimDuration::from_secs(5));
    bench.put_all(vec![entry(&key("k"), 100); 40]);
    let routed = routed_within_their_shards(&bench);
    assert!(routed.len() == 40 && routed.iter().all(|by| matches!(by, RoutedBy::HashKey(_))), "{routed:?}");
}

#[test]
fn warm_throughput_needs_the_commitment_and_gives_shards() {
    let mut bench = on_demand();
    let warm = |mibps| Request::UpdateStreamWarmThroughput(UpdateStreamWarmThroughput { stream: name(), mibps });
    assert_eq!(code(bench.ask(warm(8))), "ValidationException");
    bench.ask(Request::UpdateAccountSettings(UpdateAccountSettings { commitment: true })).expect("committed");
    bench.ask(warm(8)).expect("warming");
    bench.after(SimDuration::from_millis(1));
    assert_eq!(summary(&mut bench).open_shard_count, 8);
    bench.after(SimDuration::from_hours(1));
    let leave = Request::UpdateAccountSettings(UpdateAccountSettings { commitment: false });
    assert_eq!(code(bench.ask(leave.clone())), "ValidationException", "the commitment holds for a day");
    bench.after(SimDuration::from_hours(23));
    assert_eq!(code(bench.ask(leave.clone())), "ValidationException", "warm throughput is to be released first");
    bench.ask(warm(0)).expect("released");
    bench.after(SimDuration::from_millis(1));
    bench.ask(leave).expect("left");
    assert_eq!(summary(&mut bench).open_shard_count, 8, "shards stay");
}

#[test]
fn structural_changes_take_their_time() {
    let mut bench = Bench::new(1);
    bench.ask(Request::UpdateMaxRecordSize(UpdateMaxRecordSize { stream: name(), kib: 2048 })).expect("updating");
    assert_eq!(summary(&mut bench).status, StreamStatus::Updating);
    assert_eq!(
        code(bench.ask(Request::UpdateMaxRecordSize(UpdateMaxRecordSize { stream: name(), kib: 4096 }))),
        "ResourceInUseException"
    );
    bench.after(SimDuration::from_secs(30));
    let now = summary(&mut bench);
    assert_eq!((now.status, now.max_record_size_kib), (StreamStatus::Active, 2048));
}
