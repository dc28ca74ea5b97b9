//! Registered consumers, tags and policies.

use super::*;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{ConsumerRef, ConsumerStatus, Resource, Tag};
use crate::aws::kinesis::operations::{
    DeleteResourcePolicy, DeleteStream, DeregisterStreamConsumer, DescribeStreamConsumer, GetResourcePolicy,
    ListStreamConsumers, ListTagsForResource, ListTagsForStream, PutResourcePolicy, RegisterStreamConsumer,
    TagResource, UntagResource, UpdateAccountSettings,
};

fn register(name_: &str) -> Request {
    Request::RegisterStreamConsumer(RegisterStreamConsumer { stream: name(), name: name_.into(), tags: Vec::new() })
}

fn consumer(name_: &str) -> ConsumerRef {
    ConsumerRef { stream: name(), name: name_.into(), created_unix_s: None }
}

fn status(bench: &mut Bench, name: &str) -> Result<ConsumerStatus, Error> {
    match bench.ask(Request::DescribeStreamConsumer(DescribeStreamConsumer { consumer: consumer(name) }))? {
        Response::Consumer(described) => Ok(described.status),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_consumer_is_registered_described_and_deregistered() {
    let mut bench = Bench::new(1);
    bench.ask(register("c")).expect("registered");
    assert_eq!(status(&mut bench, "c"), Ok(ConsumerStatus::Creating));
    assert_eq!(code(bench.ask(register("c"))), "ResourceInUseException");
    bench.after(SimDuration::from_secs(10));
    assert_eq!(status(&mut bench, "c"), Ok(ConsumerStatus::Active));
    bench
        .ask(Request::DeregisterStreamConsumer(DeregisterStreamConsumer { consumer: consumer("c") }))
        .expect("deleting");
    assert_eq!(status(&mut bench, "c"), Ok(ConsumerStatus::Deleting));
    bench.after(SimDuration::from_secs(10));
    assert_eq!(code(status(&mut bench, "c")), "ResourceNotFoundException");
}

#[test]
fn a_consumer_registered_again_is_another_one() {
    let mut bench = Bench::quick(1);
    let created = |bench: &mut Bench| match bench.ask(register("c")) {
        Ok(Response::ConsumerRegistered(described)) => Some(described.created_at / 1000),
        other => panic!("{other:?}"),
    };
    let first = ConsumerRef { created_unix_s: created(&mut bench), ..consumer("c") };
    bench
        .ask(Request::DeregisterStreamConsumer(DeregisterStreamConsumer { consumer: first.clone() }))
        .expect("deleting");
    bench.after(SimDuration::from_secs(5));
    let second = ConsumerRef { created_unix_s: created(&mut bench), ..consumer("c") };
    assert_ne!(first, second);
    assert_eq!(
        code(bench.ask(Request::DescribeStreamConsumer(DescribeStreamConsumer { consumer: first }))),
        "ResourceNotFoundException"
    );
    bench.ask(Request::DescribeStreamConsumer(DescribeStreamConsumer { consumer: second })).expect("the present one");
}

#[test]
fn a_stream_has_twenty_consumers_and_fifty_with_the_commitment() {
    let mut bench = Bench::quick(1);
    let fill = |bench: &mut Bench, range: std::ops::Range<u32>| {
        for n in range {
            bench.ask(register(&format!("c{n:02}"))).expect("registered");
        }
    };
    fill(&mut bench, 0..20);
    assert_eq!(code(bench.ask(register("more"))), "LimitExceededException");
    bench.ask(Request::UpdateAccountSettings(UpdateAccountSettings { commitment: true })).expect("committed");
    fill(&mut bench, 20..50);
    assert_eq!(code(bench.ask(register("more"))), "LimitExceededException");
    let page = |bench: &mut Bench, after| match bench.ask(Request::ListStreamConsumers(ListStreamConsumers {
        stream: name(),
        after,
        max_results: Some(30),
    })) {
        Ok(Response::Consumers { consumers, next_token }) => (consumers.len(), next_token),
        other => panic!("{other:?}"),
    };
    let (first, token) = page(&mut bench, None);
    let (second, last) = page(&mut bench, token);
    assert_eq!((first, second, last), (30, 20, None));
}

#[test]
fn at_most_five_consumers_are_being_created() {
    let mut bench = Bench::new(1);
    bench.now = SimTime::from_secs(1);
    for n in 0..5 {
        bench.ask(register(&format!("c{n}"))).expect("registered");
    }
    assert_eq!(code(bench.ask(register("c5"))), "LimitExceededException");
}

#[test]
fn consumers_stand_in_the_way_of_deletion_unless_they_go_along() {
    let mut bench = Bench::quick(1);
    bench.ask(register("c")).expect("registered");
    let delete = |with_consumers| Request::DeleteStream(DeleteStream { stream: name(), with_consumers });
    assert_eq!(code(bench.ask(delete(false))), "ResourceInUseException");
    bench.ask(delete(true)).expect("deleted");
}

#[test]
fn tags_are_added_overwritten_listed_in_pages_and_removed() {
    let mut bench = Bench::quick(1);
    let stream = || Resource::Stream(name());
    let tag = |n: usize| -> Tag { (format!("k{n:02}").into(), "v".into()) };
    bench
        .ask(Request::TagResource(TagResource { resource: stream(), tags: (0..50).map(tag).collect() }))
        .expect("tagged");
    bench
        .ask(Request::TagResource(TagResource { resource: stream(), tags: vec![("k07".into(), "new".into())] }))
        .expect("overwritten");
    let more = Request::TagResource(TagResource { resource: stream(), tags: vec![tag(50)] });
    assert_eq!(code(bench.ask(more)), "InvalidArgumentException");
    let keys = vec!["k00".into(), "unknown".into()];
    bench.ask(Request::UntagResource(UntagResource { resource: stream(), keys })).expect("removed");
    let list =
        Request::ListTagsForStream(ListTagsForStream { stream: name(), after: Some("k06".into()), limit: Some(1) });
    match bench.ask(list) {
        Ok(Response::Tags { tags, has_more }) => {
            assert_eq!((tags, has_more), (vec![("k07".into(), "new".into())], true))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_policy_is_kept_for_streams_and_consumers() {
    let mut bench = Bench::quick(1);
    bench.ask(register("c")).expect("registered");
    for resource in [Resource::Stream(name()), Resource::Consumer(consumer("c"))] {
        let get = || Request::GetResourcePolicy(GetResourcePolicy { resource: resource.clone() });
        let is = |reply, expected: &str| matches!(reply, Ok(Response::Policy(policy)) if &*policy == expected);
        assert!(is(bench.ask(get()), "{}"), "none is an empty one");
        let policy = "[]".into();
        bench.ask(Request::PutResourcePolicy(PutResourcePolicy { resource: resource.clone(), policy })).expect("put");
        assert!(is(bench.ask(get()), "[]"));
        bench.ask(Request::DeleteResourcePolicy(DeleteResourcePolicy { resource: resource.clone() })).expect("deleted");
        assert!(is(bench.ask(get()), "{}"));
        let again = bench.ask(Request::DeleteResourcePolicy(DeleteResourcePolicy { resource: resource.clone() }));
        assert_eq!(code(again), "ResourceNotFoundException");
    }
}

#[test]
fn each_operation_on_tags_has_its_own_name_and_quota() {
    let mut bench = Bench::new(1);
    let resource = Resource::Stream(name());
    let of_stream = Request::ListTagsForStream(ListTagsForStream { stream: name(), after: None, limit: None });
    (0..5).for_each(|_| drop(bench.ask(of_stream.clone()).expect("within the quota")));
    let refused = bench.ask(of_stream).expect_err("the sixth in a second");
    assert_eq!(refused, Error::LimitExceeded("Rate exceeded for stream s under account 000000000000.".into()));
    bench.ask(Request::ListTagsForResource(ListTagsForResource { resource })).expect("a quota of its own");
}

#[test]
fn a_token_lists_the_consumers_of_its_own_stream_only() {
    let mut bench = Bench::quick(1);
    for name in ["a", "b"] {
        bench.ask(register(name)).expect("registered");
    }
    let other: StreamName = "other".parse().expect("a name");
    bench.ask(create(other.clone(), 1)).expect("created");
    let list =
        |stream, after| Request::ListStreamConsumers(ListStreamConsumers { stream, after, max_results: Some(1) });
    let Ok(Response::Consumers { next_token, .. }) = bench.ask(list(name(), None)) else { panic!("not a page") };
    assert_eq!(code(bench.ask(list(other, next_token.clone()))), "InvalidArgumentException");
    bench.ask(list(name(), next_token)).expect("the rest");
}
