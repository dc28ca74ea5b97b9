//! Workers with enhanced fan-out, on real services in a world.

use super::behaviour::{gained, put, settings, worker};
use crate::aws::KINESIS;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::ConsumerStatus;
use crate::aws::kinesis::{DescribeStreamConsumer, MergeShards, SplitShard};
use crate::base::{Event, EventKind, HashKey, HostId, ShardId, SimDuration, SimTime};
use crate::client::Retrieval;
use crate::client::kcl::KclSettings;
use crate::client::testing::{Lab, clicks};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay};

fn fan_out() -> KclSettings {
    KclSettings { retrieval: Retrieval::FanOut, ..settings() }
}

/// When a host began a subscription.
fn began(lab: &Lab, of: HostId) -> Vec<SimTime> {
    lab.all(|at, event| match event {
        Event::SubscriptionBegan { host, .. } if *host == of => Some(at),
        _ => None,
    })
}

/// A fault on what the service says to this client.
fn on_replies(client: HostId, effect: LinkEffect) -> LinkRule {
    let (clients, services) = (Hosts::Only(vec![client]), Hosts::Only(vec![KINESIS]));
    LinkRule { clients, services, way: LinkWay::Replies, operation: None, effect }
}

#[test]
fn records_are_pushed_once_each_in_a_tenth_of_a_second() {
    let lab = Lab::new(4);
    worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(180);
    for second in 0..20 {
        lab.run_until_s(180 + second);
        put(&lab, 10);
    }
    lab.run_until_s(240);
    assert_eq!(lab.processed(), (200, 0));
    assert_eq!(lab.count(EventKind::RecordsRead), 0, "nobody polls");
    let late = lab.all(|at, event| match event {
        Event::RecordsProcessed { .. } => Some(at.as_millis() % 1000),
        _ => None,
    });
    // 70 ms to the event, 5 ms over the link, and the processing.
    assert!(late.iter().all(|ms| (75..90).contains(ms)), "{late:?}");
}

#[test]
fn the_first_worker_registers_the_application_and_all_wait_until_it_is_active() {
    let lab = Lab::new(1);
    let workers = [worker(&lab, "billing-1", &fan_out()), worker(&lab, "billing-2", &fan_out())];
    lab.run_until_s(200);
    let changes = lab.all(|_, event| match event {
        Event::FanOutConsumersChanged { consumers, .. } => Some(*consumers),
        _ => None,
    });
    assert_eq!(changes, [1]);
    let consumer = fan_out().fan_out_consumer();
    match lab.ask(Request::DescribeStreamConsumer(DescribeStreamConsumer { consumer })) {
        crate::aws::kinesis::api::Response::Consumer(found) => {
            assert_eq!((&*found.name, found.status), ("billing", ConsumerStatus::Active));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(workers.iter().map(|worker| began(&lab, worker.id).len()).sum::<usize>(), 1);
}

#[test]
fn a_subscription_is_followed_by_the_next_every_five_minutes_and_nothing_is_missed() {
    let lab = Lab::new(1);
    let one = worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    for second in 0..700 {
        put(&lab, 1);
        lab.run_until_s(151 + second);
    }
    let times = began(&lab, one.id);
    assert_eq!(times.len(), 3);
    assert!(times.windows(2).all(|pair| (300_000..300_100).contains(&(pair[1] - pair[0]).as_millis())), "{times:?}");
    assert_eq!(lab.processed(), (700, 0));
}

#[test]
fn an_idle_subscription_costs_an_event_every_five_seconds() {
    let lab = Lab::new(1);
    worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(200);
    let before = lab.count(EventKind::SubscriptionRead);
    lab.run_until_s(300);
    assert_eq!(lab.count(EventKind::SubscriptionRead) - before, 20);
}

#[test]
fn children_are_processed_after_their_parents_whose_end_is_told_at_once() {
    let lab = Lab::new(2);
    worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    put(&lab, 50);
    lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(0), HashKey::new(1 << 126))));
    lab.run_until_s(200);
    put(&lab, 50);
    lab.ask(Request::MergeShards(MergeShards { stream: clicks(), shard: ShardId(3), adjacent: ShardId(1) }));
    lab.run_until_s(260);
    put(&lab, 50);
    lab.run_until_s(400);
    assert_eq!(lab.processed(), (150, 0));
    let told = |wanted: EventKind| {
        lab.all(move |at, event| match event {
            Event::ShardClosed { shard, .. } | Event::ProcessingStarted { shard, .. } if event.kind() == wanted => {
                Some((shard.0, at))
            }
            Event::ProcessingEnded { shard, .. } if wanted == EventKind::ProcessingEnded => Some((shard.0, at)),
            _ => None,
        })
    };
    let of = |kind: EventKind, shard: u32| told(kind).iter().find(|told| told.0 == shard).expect("it is told").1;
    for (parent, child) in [(0, 2), (0, 3), (3, 4), (1, 4)] {
        assert!(of(EventKind::ProcessingEnded, parent) < of(EventKind::ProcessingStarted, child));
    }
    let took = of(EventKind::ProcessingEnded, 0) - of(EventKind::ShardClosed, 0);
    assert!(took < SimDuration::from_secs(1), "{took}");
}

