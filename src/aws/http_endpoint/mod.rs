//! Floor 2: HTTP endpoints that records are posted to.
//!
//! Not modelled: TLS, partners' own rules (a setting makes an endpoint answer amiss).

mod api;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

pub use self::api::{Answer, OPERATIONS, Post, Reply, Request, Unreached};
pub(crate) use self::api::{Manner, RequestId};
pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::{FaultPoints, Trouble, met_by_faults};
use super::protocol::outside::{Came, Names, Outside};
use crate::base::event::Output;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, Payload, SimDuration, SimTime};
use crate::world::{CallId, Service};

/// The endpoints there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Wall-clock time of the run's start, milliseconds since the Unix epoch.
    pub epoch_unix_ms: u64,
    /// By name.
    pub endpoints: BTreeMap<Arc<str>, Endpoint>,
    /// Every other one.
    pub others: Endpoint,
    /// Those that are outside of the simulated world. They come before simulated ones.
    pub(crate) outside: Names,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Time that each post takes, from this to that. An assumption.
    pub(crate) per_post: (SimDuration, SimDuration),
    /// The longest body that it takes, bytes before they are packed; it answers 413 to longer ones. Any when absent.
    pub(crate) body_bytes_max: Option<u64>,
    /// The access key that it takes; any when absent.
    pub(crate) access_key: Option<Arc<str>>,
    /// Whether it takes a request once only, by its id.
    pub(crate) knows_requests: bool,
    /// How it answers what it has taken.
    pub(crate) answers: Manner,
}

impl Default for Endpoint {
    fn default() -> Self {
        let ms = SimDuration::from_millis;
        Self {
            per_post: (ms(20), ms(80)),
            body_bytes_max: None,
            access_key: None,
            knows_requests: false,
            answers: Manner::Rightly,
        }
    }
}

#[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
/// A post that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// When.
    pub at: SimTime,
    /// Its id.
    pub(crate) request_id: RequestId,
    /// Its records.
    pub records: Arc<[Payload]>,
}

#[derive(Default)]
struct Taken {
    posts: Vec<Received>,
    /// Ids of requests, where the endpoint knows them again.
    known: BTreeSet<RequestId>,
}

/// The service.
pub struct HttpEndpoint {
    settings: Settings,
    taken: BTreeMap<Arc<str>, Taken>,
    pub(in crate::aws) outside: Outside<CallId, Post>,
    faults: FaultPoints,
    random: Random,
}

met_by_faults!(HttpEndpoint);

impl HttpEndpoint {
    /// Endpoints that nothing was sent to.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        let (faults, random) = (FaultPoints::new(&chance), chance.stream("posts"));
        let outside = Outside::new(settings.outside.clone());
        Self { settings, taken: BTreeMap::new(), outside, faults, random }
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every post that was taken, with its endpoint, in the order in which they came.
    pub(crate) fn received(&self) -> impl Iterator<Item = (&str, &Received)> {
        self.taken.iter().flat_map(|(name, taken)| taken.posts.iter().map(move |post| (name.as_ref(), post)))
    }

    /// Something came back from an endpoint outside: what its caller is told, if it is told.
    pub(crate) fn came(&mut self, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let asked = self.outside.end(call)?;
        let reply = wire::read(came)?;
        if matches!(reply, Ok(Answer { status: 200, .. })) {
            events.extend(asked.request.holds.arrived(Output::Destination));
        }
        tell_refusal(&reply, asked.caller, events);
        asked.is_answered.then_some(reply)
    }

    fn post(&mut self, now: SimTime, post: &Post, events: &mut Vec<Event>) -> Answer {
        let endpoint = self.settings.endpoints.get(&post.endpoint).unwrap_or(&self.settings.others);
        let took = self.random.duration(endpoint.per_post.0, endpoint.per_post.1);
        let timestamp = self.settings.epoch_unix_ms + now.as_millis();
        let refused = |status| Answer { took, ..wire::refusal(status, post.request_id, timestamp) };
        if endpoint.access_key.is_some() && endpoint.access_key != post.access_key {
            return refused(401);
        }
        if endpoint.body_bytes_max.is_some_and(|max| wire::body_len(&post.records) > max) {
            return refused(413);
        }
        let taken = self.taken.entry(post.endpoint.clone()).or_default();
        let is_new = !endpoint.knows_requests || taken.known.insert(post.request_id);
        if is_new {
            events.extend(post.holds.arrived(Output::Destination));
            let (request_id, records) = (post.request_id, post.records.clone());
            taken.posts.push(Received { at: now, request_id, records });
        }
        Answer { took, ..wire::answer(endpoint.answers, post.request_id, timestamp) }
    }
}

/// Tells that records were not taken.
fn tell_refusal(reply: &Reply, host: HostId, events: &mut Vec<Event>) {
    let error = match reply {
        Ok(Answer { status: 200, .. }) => return,
        Ok(answer) => wire::reason(answer.status),
        Err(Unreached::Refused) => "no connection",
        Err(Unreached::Broken) => "connection lost",
    };
    events.push(Event::SinkRefused { service: "http_endpoint", host, error });
}

/// The status that a call that meets a trouble is answered with, and whether it is answered at all.
fn told(trouble: Trouble) -> Option<u16> {
    match trouble {
        Trouble::Throttle => Some(429),
        Trouble::InternalError => Some(500),
        Trouble::Unavailable => Some(503),
        Trouble::Denied => Some(403),
        Trouble::NoAnswer | Trouble::NoAcknowledgement => None,
    }
}

impl Service for HttpEndpoint {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let operation = request.operation();
        let Request::Post(post) = request;
        let met = self.faults.draw(&post.endpoint, operation);
        let is_carried_out = met.is_none_or(|(_, is_carried_out)| is_carried_out);
        let answer = is_carried_out.then(|| match self.outside.has(&post.endpoint) {
            true => {
                self.outside.ask(now, post.call, caller, post.clone(), met.is_none());
                Answer { took: SimDuration::MAX, ..wire::answer(Manner::Rightly, post.request_id, 0) }
            }
            false => self.post(now, &post, events),
        });
        let timestamp = self.settings.epoch_unix_ms + now.as_millis();
        let answer = match (met.map(|(trouble, _)| (trouble, told(trouble))), answer) {
            (Some((_, Some(status))), _) => wire::refusal(status, post.request_id, timestamp),
            (Some((Trouble::NoAnswer, None)), Some(answer)) => Answer { took: SimDuration::MAX, ..answer },
            (_, Some(answer)) => answer,
            (_, None) => wire::refusal(500, post.request_id, timestamp),
        };
        tell_refusal(&Ok(answer.clone()), caller, events);
        Ok(answer)
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        reply.as_ref().map_or(SimDuration::ZERO, |answer| answer.took)
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
