//! Floor 2: Amazon OpenSearch Service, as far as delivery streams need it: documents that are indexed by bulk requests.
//!
//! A document with the id of another replaces it. Given bytes must be a JSON object, as in a real domain; made-up data
//! passes for one.
//!
//! Not modelled: mappings (a fault refuses documents), searches, shards and replicas, the size of requests.

mod api;
mod faults;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

pub(crate) use self::api::DocumentId;
pub use self::api::{Bulk, Document, Error, OPERATIONS, RefusedDocument, Reply, Request, Response};
pub use self::faults::{DocumentFault, Fault};

use self::faults::DocumentFaults;
use super::protocol::fault_points::{FaultPoints, Trouble};
use super::protocol::outside::{Asked, Came, Names, Outside};
use crate::base::event::Output;
use crate::base::seed::Random;
use crate::base::{Chance, Event, Holds, HostId, Payload, RecordKey, SimDuration, SimTime};
use crate::world::{CallId, Service};

/// The domains there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By name.
    pub(crate) domains: BTreeMap<Arc<str>, Domain>,
    /// Every other one.
    pub(crate) others: Domain,
    /// Those that are outside of the simulated world. They come before simulated ones.
    pub(crate) outside: Names,
}

/// A domain.
#[derive(Clone, Debug)]
pub(crate) struct Domain {
    /// Time that each bulk request takes, from this to that. An assumption.
    pub(crate) per_request: (SimDuration, SimDuration),
    /// Time for each document besides. An assumption.
    pub(crate) per_document: SimDuration,
}

impl Default for Domain {
    fn default() -> Self {
        let ms = SimDuration::from_millis;
        Self { per_request: (ms(20), ms(60)), per_document: SimDuration::from_micros(20) }
    }
}

type Index = BTreeMap<DocumentId, Payload>;

/// The service.
pub struct OpenSearch {
    settings: Settings,
    domains: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Index>>,
    /// How many ids it has given.
    ids: u64,
    pub(in crate::aws) outside: Outside<CallId, Bulk>,
    faults: FaultPoints,
    of_documents: DocumentFaults,
    random: Random,
}

impl OpenSearch {
    /// Domains with nothing in them.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            outside: Outside::new(settings.outside.clone()),
            settings,
            domains: BTreeMap::new(),
            ids: 0,
            faults: FaultPoints::new(&chance),
            of_documents: DocumentFaults::new(&chance),
            random: chance.stream("bulk requests"),
        }
    }
    /// Lets a fault begin; [`OpenSearch::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _: SimTime, id: u32, fault: Fault, _: &mut Vec<Event>) {
        match fault {
            Fault::Call(fault) => self.faults.begin(id, fault),
            Fault::Documents(fault) => self.of_documents.begin(id, fault),
        }
    }
    /// Ends a fault.
    pub fn heal(&mut self, _: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.end(id, events);
        self.of_documents.end(id, events);
    }
    #[cfg_attr(not(test), expect(dead_code, reason = "what arrived is looked at by tests"))]
    /// Every document, with its domain and index, by id.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &str, DocumentId, &Payload)> {
        let indexes = self.domains.iter().flat_map(|(domain, indexes)| {
            indexes.iter().map(move |(name, index)| (domain.as_ref(), name.as_ref(), index))
        });
        indexes.flat_map(|(domain, name, index)| index.iter().map(move |(id, source)| (domain, name, *id, source)))
    }

    /// Indexes what it can. Whatever is there already, under its id, did not arrive anew.
    fn bulk(&mut self, bulk: &Bulk, events: &mut Vec<Event>) -> Reply {
        let Bulk { domain, is_id_given, documents, .. } = bulk;
        let settings = self.settings.domains.get(domain).unwrap_or(&self.settings.others);
        let (low, high) = settings.per_request;
        let took = self.random.duration(low, high) + settings.per_document * documents.len() as u64;
        let indexes = self.domains.entry(domain.clone()).or_default();
        let (mut refused, mut new) = (Vec::new(), Vec::new());
        for (at, document) in documents.iter().enumerate() {
            let unreadable = (!is_object(&document.source)).then(|| RefusedDocument::unreadable(at));
            if let Some(why) = unreadable.or_else(|| self.of_documents.meet(domain, at, document)) {
                refused.push(why);
                continue;
            }
            let id = match is_id_given {
                true => DocumentId::Given(document.record),
                false => {
                    self.ids += 1;
                    DocumentId::Own(self.ids)
                }
            };
            let index = indexes.entry(document.index.clone()).or_default();
            if index.insert(id, document.source.clone()).is_none() {
                new.push(document.record);
            }
        }
        tell_arrival(&new, events);
        Ok(Response::Indexed { refused, took })
    }

    /// Something came back from a domain outside: what its caller is told, if it is told. Which of the documents were
    /// there already is not known.
    pub(crate) fn came(&mut self, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let Asked { request: Bulk { documents, .. }, caller, is_answered, .. } = self.outside.end(call)?;
        let reply = match came {
            Came::Answer { status, body, .. } => wire::read(*status, body, documents.len()),
            Came::Unreachable {} | Came::Broken {} => Err(Error::ServiceUnavailable),
            Came::Done { .. } | Came::Refused { .. } => Err(Error::Internal),
            Came::GivenUp {} => return None,
        };
        if let Ok(Response::Indexed { refused, .. }) = &reply {
            let refused: BTreeSet<usize> = refused.iter().map(|of| of.at).collect();
            let new = documents.iter().enumerate().filter(|(at, _)| !refused.contains(at)).map(|(_, of)| of.record);
            tell_arrival(&new.collect::<Vec<_>>(), events);
        }
        tell_refusal(&reply, caller, events);
        is_answered.then_some(reply)
    }
}

