//! Producers against the real streams service.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::base::{EventKind, Planted};
use crate::client::sdk::RetryMode;
use crate::client::testing::{Lab, clicks};

const OPEN_S: u64 = Lab::OPEN_S;

fn buffered(in_flight_max: u32) -> Batching {
    Batching::Buffered { records_max: 500, bytes_max: 5 << 20, linger: SimDuration::from_millis(100), in_flight_max }
}

fn generated(rate: Rate, keys: KeyDistribution) -> Load {
    Load::Generated { rate, size: SizeDistribution::Fixed(100), keys }
}

fn constant(per_s: f64) -> Load {
    generated(Rate::Constant { per_s }, KeyDistribution::Unique)
}

/// A producer that offers records for ten seconds.
fn settings(load: Load, batching: Batching) -> ProducerSettings {
    ProducerSettings {
        name: "web".into(),
        to: Target::Stream(clicks()),
        hosts: 1,
        start: SimDuration::from_secs(OPEN_S),
        stop: SimDuration::from_secs(OPEN_S + 10),
        load,
        batching,
        retry: RetryMode::Standard,
        resend_failed_max: 3,
        backlog_max: 10_000,
        is_ordered: false,
        template: None,
        planted: Planted::default(),
    }
}

/// Runs the producer in a lab until long after its end.
fn run(shards: u32, settings: ProducerSettings) -> Lab {
    let lab = Lab::new(shards);
    start(&lab, settings);
    lab.run_until_s(OPEN_S + 200);
    lab
}

fn start(lab: &Lab, settings: ProducerSettings) {
    let hosts = settings.hosts;
    let producer = Rc::new(ProducerHosts::new(settings));
    for index in 0..hosts {
        let producer = producer.clone();
        lab.host(&format!("web-{}", index + 1), move |cx| drop(producer.boot(cx, index)));
    }
}

#[test]
fn a_constant_rate_puts_exactly_that_many_records() {
    for batching in [Batching::Single { in_flight_max: 10 }, buffered(2)] {
        for hosts in [1, 3] {
            let lab = run(1, ProducerSettings { hosts, ..settings(constant(50.0), batching.clone()) });
            assert_eq!(lab.finished(), (500, 0));
            assert_eq!(lab.accepted().len(), 500);
        }
    }
}

#[test]
fn a_hot_key_has_its_share_of_the_stream() {
    let keys = KeyDistribution::Hot { key: "celebrity".into(), share: 0.5, count: 1000 };
    let lab = run(4, settings(generated(Rate::Constant { per_s: 1000.0 }, keys), buffered(4)));
    let accepted = lab.accepted();
    let hot = accepted.iter().filter(|(_, key)| key == "celebrity").count();
    assert!(hot.abs_diff(accepted.len() / 2) < accepted.len() / 40, "{hot} of {}", accepted.len());
}

#[test]
fn zipf_keys_make_shards_uneven() {
    let keys = KeyDistribution::Zipf { count: 1000, exponent: 1.5 };
    let lab = run(8, settings(generated(Rate::Constant { per_s: 500.0 }, keys), buffered(4)));
    let counts = lab.accepted_by_shard();
    let most = counts.values().max().expect("records");
    assert!(*most > 2 * 5000 / 8, "{counts:?}");
}

#[test]
fn bursts_arrive_as_bursts() {
    let (every, length) = (SimDuration::from_secs(5), SimDuration::from_secs(1));
    let rate = Rate::Bursts { base_per_s: 10.0, burst_per_s: 400.0, every, length };
    let lab = run(1, settings(generated(rate, KeyDistribution::Unique), Batching::Single { in_flight_max: 100 }));
    let in_second = |s: u64| lab.accepted().iter().filter(|(at, _)| at.as_secs() == OPEN_S + s).count();
    assert_eq!((0..11).map(in_second).sum::<usize>(), 880);
    for (second, expected) in [(1, 10), (4, 400), (6, 10), (9, 400)] {
        assert!(in_second(second).abs_diff(expected) <= 5, "second {second}: {}", in_second(second));
    }
}

#[test]
fn an_ordered_producer_puts_one_record_at_a_time_in_order() {
    let batching = Batching::Single { in_flight_max: 50 };
    let lab = run(3, ProducerSettings { is_ordered: true, ..settings(constant(300.0), batching) });
    let accepted = lab.accepted();
    assert_eq!(accepted.len(), 3000);
    assert!(accepted.iter().enumerate().all(|(n, (_, key))| *key == format!("web-{n}")));
    // A round trip takes 10 ms, so 3000 records take three times as long as they came.
    assert!(accepted[2999].0 >= SimTime::from_secs(OPEN_S + 29));
}

