//! Streams, records, reshards, pages, waiters and errors.

use std::collections::VecDeque;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::operation::get_records::GetRecordsError;
use aws_sdk_kinesis::primitives::{Blob, DateTime};
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ShardIteratorType, StreamStatus};

use crate::support::Endpoint;

/// The middle of the hash keys.
const MIDDLE: &str = "170141183460469231731687303715884105728";

async fn put(kinesis: &Client, stream: &str, data: &str) -> String {
    let put = kinesis.put_record().stream_name(stream).data(Blob::new(data)).partition_key(data).send().await;
    put.expect("the shard has room").sequence_number().to_owned()
}

async fn iterator(kinesis: &Client, stream: &str, shard: &str) -> String {
    let from = ShardIteratorType::TrimHorizon;
    let got = kinesis.get_shard_iterator().stream_name(stream).shard_id(shard).shard_iterator_type(from).send().await;
    got.expect("the shard is there").shard_iterator().expect("an iterator").to_owned()
}

/// All records of a stream that began with one shard, parents before children.
async fn read_through(endpoint: &Endpoint, kinesis: &Client, stream: &str) -> Vec<String> {
    let mut shards = VecDeque::from(["shardId-000000000000".to_owned()]);
    let (mut seen, mut records) = (Vec::new(), Vec::new());
    while let Some(shard) = shards.pop_front() {
        let mut next = Some(iterator(kinesis, stream, &shard).await);
        while let Some(iterator) = next {
            let got = kinesis.get_records().shard_iterator(iterator).send().await.expect("it lives");
            records.extend(got.records().iter().map(|r| String::from_utf8_lossy(r.data().as_ref()).into_owned()));
            let children = got.child_shards().iter().map(|child| child.shard_id().to_owned());
            shards.extend(children.filter(|child| !seen.contains(child)).collect::<Vec<_>>());
            seen.extend(shards.iter().cloned());
            next = got.next_shard_iterator.filter(|_| got.millis_behind_latest != Some(0));
            endpoint.settle();
        }
    }
    records
}

#[tokio::test]
async fn waiters_see_a_stream_come_and_go() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    use aws_sdk_kinesis::client::Waiters;
    kinesis.create_stream().stream_name("orders").shard_count(2).send().await.expect("created");
    let exists = kinesis.wait_until_stream_exists().stream_name("orders").wait(Duration::from_secs(60)).await;
    let described = exists.expect("it becomes ACTIVE").into_result().expect("an answer");
    let description = described.stream_description().expect("a description");
    assert_eq!((description.stream_status(), description.shards().len()), (&StreamStatus::Active, 2));
    kinesis.delete_stream().stream_name("orders").send().await.expect("deleted");
    let gone = kinesis.wait_until_stream_not_exists().stream_name("orders").wait(Duration::from_secs(60)).await;
    gone.expect("it goes");
}

#[tokio::test]
async fn records_go_in_and_come_out_with_what_they_were_given() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    endpoint.stream("orders", 1).await;
    let put = kinesis.put_record().stream_name("orders").data(Blob::new([0, 255])).partition_key("é").send().await;
    let first = put.expect("put");
    let entry = |key: &str| PutRecordsRequestEntry::builder().data(Blob::new(key)).partition_key(key).build();
    let entries = ["a", "b", "c"].map(|key| entry(key).expect("data and key"));
    let many =
        kinesis.put_records().stream_name("orders").set_records(Some(entries.to_vec())).send().await.expect("put");
    assert_eq!((many.failed_record_count(), many.records().len()), (Some(0), 3));

    let iterator = iterator(&kinesis, "orders", first.shard_id()).await;
    let got = kinesis.get_records().shard_iterator(iterator).limit(2).send().await.expect("read");
    let [record, _] = got.records() else { panic!("two records: {got:?}") };
    assert_eq!((record.data().as_ref(), record.partition_key()), (&[0, 255][..], Some("é")));
    assert_eq!(record.sequence_number(), first.sequence_number());
    assert!(record.approximate_arrival_timestamp().is_some_and(|at| *at > DateTime::from_secs(1_700_000_000)));
    let rest =
        kinesis.get_records().shard_iterator(got.next_shard_iterator().expect("open")).send().await.expect("read");
    assert_eq!((rest.records().len(), rest.millis_behind_latest()), (2, Some(0)));
}