#[test]
fn a_worker_that_takes_a_lease_takes_the_subscription_over() {
    let lab = Lab::new(2);
    let one = worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    let two = worker(&lab, "billing-2", &fan_out());
    for second in 0..60 {
        lab.run_until_s(150 + second);
        put(&lab, 4);
    }
    lab.run_until_s(300);
    assert_eq!((gained(&lab, two.id).len(), began(&lab, two.id).len()), (1, 1));
    assert_eq!(lab.processed().0, 240);
    // What the old one had not checkpointed when it lost the lease is processed twice, and no more.
    assert!(lab.processed().1 <= 4, "{:?}", lab.processed());
    assert_eq!(began(&lab, one.id).len(), 2, "it does not come back");
}

#[test]
fn a_lost_event_ends_what_comes_and_the_client_subscribes_again_after_ten_seconds() {
    let lab = Lab::new(1);
    let one = worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    put(&lab, 10);
    lab.run_until_s(160);
    lab.world.host(one.id).add_link_rule(1, on_replies(one.id, LinkEffect::Lose(1.0)));
    put(&lab, 10);
    lab.run_until_s(161);
    lab.world.host(one.id).remove_link_rule(1);
    put(&lab, 10);
    lab.run_until_s(165);
    assert_eq!(lab.processed(), (10, 0), "a connection has no gaps");
    lab.run_until_s(180);
    assert_eq!(lab.processed(), (30, 0));
    // The last event came at 155 s: ten seconds without one, and the health check a second later.
    let again = began(&lab, one.id)[1].as_millis();
    assert!((166_000..166_200).contains(&again), "{again}");
}

#[test]
fn a_late_event_is_late_and_nothing_overtakes_it() {
    let lab = Lab::new(1);
    let one = worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    let delay = LinkEffect::Delay(SimDuration::from_secs(2), SimDuration::from_secs(4));
    lab.world.host(one.id).add_link_rule(1, on_replies(one.id, delay));
    for second in 0..30 {
        put(&lab, 3);
        lab.run_until_s(151 + second);
    }
    lab.run_until_s(240);
    assert_eq!(lab.processed(), (90, 0));
}

#[test]
fn a_client_that_crashes_or_stands_still_is_sent_nothing_more() {
    let lab = Lab::new(1);
    let one = worker(&lab, "billing-1", &fan_out());
    lab.run_until_s(150);
    let pushed = || lab.count(EventKind::SubscriptionRead);
    lab.world.host(one.id).pause();
    let before = pushed();
    for second in 0..8 {
        put(&lab, 1);
        lab.run_until_s(151 + second);
    }
    assert_eq!(pushed() - before, 1, "the one that is on its way");
    lab.world.host(one.id).resume();
    lab.run_until_s(180);
    assert_eq!(lab.processed(), (8, 0));
    lab.world.host(one.id).crash();
    let before = pushed();
    put(&lab, 5);
    lab.run_until_s(200);
    assert_eq!(pushed(), before);
    lab.world.host(one.id).boot();
    lab.run_until_s(260);
    assert_eq!(lab.processed(), (13, 0));
}

#[test]
fn a_slow_record_processor_holds_eight_events_and_one_on_its_way() {
    let lab = Lab::new(1);
    let mut slow = fan_out();
    slow.processor.time_per_record = SimDuration::from_secs(5);
    worker(&lab, "billing-1", &slow);
    lab.run_until_s(150);
    for tenth in 0..100 {
        put(&lab, 1);
        lab.world.run_until(SimTime::from_millis(150_000 + (tenth + 1) * 100));
    }
    let with_records = |_, event: &Event| match event {
        Event::SubscriptionRead { from, to, .. } if from < to => Some(()),
        _ => None,
    };
    let (pushed, processed) = (lab.all(with_records).len() as u64, lab.processed().0);
    // One is being processed besides.
    assert_eq!((pushed - processed, processed), (10, 1));
}
