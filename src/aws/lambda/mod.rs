//! Floor 2: AWS Lambda, as far as functions that transform records for Firehose need it.
//!
//! A function is simulated from what a scenario says of it ([`Function`]): how long it takes, what it makes of records,
//! and what it does wrong. The contract in JSON, as a real function has it, is in `wire.rs`.
//!
//! Not modelled: concurrency of the account, versions and aliases, asynchronous invocation.

mod api;
mod keys;
mod simulated;
mod spread;
pub mod wire;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

pub use self::api::{Answer, Error, OPERATIONS, Reply, Request, Returned, Source, ToTransform, Transformed, Verdict};
pub use self::keys::Keys;
#[cfg_attr(not(feature = "aws-sdk"), expect(unused_imports, reason = "code is the library's users'"))]
pub(crate) use self::simulated::Code;
pub(crate) use self::simulated::{Function, Wrongs};
pub use self::spread::Spread;
pub use super::protocol::fault_points::Fault;

use self::simulated::Invocable;
use super::protocol::fault_points::{FaultPoints, Trouble, met_by_faults};
use super::protocol::outside::{Asked, Came, Names, Outside};
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, SimDuration, SimTime};
use crate::world::{CallId, Service};

/// The functions there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By name.
    pub(crate) functions: BTreeMap<Arc<str>, Function>,
    /// Those whose code is outside of the simulated world. They come before simulated ones of the same name.
    pub(crate) outside: Names,
}

/// The service.
pub struct Lambda {
    functions: BTreeMap<Arc<str>, Invocable>,
    pub(in crate::aws) outside: Outside<CallId, Request>,
    /// When each was invoked last: one that rested starts cold.
    last: BTreeMap<Arc<str>, SimTime>,
    faults: FaultPoints,
    random: Random,
}

met_by_faults!(Lambda);

impl Lambda {
    /// The service with these functions.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            functions: settings.functions.into_iter().map(|(name, of)| (name, Invocable::new(of))).collect(),
            outside: Outside::new(settings.outside),
            last: BTreeMap::new(),
            faults: FaultPoints::new(&chance),
            random: chance.stream("functions"),
        }
    }

    /// A function outside has answered: what its caller is told, if it still waits.
    pub(crate) fn came(&mut self, now: SimTime, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let Asked { at, caller, .. } = self.outside.end(call)?;
        let reply = wire::reply(came)?;
        tell_refusal(&reply, caller, events);
        (now.since(at) <= TIMEOUT).then_some(reply)
    }

    fn invoke(&mut self, now: SimTime, caller: HostId, request: &Request) -> Reply {
        let is_fit = wire::request_bytes(request) <= wire::PAYLOAD_BYTES_MAX;
        if is_fit && self.outside.has(&request.function) {
            self.outside.ask(now, request.call, caller, request.clone(), true);
            return Ok(NO_ANSWER);
        }
        let Some(function) = self.functions.get(&request.function) else {
            return Err(Error::ResourceNotFound(format!("Function not found: {}", request.function).into()));
        };
        if wire::request_bytes(request) > wire::PAYLOAD_BYTES_MAX {
            return Err(Error::RequestTooLarge);
        }
        let rested = self.last.insert(request.function.clone(), now).map(|last| now.since(last));
        Ok(function.invoke(&request.records, rested, &mut self.random))
    }
}

/// So long an answer may take (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).
const TIMEOUT: SimDuration = SimDuration::from_mins(5);

fn tell_refusal(reply: &Reply, host: HostId, events: &mut Vec<Event>) {
    if let Err(error) = reply {
        events.push(Event::SinkRefused { service: "lambda", host, error: error.code() });
    }
}

/// An answer that never sets out.
const NO_ANSWER: Returned = Returned { answer: Answer::Records(Vec::new()), took: SimDuration::MAX };

/// What a call that meets a trouble is told, unless it is the function's own answer.
fn told(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Throttle => Some(Err(Error::TooManyRequests)),
        Trouble::InternalError | Trouble::Unavailable => Some(Err(Error::Service)),
        Trouble::Denied => Some(Err(Error::AccessDenied)),
        Trouble::NoAnswer => Some(Ok(NO_ANSWER)),
        Trouble::NoAcknowledgement => None,
    }
}

impl Service for Lambda {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let met = self.faults.draw(&request.function, request.operation());
        let reply = met.and_then(|(trouble, _)| told(trouble)).unwrap_or_else(|| self.invoke(now, caller, &request));
        tell_refusal(&reply, caller, events);
        reply
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        reply.as_ref().map_or(SimDuration::ZERO, |returned| returned.took)
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Payload, Seed};

    fn lambda() -> Lambda {
        Lambda::new(
            Settings { functions: [("clean".into(), Function::default())].into(), ..Settings::default() },
            Seed(1),
        )
    }

    fn request(function: &str, len: u32) -> Request {
        let data = Payload::Synthetic { seed: 1, len };
        let record = ToTransform { id: 0, arrived: SimTime::ZERO, data, source: None };
        let delivery_arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks".into();
        let (function, records, call) = (function.into(), [record].into(), CallId(0));
        Request { function, invocation: 1, delivery_arn, source_arn: None, records, call }
    }

    #[test]
    fn a_request_over_six_megabytes_and_a_function_that_is_not_there_are_refused() {
        let (mut lambda, mut events) = (lambda(), Vec::new());
        let mut ask = |request| lambda.handle(SimTime::ZERO, HostId(1), request, &mut events);
        assert!(ask(request("clean", 4 << 20)).is_ok());
        assert!(matches!(ask(request("clean", 5 << 20)), Err(Error::RequestTooLarge)));
        assert!(matches!(ask(request("other", 10)), Err(Error::ResourceNotFound(_))));
        assert_eq!(events.len(), 2, "{events:?}");
    }

    #[test]
    fn an_answer_from_outside_counts_for_five_minutes() {
        let names = Names { are_all: false, names: ["clean".into()].into() };
        let mut lambda = Lambda::new(Settings { outside: names, ..Settings::default() }, Seed(1));
        let mut events = Vec::new();
        let asked = SimTime::from_secs(1);
        for (after, counts) in [(300, true), (301, false)] {
            let reply = lambda.handle(asked, HostId(1), request("clean", 10), &mut events);
            assert_eq!((Lambda::time_taken(&reply), lambda.outside.take(asked).len()), (SimDuration::MAX, 1));
            let answered = asked + SimDuration::from_secs(after);
            let told = lambda.came(answered, CallId(0), &Came::Unreachable {}, &mut events);
            assert_eq!(matches!(told, Some(Err(Error::Service))), counts, "{told:?}");
        }
    }

    #[test]
    fn a_reply_sets_out_when_the_function_has_returned() {
        let (mut lambda, mut events) = (lambda(), Vec::new());
        let mut took = |at| Lambda::time_taken(&lambda.handle(at, HostId(1), request("clean", 10), &mut events));
        let (cold, warm) = (took(SimTime::ZERO), took(SimTime::from_secs(10)));
        assert!(cold >= SimDuration::from_millis(310) && warm < SimDuration::from_millis(100), "{cold} {warm}");
    }
}
