//! Closed forms: what books say of a bucket, a queue and Zipf's law, against runs at record level and rates.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Event, Fold, Seed, ShardId, SimTime};
use crate::fluid::flow;
use crate::run::{Options, run};
use crate::scenario;
use crate::scenario::plan::Plan;

fn plan(text: &str, seed: u64) -> Plan {
    scenario::load(text, "t.toml", Some(seed.into())).unwrap_or_else(|d| panic!("{text}\n{d}")).plan()
}

#[test]
fn a_bucket_takes_its_depth_at_once_and_then_its_rate() {
    for (rate, seconds) in [(1500, 120), (2500, 60), (4000, 200)] {
        let text = format!(
            "name = \"bucket\"\nduration = \"{seconds}s\"\n[stream.s]\nshards = 1\n[producer.p]\nstream = \"s\"\n\
             rate = \"{rate}/s\"\nrecord_size = \"100 B\"\nresend_failed = 0\n\
             batch = {{ records = 100, linger = \"10ms\", in_flight = 100 }}\n"
        );
        let plan = plan(&text, 1);
        let bucket = 1000.0 + 1000.0 * f64::from(seconds);
        for figures in [run(&plan, Options::default()).report.figures, flow(&plan).figures] {
            let acked = figures.streams["s"].records_acked as f64;
            assert!((acked - bucket).abs() < 0.002 * bucket, "{rate}/s: {acked} for {bucket}");
            let throttled = figures.streams["s"].records_throttled as f64;
            let refused = f64::from(rate * seconds) - bucket;
            assert!((throttled - refused).abs() < 0.005 * refused + 200.0, "{rate}/s: {throttled} for {refused}");
        }
    }
}

/// Arrivals and first reads of one shard.
#[derive(Default)]
struct Waits {
    arrived: Vec<SimTime>,
    read: Vec<SimTime>,
}

impl Fold for Waits {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordAccepted { shard: ShardId(0), .. } => self.arrived.push(at),
            Event::RecordsRead { shard: ShardId(0), to, .. } => self.read.resize(*to as usize, at),
            _ => {}
        }
    }
}

#[test]
fn what_waits_is_the_rate_times_the_wait() {
    let text = "name = \"little\"\nduration = \"20m\"\n[stream.s]\nshards = 1\n[producer.p]\nstream = \"s\"\n\
                rate = \"90/s\"\n[consumer.c]\nstream = \"s\"\nlibrary = \"poller\"\nprocessing = \"5ms\"\n";
    let waits = Rc::new(RefCell::new(Waits::default()));
    run(&plan(text, 2), Options { listeners: vec![waits.clone()], ..Options::default() });
    let waits = waits.take();
    let seconds = |from: SimTime, to: SimTime| to.since(from).as_secs_f64();
    let waited: Vec<f64> = waits.arrived.iter().zip(&waits.read).map(|(from, to)| seconds(*from, *to)).collect();
    let mean_wait = waited.iter().sum::<f64>() / waited.len() as f64;
    // What waits, looked at every 10 ms.
    let looks = (0..120_000).map(|n| SimTime::from_millis(n * 10));
    let before = |times: &[SimTime], at: SimTime| times.partition_point(|time| *time <= at) as f64;
    let waiting: f64 = looks.map(|at| before(&waits.arrived, at) - before(&waits.read, at)).sum();
    let (waiting, expected) = (waiting / 120_000.0, 90.0 * mean_wait);
    assert!((waiting - expected).abs() < 0.01 * expected, "{waiting} wait, {expected} by Little's law");
    // A poller that needs (idle + its calls) / (1 - load) from read to read has half of that waiting on average.
    let cycle = (1.0 + 0.02) / (1.0 - 0.45);
    assert!((mean_wait - cycle / 2.0).abs() < 0.02 * cycle, "{mean_wait} s for {}", cycle / 2.0);
}

