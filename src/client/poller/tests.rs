//! Pollers against the real services.

use super::*;
use crate::aws::kinesis::{DeleteStream, MergeShards, SplitShard};
use crate::base::event::StoreKind;
use crate::base::{ConsumerId, EventKind, HashKey, HostId, Planted, ShardId};
use crate::client::processor::{CheckpointPolicy, ProcessorMishap, ProcessorScript, ProcessorSettings};
use crate::client::producer::{
    Batching, KeyDistribution, Load, ProducerHosts, ProducerSettings, Rate, SizeDistribution, Target,
};
use crate::client::testing::{Lab, clicks};
use crate::world::{Hosts, LinkEffect, LinkRule, LinkWay};

const OPEN_S: u64 = Lab::OPEN_S;

fn settings() -> PollerSettings {
    PollerSettings {
        consumer: ConsumerId(0),
        name: "reader".into(),
        stream: clicks(),
        start: SimDuration::from_secs(OPEN_S),
        initial_position: InitialPosition::TrimHorizon,
        resume: Resume::Position,
        idle: SimDuration::from_secs(1),
        records_max: 1000,
        processor: ProcessorSettings::default(),
        planted: Planted::default(),
    }
}

/// Starts a poller and, a second later, a producer of 50 records a second for `produce_s` seconds.
fn start(lab: &Lab, settings: PollerSettings, produce_s: u64) -> HostId {
    let load = Load::Generated {
        rate: Rate::Constant { per_s: 50.0 },
        size: SizeDistribution::Fixed(100),
        keys: KeyDistribution::Uniform { count: 500 },
    };
    let producer = ProducerHosts::new(ProducerSettings {
        name: "web".into(),
        to: Target::Stream(clicks()),
        hosts: 1,
        start: SimDuration::from_secs(OPEN_S + 1),
        stop: SimDuration::from_secs(OPEN_S + 1 + produce_s),
        load,
        batching: Batching::Single { in_flight_max: 100 },
        retry: RetryMode::Standard,
        resend_failed_max: 3,
        backlog_max: 10_000,
        is_ordered: false,
        template: None,
        planted: Planted::default(),
    });
    lab.host("web-1", move |cx| drop(producer.boot(cx, 0)));
    let poller = PollerHost::new(settings);
    lab.host("reader-1", move |cx| drop(poller.boot(cx, 0)))
}

/// Runs for `run_s` seconds with the poller's host crashed at `crash_s` for `down_s` seconds.
fn run_with_crash(settings: PollerSettings, produce_s: u64, crash_s: u64, down_s: u64, run_s: u64) -> Lab {
    let lab = Lab::new(2);
    let reader = start(&lab, settings, produce_s);
    lab.run_until_s(OPEN_S + crash_s);
    lab.world.host(reader).crash();
    lab.run_until_s(OPEN_S + crash_s + down_s);
    lab.world.host(reader).boot();
    lab.run_until_s(OPEN_S + run_s);
    lab
}

#[test]
fn everything_is_read_exactly_once_over_a_split_and_a_merge() {
    let lab = Lab::new(1);
    start(&lab, settings(), 200);
    lab.run_until_s(OPEN_S + 20);
    let new_starting_hash_key = HashKey::new(1 << 127);
    lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(0), new_starting_hash_key)));
    lab.run_until_s(OPEN_S + 100);
    lab.ask(Request::MergeShards(MergeShards { stream: clicks(), shard: ShardId(1), adjacent: ShardId(2) }));
    lab.run_until_s(OPEN_S + 300);
    assert_eq!(lab.processed(), (10_000, 0));
    let story = lab.all(|_, event| match event {
        Event::ProcessingStarted { shard, .. } => Some((shard.0, "starts")),
        Event::ProcessingEnded { shard, .. } => Some((shard.0, "ends")),
        _ => None,
    });
    let place = |what| story.iter().position(|s| *s == what).expect("it happened");
    assert_eq!(story.len(), 7);
    assert!(place((0, "ends")) < place((1, "starts")) && place((0, "ends")) < place((2, "starts")));
    assert!(place((1, "ends")) < place((3, "starts")) && place((2, "ends")) < place((3, "starts")));
}

