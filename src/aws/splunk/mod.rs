//! Floor 2: Splunk's HTTP event collector, with indexer acknowledgement.
//!
//! What is posted is there at once, and is acknowledged when it is indexed, later. A post that comes twice is there
//! twice. An acknowledgement that was told is forgotten.
//!
//! Not modelled: indexes, source types, searches, how raw text is cut into events (a record is one), several indexers
//! behind a load balancer.

mod api;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

pub(crate) use self::api::Channel;
pub use self::api::{Acks, Error, OPERATIONS, Post, Reply, Request, Response};
pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::{FaultPoints, Trouble, met_by_faults};
use super::protocol::outside::{Asked, Came, Names, Outside};
use crate::base::event::Output;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, Payload, SimDuration, SimTime};
use crate::world::{CallId, Service};

/// The collectors there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By name.
    pub(crate) collectors: BTreeMap<Arc<str>, Collector>,
    /// Every other one.
    pub others: Collector,
    /// Those that are outside of the simulated world. They come before simulated ones.
    pub(crate) outside: Names,
}

/// A collector.
#[derive(Clone, Debug)]
pub struct Collector {
    /// Time from a post to its acknowledgement, from this to that. An assumption.
    pub(crate) indexing: (SimDuration, SimDuration),
    /// The token that it takes; any when absent.
    pub token: Option<Arc<str>>,
    /// Whether indexer acknowledgement is on, which Firehose needs.
    pub(crate) has_acknowledgement: bool,
}

impl Default for Collector {
    fn default() -> Self {
        let s = SimDuration::from_secs;
        Self { indexing: (s(2), s(15)), token: None, has_acknowledgement: true }
    }
}

/// What is known of a channel: its posts that were not acknowledged yet, with the time at which they are.
#[derive(Default)]
struct Pending {
    next: u64,
    posts: BTreeMap<u64, SimTime>,
}

/// What a post is called that is never acknowledged, because of a fault: no collector has so many.
const NEVER_ACKNOWLEDGED: u64 = u64::MAX;

#[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
/// A record that was posted.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    /// When.
    pub at: SimTime,
    /// Its data.
    pub data: Payload,
}

/// The service.
pub struct Splunk {
    settings: Settings,
    events: BTreeMap<Arc<str>, Vec<Indexed>>,
    channels: BTreeMap<(Arc<str>, Channel), Pending>,
    pub(in crate::aws) outside: Outside<CallId, Request>,
    /// Posts to collectors outside that a fault keeps from being acknowledged.
    never_acknowledged: BTreeSet<CallId>,
    faults: FaultPoints,
    random: Random,
}

met_by_faults!(Splunk);

impl Splunk {
    /// Collectors with nothing in them.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        let (faults, random) = (FaultPoints::new(&chance), chance.stream("indexing"));
        let outside = Outside::new(settings.outside.clone());
        let (events, channels, never_acknowledged) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { settings, events, channels, outside, never_acknowledged, faults, random }
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every record that was posted, with its collector, in the order in which they came.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (&str, &Indexed)> {
        self.events.iter().flat_map(|(collector, events)| events.iter().map(move |event| (collector.as_ref(), event)))
    }

    fn post(&mut self, now: SimTime, post: Post, is_acknowledged: bool, events: &mut Vec<Event>) -> Reply {
        let Post { collector, is_event, channel, records, holds, .. } = post;
        if records.iter().all(Payload::is_empty) {
            return Err(Error::NoData);
        }
        if is_event && !records.iter().all(is_event_object) {
            return Err(Error::InvalidDataFormat);
        }
        let settings = self.settings.collectors.get(&collector).unwrap_or(&self.settings.others);
        let indexed_at = match is_acknowledged {
            true => now + self.random.duration(settings.indexing.0, settings.indexing.1),
            false => SimTime::MAX,
        };
        let pending = self.channels.entry((collector.clone(), channel)).or_default();
        let id = pending.next;
        pending.next += 1;
        pending.posts.insert(id, indexed_at);
        events.extend(holds.arrived(Output::Destination));
        let of_collector = self.events.entry(collector).or_default();
        of_collector.extend(records.iter().map(|data| Indexed { at: now, data: data.clone() }));
        Ok(Response::Taken { id })
    }

