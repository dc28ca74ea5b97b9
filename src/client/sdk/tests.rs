//! The retry layer's figures, against services that refuse.

use std::rc::Rc;

use super::*;
use crate::aws::dynamodb::DescribeTable;
use crate::aws::kinesis::Request as Streams;
use crate::aws::kinesis::api::{Fault, FaultTarget, ListShards, PutEntry, Response};
use crate::aws::kinesis::{PutRecord, PutRecords};
use crate::base::{EventKind, SimTime, TableName};
use crate::client::testing::{Lab, clicks};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay};

const OPEN_S: u64 = Lab::OPEN_S;

/// What a client saw of one call: whether it succeeded, attempts, time taken in ms, tokens left.
type Seen = Rc<RefCell<Vec<(bool, u32, u64, i32)>>>;

fn list_shards() -> Streams {
    Streams::ListShards(ListShards { stream: Some(clicks()), ..ListShards::default() })
}

/// A client that makes these calls one after the other, and what it saw.
fn calls(lab: &Lab, mode: RetryMode, requests: Vec<Streams>) -> Seen {
    let seen = Seen::default();
    let noted = seen.clone();
    lab.host("client", move |cx| {
        let (noted, requests) = (noted.clone(), requests.clone());
        let sdk = Sdk::new(cx.clone(), "kinesis", mode, SimDuration::from_secs(1));
        let clock = cx.clone();
        cx.spawn(async move {
            for request in requests {
                let began = clock.now();
                let (answer, attempts) = sdk.kinesis_counting(request).await;
                let took = clock.now().since(began).as_millis();
                noted.borrow_mut().push((answer.is_ok(), attempts, took, sdk.tokens.get()));
            }
        });
    });
    lab.run_until_s(OPEN_S + 3000);
    seen
}

fn fails(fault: fn(FaultTarget, f64) -> Fault, rate: f64) -> Lab {
    let lab = Lab::new(1);
    lab.world
        .with_backend(|cloud, now, events| cloud.kinesis.inject(now, 1, fault(FaultTarget::default(), rate), events));
    lab
}

/// Loses every message of this way.
fn lose(lab: &Lab, way: LinkWay) {
    let (clients, services, effect) = (Hosts::All, Hosts::All, LinkEffect::Lose(1.0));
    let rule = LinkRule { clients, services, way, operation: None, effect };
    lab.world.host(crate::aws::KINESIS).add_link_rule(1, rule);
}

fn internal_error(target: FaultTarget, rate: f64) -> Fault {
    Fault::InternalError { target, rate }
}
fn throttle(target: FaultTarget, rate: f64) -> Fault {
    Fault::Throttle { target, rate }
}

fn put(key: &str) -> PutEntry {
    let partition_key = crate::base::PartitionKey::new(key).expect("a key");
    let data = crate::base::Payload::Synthetic { seed: 0, len: 10 };
    PutEntry { partition_key, explicit_hash_key: None, data }
}

#[test]
fn every_mode_has_its_number_of_attempts() {
    for (mode, attempts) in [(RetryMode::None, 1), (RetryMode::Standard, 3), (RetryMode::JavaLegacy, 4)] {
        let lab = fails(internal_error, 1.0);
        let seen = calls(&lab, mode, vec![list_shards()]).borrow()[0];
        assert_eq!((seen.0, seen.1), (false, attempts), "{mode:?}");
        assert_eq!(lab.count(EventKind::CallRefused), attempts as usize, "{mode:?}");
    }
}

#[test]
fn the_dynamodb_client_tries_nine_times() {
    let lab = Lab::new(1);
    lose(&lab, LinkWay::Requests);
    lab.host("client", |cx| {
        let sdk = Sdk::new(cx.clone(), "table", RetryMode::JavaDynamoDb, SimDuration::from_secs(1));
        cx.spawn(async move {
            let table: TableName = "leases".parse().expect("a table name");
            assert_eq!(
                sdk.dynamodb(dynamodb::Request::DescribeTable(DescribeTable { table })).await.err(),
                Some(SdkError::TimedOut)
            );
        });
    });
    lab.run_until_s(OPEN_S + 100);
    assert_eq!(lab.count(EventKind::MessageLost), 9);
}

#[test]
fn an_error_that_is_the_callers_fault_is_not_retried() {
    let nowhere = || Some("nowhere".parse().expect("a stream name"));
    let request = Streams::ListShards(ListShards { stream: nowhere(), ..ListShards::default() });
    let seen = calls(&Lab::new(1), RetryMode::Standard, vec![request]).borrow()[0];
    assert_eq!((seen.0, seen.1, seen.3), (false, 1, TOKENS_MAX));
}

