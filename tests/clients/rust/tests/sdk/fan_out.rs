//! Enhanced fan-out: registered consumers, and SubscribeToShard over event streams.

use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::operation::subscribe_to_shard::SubscribeToShardError;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::primitives::event_stream::EventReceiver;
use aws_sdk_kinesis::types::error::SubscribeToShardEventStreamError;
use aws_sdk_kinesis::types::{
    ConsumerStatus, ShardIteratorType, StartingPosition, SubscribeToShardEvent, SubscribeToShardEventStream,
};

use crate::support::Endpoint;

const MIDDLE: &str = "170141183460469231731687303715884105728";
const FIRST: &str = "shardId-000000000000";

type Events = EventReceiver<SubscribeToShardEventStream, SubscribeToShardEventStreamError>;

async fn consumer(endpoint: &Endpoint, kinesis: &Client, stream_arn: &str) -> String {
    let registered = kinesis.register_stream_consumer().stream_arn(stream_arn).consumer_name("c").send().await;
    let arn = registered.expect("registered").consumer().expect("a consumer").consumer_arn().to_owned();
    endpoint.settle();
    let described = kinesis.describe_stream_consumer().consumer_arn(&arn).send().await.expect("described");
    let status = described.consumer_description().map(|consumer| consumer.consumer_status().clone());
    assert_eq!(status, Some(ConsumerStatus::Active));
    arn
}

async fn put(kinesis: &Client, data: &str) {
    let put = kinesis.put_record().stream_name("orders").data(Blob::new(data)).partition_key("k").send().await;
    put.expect("the shard has room");
}

async fn subscribe(
    kinesis: &Client,
    consumer: &str,
    shard: &str,
    from: StartingPosition,
) -> Result<Events, SubscribeToShardError> {
    let subscribed = kinesis.subscribe_to_shard().consumer_arn(consumer).shard_id(shard).starting_position(from).send();
    subscribed.await.map(|subscribed| subscribed.event_stream).map_err(|error| error.into_service_error())
}

fn trim_horizon() -> StartingPosition {
    StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon).build().expect("a type")
}

fn after(sequence_number: &str) -> StartingPosition {
    let from = StartingPosition::builder().r#type(ShardIteratorType::AfterSequenceNumber);
    from.sequence_number(sequence_number).build().expect("a type")
}

async fn next(events: &mut Events) -> Option<SubscribeToShardEvent> {
    let event = events.recv().await.expect("no error in the stream")?;
    Some(event.as_subscribe_to_shard_event().expect("the one kind there is").clone())
}

fn data(event: &SubscribeToShardEvent) -> Vec<String> {
    event.records().iter().map(|record| String::from_utf8_lossy(record.data().as_ref()).into_owned()).collect()
}

#[tokio::test]
async fn a_shard_is_pushed_to_its_end_and_goes_on_in_its_children() {
    read_through_a_split(Endpoint::start()).await;
}

#[tokio::test]
async fn events_come_over_http_2_and_tls_too() {
    read_through_a_split(Endpoint::start_with_tls("fan-out")).await;
}

async fn read_through_a_split(endpoint: Endpoint) {
    let kinesis = endpoint.kinesis();
    let consumer = consumer(&endpoint, &kinesis, &endpoint.stream("orders", 1).await).await;
    put(&kinesis, "one").await;
    put(&kinesis, "two").await;
    let mut events = subscribe(&kinesis, &consumer, FIRST, trim_horizon()).await.expect("subscribed");
    let first = next(&mut events).await.expect("an event");
    assert_eq!((data(&first), first.millis_behind_latest()), (vec!["one".to_owned(), "two".to_owned()], 0));

    let split = kinesis.split_shard().stream_name("orders").shard_to_split(FIRST).new_starting_hash_key(MIDDLE);
    split.send().await.expect("split");
    endpoint.settle();
    put(&kinesis, "three").await;
    let mut last = first;
    while let Some(event) = next(&mut events).await {
        last = event;
    }
    assert_eq!(last.continuation_sequence_number(), "", "the shard is at its end");
    let children: Vec<&str> = last.child_shards().iter().map(|child| child.shard_id()).collect();
    assert_eq!(children, ["shardId-000000000001", "shardId-000000000002"]);
    let mut found = Vec::new();
    for child in children {
        let mut events = subscribe(&kinesis, &consumer, child, trim_horizon()).await.expect("subscribed");
        endpoint.settle();
        found.extend(data(&next(&mut events).await.expect("an event")));
    }
    assert_eq!(found, ["three"]);
}

#[tokio::test]
async fn a_subscription_ends_after_five_minutes_and_the_next_goes_on_where_it_was() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    let consumer = consumer(&endpoint, &kinesis, &endpoint.stream("orders", 1).await).await;
    put(&kinesis, "one").await;
    let mut events = subscribe(&kinesis, &consumer, FIRST, trim_horizon()).await.expect("subscribed");
    let mut position = String::new();
    endpoint.advance(Duration::from_secs(301));
    while let Some(event) = next(&mut events).await {
        position = event.continuation_sequence_number().to_owned();
    }
    put(&kinesis, "two").await;
    let mut events = subscribe(&kinesis, &consumer, FIRST, after(&position)).await.expect("subscribed");
    endpoint.settle();
    assert_eq!(data(&next(&mut events).await.expect("an event")), ["two"]);
}

#[tokio::test]
async fn a_subscription_has_begun_before_its_first_event() {
    let endpoint = Endpoint::start();
    let kinesis = endpoint.kinesis();
    let consumer = consumer(&endpoint, &kinesis, &endpoint.stream("orders", 1).await).await;
    let latest = StartingPosition::builder().r#type(ShardIteratorType::Latest).build().expect("a type");
    // The SDK waits for the initial response, and while the clock stands still nothing else can come.
    let mut events = subscribe(&kinesis, &consumer, FIRST, latest.clone()).await.expect("subscribed");
    let error = subscribe(&kinesis, &consumer, FIRST, latest).await.expect_err("it was a moment ago");
    assert!(error.is_resource_in_use_exception(), "{error:?}");
    let error =
        subscribe(&kinesis, &consumer, "shardId-000000000007", trim_horizon()).await.expect_err("no such shard");
    assert!(error.is_resource_not_found_exception(), "{error:?}");

    kinesis.deregister_stream_consumer().consumer_arn(&consumer).send().await.expect("deregistered");
    endpoint.settle();
    let error = loop {
        match events.recv().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a subscription whose consumer is gone ends with an error"),
            Err(error) => break error.into_service_error(),
        }
    };
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}