#[test]
fn a_poller_from_latest_reads_what_comes_after_it() {
    let lab = Lab::new(2);
    let start_s = SimDuration::from_secs(OPEN_S + 11);
    start(&lab, PollerSettings { initial_position: InitialPosition::Latest, start: start_s, ..settings() }, 20);
    lab.run_until_s(OPEN_S + 60);
    let first = lab.all(|_, event| match event {
        Event::RecordsProcessed { from, to, .. } => Some(to - from),
        _ => None,
    });
    assert!(first.iter().sum::<u64>().abs_diff(500) <= 10, "{first:?}");
}

#[test]
fn a_poller_from_a_timestamp_reads_from_there() {
    let lab = Lab::new(1);
    let ago = InitialPosition::AtTimestampAgo(SimDuration::from_secs(4));
    start(&lab, PollerSettings { initial_position: ago, start: SimDuration::from_secs(OPEN_S + 11), ..settings() }, 10);
    lab.run_until_s(OPEN_S + 60);
    let first = lab.all(|_, event| match event {
        Event::RecordsProcessed { from, .. } => Some(*from),
        _ => None,
    });
    assert!(first[0].abs_diff(300) <= 2, "{first:?}");
}

#[test]
fn after_a_crash_a_poller_goes_on_where_its_memory_says() {
    for (resume, duplicates) in [(Resume::Nothing, true), (Resume::Iterator, false), (Resume::Position, false)] {
        let lab = run_with_crash(PollerSettings { resume, ..settings() }, 60, 30, 20, 120);
        let (processed, again) = lab.processed();
        assert_eq!(processed, 3000, "{resume:?}");
        assert_eq!(again > 1000, duplicates, "{resume:?}: {again}");
        assert_eq!(again == 0, !duplicates, "{resume:?}: {again}");
    }
}

#[test]
fn a_restart_in_the_middle_of_a_split_reads_parents_to_their_ends_and_then_their_children() {
    for (initial_position, resume) in [
        (InitialPosition::TrimHorizon, Resume::Iterator),
        (InitialPosition::TrimHorizon, Resume::Position),
        (InitialPosition::Latest, Resume::Position),
    ] {
        let lab = Lab::new(1);
        let reader = start(&lab, PollerSettings { initial_position, resume, ..settings() }, 120);
        lab.run_until_s(OPEN_S + 20);
        lab.world.host(reader).crash();
        let new_starting_hash_key = HashKey::new(1 << 127);
        lab.ask(Request::SplitShard(SplitShard::at(clicks(), ShardId(0), new_starting_hash_key)));
        lab.run_until_s(OPEN_S + 80);
        lab.world.host(reader).boot();
        lab.run_until_s(OPEN_S + 82);
        lab.world.host(reader).crash();
        lab.world.host(reader).boot();
        lab.run_until_s(OPEN_S + 200);
        let first = lab.all(|_, event| match event {
            Event::RecordsProcessed { from, .. } => Some(*from),
            _ => None,
        });
        assert_eq!(first[0], 0, "the poller came before the first record");
        assert_eq!(lab.processed(), (6000, 0), "{initial_position:?} {resume:?}");
    }
}

#[test]
fn a_saved_iterator_that_expired_sends_a_poller_back_to_its_initial_position() {
    let lab = run_with_crash(PollerSettings { resume: Resume::Iterator, ..settings() }, 30, 60, 360, 500);
    assert!(lab.count(EventKind::IteratorExpired) >= 2);
    assert_eq!(lab.processed(), (1500, 1500));
}

#[test]
fn a_poller_that_saves_seldom_repeats_what_it_had_not_saved() {
    let checkpoint = CheckpointPolicy::Every(SimDuration::from_secs(10));
    let processor = ProcessorSettings { checkpoint, ..ProcessorSettings::default() };
    let lab = run_with_crash(PollerSettings { processor, ..settings() }, 60, 38, 1, 120);
    let (processed, again) = lab.processed();
    assert_eq!(processed, 3000);
    assert!((100..=550).contains(&again), "{again}");
}

#[test]
fn an_iterator_that_expired_in_a_pause_of_six_minutes_is_replaced_without_loss() {
    let lab = Lab::new(1);
    let reader = start(&lab, settings(), 60);
    lab.run_until_s(OPEN_S + 30);
    lab.world.host(reader).pause();
    lab.run_until_s(OPEN_S + 390);
    lab.world.host(reader).resume();
    lab.run_until_s(OPEN_S + 500);
    assert_eq!(lab.count(EventKind::IteratorExpired), 1);
    assert_eq!(lab.count(EventKind::IteratorRequested), 2);
    assert_eq!(lab.processed(), (3000, 0));
}