#[test]
fn throttled_records_are_given_up_without_resending_and_put_with_it() {
    // 1,500 records a second for one shard of 1,000.
    let (without, with) = (0, 20);
    let [lost, saved] = [without, with].map(|resend_failed_max| {
        let lab = run(1, ProducerSettings { resend_failed_max, ..settings(constant(1500.0), buffered(50)) });
        let (ok, given_up) = lab.finished();
        assert_eq!(ok + given_up, 15_000, "every record has an end");
        assert_eq!(ok, lab.accepted().len() as u64);
        assert!(lab.count(EventKind::RecordRefused) as u64 >= given_up);
        given_up
    });
    assert!((3000..6000).contains(&lost), "{lost}");
    assert_eq!(saved, 0);
}

#[test]
fn what_finds_no_room_in_the_backlog_is_dropped_and_counted() {
    // One call of 10 ms in flight puts 100 records a second; 200 are offered.
    let batching = Batching::Single { in_flight_max: 1 };
    let lab = run(1, ProducerSettings { backlog_max: 50, ..settings(constant(200.0), batching) });
    let (ok, given_up) = lab.finished();
    assert_eq!(ok + given_up, 2000);
    assert!((1040..=1060).contains(&ok), "{ok}");
}

#[test]
fn batches_are_sent_when_a_bound_is_reached() {
    let sizes = |batching| {
        let lab = run(1, settings(constant(100.0), batching));
        lab.all(|_, event| match event {
            Event::PutAnswered { records, .. } => Some(*records),
            _ => None,
        })
    };
    let batching = |records_max, bytes_max, linger_ms| Batching::Buffered {
        records_max,
        bytes_max,
        linger: SimDuration::from_millis(linger_ms),
        in_flight_max: 5,
    };
    assert_eq!(sizes(batching(20, u64::MAX, 60_000)), [20; 50]);
    // Data of 100 bytes and a key of 5 or more: nine fit into 1,000 bytes.
    assert!(sizes(batching(500, 1000, 60_000)).iter().all(|n| *n == 9 || *n == 1));
    // The first of a batch and those of the 200 ms after it.
    assert_eq!(sizes(batching(500, u64::MAX, 200))[..5], [21; 5]);
}

#[test]
fn nothing_is_offered_to_a_host_that_is_down() {
    let lab = Lab::new(1);
    start(&lab, settings(constant(100.0), Batching::Single { in_flight_max: 10 }));
    let host = lab.world.host(lab.world.host(crate::aws::KINESIS).find("web-1").expect("the host"));
    lab.world.run_until(SimTime::from_millis(OPEN_S * 1000 + 2505));
    host.crash();
    lab.world.run_until(SimTime::from_millis(OPEN_S * 1000 + 5505));
    host.boot();
    lab.run_until_s(OPEN_S + 100);
    let keys: Vec<String> = lab.accepted().into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys.len(), 251 + 449);
    assert!(!keys.contains(&"web-251".to_owned()) && keys.contains(&"web-551".to_owned()));
}

#[test]
fn a_producer_of_few_records_seldom_wakes() {
    let stop = SimDuration::from_secs(OPEN_S + 10_000);
    let lab = Lab::new(1);
    start(&lab, ProducerSettings { stop, ..settings(constant(0.001), buffered(1)) });
    let mut steps = 0;
    while let Some(due) = lab.world.next_due().filter(|due| *due < SimTime::from_secs(OPEN_S + 10_000)) {
        lab.world.run_until(due);
        steps += 1;
    }
    assert_eq!(lab.finished(), (10, 0));
    assert!(steps < 100, "{steps} steps for 10 records");
}

#[test]
fn a_trace_is_put_as_recorded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces/tickers.csv");
    let trace = Arc::new(trace::Trace::read(&path).expect("a trace"));
    let records = trace.records();
    let (size, keys) = (SizeDistribution::Fixed(300), KeyDistribution::Unique);
    let load = Load::Trace { trace, speed: 120.0, scale: 1.0, size, keys };
    let stop = SimDuration::from_secs(OPEN_S + 61);
    let lab = run(4, ProducerSettings { hosts: 2, stop, ..settings(load, buffered(4)) });
    assert_eq!(lab.finished(), (records, 0));
    let keys: std::collections::BTreeSet<String> = lab.accepted().into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["BEVL", "MOXA", "QUIL", "TARN", "WIZP", "ZORB"]);
}
