//! The service with what it calls, without a network: a bench that carries its calls by hand.

mod deliveries;
mod puts;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::api::Reply;
use super::pipeline::{Backup, Destination, FunctionStage, Hints, Pipeline, Processing, S3Output, Source};
use super::{Firehose, PutRecordBatch, Request, Settings};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::lambda;
use crate::aws::lambda::{Function, Lambda};
use crate::aws::protocol::fault_points::{Fault, Trouble};
use crate::aws::s3::S3;
use crate::base::body::Coding;
use crate::base::event::Output;
use crate::base::{DeliveryName, Event, HostId, Payload, RangeSet, Seed, SimDuration, SimTime};
use crate::world::{CallError, CallId, Service};

pub(super) const LATENCY: SimDuration = SimDuration::from_millis(5);
const WEB: HostId = HostId(20);

pub(super) fn name() -> DeliveryName {
    "lake".parse().expect("a name")
}

pub(super) fn output(size_bytes: u64, interval_s: u64) -> S3Output {
    S3Output {
        bucket: "lake".into(),
        prefix: "".parse().expect("a prefix"),
        error_prefix: "".parse().expect("a prefix"),
        extension: None,
        offset_minutes: 0,
        coding: Coding::Plain,
        hints: Hints { size_bytes, interval: SimDuration::from_secs(interval_s) },
        partitioning: false,
    }
}

pub(super) fn pipeline(output: S3Output, processing: Processing) -> Pipeline {
    let backup = Backup { to: output.clone(), is_of_all: false };
    Pipeline { source: Source::DirectPut, processing, destination: Destination::S3(output), backup }
}

pub(super) fn with_function() -> Processing {
    let hints = Hints { size_bytes: 1 << 20, interval: SimDuration::from_secs(10) };
    Processing { function: Some(FunctionStage { name: "f".into(), hints, retries: 3 }), ..Processing::default() }
}

/// An answer on its way.
type OnItsWay = (CallId, Result<Told, CallError>);

/// The service, S3 and Lambda, with calls between them.
pub(super) struct Bench {
    pub(super) firehose: Firehose,
    pub(super) s3: S3,
    pub(super) lambda: Lambda,
    pub(super) now: SimTime,
    pub(super) events: Vec<Event>,
    answers: BTreeMap<(SimTime, u64), OnItsWay>,
    sent: u64,
}

impl Bench {
    pub(super) fn new(pipeline: Pipeline, function: Function) -> Self {
        Self::with(Settings::default(), pipeline, function)
    }
    pub(super) fn with(settings: Settings, pipeline: Pipeline, function: Function) -> Self {
        let functions = BTreeMap::from([(Arc::from("f"), function)]);
        let mut bench = Self {
            firehose: Firehose::new(settings, Seed(1)),
            s3: S3::new(Default::default(), Seed(2)),
            lambda: Lambda::new(lambda::Settings { functions, ..Default::default() }, Seed(3)),
            now: SimTime::ZERO,
            events: Vec::new(),
            answers: BTreeMap::new(),
            sent: 0,
        };
        bench.firehose.provision(bench.now, name(), pipeline, &mut bench.events);
        bench
    }

    /// Puts so many records of this size.
    pub(super) fn put(&mut self, records: u32, len: u32) -> Reply {
        let data: Arc<[Payload]> = (0..records).map(|seed| Payload::Synthetic { seed, len }).collect();
        let request = Request::PutRecordBatch(PutRecordBatch { delivery: name(), records: data });
        let reply = self.firehose.handle(self.now, WEB, request, &mut self.events);
        self.carry();
        reply
    }

    pub(super) fn trouble(&mut self, id: u32, trouble: Trouble, is_of_s3: bool) {
        let fault = Fault { trouble, name: None, operation: None, rate: 1.0 };
        match is_of_s3 {
            true => self.s3.inject(self.now, id, fault, &mut self.events),
            false => self.lambda.inject(self.now, id, fault, &mut self.events),
        }
    }
    pub(super) fn heal(&mut self, id: u32) {
        self.s3.heal(self.now, id, &mut self.events);
        self.lambda.heal(self.now, id, &mut self.events);
    }

    /// Makes the calls that the service wants.
    fn carry(&mut self) {
        while let Some(call) = self.firehose.poll_call(self.now) {
            let arrives = self.now + LATENCY;
            let (reply, took) = match call.request {
                Ask::S3(request) => {
                    let reply = self.s3.handle(arrives, crate::aws::FIREHOSE, request, &mut self.events);
                    let took = S3::time_taken(&reply);
                    (Told::S3(reply), took)
                }
                Ask::Lambda(request) => {
                    let reply = self.lambda.handle(arrives, crate::aws::FIREHOSE, request, &mut self.events);
                    let took = Lambda::time_taken(&reply);
                    (Told::Lambda(reply), took)
                }
                other => unreachable!("nobody here answers {other:?}"),
            };
            let (back, gives_up) = (arrives.saturating_add(took).saturating_add(LATENCY), self.now + call.timeout);
            let answer = if back <= gives_up { Ok(reply) } else { Err(CallError::TimedOut) };
            self.sent += 1;
            self.answers.insert((back.min(gives_up), self.sent), (call.id, answer));
        }
    }

    /// Lets time go on.
    pub(super) fn run_until(&mut self, end: SimTime) {
        loop {
            let answered = self.answers.first_key_value().map(|((at, _), _)| *at);
            let due = self.firehose.next_deadline().map(|at| at.max(self.now));
            let Some(next) = answered.into_iter().chain(due).min().filter(|at| *at <= end) else { break };
            self.now = next;
            if answered == Some(next) {
                let Some((_, (id, answer))) = self.answers.pop_first() else { unreachable!("it was looked at") };
                self.firehose.answered(self.now, id, answer, &mut self.events);
            } else {
                self.firehose.advance(self.now, &mut self.events);
            }
            self.carry();
        }
        self.now = end;
    }
    pub(super) fn run_s(&mut self, seconds: u64) {
        self.run_until(self.now + SimDuration::from_secs(seconds));
    }

    /// The host of the service crashes and is up again.
    pub(super) fn crash(&mut self) {
        self.firehose.crashed(self.now);
        self.answers.clear();
        self.firehose.restarted(self.now);
        self.carry();
    }

    /// Which records came to an output, and how many came again.
    pub(super) fn at(&self, output: Output) -> (RangeSet, u64) {
        let mut set = RangeSet::default();
        let mut again = 0;
        for event in &self.events {
            if let Event::RecordsArrived { output: of, from, to, .. } = event
                && *of == output
            {
                again += set.insert(*from..*to);
            }
        }
        (set, again)
    }
    /// How many records came to an output, each counted once.
    pub(super) fn count_at(&self, output: Output) -> u64 {
        self.at(output).0.count()
    }
    pub(super) fn count(&self, is_it: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| is_it(event)).count()
    }
}
