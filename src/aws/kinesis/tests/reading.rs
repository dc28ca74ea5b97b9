//! Iterators and GetRecords.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::operations::{DeleteStream, GetRecords, PutRecord, SplitShard};
use crate::base::{HashKey, SequenceNumber};

fn numbers(output: &GetRecordsOutput) -> Vec<SequenceNumber> {
    output.records.iter().map(|record| record.sequence_number).collect()
}

/// One record a second, for five seconds.
fn five_records() -> (Bench, Vec<SequenceNumber>) {
    let mut bench = Bench::quick(1);
    for second in 0..5 {
        bench.at_ms(second * 1000);
        bench.put("k", 100).expect("put");
    }
    bench.at_ms(10_000);
    let all = numbers(&bench.read(0, IteratorPosition::TrimHorizon));
    assert_eq!(all.len(), 5);
    (bench, all)
}

#[test]
fn each_iterator_type_begins_where_it_says() {
    let (mut bench, all) = five_records();
    let epoch = Settings::default().epoch_unix_ms;
    for (position, expected) in [
        (IteratorPosition::AtSequenceNumber(all[2]), 2),
        (IteratorPosition::AfterSequenceNumber(all[2]), 3),
        (IteratorPosition::AtTimestamp(epoch + 1000), 1),
        (IteratorPosition::AtTimestamp(epoch + 1001), 2),
        (IteratorPosition::AtTimestamp(epoch - 99_000), 0),
        (IteratorPosition::Latest, 5),
        (IteratorPosition::TrimHorizon, 0),
    ] {
        bench.after(SimDuration::from_secs(1));
        assert_eq!(numbers(&bench.read(0, position)), all[expected..], "{position:?}");
    }
    let future = IteratorPosition::AtTimestamp(epoch + 3_600_000);
    assert_eq!(code(bench.iterator(0, future)), "InvalidArgumentException");
}

#[test]
fn a_sequence_number_of_another_shard_or_stream_is_refused_and_a_trimmed_one_falls_forward() {
    let (mut bench, all) = five_records();
    let other_shard = SequenceNumber::new(ShardId(1), all[0].shard_created_unix_s(), 1, all[0].time_unix_s());
    let other_stream = SequenceNumber::new(ShardId(0), all[0].shard_created_unix_s() - 1, 1, all[0].time_unix_s());
    for number in [other_shard, other_stream] {
        assert_eq!(code(bench.iterator(0, IteratorPosition::AtSequenceNumber(number))), "InvalidArgumentException");
    }
    bench.now = SimTime::from_secs(24 * 3600 + 2);
    assert_eq!(numbers(&bench.read(0, IteratorPosition::AtSequenceNumber(all[0]))), all[3..]);
}

#[test]
fn behind_latest_is_the_age_of_the_next_unread_record() {
    let (mut bench, _) = five_records();
    let iterator = bench.iterator(0, IteratorPosition::TrimHorizon).expect("an iterator");
    let output = match bench.ask(Request::GetRecords(GetRecords { iterator, limit: Some(2) })) {
        Ok(Response::Records(output)) => output,
        other => panic!("{other:?}"),
    };
    assert_eq!(output.millis_behind_latest, 8000, "the third record is eight seconds old");
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).millis_behind_latest, 0);
}

#[test]
fn the_end_of_a_closed_shard_has_no_next_iterator_and_names_the_children() {
    let (mut bench, _) = five_records();
    let new_starting_hash_key = HashKey::new(1 << 100);
    bench.ask(Request::SplitShard(SplitShard::at(name(), ShardId(0), new_starting_hash_key))).expect("split");
    bench.after(SimDuration::from_secs(1));
    let iterator = bench.iterator(0, IteratorPosition::TrimHorizon).expect("closed shards are readable");
    let part = match bench.ask(Request::GetRecords(GetRecords { iterator, limit: Some(4) })) {
        Ok(Response::Records(output)) => output,
        other => panic!("{other:?}"),
    };
    assert!(part.next.is_some() && part.child_shards.is_empty(), "not everything was read yet");
    let end = bench.get(&part.next.expect("next")).expect("the rest");
    assert_eq!((end.records.len(), end.next), (1, None));
    let children: Vec<_> = end.child_shards.iter().map(|child| (child.id.0, child.parents.clone())).collect();
    assert_eq!(children, [(1, vec![ShardId(0)]), (2, vec![ShardId(0)])]);
    let latest = bench.read(0, IteratorPosition::Latest);
    assert!(latest.records.is_empty() && latest.next.is_none(), "LATEST of a closed shard is its end");
}