/// Documents that were not there came.
fn tell_arrival(new: &[RecordKey], events: &mut Vec<Event>) {
    for of_one in new.chunk_by(|one, next| one.delivery == next.delivery) {
        let records = of_one.iter().map(|record| (record.lane, record.ordinal, record.part));
        events.extend(Holds::of(of_one[0].delivery, records).arrived(Output::Destination));
    }
}

fn tell_refusal(reply: &Reply, host: HostId, events: &mut Vec<Event>) {
    let error = match reply {
        Err(error) => error.code(),
        Ok(Response::Indexed { refused, .. }) if !refused.is_empty() => "documents refused",
        Ok(_) => return,
    };
    events.push(Event::SinkRefused { service: "opensearch", host, error });
}

/// Whether it is the source of a document.
fn is_object(source: &Payload) -> bool {
    match source {
        Payload::Synthetic { .. } => true,
        Payload::Bytes(bytes) => {
            bytes.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
        }
    }
}

/// What a call that meets a trouble is told, unless it is what it is told otherwise.
fn told(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Throttle => Some(Err(Error::TooManyRequests)),
        Trouble::InternalError => Some(Err(Error::Internal)),
        Trouble::Unavailable => Some(Err(Error::ServiceUnavailable)),
        Trouble::Denied => Some(Err(Error::Forbidden)),
        Trouble::NoAnswer => Some(Ok(Response::Nothing)),
        Trouble::NoAcknowledgement => None,
    }
}

impl Service for OpenSearch {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let operation = request.operation();
        let Request::Bulk(bulk) = request;
        let met = self.faults.draw(&bulk.domain, operation);
        let is_carried_out = met.is_none_or(|(_, is_carried_out)| is_carried_out);
        let reply = is_carried_out.then(|| match self.outside.has(&bulk.domain) {
            true => {
                self.outside.ask(now, bulk.call, caller, bulk, met.is_none());
                Ok(Response::Nothing)
            }
            false => self.bulk(&bulk, events),
        });
        let troubled = met.and_then(|(trouble, _)| told(trouble));
        let reply = troubled.or(reply).unwrap_or(Err(Error::Internal));
        tell_refusal(&reply, caller, events);
        reply
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        match reply {
            Ok(Response::Indexed { took, .. }) => *took,
            Ok(Response::Nothing) => SimDuration::MAX,
            Err(_) => SimDuration::ZERO,
        }
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
