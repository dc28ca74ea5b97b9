//! A service that calls keeps its promise under lost answers, throttles and a crash of its host, and on real time.

use super::*;
use crate::aws::kinesis::api::{CreateStream, Fault as KinesisFault, FaultTarget};
use crate::aws::{COPIER, KINESIS};
use crate::base::trace_hash::TraceHash;
use crate::base::{Event, PartitionKey, Payload};
use crate::client::testing::{Lab, clicks};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay};

const RECORDS: u64 = 200;

fn copy() -> StreamName {
    "copy".parse().expect("a name")
}

/// Two shards of `clicks` with 200 records, numbered by key, to be copied into the one shard of `copy`.
fn lab() -> Lab {
    let lab = Lab::new(2);
    lab.ask(kinesis::Request::CreateStream(Box::new(CreateStream::provisioned(copy(), 1))));
    lab.run_until_s(120);
    for n in 0..RECORDS {
        let entry = entry(n);
        lab.ask(PutRecord { stream: clicks(), entry, sequence_number_for_ordering: None }.into());
    }
    lab
}

fn entry(n: u64) -> PutEntry {
    let partition_key = PartitionKey::new(&n.to_string()).expect("a key");
    PutEntry { partition_key, explicit_hash_key: None, data: Payload::from(n.to_string().into_bytes()) }
}

/// Begins the copy over the network, from a host that tries until it is answered.
fn begin(lab: &Lab) {
    lab.host("operator-of-copies", |cx| {
        let asking = cx.clone();
        cx.spawn(async move {
            let request = || Ask::Copier(Request { from: clicks(), shards: 2, to: copy() });
            while asking.call(request(), SimDuration::from_secs(5)).await.is_err() {}
        });
    });
}

/// The keys that each stream has accepted, in order.
fn accepted(lab: &Lab) -> (Vec<u64>, Vec<u64>) {
    let (mut original, mut copied) = (Vec::new(), Vec::new());
    let records = lab.all(|_, event| match event {
        Event::RecordAccepted { stream, key, .. } => Some((stream.index(), key.as_str().parse().expect("a number"))),
        _ => None,
    });
    records.into_iter().for_each(|(stream, n)| if stream == 0 { original.push(n) } else { copied.push(n) });
    (original, copied)
}

/// Every record is in the copy, in the order of its shard but for repeats. Returns how many were repeated.
fn check(lab: &Lab) -> usize {
    let (original, copied) = accepted(lab);
    let shard_of = |n: u64| entry(n).partition_key.hash_key().get() >> 127;
    let mut repeats = 0;
    for shard in [0, 1] {
        let expected: Vec<u64> = original.iter().copied().filter(|n| shard_of(*n) == shard).collect();
        let mut next = 0;
        for n in copied.iter().copied().filter(|n| shard_of(*n) == shard) {
            let place = expected.iter().position(|known| *known == n).expect("a record of the original");
            assert!(place <= next, "record {n} was copied before {}", expected[next]);
            repeats += usize::from(place < next);
            next = next.max(place + 1);
        }
        assert_eq!(next, expected.len(), "every record of shard {shard} was copied");
    }
    repeats
}

#[test]
fn without_faults_every_record_is_copied_once() {
    let lab = lab();
    begin(&lab);
    lab.run_until_s(240);
    assert_eq!(check(&lab), 0);
}

#[test]
fn lost_answers_repeat_records_and_lose_none() {
    let lab = lab();
    let services = Hosts::Only(vec![KINESIS]);
    let rule = LinkRule {
        clients: Hosts::Only(vec![COPIER]),
        services,
        way: LinkWay::Replies,
        operation: None,
        effect: LinkEffect::Lose(0.2),
    };
    lab.world.host(KINESIS).add_link_rule(1, rule);
    begin(&lab);
    lab.run_until_s(900);
    assert!(check(&lab) > 10, "puts whose answer was lost were done again");
}

#[test]
fn throttles_and_lost_requests_only_take_time() {
    let lab = lab();
    let fault = |target| KinesisFault::Throttle { target, rate: 0.3 };
    lab.world.with_backend(|cloud, now, events| cloud.kinesis.inject(now, 1, fault(FaultTarget::default()), events));
    let (clients, services) = (Hosts::Only(vec![COPIER]), Hosts::All);
    let (way, effect) = (LinkWay::Requests, LinkEffect::Lose(0.1));
    lab.world.host(KINESIS).add_link_rule(2, LinkRule { clients, services, way, operation: None, effect });
    begin(&lab);
    lab.run_until_s(900);
    assert_eq!(check(&lab), 0, "what never reached the stream is in it once");
}

#[test]
fn a_crash_loses_what_was_in_memory_and_nothing_that_was_promised() {
    let lab = lab();
    begin(&lab);
    for second in [121, 123, 126] {
        lab.world.run_until(SimTime::from_millis(second * 1000 + 333));
        lab.world.host(COPIER).crash();
        let before = accepted(&lab).1.len();
        lab.world.run_until(SimTime::from_millis(second * 1000 + 999));
        assert!(accepted(&lab).1.len() <= before + 2, "calls that were out still arrive, and no more are made");
        lab.world.host(COPIER).boot();
    }
    lab.run_until_s(400);
    check(&lab);
}

#[test]
fn a_request_to_a_service_that_is_down_is_lost_and_one_that_stands_still_answers_late() {
    let lab = lab();
    lab.world.host(COPIER).crash();
    begin(&lab);
    lab.run_until_s(130);
    assert!(accepted(&lab).1.is_empty(), "nobody was there");
    lab.world.host(COPIER).boot();
    lab.run_until_s(140);
    assert!(!accepted(&lab).1.is_empty(), "asked once more");
    lab.world.host(KINESIS).pause();
    let before = accepted(&lab).1.len();
    lab.run_until_s(150);
    assert_eq!(accepted(&lab).1.len(), before, "the stream stands still");
    lab.world.host(KINESIS).resume();
    lab.run_until_s(400);
    check(&lab);
}

#[test]
fn lost_answers_throttles_and_crashes_together_lose_nothing_that_was_promised() {
    let lab = lab();
    let (clients, services) = (Hosts::Only(vec![COPIER]), Hosts::Only(vec![KINESIS]));
    let (way, effect) = (LinkWay::Replies, LinkEffect::Lose(0.2));
    lab.world.host(KINESIS).add_link_rule(1, LinkRule { clients, services, way, operation: None, effect });
    let throttle = KinesisFault::Throttle { target: FaultTarget::default(), rate: 0.3 };
    lab.world.with_backend(|cloud, now, events| cloud.kinesis.inject(now, 2, throttle, events));
    begin(&lab);
    for second in [123, 150, 200] {
        lab.world.run_until(SimTime::from_millis(second * 1000 + 333));
        lab.world.host(COPIER).crash();
        lab.run_until_s(second + 5);
        lab.world.host(COPIER).boot();
    }
    lab.run_until_s(1800);
    assert!(check(&lab) > 0, "puts whose answer was lost, or that a crash forgot, were done again");
}

#[test]
fn the_same_copy_has_the_same_trace() {
    let hash = || {
        let lab = lab();
        begin(&lab);
        lab.run_until_s(240);
        let mut hash = TraceHash::new();
        lab.all(|at, event| {
            crate::base::Fold::on(&mut hash, at, event);
            None::<()>
        });
        hash.value()
    };
    assert_eq!(hash(), hash());
}
