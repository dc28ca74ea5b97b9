//! The first table of docs/speed.md: `cargo bench`.
//!
//! A small harness: each row runs a scenario a few times on one core with the trace hash and all checks on, as
//! every run has them, and prints the median. Arguments choose rows by a part of their name.

use std::hint::black_box;
use std::time::{Duration, Instant};

use kinesim::run::{Options, RunResult, run};
use kinesim::scenario::{self, plan::Plan};

fn main() {
    // `cargo test --benches` passes `--test`: then there is nothing to time.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let chosen: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|c| name.contains(c.as_str()));
    println!("| work | measured | at least | aim |");
    println!("|---|---|---|---|");
    for (name, row) in ROWS {
        if is_chosen(name) {
            let (measured, least, aim) = row();
            println!("| {name} | {measured} | {least} | {aim} |");
        }
    }
}

type Row = fn() -> (String, &'static str, &'static str);

const ROWS: &[(&str, Row)] = &[
    ("fleet: 100 shards, 10 KCL workers, 10 producers of 100 records/s, one hour", fleet),
    ("seeds: 4 shards, 3 workers, 50 records/s, faults, 10 min", seeds),
    ("throughput: PutRecords of 500 x 1 KiB into 64 shards, one consumer reads all", throughput),
    ("memory per retained record", memory),
    ("delivery: PutRecordBatch of 500 x 1 KiB to 10 delivery streams, all of it to S3", direct_put),
    ("delivery: scenarios/clickstream-to-lake.toml, half an hour", clickstream),
    ("delivery: memory per buffered record", buffered),
    ("hash: share of the run's time", hash_share),
    ("fluid: 10,000 shards, 24 h, a daily wave, a consumer that keeps up", || fluid(10_000, 1)),
    ("fluid: 1,000 shards, 7 days, a daily wave, a consumer that keeps up", || fluid(1_000, 7)),
    ("fluid: 10,000 shards, 7 days, a daily wave, a consumer that keeps up", || fluid(10_000, 7)),
    ("fluid: 100 shards, 24 h, a daily wave that throttles at its peak", || fluid(100, 1)),
    ("idle: 7 days at 1 record a minute", idle),
];

/// One configuration by rates: a daily wave, a KCL application and its lease table.
fn fluid(shards: u64, days: u64) -> (String, &'static str, &'static str) {
    // The smallest is the one that goes over its limits.
    let peak = if shards == 100 { 1300 } else { 900 };
    let toml = format!(
        "name = \"fluid\"\nduration = \"{days}d\"\n[stream.s]\nshards = {shards}\n[producer.p]\nstream = \"s\"\n\
         hosts = 1000\nrecord_size = \"500 B\"\nkeys = {{ unique = true }}\n\
         daily = {{ low = \"{}/s\", high = \"{}/s\" }}\n[consumer.c]\nstream = \"s\"\nworkers = 20\n",
        100 * shards,
        peak * shards
    );
    let plan = plan(&toml, 1);
    let (time, flow) = timed(|| kinesim::fluid::flow(&plan));
    let records = flow.figures.streams["s"].records_acked;
    let least = match (shards, days) {
        (10_000, 1) => "under 10 s",
        (1_000, 7) => "under 6 s",
        _ => "",
    };
    (format!("{:.2} s for {:.1} billion records", time.as_secs_f64(), records as f64 / 1e9), least, "")
}

fn plan(toml: &str, seed: u64) -> Plan {
    match scenario::load(toml, "bench.toml", Some(seed.into())) {
        Ok(scenario) => scenario.plan(),
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// The median of five runs, after one that does not count.
fn median_of_runs(toml: &str) -> (Duration, RunResult) {
    let plan = plan(toml, 1);
    let mut result = run(&plan, Options::default());
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let (time, last) = timed(|| run(&plan, Options::default()));
            result = last;
            time
        })
        .collect();
    times.sort();
    (times[2], result)
}

const FLEET: &str = r#"
name = "fleet"
duration = "1h"
[stream.s]
shards = 100
[producer.p]
stream = "s"
hosts = 10
rate = "1000/s"
record_size = "500 B"
keys = { uniform = 10000 }
batch = { records = 500, linger = "100ms" }
[consumer.c]
stream = "s"
library = "kcl-2"
workers = 10
checkpoint_every = "10s"
"#;

