//! A delivery stream with its calls in the hands of a fuzz target, which plays what it calls.

use std::sync::Arc;

use kinesim::aws::firehose::wire::Protocol;
use kinesim::aws::firehose::{Ask, Firehose, PutRecordBatch, Request, Settings, Told};
use kinesim::aws::protocol::{Wire, json};
use kinesim::aws::{Account, lambda, s3};
use kinesim::base::event::Output;
use kinesim::base::{Event, HostId, Payload, Seed, SimDuration, SimTime};
use kinesim::world::Service;

const CLIENT: HostId = HostId(20);

/// What became of records, by what they ended as.
#[derive(Default)]
pub struct Seen {
    /// Names of the objects.
    pub keys: Vec<Arc<str>>,
    pub delivered: u64,
    pub in_error_output: u64,
    pub dropped: u64,
}

/// A delivery stream called `d`, which is ACTIVE.
pub struct Desk {
    firehose: Firehose,
    now: SimTime,
    events: Vec<Event>,
}

impl Desk {
    /// With this configuration of S3, in JSON; none when it is refused.
    pub fn new(s3: &str) -> Option<Self> {
        let account = Account { id: "000000000000".into(), region: "us-east-1".into() };
        let body = format!(r#"{{"DeliveryStreamName":"d","ExtendedS3DestinationConfiguration":{s3}}}"#);
        let body = json::decode(body.as_bytes()).ok()?;
        let (request, ()) = Protocol::decode("CreateDeliveryStream", &body, &account).ok()?;
        let firehose = Firehose::new(Settings::default(), Seed(1));
        let mut desk = Self { firehose, now: SimTime::ZERO, events: Vec::new() };
        desk.firehose.handle(desk.now, CLIENT, request, &mut desk.events).ok()?;
        let active = desk.firehose.next_deadline().expect("it becomes ACTIVE");
        desk.advance(active);
        Some(desk)
    }

    pub fn put(&mut self, records: &[&[u8]]) {
        let records = records.iter().map(|data| Payload::from(data.to_vec())).collect();
        let put = PutRecordBatch { delivery: "d".parse().expect("a name"), records };
        let reply = self.firehose.handle(self.now, CLIENT, Request::PutRecordBatch(put), &mut self.events);
        reply.expect("it is ACTIVE");
    }

    /// Lets an hour go by, in which S3 takes everything and the function answers this.
    pub fn run(mut self, function: impl Fn() -> lambda::Reply) -> Seen {
        let (mut seen, until) = (Seen::default(), self.now + SimDuration::from_secs(3600));
        loop {
            while let Some(call) = self.firehose.poll_call(self.now) {
                let told = match call.request {
                    Ask::S3(s3::Request::PutObject(put)) => {
                        match put.output {
                            Output::Destination => seen.delivered += put.holds.records(),
                            _ => seen.in_error_output += put.holds.records(),
                        }
                        seen.keys.push(put.key);
                        Told::S3(Ok(s3::Response::Done))
                    }
                    Ask::Lambda(_) => Told::Lambda(function()),
                    other => panic!("nobody is there for {other:?}"),
                };
                self.firehose.answered(self.now, call.id, Ok(told), &mut self.events);
            }
            match self.firehose.next_deadline() {
                Some(at) if at <= until => self.advance(at),
                _ => break,
            }
        }
        let dropped = self.events.iter().map(|event| match event {
            Event::RecordsDropped { from, to, .. } => to - from,
            _ => 0,
        });
        seen.dropped = dropped.sum();
        seen
    }

    fn advance(&mut self, at: SimTime) {
        self.now = at;
        self.firehose.advance(at, &mut self.events);
    }
}