    fn acks(&mut self, now: SimTime, acks: &Acks) -> Reply {
        let Some(pending) = self.channels.get_mut(&(acks.collector.clone(), acks.channel)) else {
            return Err(Error::InvalidChannel);
        };
        let is_indexed = |id: &u64| pending.posts.get(id).is_some_and(|at| *at <= now);
        let told: BTreeMap<u64, bool> = acks.ids.iter().map(|id| (*id, is_indexed(id))).collect();
        pending.posts.retain(|id, _| !told.get(id).copied().unwrap_or_default());
        Ok(Response::Acks(told))
    }

    /// Has a collector outside do what is asked. It is not asked whether it has indexed what a fault keeps it from
    /// acknowledging.
    fn ask_outside(&mut self, now: SimTime, caller: HostId, request: Request, met: Option<Trouble>) -> Reply {
        if let Request::Acks(acks) = &request
            && acks.ids.iter().all(|id| *id == NEVER_ACKNOWLEDGED)
        {
            return Ok(Response::Acks(acks.ids.iter().map(|id| (*id, false)).collect()));
        }
        if met == Some(Trouble::NoAcknowledgement) {
            self.never_acknowledged.insert(request.call());
        }
        let is_answered = matches!(met, None | Some(Trouble::NoAcknowledgement));
        self.outside.ask(now, request.call(), caller, request, is_answered);
        Ok(Response::Nothing)
    }

    /// Something came back from a collector outside: what its caller is told, if it is told.
    pub(crate) fn came(&mut self, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let Asked { request, caller, is_answered, .. } = self.outside.end(call)?;
        let reply = match came {
            Came::Answer { status, body, .. } => wire::read(*status, body),
            Came::Unreachable {} => Err(Error::Unreachable),
            Came::Broken {} | Came::Done { .. } | Came::Refused { .. } => Err(Error::ConnectionClosed),
            Came::GivenUp {} => return None,
        };
        if let (Request::Post(post), Ok(Response::Taken { .. })) = (&request, &reply) {
            events.extend(post.holds.arrived(Output::Destination));
        }
        tell_refusal(&reply, caller, events);
        let reply = match reply {
            Ok(Response::Taken { .. }) if self.never_acknowledged.remove(&call) => {
                Ok(Response::Taken { id: NEVER_ACKNOWLEDGED })
            }
            reply => reply,
        };
        is_answered.then_some(reply)
    }

    fn carry_out(&mut self, now: SimTime, request: Request, met: Option<Trouble>, events: &mut Vec<Event>) -> Reply {
        let settings = self.settings.collectors.get(request.collector()).unwrap_or(&self.settings.others);
        if settings.token.as_deref().is_some_and(|token| token != request.token()) {
            return Err(Error::InvalidToken);
        }
        if !settings.has_acknowledgement {
            return Err(Error::AckDisabled);
        }
        match request {
            Request::Post(post) => self.post(now, post, met != Some(Trouble::NoAcknowledgement), events),
            Request::Acks(acks) => self.acks(now, &acks),
        }
    }
}

fn tell_refusal(reply: &Reply, host: HostId, events: &mut Vec<Event>) {
    if let Err(error) = reply {
        events.push(Event::SinkRefused { service: "splunk", host, error: error.code() });
    }
}

/// Whether it is an event as the collector wants it. Made-up data passes for one.
fn is_event_object(record: &Payload) -> bool {
    match record {
        Payload::Synthetic { .. } => true,
        Payload::Bytes(bytes) => {
            let read = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes);
            read.is_ok_and(|event| event.contains_key("event"))
        }
    }
}

/// What a call that meets a trouble is told, unless it is what it is told otherwise.
fn told(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Throttle => Some(Err(Error::ServerBusy)),
        Trouble::InternalError => Some(Err(Error::Internal)),
        Trouble::Unavailable => Some(Err(Error::Unavailable)),
        Trouble::Denied => Some(Err(Error::InvalidToken)),
        Trouble::NoAnswer => Some(Ok(Response::Nothing)),
        Trouble::NoAcknowledgement => None,
    }
}

impl Service for Splunk {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let met = self.faults.draw(request.collector(), request.operation());
        let is_carried_out = met.is_none_or(|(_, is_carried_out)| is_carried_out);
        let trouble = met.map(|(trouble, _)| trouble);
        let reply = is_carried_out.then(|| match self.outside.has(request.collector()) {
            true => self.ask_outside(now, caller, request, trouble),
            false => self.carry_out(now, request, trouble, events),
        });
        let reply = trouble.and_then(told).or(reply).unwrap_or(Err(Error::Internal));
        tell_refusal(&reply, caller, events);
        reply
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        match reply {
            Ok(Response::Nothing) => SimDuration::MAX,
            _ => SimDuration::ZERO,
        }
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
