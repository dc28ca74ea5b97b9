//! States, durations, quotas, retention and encryption.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{KmsKeyState, StreamStatus};
use crate::aws::kinesis::operations::row::Row;
use crate::aws::kinesis::operations::{
    DecreaseStreamRetentionPeriod, DeleteStream, DescribeStreamSummary, IncreaseStreamRetentionPeriod, ListStreams,
    MergeShards, PutRecord, SplitShard, StartStreamEncryption, StopStreamEncryption, UpdateShardCount,
};
use crate::aws::kinesis::operations::{DescribeStream, DryRun, Refused};
use crate::base::HashKey;

fn status(bench: &mut Bench, stream: &StreamName) -> StreamStatus {
    match bench.ask(Request::DescribeStreamSummary(DescribeStreamSummary { stream: stream.clone() })) {
        Ok(Response::StreamSummary(summary)) => summary.status,
        other => panic!("{other:?}"),
    }
}

fn split(shard: u32, at: u128) -> Request {
    Request::SplitShard(SplitShard::at(name(), ShardId(shard), HashKey::new(at)))
}

#[test]
fn a_stream_is_created_in_10_to_30_seconds_and_has_no_shards_before() {
    let mut bench = Bench::new(1);
    let stream: StreamName = "t".parse().expect("a name");
    bench.ask(create(stream.clone(), 2)).expect("created");
    assert_eq!(code(bench.ask(create(stream.clone(), 2))), "ResourceInUseException");
    bench.at_ms(9_999);
    assert_eq!(status(&mut bench, &stream), StreamStatus::Creating);
    let put = Request::PutRecord(PutRecord {
        stream: stream.clone(),
        entry: entry(&key("k"), 9),
        sequence_number_for_ordering: None,
    });
    assert_eq!(code(bench.ask(put.clone())), "ResourceNotFoundException");
    bench.at_ms(30_000);
    assert_eq!(status(&mut bench, &stream), StreamStatus::Active);
    bench.ask(put).expect("it serves");
    bench.ask(Request::DeleteStream(DeleteStream { stream: stream.clone(), with_consumers: false })).expect("deleting");
    bench
        .ask(Request::DeleteStream(DeleteStream { stream: stream.clone(), with_consumers: false }))
        .expect("deleting already");
    bench.at_ms(61_000);
    assert_eq!(
        code(bench.ask(Request::DescribeStreamSummary(DescribeStreamSummary { stream }))),
        "ResourceNotFoundException"
    );
}

#[test]
fn a_structural_change_refuses_another_while_reads_and_writes_go_on() {
    let mut bench = Bench::new(2);
    bench.ask(split(0, 1 << 100)).expect("splitting");
    assert_eq!(code(bench.ask(split(1, 3 << 126))), "ResourceInUseException");
    bench.put("k", 50).expect("writes go on");
    bench.at_ms(40_000);
    assert_eq!(bench.open().len(), 3);
    let parent = &bench.listed()[0];
    assert!(parent.ending_sequence_number.is_some_and(|n| n.index() == crate::base::SequenceNumber::INDEX_MAX));
}

#[test]
fn splits_and_merges_obey_their_rules() {
    let mut bench = Bench::quick(3);
    let first = bench.open()[0].range;
    for bad in [first.start.get(), first.start.get() + 1, first.end.get(), first.end.get() + 5] {
        assert_eq!(code(bench.ask(split(0, bad))), "InvalidArgumentException", "{bad}");
    }
    let merge = |a, b| Request::MergeShards(MergeShards { stream: name(), shard: ShardId(a), adjacent: ShardId(b) });
    for (a, b) in [(0, 2), (1, 0), (0, 0)] {
        assert_eq!(code(bench.ask(merge(a, b))), "InvalidArgumentException", "{a} and {b}");
    }
    assert_eq!(code(bench.ask(merge(0, 7))), "ResourceNotFoundException");
    bench.ask(merge(0, 1)).expect("neighbours merge");
    bench.after(SimDuration::ZERO);
    let child = bench.open().into_iter().find(|shard| shard.id == ShardId(3)).expect("the child");
    assert_eq!((child.parent, child.adjacent_parent), (Some(ShardId(0)), Some(ShardId(1))));
    assert_eq!(code(bench.ask(split(0, 1 << 90))), "InvalidArgumentException", "a closed shard");
}