#[test]
fn failed_entries_of_put_records_are_no_error_for_the_sdk() {
    let lab = fails(throttle, 1.0);
    let request = Streams::PutRecords(PutRecords { stream: clicks(), entries: vec![put("a"), put("b")].into() });
    let seen = calls(&lab, RetryMode::Standard, vec![request]).borrow()[0];
    assert_eq!((seen.0, seen.1), (true, 1));
}

#[test]
fn retries_cost_five_tokens_until_none_are_left_and_then_there_are_none() {
    let lab = fails(internal_error, 1.0);
    let seen = calls(&lab, RetryMode::Standard, vec![list_shards(); 60]);
    let seen = seen.borrow();
    assert_eq!((seen[0].1, seen[0].3), (3, 490));
    assert_eq!((seen[49].1, seen[49].3), (3, 0));
    assert!(seen[50..].iter().all(|call| (call.1, call.3) == (1, 0)));
}

#[test]
fn timeouts_cost_ten_tokens() {
    let lab = Lab::new(1);
    lose(&lab, LinkWay::Replies);
    let seen = calls(&lab, RetryMode::Standard, vec![list_shards()]).borrow()[0];
    assert_eq!((seen.0, seen.1, seen.3), (false, 3, TOKENS_MAX - 20));
    assert!((3000..=6000).contains(&seen.2), "{}", seen.2);
}

#[test]
fn throttling_is_free_in_the_legacy_mode_and_half_of_its_backoff_is_certain() {
    let lab = fails(throttle, 1.0);
    let request =
        Streams::PutRecord(PutRecord { stream: clicks(), entry: put("a"), sequence_number_for_ordering: None });
    let seen = calls(&lab, RetryMode::JavaLegacy, vec![request; 5]);
    for (is_ok, attempts, took_ms, tokens) in seen.borrow().iter().copied() {
        assert_eq!((is_ok, attempts, tokens), (false, 4, TOKENS_MAX));
        // 500, 1000 and 2000 ms, of each at least half, and four round trips of 10 ms.
        assert!((1790..=3540).contains(&took_ms), "{took_ms}");
    }
}

#[test]
fn a_success_at_once_earns_one_token_and_one_after_a_retry_gets_back_what_that_retry_cost() {
    let lab = fails(internal_error, 0.5);
    let seen = calls(&lab, RetryMode::Standard, vec![list_shards(); 100]);
    let mut tokens = TOKENS_MAX;
    for (is_ok, attempts, _, left) in seen.borrow().iter().copied() {
        let retries = attempts as i32 - 1;
        let earned = match (is_ok, retries) {
            (false, _) => 0,
            (true, 0) => 1,
            (true, _) => 5,
        };
        tokens = (tokens - 5 * retries + earned).min(TOKENS_MAX);
        assert_eq!(left, tokens);
    }
}

#[test]
fn backoff_has_full_jitter_and_doubles_up_to_twenty_seconds() {
    let lab = Lab::new(1);
    let host = lab.host("client", |_| {});
    let sdk = Sdk::new(lab.world.host(host), "t", RetryMode::Standard, SimDuration::from_secs(1));
    for (mode, class, attempt, low_ms, high_ms) in [
        (RetryMode::Standard, Class::Transient, 1, 0, 1000),
        (RetryMode::Standard, Class::Throttling, 2, 0, 2000),
        (RetryMode::JavaLegacy, Class::Transient, 1, 0, 100),
        (RetryMode::JavaLegacy, Class::TimedOut, 3, 0, 400),
        (RetryMode::JavaLegacy, Class::Throttling, 1, 250, 500),
        (RetryMode::JavaDynamoDb, Class::Throttling, 1, 0, 25),
        (RetryMode::JavaDynamoDb, Class::Transient, 8, 0, 3200),
        (RetryMode::Standard, Class::Transient, 6, 0, 20_000),
        (RetryMode::Standard, Class::Transient, 60, 0, 20_000),
    ] {
        let drawn: Vec<u64> = (0..500).map(|_| sdk.backoff(&mode.rules(), class, attempt).as_nanos()).collect();
        let (low, high) = (low_ms * 1_000_000, high_ms * 1_000_000);
        assert!(drawn.iter().all(|d| (low..=high).contains(d)), "{mode:?} {class:?} {attempt}");
        let spread = drawn.iter().max().expect("draws") - drawn.iter().min().expect("draws");
        assert!(spread > (high - low) / 10 * 9, "{mode:?} {class:?} {attempt}: {spread}");
    }
}

#[test]
fn a_call_that_succeeds_takes_one_round_trip() {
    let lab = Lab::new(1);
    let seen = calls(&lab, RetryMode::Standard, vec![list_shards()]).borrow()[0];
    assert_eq!(seen, (true, 1, 10, TOKENS_MAX));
    assert!(matches!(lab.ask(list_shards()), Response::Shards { .. }));
    assert_eq!(lab.world.now(), SimTime::from_secs(OPEN_S + 3000));
}
