//! Drivers against the services that they speak to, without a network: what a driver asks is asked at once, and time
//! goes on as far as answers and pauses take.

mod http_endpoint;
mod laws;
mod opensearch;
mod redshift;
mod splunk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Batch, Driver, Failed, Means, Step, driver_for};
use crate::aws::firehose::api::Settings;
use crate::aws::firehose::pipeline::{Backup, Destination, Hints, Pipeline, Processing, S3Output, Source};
use crate::aws::firehose::record::Carried;
use crate::aws::protocol::fault_points::{Fault as CallFault, Trouble};
use crate::aws::{self, Cloud, FIREHOSE, Fault, Request};
use crate::base::body::Coding;
use crate::base::event::{Output, Stage};
use crate::base::seed::Random;
use crate::base::{DeliveryId, Event, Payload, Seed, SimDuration, SimTime};
use crate::world::{Backend, CallError, CallId};

fn s(n: u64) -> SimDuration {
    SimDuration::from_secs(n)
}

fn at(n: u64) -> SimTime {
    SimTime::from_secs(n)
}

/// 24 November 2023, 22:00 UTC.
const EPOCH_UNIX_MS: u64 = 1_700_863_200_000;

fn hints() -> Hints {
    Hints { size_bytes: 5 << 20, interval: s(60) }
}

fn stage() -> S3Output {
    S3Output {
        bucket: "stage".into(),
        prefix: "clicks/".parse().expect("a prefix"),
        error_prefix: "".parse().expect("a prefix"),
        extension: None,
        offset_minutes: 0,
        coding: Coding::Plain,
        hints: hints(),
        partitioning: false,
    }
}

/// A batch of records that arrived a second after each other.
fn batch(count: u64) -> Batch {
    let record = |ordinal| Carried {
        data: Payload::Synthetic { seed: ordinal as u32, len: 100 },
        source: None,
        arrived: at(ordinal),
        ordinal,
        lane: 0,
        part: 0,
    };
    let records: Vec<Carried> = (0..count).map(record).collect();
    let bytes = records.iter().map(Carried::size_bytes).sum();
    Batch { delivery: DeliveryId(0), lane: 0, records, partition: Arc::default(), oldest: SimTime::ZERO, bytes }
}

/// A fault of whole calls, whatever they are about.
fn calls(trouble: Trouble, rate: f64) -> CallFault {
    CallFault { trouble, name: None, operation: None, rate }
}

/// A fault, in force from a second to another.
struct Planned {
    from: SimTime,
    until: SimTime,
    fault: Fault,
    is_on: bool,
}

/// Services and a clock.
struct Bench {
    cloud: Cloud,
    now: SimTime,
    faults: Vec<Planned>,
    random: Random,
    events: Vec<Event>,
    /// When records were sent to the destination, S3 aside.
    attempts: Vec<SimTime>,
    asked: Vec<Request>,
    errors: Vec<&'static str>,
}

/// What became of a batch.
struct Over {
    batch: Batch,
    step: Step,
    driver: Box<dyn Driver>,
}

impl Bench {
    fn new(settings: aws::Settings) -> Self {
        Self {
            cloud: Cloud::new(settings, Seed(1)),
            now: at(100),
            faults: Vec::new(),
            random: Seed(2).stream("driver"),
            events: Vec::new(),
            attempts: Vec::new(),
            asked: Vec::new(),
            errors: Vec::new(),
        }
    }
    /// A fault between two seconds of the run, which begins at the 100th.
    fn with(mut self, from: u64, until: u64, fault: Fault) -> Self {
        self.faults.push(Planned { from: at(from), until: at(until), fault, is_on: false });
        self
    }

    fn turn_faults(&mut self) {
        for (id, planned) in self.faults.iter_mut().enumerate() {
            let should = (planned.from..planned.until).contains(&self.now);
            match (planned.is_on, should) {
                (false, true) => self.cloud.inject(self.now, id as u32, planned.fault.clone(), &mut self.events),
                (true, false) => self.cloud.heal(self.now, id as u32, &mut self.events),
                _ => {}
            }
            planned.is_on = should;
        }
    }