#[test]
fn update_shard_count_goes_up_to_double_and_down_to_half_ten_times_a_day() {
    let mut bench = Bench::quick(4);
    let update = |target| Request::UpdateShardCount(UpdateShardCount { stream: name(), target });
    for (target, bound) in [(1, "down below half"), (9, "up over double")] {
        let text = format!(
            "UpdateShardCount cannot scale {bound} your current open shard count. Current open shard count: 4 Target \
             shard count: {target} "
        );
        assert_eq!(bench.ask(update(target)).expect_err("refused"), Error::LimitExceeded(text.into()));
    }
    for n in 0..10 {
        bench.ask(update(if n % 2 == 0 { 8 } else { 4 })).expect("within the day's ten");
        bench.after(SimDuration::from_secs(60));
    }
    assert_eq!(code(bench.ask(update(8))), "LimitExceededException");
    bench.after(SimDuration::from_hours(24));
    bench.ask(update(8)).expect("another day");
}

#[test]
fn the_accounts_shard_limit_holds() {
    let mut bench = Bench::with(3, Settings { shard_limit: 4, ..Settings::default() });
    let stream: StreamName = "t".parse().expect("a name");
    let create = |shard_count| create(stream.clone(), shard_count);
    assert_eq!(code(bench.ask(create(2))), "LimitExceededException");
    bench.ask(create(1)).expect("the last one");
    assert_eq!(code(bench.ask(split(0, 1 << 100))), "LimitExceededException");
}

#[test]
fn control_plane_calls_over_their_quota_are_refused() {
    let mut bench = Bench::new(1);
    let mut list =
        || bench.ask(Request::ListStreams(ListStreams { exclusive_start: None, next_token: None, limit: None }));
    for _ in 0..5 {
        list().expect("five a second");
    }
    assert_eq!(code(list()), "LimitExceededException");
}

#[test]
fn longer_retention_does_not_resurrect_and_shorter_trims_at_once() {
    let mut bench = Bench::quick(1);
    let hour = SimDuration::from_hours(1);
    bench.put("k", 100).expect("put");
    bench.after(hour * 24);
    let increase =
        |hours| Request::IncreaseStreamRetentionPeriod(IncreaseStreamRetentionPeriod { stream: name(), hours });
    bench.ask(increase(48)).expect("longer");
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 0, "it was gone already");
    bench.put("k", 100).expect("put");
    bench.after(hour * 30);
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 1);
    bench
        .ask(Request::DecreaseStreamRetentionPeriod(DecreaseStreamRetentionPeriod { stream: name(), hours: 24 }))
        .expect("shorter");
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 0);
    assert_eq!(code(bench.ask(increase(8761))), "InvalidArgumentException");
    let decrease = Request::DecreaseStreamRetentionPeriod(DecreaseStreamRetentionPeriod { stream: name(), hours: 23 });
    assert_eq!(code(bench.ask(decrease)), "InvalidArgumentException");
}

#[test]
fn a_closed_shard_is_readable_until_retention_passes_and_then_expires() {
    let mut bench = Bench::quick(1);
    bench.put("k", 100).expect("put");
    bench.ask(split(0, 1 << 100)).expect("split");
    bench.after(SimDuration::from_hours(23));
    assert_eq!(bench.read(0, IteratorPosition::TrimHorizon).records.len(), 1);
    assert_eq!(bench.listed().len(), 3);
    bench.after(SimDuration::from_hours(1));
    assert_eq!(bench.listed().len(), 2);
    assert_eq!(code(bench.iterator(0, IteratorPosition::TrimHorizon)), "ResourceNotFoundException");
    assert!(bench.events.iter().any(|event| matches!(event, Event::ShardExpired { shard: ShardId(0), .. })));
}

