//! SubscribeToShard.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{ConsumerRef, SubscriptionEvent, SubscriptionPoll};
use crate::aws::kinesis::operations::{DeregisterStreamConsumer, RegisterStreamConsumer, SplitShard, SubscribeToShard};
use crate::world::Service;

fn consumer() -> ConsumerRef {
    ConsumerRef { stream: name(), name: "c".into(), created_unix_s: None }
}

/// A stream with an ACTIVE consumer.
fn bench() -> Bench {
    let mut bench = Bench::quick(1);
    bench
        .ask(Request::RegisterStreamConsumer(RegisterStreamConsumer {
            stream: name(),
            name: "c".into(),
            tags: Vec::new(),
        }))
        .expect("registered");
    bench
}

fn subscribe(bench: &mut Bench, position: IteratorPosition) -> Result<u64, Error> {
    match bench.ask(Request::SubscribeToShard(SubscribeToShard {
        consumer: consumer(),
        shard: ShardId(0),
        position,
    }))? {
        Response::Subscribed { subscription } => Ok(subscription),
        other => panic!("{other:?}"),
    }
}

fn poll(bench: &mut Bench, subscription: u64) -> Result<SubscriptionPoll, Error> {
    let (now, shard) = (bench.now, ShardId(0));
    bench.service.poll_subscription(now, CALLER, &consumer(), shard, subscription, &mut bench.events)
}