fn fleet() -> (String, &'static str, &'static str) {
    let (time, result) = median_of_runs(FLEET);
    let speed = result.report.simulated_seconds / time.as_secs_f64();
    (format!("{speed:.0} simulated s per wall s"), "1,500", "5,000")
}

const SEEDS: &str = r#"
name = "seeds"
duration = "10m"
[stream.s]
shards = 4
[producer.p]
stream = "s"
rate = "50/s"
record_size = "500 B"
keys = { uniform = 1000 }
batch = { records = 100, linger = "200ms" }
[consumer.c]
stream = "s"
library = "kcl-2"
workers = 3
checkpoint_every = "5s"
[[fault]]
at = "2m"
crash = "c-1"
restart_after = "40s"
[[fault]]
at = "4m"
for = "30s"
pause = "c-2"
[[fault]]
at = "5m"
for = "20s"
lose_responses = { service = "dynamodb", rate = "20%" }
"#;

fn seeds() -> (String, &'static str, &'static str) {
    const COUNT: u64 = 100;
    let plans: Vec<Plan> = (0..COUNT).map(|seed| plan(SEEDS, seed)).collect();
    let (time, ()) = timed(|| {
        for plan in &plans {
            black_box(run(plan, Options::default()).report.trace_hash);
        }
    });
    (format!("{:.0} seeds per wall s", COUNT as f64 / time.as_secs_f64()), "25", "100")
}

const THROUGHPUT: &str = r#"
name = "throughput"
duration = "60s"
[stream.s]
shards = 64
[producer.p]
stream = "s"
hosts = 4
rate = "51200/s"
record_size = "1014 B"
keys = { uniform = 100000 }
batch = { records = 500, linger = "100ms", in_flight = 32 }
resend_failed = 0
[consumer.c]
stream = "s"
library = "poller"
processing = "1us"
"#;

fn throughput() -> (String, &'static str, &'static str) {
    let (time, result) = median_of_runs(THROUGHPUT);
    let stream = &result.report.figures.streams["s"];
    let read = result.report.figures.consumers["c"].records_processed;
    assert!(read > stream.records_acked * 9 / 10, "the consumer reads it all: {read} of {}", stream.records_acked);
    let per_s = stream.records_acked as f64 / time.as_secs_f64();
    (format!("{:.2} M records/s", per_s / 1e6), "1 M", "3 M")
}

const RETAINED: &str = r#"
name = "retained"
duration = "200s"
[stream.s]
shards = 64
[producer.p]
stream = "s"
hosts = 4
rate = "51200/s"
record_size = "900 B"
keys = { uniform = 10000 }
batch = { records = 500, linger = "100ms", in_flight = 32 }
"#;

/// Growth of the resident set while about ten million records are retained.
fn memory() -> (String, &'static str, &'static str) {
    let (grown, result) = growth(RETAINED);
    let records = result.report.figures.streams["s"].records_acked;
    let each = grown as f64 / records as f64;
    (format!("{each:.0} B ({:.1} M records)", records as f64 / 1e6), "under 100 B", "48 B")
}

/// By how much the resident set grows in a run, bytes.
fn growth(toml: &str) -> (u64, RunResult) {
    let plan = plan(toml, 1);
    let before = resident_bytes();
    let mut during = 0;
    let mut watch = |_| during = during.max(resident_bytes());
    let result = run(&plan, Options { progress: Some(&mut watch), ..Options::default() });
    (during.saturating_sub(before), result)
}

/// Producers that put 5,000 records a second each to a delivery stream of their own, nearly as much as its quota.
fn deliveries(count: u32, duration: &str, record_size: &str, buffer: &str) -> String {
    let one = |n| {
        format!(
            "[producer.p{n}]\ndelivery = \"d{n}\"\nrate = \"5000/s\"\nrecord_size = \"{record_size}\"\n\
             batch = {{ records = 500, linger = \"100ms\", in_flight = 32 }}\n\
             [delivery.d{n}]\nbuffer = {{ {buffer} }}\ns3 = {{}}\n"
        )
    };
    let all: String = (0..count).map(one).collect();
    format!("name = \"deliveries\"\nduration = \"{duration}\"\n{all}")
}