#[test]
fn a_batch_at_which_the_application_throws_is_read_again() {
    let (from, until) = (SimDuration::ZERO, SimDuration::from_secs(1000));
    let script = ProcessorScript { what: ProcessorMishap::Throw, every_records: 700, from, until };
    let processor = ProcessorSettings { faults: vec![script], ..ProcessorSettings::default() };
    let lab = Lab::new(1);
    start(&lab, PollerSettings { processor, ..settings() }, 60);
    lab.run_until_s(OPEN_S + 120);
    let (processed, again) = lab.processed();
    assert_eq!(processed, 3000);
    assert!(again > 0 && lab.count(EventKind::IteratorRequested) > 3, "{again}");
    assert_eq!(lab.count(EventKind::RecordsSkipped), 0);
}

#[test]
fn a_hang_delays_and_loses_nothing() {
    let (from, until) = (SimDuration::ZERO, SimDuration::from_secs(OPEN_S + 20));
    let what = ProcessorMishap::Hang(SimDuration::from_secs(30));
    let script = ProcessorScript { what, every_records: 100, from, until };
    let processor = ProcessorSettings { faults: vec![script], ..ProcessorSettings::default() };
    let lab = Lab::new(1);
    start(&lab, PollerSettings { processor, ..settings() }, 10);
    lab.run_until_s(OPEN_S + 25);
    assert_eq!(lab.processed().0, 99);
    lab.run_until_s(OPEN_S + 200);
    assert_eq!(lab.processed(), (500, 0));
}

#[test]
fn a_poller_that_reads_too_often_is_throttled_and_still_reads_everything() {
    let lab = Lab::new(1);
    let fast = PollerSettings { idle: SimDuration::from_millis(50), ..settings() };
    start(&lab, fast, 20);
    lab.run_until_s(OPEN_S + 120);
    assert!(lab.count(EventKind::ReadRefused) > 10);
    assert_eq!(lab.processed(), (1000, 0));
}

#[test]
fn with_a_transactional_store_effects_are_there_once_whatever_is_repeated() {
    let processor = ProcessorSettings { store: StoreKind::Transactional, ..ProcessorSettings::default() };
    let slow = ProcessorSettings { time_per_record: SimDuration::from_millis(10), ..processor };
    let lab = run_with_crash(PollerSettings { resume: Resume::Nothing, processor: slow, ..settings() }, 60, 30, 5, 200);
    assert_eq!(lab.processed().0, 3000);
    let duplicates = lab.all(|_, event| match event {
        Event::EffectsApplied { duplicates, .. } => Some(*duplicates),
        _ => None,
    });
    assert_eq!(duplicates.iter().sum::<u32>(), 0);
}

#[test]
fn a_poller_of_a_stream_that_is_deleted_says_nothing_of_a_shard_end() {
    let lab = Lab::new(1);
    start(&lab, settings(), 10);
    lab.run_until_s(OPEN_S + 30);
    lab.ask(Request::DeleteStream(DeleteStream { stream: clicks(), with_consumers: false }));
    lab.run_until_s(OPEN_S + 200);
    assert_eq!(lab.processed(), (500, 0));
    assert_eq!(lab.count(EventKind::ProcessingEnded), 0);
}

#[test]
fn lost_messages_delay_a_poller_and_lose_nothing() {
    let lab = Lab::new(2);
    start(&lab, settings(), 30);
    let effect = LinkEffect::Lose(0.2);
    let (clients, services, way) = (Hosts::All, Hosts::Only(vec![crate::aws::STORE]), LinkWay::Both);
    let rule = LinkRule { clients, services, way, operation: None, effect };
    lab.world.host(crate::aws::KINESIS).add_link_rule(1, rule.clone());
    let services = Hosts::Only(vec![crate::aws::KINESIS]);
    let rule = LinkRule { services, operation: Some("GetRecords".into()), ..rule };
    lab.world.host(crate::aws::KINESIS).add_link_rule(1, rule);
    lab.run_until_s(OPEN_S + 2000);
    assert_eq!(lab.processed().0, 1500);
}