fn event(bench: &mut Bench, subscription: u64) -> SubscriptionEvent {
    match poll(bench, subscription) {
        Ok(SubscriptionPoll::Event(event)) => *event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn records_come_as_they_are_put_and_reading_goes_on_where_an_event_says() {
    let mut bench = bench();
    bench.put("k", 100).expect("put");
    let number = subscribe(&mut bench, IteratorPosition::TrimHorizon).expect("subscribed");
    let not_before = |bench: &mut Bench, ms| {
        let polled = poll(bench, number);
        matches!(polled, Ok(SubscriptionPoll::NotBefore(at)) if at == SimTime::from_millis(ms))
    };
    assert!(not_before(&mut bench, 70), "a record takes 70 ms");
    bench.after(SimDuration::from_millis(70));
    let first = event(&mut bench, number);
    assert_eq!((first.records.len(), first.millis_behind_latest), (1, 0));
    assert!(not_before(&mut bench, 140), "and events come as far apart");
    bench.after(SimDuration::from_millis(70));
    let idle_until = SimTime::from_millis(5070);
    assert!(matches!(poll(&mut bench, number), Ok(SubscriptionPoll::Idle { until }) if until == idle_until));
    assert_eq!(bench.service.poll_news(), None);
    bench.put("k", 100).expect("put");
    assert_eq!((bench.service.poll_news(), bench.service.poll_news()), (Some(number), None), "told once");
    bench.after(SimDuration::from_millis(70));
    let second = event(&mut bench, number);
    assert_eq!(second.records.len(), 1);
    bench.after(SimDuration::from_secs(6));
    bench.put("k", 100).expect("put");
    let from = second.continuation.expect("the shard is open");
    let number = subscribe(&mut bench, IteratorPosition::AfterSequenceNumber(from)).expect("again");
    bench.after(SimDuration::from_millis(70));
    assert_eq!(event(&mut bench, number).records[0].ordinal, 2);
}

#[test]
fn an_idle_subscription_has_an_empty_event_every_five_seconds() {
    let mut bench = bench();
    let number = subscribe(&mut bench, IteratorPosition::Latest).expect("subscribed");
    for _ in 0..3 {
        let event = event(&mut bench, number);
        assert!(event.records.is_empty() && event.continuation.is_some());
        bench.after(SimDuration::from_secs(5));
    }
}

#[test]
fn subscribing_again_is_refused_for_five_seconds_and_then_takes_the_place() {
    let mut bench = bench();
    let old = subscribe(&mut bench, IteratorPosition::Latest).expect("subscribed");
    bench.after(SimDuration::from_millis(4999));
    assert_eq!(code(subscribe(&mut bench, IteratorPosition::Latest)), "ResourceInUseException");
    bench.after(SimDuration::from_millis(1));
    let new = subscribe(&mut bench, IteratorPosition::Latest).expect("takes the place");
    assert_eq!(code(poll(&mut bench, old)), "ResourceInUseException");
    event(&mut bench, new);
}

#[test]
fn a_subscription_ends_after_five_minutes() {
    let mut bench = bench();
    let number = subscribe(&mut bench, IteratorPosition::Latest).expect("subscribed");
    bench.after(SimDuration::from_secs(299));
    event(&mut bench, number);
    bench.after(SimDuration::from_secs(1));
    assert!(matches!(poll(&mut bench, number), Ok(SubscriptionPoll::Ended)));
}

#[test]
fn each_consumer_has_two_mebibytes_a_second_of_its_own() {
    let mut bench = bench();
    for _ in 0..12 {
        bench.put("k", 1024 * 1024).expect("put");
        bench.after(SimDuration::from_secs(1));
    }
    let number = subscribe(&mut bench, IteratorPosition::TrimHorizon).expect("subscribed");
    let (start, mut received) = (bench.now, 0);
    while received < 12 {
        match poll(&mut bench, number) {
            Ok(SubscriptionPoll::Event(event)) => received += event.records.len(),
            Ok(SubscriptionPoll::NotBefore(at)) => {
                let wait = at.since(bench.now);
                bench.after(wait);
            }
            other => panic!("{other:?}"),
        }
    }
    let took = bench.now.since(start).as_millis();
    // 2 MiB are there, and one event may leave a debt: 12 MiB take a little over 4 seconds.
    assert!((4000..5000).contains(&took), "{took} ms");
    bench.read(0, IteratorPosition::TrimHorizon);
}

#[test]
fn the_end_of_a_closed_shard_names_the_children_and_ends_the_subscription() {
    let mut bench = bench();
    bench.put("k", 100).expect("put");
    let number = subscribe(&mut bench, IteratorPosition::TrimHorizon).expect("subscribed");
    bench.after(SimDuration::from_millis(70));
    event(&mut bench, number);
    let middle = crate::base::HashKey::new(1 << 127);
    bench.ask(Request::SplitShard(SplitShard::at(name(), ShardId(0), middle))).expect("split");
    bench.after(SimDuration::from_millis(70));
    let last = event(&mut bench, number);
    assert_eq!((last.continuation, last.child_shards.len()), (None, 2));
    assert_eq!(code(poll(&mut bench, number)), "ResourceInUseException", "it is over");
}

#[test]
fn a_consumer_that_is_gone_or_not_yet_active_has_no_pipe() {
    let mut bench = Bench::new(1);
    bench
        .ask(Request::RegisterStreamConsumer(RegisterStreamConsumer {
            stream: name(),
            name: "c".into(),
            tags: Vec::new(),
        }))
        .expect("registered");
    assert_eq!(code(subscribe(&mut bench, IteratorPosition::Latest)), "ResourceInUseException");
    bench.after(SimDuration::from_secs(10));
    let number = subscribe(&mut bench, IteratorPosition::Latest).expect("subscribed");
    bench.ask(Request::DeregisterStreamConsumer(DeregisterStreamConsumer { consumer: consumer() })).expect("deleting");
    bench.after(SimDuration::from_secs(10));
    assert_eq!(code(poll(&mut bench, number)), "ResourceNotFoundException");
}

#[test]
fn a_consumer_may_call_once_a_second_for_each_shard() {
    let mut bench = Bench::with(2, Settings { transitions: quick(), ..Settings::default() });
    bench
        .ask(Request::RegisterStreamConsumer(RegisterStreamConsumer {
            stream: name(),
            name: "c".into(),
            tags: Vec::new(),
        }))
        .expect("registered");
    let to_shard = |shard| {
        Request::SubscribeToShard(SubscribeToShard {
            consumer: consumer(),
            shard: ShardId(shard),
            position: IteratorPosition::Latest,
        })
    };
    bench.ask(to_shard(0)).expect("subscribed");
    assert_eq!(code(bench.ask(to_shard(0))), "LimitExceededException");
    bench.ask(to_shard(1)).expect("another shard");
    bench.after(SimDuration::from_secs(1));
    assert_eq!(code(bench.ask(to_shard(0))), "ResourceInUseException", "within five seconds of the first");
}