fn direct_put() -> (String, &'static str, &'static str) {
    let (time, result) = median_of_runs(&deliveries(10, "60s", "1 KiB", "interval = \"10s\""));
    let of = result.report.figures.deliveries.values();
    let (taken, delivered) = of.fold((0, 0), |(a, b), of| (a + of.records_in, b + of.records_delivered));
    assert!(delivered > taken * 9 / 10, "what is put is delivered: {delivered} of {taken}");
    (format!("{:.2} M records/s", delivered as f64 / time.as_secs_f64() / 1e6), "1 M", "")
}

fn clickstream() -> (String, &'static str, &'static str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/clickstream-to-lake.toml");
    let toml = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (time, result) = median_of_runs(&toml);
    let records = result.report.figures.deliveries["lake"].records_in;
    (format!("{:.2} s for {:.1} M records", time.as_secs_f64(), records as f64 / 1e6), "under 4 s", "")
}

/// Growth of the resident set while about nine million records wait in buffers.
fn buffered() -> (String, &'static str, &'static str) {
    let toml = deliveries(64, "28s", "900 B", "size = \"128 MiB\", interval = \"15m\"");
    let (grown, result) = growth(&toml);
    let records: u64 = result.report.figures.deliveries.values().map(|of| of.records_waiting).sum();
    assert!(records > 8_000_000, "nothing is delivered yet: {records} wait");
    let each = grown as f64 / records as f64;
    (format!("{each:.0} B ({:.1} M records)", records as f64 / 1e6), "under 100 B", "")
}

/// Resident memory of this process, where /proc tells it.
fn resident_bytes() -> u64 {
    let Ok(statm) = std::fs::read_to_string("/proc/self/statm") else { return 0 };
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Feeds the events of a run to the hash alone, and compares with the whole run's time. A few at a time, copied just
/// before: in a run, too, the hash gets events that were made a moment ago.
fn hash_share() -> (String, &'static str, &'static str) {
    use std::cell::RefCell;
    use std::rc::Rc;

    use kinesim::base::trace_hash::TraceHash;
    use kinesim::base::{Event, Fold, SimTime};

    #[derive(Default)]
    struct Keep(Vec<(SimTime, Event)>);
    impl Fold for Keep {
        fn on(&mut self, at: SimTime, event: &Event) {
            self.0.push((at, event.clone()));
        }
    }

    let plan = plan(&FLEET.replace("1h", "10m"), 1);
    let kept = Rc::new(RefCell::new(Keep::default()));
    let with_copy = run(&plan, Options { listeners: vec![kept.clone()], ..Options::default() });
    let mut whole: Vec<Duration> = (0..5).map(|_| timed(|| run(&plan, Options::default())).0).collect();
    let mut hash: Vec<Duration> = (0..5)
        .map(|_| {
            let mut hash = TraceHash::new();
            let mut time = Duration::ZERO;
            for few in kept.borrow().0.chunks(200) {
                let few = few.to_vec();
                time += timed(|| few.iter().for_each(|(at, event)| hash.on(*at, event))).0;
            }
            black_box(hash.value());
            time
        })
        .collect();
    assert!(with_copy.report.events > 0);
    whole.sort();
    hash.sort();
    let share = hash[2].as_secs_f64() / whole[2].as_secs_f64() * 100.0;
    (format!("{share:.1} %"), "under 5 %", "")
}

const IDLE: &str = r#"
name = "idle"
duration = "7d"
[stream.s]
shards = 1
retention = "168h"
[producer.p]
stream = "s"
rate = "1/min"
record_size = "500 B"
keys = { uniform = 10 }
[consumer.c]
stream = "s"
library = "kcl-2"
workers = 1
"#;

fn idle() -> (String, &'static str, &'static str) {
    let (time, _) = median_of_runs(IDLE);
    (format!("{:.2} s", time.as_secs_f64()), "under 1 s", "")
}