#[tokio::test]
async fn a_stream_is_read_through_a_split_and_a_merge() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    endpoint.stream("orders", 1).await;
    put(&kinesis, "orders", "one").await;
    let split = kinesis.split_shard().stream_name("orders").shard_to_split("shardId-000000000000");
    split.new_starting_hash_key(MIDDLE).send().await.expect("split");
    endpoint.settle();
    put(&kinesis, "orders", "two").await;
    let merge = kinesis.merge_shards().stream_name("orders").shard_to_merge("shardId-000000000001");
    merge.adjacent_shard_to_merge("shardId-000000000002").send().await.expect("merged");
    endpoint.settle();
    put(&kinesis, "orders", "three").await;
    assert_eq!(read_through(&endpoint, &kinesis, "orders").await, ["one", "two", "three"]);

    let listed = kinesis.list_shards().stream_name("orders").send().await.expect("listed");
    let merged = listed.shards().last().expect("the last shard");
    assert_eq!(merged.parent_shard_id(), Some("shardId-000000000001"));
    assert_eq!(merged.adjacent_parent_shard_id(), Some("shardId-000000000002"));
    let closed = listed
        .shards()
        .iter()
        .filter(|s| s.sequence_number_range().is_some_and(|r| r.ending_sequence_number().is_some()));
    assert_eq!((listed.shards().len(), closed.count()), (4, 3));
}

#[tokio::test]
async fn lists_are_paged() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    let arn = endpoint.stream("a", 3).await;
    for name in ["b", "c"] {
        endpoint.stream(name, 1).await;
    }
    let pages = kinesis.list_streams().into_paginator().page_size(2).send();
    let pages: Vec<_> = pages.try_collect().await.expect("every page");
    assert_eq!(pages.iter().map(|page| page.stream_names().len()).collect::<Vec<_>>(), [2, 1]);
    for name in ["x", "y", "z"] {
        kinesis.register_stream_consumer().stream_arn(&arn).consumer_name(name).send().await.expect("registered");
    }
    let pages = kinesis.list_stream_consumers().stream_arn(&arn).into_paginator().page_size(2).send();
    let pages: Vec<_> = pages.try_collect().await.expect("every page");
    assert_eq!(pages.iter().map(|page| page.consumers().len()).collect::<Vec<_>>(), [2, 1]);
    let page = kinesis.list_shards().stream_name("a").max_results(2).send().await.expect("a page");
    let rest =
        kinesis.list_shards().next_token(page.next_token().expect("there is more")).send().await.expect("a page");
    assert_eq!((page.shards().len(), rest.shards().len(), rest.next_token()), (2, 1, None));
}

#[tokio::test]
async fn errors_are_of_the_type_that_the_model_names() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    endpoint.stream("orders", 1).await;
    let error = kinesis.describe_stream().stream_name("nowhere").send().await.expect_err("no such stream");
    assert!(error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()), "{error:?}");
    assert_eq!(error.message(), Some("Stream nowhere under account 000000000000 not found."));
    let error = kinesis.create_stream().stream_name("orders").shard_count(1).send().await.expect_err("it exists");
    assert!(error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()), "{error:?}");
    let error = kinesis.create_stream().stream_name("huge").shard_count(30_000).send().await.expect_err("too many");
    assert!(error.as_service_error().is_some_and(|e| e.is_limit_exceeded_exception()), "{error:?}");
    let error = kinesis.get_records().shard_iterator("AAAA").send().await.expect_err("no iterator");
    assert!(error.as_service_error().is_some_and(|e| e.is_invalid_argument_exception()), "{error:?}");
    let error = kinesis.split_shard().stream_name("orders").shard_to_split("shardId-000000000000");
    let error = error.new_starting_hash_key("0").send().await.expect_err("no hash key of its own for a child");
    assert!(error.as_service_error().is_some_and(|e| e.is_invalid_argument_exception()), "{error:?}");
    let error = kinesis.update_stream_mode().stream_arn("not an ARN").send().await.expect_err("two members are wrong");
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().is_some_and(|m| m.starts_with("2 validation errors detected: ")), "{error:?}");
    let dry = kinesis.put_record().stream_name("orders").data(Blob::new("x")).partition_key("k").dry_run(true);
    let error = dry.send().await.expect_err("only a probe");
    assert!(error.as_service_error().is_some_and(|e| e.is_dry_run_operation_exception()), "{error:?}");

    let iterator = iterator(&kinesis, "orders", "shardId-000000000000").await;
    endpoint.advance(Duration::from_secs(301));
    let error = kinesis.get_records().shard_iterator(iterator).send().await.expect_err("too late");
    assert!(matches!(error.as_service_error(), Some(GetRecordsError::ExpiredIteratorException(_))), "{error:?}");
}

#[tokio::test]
async fn a_hot_shard_throttles_until_a_retry_finds_room() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    endpoint.stream("orders", 1).await;
    let large = |kinesis: &Client| {
        kinesis.put_record().stream_name("orders").data(Blob::new(vec![0; 900_000])).partition_key("k").send()
    };
    large(&kinesis).await.expect("the first fits");
    let error = large(&kinesis).await.expect_err("the second does not");
    let error = error.into_service_error();
    assert!(error.is_provisioned_throughput_exceeded_exception(), "{error:?}");
    let patient = endpoint.config().to_builder().retry_config(RetryConfig::standard().with_max_attempts(6)).build();
    large(&Client::new(&patient)).await.expect("the SDK waits and tries again");
}