    /// Brings a batch to its destination, whatever it takes.
    fn deliver(&mut self, destination: &Destination, batch: Batch) -> Over {
        let backup = Backup { to: stage(), is_of_all: false };
        let (source, processing, destination) = (Source::DirectPut, Processing::default(), destination.clone());
        let pipeline = Pipeline { source, processing, destination, backup };
        let settings = Settings { retry_pause: (s(1), s(60)), ..Settings::default() };
        let mut driver = driver_for(&pipeline, &Arc::default(), Stage::Deliver, None, &settings);
        let mut step = self.step(|means| driver.next(&batch, means));
        for _ in 0..100_000 {
            step = match step {
                Step::Ask { request, timeout, is_attempt } => {
                    let reply = self.ask(request.into(), timeout, is_attempt).map(Into::into);
                    self.step(|means| driver.told(&batch, reply, means))
                }
                Step::Retry { at, error } => {
                    self.errors.push(error);
                    self.wait_until(at);
                    self.step(|means| driver.next(&batch, means))
                }
                Step::Wait { at } => {
                    self.wait_until(at);
                    self.step(|means| driver.next(&batch, means))
                }
                over => {
                    let over = Over { batch, step: over, driver };
                    self.assert_nothing_is_lost(&over);
                    return over;
                }
            };
        }
        panic!("it never ends: {:?}", self.errors.last());
    }

    fn wait_until(&mut self, at: SimTime) {
        assert!(at > self.now, "it would ask without end");
        self.now = at;
    }

    fn step(&mut self, ask: impl FnOnce(&mut Means<'_>) -> Step) -> Step {
        let mut means = Means {
            now: self.now,
            epoch_unix_ms: EPOCH_UNIX_MS,
            random: &mut self.random,
            call: CallId(0),
            name: "clicks",
            version: 1,
            arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks",
        };
        ask(&mut means)
    }

    fn ask(&mut self, request: Request, timeout: SimDuration, is_attempt: bool) -> Result<aws::Reply, CallError> {
        self.turn_faults();
        if is_attempt && !matches!(request, Request::S3(_)) {
            self.attempts.push(self.now);
        }
        self.asked.push(request.clone());
        let reply = self.cloud.handle(self.now, FIREHOSE, request, &mut self.events);
        let took = Cloud::time_taken(&reply);
        self.now += took.min(timeout);
        if took < timeout { Ok(reply) } else { Err(CallError::TimedOut) }
    }

    /// How often each record arrived at an output.
    fn arrived(&self, at: Output) -> BTreeMap<u64, u32> {
        let mut times = BTreeMap::new();
        for event in &self.events {
            if let Event::RecordsArrived { output, from, to, .. } = event
                && *output == at
            {
                (*from..*to).for_each(|ordinal| *times.entry(ordinal).or_default() += 1);
            }
        }
        times
    }

    /// Every record is at the destination, or goes to the error output, unless a 413 refused it.
    fn assert_nothing_is_lost(&self, over: &Over) {
        let mut found: BTreeSet<u64> = self.arrived(Output::Destination).into_keys().collect();
        found.extend(self.arrived(Output::Errors).into_keys());
        found.extend(over.failed().iter().map(|failed| failed.index as u64));
        if let Step::Refused { is_kept, error, .. } = &over.step {
            // A manifest that lies with the errors was counted above.
            let is_known = *is_kept || *error == "HttpEndpoint.DestinationException";
            found.extend((0..over.batch.records.len() as u64).filter(|_| is_known));
        }
        assert_eq!(found.len(), over.batch.records.len());
    }

    fn attempts_since_first(&self) -> Vec<u64> {
        self.attempts.iter().map(|attempt| attempt.since(self.attempts[0]).as_secs()).collect()
    }
}

impl Over {
    fn failed(&self) -> &[Failed] {
        match &self.step {
            Step::Done { failed } => failed,
            _ => &[],
        }
    }
    fn is_delivered(&self) -> bool {
        matches!(&self.step, Step::Done { failed } if failed.is_empty())
    }
}