#[test]
fn an_iterator_of_an_earlier_stream_of_the_same_name_is_refused() {
    let mut bench = Bench::quick(1);
    let iterator = bench.iterator(0, IteratorPosition::Latest).expect("an iterator");
    bench.ask(Request::DeleteStream(DeleteStream { stream: name(), with_consumers: false })).expect("deleted");
    bench.after(SimDuration::from_secs(1));
    bench.ask(create(name(), 1)).expect("created again");
    bench.after(SimDuration::from_secs(1));
    assert_eq!(code(bench.get(&iterator)), "InvalidArgumentException");
}

#[test]
fn sequence_number_for_ordering_makes_the_next_number_greater() {
    let mut bench = Bench::new(10);
    let placed = |reply| match reply {
        Ok(Response::RecordPut { placed, .. }) => placed.sequence_number,
        other => panic!("{other:?}"),
    };
    // Many puts to other groups of shards leave this key's group behind.
    let first = placed(bench.put("a", 20));
    let far = SequenceNumber::new(first.shard(), first.shard_created_unix_s(), 5_000, first.time_unix_s());
    let entry = entry(&key("a"), 20);
    let request = Request::PutRecord(PutRecord { stream: name(), entry, sequence_number_for_ordering: Some(far) });
    assert!(placed(bench.ask(request)) > far);
    assert!(placed(bench.put("a", 20)) > far);
}

#[test]
fn a_record_is_invisible_for_the_visibility_lag() {
    let settings = Settings { visibility_lag: SimDuration::from_millis(70), ..Settings::default() };
    let mut bench = Bench::with(1, settings);
    bench.put("k", 100).expect("put");
    bench.at_ms(69);
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 0);
    bench.at_ms(70);
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 1);
}

#[test]
fn injected_faults_hit_their_target_only() {
    use crate::aws::kinesis::api::FaultTarget;
    let mut bench = Bench::new(2);
    let target = FaultTarget { shard: Some(ShardId(0)), ..FaultTarget::default() };
    bench.inject(1, Fault::Throttle { target: target.clone(), rate: 1.0 });
    let results = bench.put_all((0..40).map(|n| entry(&key(&format!("k{n}")), 20)).collect());
    assert!(results.iter().all(|r| matches!(
        r,
        Err(PutFailure::ProvisionedThroughputExceeded { shard: ShardId(0) })
            | Ok(super::super::api::Placed { shard: ShardId(1), .. })
    )));
    bench.heal(1);
    bench.inject(2, Fault::ExpireIterators { target, rate: 1.0 });
    let (hit, spared) = (bench.iterator(0, IteratorPosition::Latest), bench.iterator(1, IteratorPosition::Latest));
    assert_eq!(code(bench.get(&hit.expect("an iterator"))), "ExpiredIteratorException");
    bench.get(&spared.expect("an iterator")).expect("another shard");
}

#[test]
fn more_records_than_ten_thousand_are_an_invalid_argument() {
    let mut bench = Bench::quick(1);
    let iterator = bench.iterator(0, IteratorPosition::TrimHorizon).expect("an iterator");
    let ask = |limit| Request::GetRecords(GetRecords { iterator: iterator.clone(), limit: Some(limit) });
    bench.ask(ask(10_000)).expect("records");
    assert_eq!(code(bench.ask(ask(10_001))), "InvalidArgumentException");
}