#[test]
fn every_state_of_the_key_has_its_error_and_enabling_gives_everything_back() {
    let mut bench = Bench::quick(1);
    bench.put("k", 100).expect("before encryption");
    let key_id: Box<str> = "alias/orders".into();
    bench
        .ask(Request::StartStreamEncryption(StartStreamEncryption { stream: name(), key_id: key_id.clone() }))
        .expect("encrypting");
    bench.after(SimDuration::ZERO);
    match bench.put("k", 100) {
        Ok(Response::RecordPut { is_encrypted, .. }) => assert!(is_encrypted),
        other => panic!("{other:?}"),
    }
    for (id, (state, expected)) in [
        (KmsKeyState::Disabled, "KMSDisabledException"),
        (KmsKeyState::PendingDeletion, "KMSInvalidStateException"),
        (KmsKeyState::Deleted, "KMSNotFoundException"),
        (KmsKeyState::AccessDenied, "KMSAccessDeniedException"),
        (KmsKeyState::Throttled, "KMSThrottlingException"),
        (KmsKeyState::OptInRequired, "KMSOptInRequired"),
    ]
    .into_iter()
    .enumerate()
    {
        bench.after(SimDuration::from_secs(1));
        let iterator = bench.iterator(0, IteratorPosition::TrimHorizon).expect("iterators need no key");
        bench.inject(id as u32, Fault::KmsKey { state });
        assert_eq!(code(bench.put("k", 100)), expected);
        assert_eq!(code(bench.get(&iterator)), expected);
        bench.heal(id as u32);
        assert_eq!(bench.get(&iterator).expect("the key is back").records.len(), 2);
    }
    bench.inject(9, Fault::KmsKey { state: KmsKeyState::Disabled });
    bench
        .ask(Request::StopStreamEncryption(StopStreamEncryption { stream: name(), key_id }))
        .expect("stopping needs no key");
    bench.after(SimDuration::ZERO);
    bench.put("k", 100).expect("no key is asked for any more");
}

#[test]
fn encryption_may_be_started_25_times_a_day() {
    let mut bench = Bench::quick(1);
    let start = Request::StartStreamEncryption(StartStreamEncryption { stream: name(), key_id: "k".into() });
    for _ in 0..25 {
        bench.ask(start.clone()).expect("within the day's 25");
        bench.after(SimDuration::from_secs(1));
    }
    assert_eq!(code(bench.ask(start)), "LimitExceededException");
}

#[test]
fn a_dry_run_needs_its_stream() {
    let mut bench = Bench::new(1);
    let ask = |stream: &str| {
        Request::DryRun(DryRun { operation: PutRecord::OPERATION, stream: stream.parse().expect("a name") })
    };
    assert_eq!(bench.ask(ask("s")).err(), Some(Error::DryRunOperation));
    assert_eq!(code(bench.ask(ask("nope"))), "ResourceNotFoundException");
    bench.ask(create("new".parse().expect("a name"), 1)).expect("creating");
    assert_eq!(code(bench.ask(ask("new"))), "ResourceNotFoundException", "it does not serve yet");
}