/// Mean wait before service, over the arrivals of a shard that is a small part of its stream, and how sure that is: the
/// mean over parts of the run and 2.093 standard errors, which is 95 % with 20 parts.
fn mean_wait(arrived: &[SimTime], mut service: impl FnMut() -> f64) -> (f64, f64) {
    const PARTS: usize = 20;
    let (mut work, mut last) = (0.0, SimTime::ZERO);
    let waits: Vec<f64> = arrived
        .iter()
        .map(|at| {
            work = f64::max(0.0, work - at.since(last).as_secs_f64());
            last = *at;
            let wait = work;
            work += service();
            wait
        })
        .collect();
    let parts: Vec<f64> = waits.chunks(waits.len() / PARTS).take(PARTS).map(mean).collect();
    let all = mean(&parts);
    let variance = parts.iter().map(|part| (part - all) * (part - all)).sum::<f64>() / (PARTS - 1) as f64;
    (all, 2.093 * (variance / PARTS as f64).sqrt())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn arrivals_of_a_shard_wait_as_in_a_queue_of_one_server() {
    let (mut inside, mut all) = (BTreeMap::new(), 0);
    for seed in 1..=40 {
        let text = "name = \"queue\"\nduration = \"20m\"\n[stream.s]\nshards = 50\n[producer.p]\nstream = \"s\"\n\
                    rate = \"500/s\"\nrecord_size = \"10 B\"\nkeys = { unique = true }\n\
                    batch = { records = 1, in_flight = 1000 }\n";
        let waits = Rc::new(RefCell::new(Waits::default()));
        run(&plan(text, seed), Options { listeners: vec![waits.clone()], ..Options::default() });
        let arrived = waits.take().arrived;
        let rate = arrived.len() as f64 / 1200.0;
        let load = 0.6;
        let service = load / rate;
        // Of fifty shards one has a record or has not: the variance of that is 1 - 1/50 of Poisson's.
        let spread = 1.0 - 1.0 / 50.0;
        let mut random = Seed(seed).stream("service");
        let constant = (mean_wait(&arrived, || service), load * service / (2.0 * (1.0 - load)));
        let drawn = || -service * libm::log(1.0 - random.unit());
        let exponential = (mean_wait(&arrived, drawn), load * service / (1.0 - load));
        for (name, ((measured, sure), formula), part) in [("M/D/1", constant, 1.0), ("M/M/1", exponential, 0.5)] {
            let formula = formula * (1.0 - part * (1.0 - spread));
            *inside.entry(name).or_insert(0) += u32::from((measured - formula).abs() <= sure);
        }
        all += 1;
    }
    println!("inside the 95 % interval, of {all}: {inside:?}");
    assert!(inside.values().all(|inside| inside * 100 >= all * 95), "{inside:?} of {all}");
}

#[test]
fn zipfs_shares_are_the_formulas() {
    let text = "name = \"zipf\"\nduration = \"10m\"\n[stream.s]\nshards = 4\n[producer.p]\nstream = \"s\"\n\
                rate = \"1000/s\"\nrecord_size = \"10 B\"\nkeys = { zipf = 1.1, count = 300 }\n";
    let plan = plan(text, 5);
    let (run, fluid) = (run(&plan, Options::default()).report.figures, flow(&plan).figures);
    let weight = |rank: u32| libm::pow(f64::from(rank), -1.1);
    let total: f64 = (1..=300).map(weight).sum();
    let mut shares: BTreeMap<String, f64> = BTreeMap::new();
    for rank in 1..=300 {
        let key = crate::base::PartitionKey::new(&format!("key-{}", rank - 1)).expect("a key");
        let shard = crate::base::HashKeyRange::uniform(4).position(|range| range.contains(key.hash_key()));
        *shares.entry(ShardId(shard.expect("ranges tile") as u32).to_string()).or_default() += weight(rank) / total;
    }
    for (shard, share) in shares {
        let expected = share * 600_000.0;
        let of_fluid = fluid.streams["s"].shards[&shard].records_acked as f64;
        assert!((of_fluid - expected).abs() < 0.001 * expected + 60.0, "{shard}: {of_fluid} for {expected}");
        // Four standard deviations of a count that is drawn.
        let of_run = run.streams["s"].shards[&shard].records_acked as f64;
        assert!((of_run - expected).abs() < 4.0 * expected.sqrt() + 100.0, "{shard}: {of_run} for {expected}");
    }
}