fn describe(bench: &mut Bench, stream: &StreamName) -> Result<(StreamStatus, usize), Error> {
    let ask = DescribeStream { stream: stream.clone(), exclusive_start: None, limit: None };
    match bench.ask(Request::DescribeStream(ask))? {
        Response::StreamDescription(of) => Ok((of.summary.status, of.shards.len())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stream_that_is_not_told_its_shards_has_four() {
    let mut bench = Bench::quick(1);
    let stream: StreamName = "t".parse().expect("a name");
    let request = CreateStream { shard_count: None, ..CreateStream::provisioned(stream.clone(), 1) };
    bench.ask(Request::CreateStream(Box::new(request))).expect("created");
    assert_eq!(describe(&mut bench, &stream), Ok((StreamStatus::Active, 4)));
}

#[test]
fn a_stream_may_be_deleted_while_it_is_created_and_shows_no_shards_then() {
    let mut bench = Bench::new(1);
    let stream: StreamName = "t".parse().expect("a name");
    bench.ask(create(stream.clone(), 2)).expect("creating");
    let delete =
        |stream: &StreamName| Request::DeleteStream(DeleteStream { stream: stream.clone(), with_consumers: false });
    bench.ask(delete(&stream)).expect("deleting");
    assert_eq!(describe(&mut bench, &stream), Ok((StreamStatus::Deleting, 0)));
    bench.at_ms(31_000);
    assert_eq!(code(describe(&mut bench, &stream)), "ResourceNotFoundException");
    bench.put("k", 100).expect("it serves");
    bench.ask(delete(&name())).expect("deleting");
    assert_eq!(describe(&mut bench, &name()), Ok((StreamStatus::Deleting, 0)));
    assert_eq!(
        bench.put("k", 100).expect_err("it serves no more").to_string(),
        "Stream s under account 000000000000 not found."
    );
    assert_eq!(
        bench.iterator(0, IteratorPosition::Latest).expect_err("nor is it read").to_string(),
        "Shard shardId-000000000000 in stream s under account 000000000000 does not exist"
    );
}

#[test]
fn retention_out_of_range_or_on_the_wrong_side_is_told() {
    let mut bench = Bench::quick(1);
    let mut ask = |is_longer: bool, hours| {
        let request = match is_longer {
            true => Request::IncreaseStreamRetentionPeriod(IncreaseStreamRetentionPeriod { stream: name(), hours }),
            false => Request::DecreaseStreamRetentionPeriod(DecreaseStreamRetentionPeriod { stream: name(), hours }),
        };
        bench.ask(request).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!((ask(true, 24), ask(false, 24), ask(true, 48)), (String::new(), String::new(), String::new()));
    for (is_longer, hours, text) in [
        (true, 23, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."),
        (
            false,
            8761,
            "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.",
        ),
        (
            true,
            47,
            "Requested retention period (47 hours) for stream s can not be shorter than existing retention period (48 \
             hours). Use DecreaseRetentionPeriod API.",
        ),
        (
            false,
            49,
            "Requested retention period (49 hours) for stream s can not be longer than existing retention period (48 \
             hours). Use IncreaseRetentionPeriod API.",
        ),
    ] {
        assert_eq!(ask(is_longer, hours), text);
    }
}

#[test]
fn a_stream_is_encrypted_only_with_a_key_that_exists() {
    let settings =
        Settings { kms_keys: Some(vec!["alias/orders".into()]), transitions: quick(), ..Settings::default() };
    let mut bench = Bench::with(1, settings);
    let mut start = |key_id: &str| {
        let request = StartStreamEncryption { stream: name(), key_id: key_id.into() };
        let told = bench.ask(Request::StartStreamEncryption(request)).map_or_else(|e| e.to_string(), |_| String::new());
        bench.after(SimDuration::from_secs(1));
        told
    };
    assert_eq!(start("nope"), "Invalid keyId nope");
    assert_eq!(
        start("arn:aws:kms:us-east-1:000000000000:key/x"),
        "Key 'arn:aws:kms:us-east-1:000000000000:key/x' does not exist"
    );
    assert_eq!((start("alias/orders"), start("alias/aws/kinesis")), (String::new(), String::new()));
}

#[test]
fn a_key_is_the_same_by_its_id_its_alias_and_their_arns() {
    let settings =
        Settings { kms_keys: Some(vec!["alias/orders=1234-abcd".into()]), transitions: quick(), ..Settings::default() };
    let arn = |region: &str, of: &str| format!("arn:aws:kms:{region}:000000000000:{of}");
    let here = "us-east-1";
    let names =
        ["1234-abcd".to_owned(), "alias/orders".to_owned(), arn(here, "key/1234-abcd"), arn(here, "alias/orders")];
    for start in &names {
        for stop in &names {
            let mut bench = Bench::with(1, settings.clone());
            let begin = StartStreamEncryption { stream: name(), key_id: start.as_str().into() };
            bench.ask(Request::StartStreamEncryption(begin)).expect("it begins");
            bench.after(SimDuration::from_secs(1));
            let stop = StopStreamEncryption { stream: name(), key_id: stop.as_str().into() };
            bench.ask(Request::StopStreamEncryption(stop)).expect("it is the same key");
        }
    }
    let mut bench = Bench::with(1, settings);
    for other in [arn("eu-west-1", "key/1234-abcd"), arn("eu-west-1", "alias/aws/kinesis")] {
        let start = StartStreamEncryption { stream: name(), key_id: other.as_str().into() };
        let told = bench.ask(Request::StartStreamEncryption(start)).expect_err("a key of another region").to_string();
        assert_eq!(told, format!("Key '{other}' does not exist"));
    }
}

#[test]
fn an_invalid_argument_is_told_after_its_stream_was_looked_for() {
    let mut bench = Bench::new(1);
    let mut ask = |stream: &str, shard| {
        let refused = Refused {
            operation: GetShardIterator::OPERATION,
            stream: stream.parse().expect("a name"),
            shard,
            problem: "wrong".into(),
        };
        bench.ask(Request::Refused(refused)).expect_err("refused").to_string()
    };
    assert_eq!(ask("s", Some(ShardId(0))), "wrong");
    assert_eq!(ask("nope", None), "Stream nope under account 000000000000 not found.");
    assert_eq!(
        ask("s", Some(ShardId(7))),
        "Shard shardId-000000000007 in stream s under account 000000000000 does not exist"
    );
}
