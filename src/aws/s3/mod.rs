//! Floor 2: Amazon S3: buckets and their objects.
//!
//! Buckets come into being when something is put into them, unless a setting says which there are.
//!
//! Not modelled: versions, access rights (a fault denies them), storage classes, request rates per prefix (a fault
//! throttles).

mod api;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

pub use self::api::{Error, GetObject, Object, PutObject, Reply, Request, Response};
pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::{FaultPoints, Trouble};
use crate::base::{Chance, Event, HostId, SimDuration, SimTime};
use crate::world::Service;

pub use self::api::OPERATIONS;

/// Nothing about it can be set.
#[derive(Clone, Debug, Default)]
pub struct Settings;

/// The service.
pub struct S3 {
    buckets: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Object>>,
    faults: FaultPoints,
}

impl S3 {
    /// No buckets.
    pub fn new(_: Settings, chance: impl Into<Chance>) -> Self {
        Self { buckets: BTreeMap::new(), faults: FaultPoints::new(&chance.into()) }
    }
    /// Lets a fault begin; [`S3::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _: SimTime, id: u32, fault: Fault, _: &mut Vec<Event>) {
        self.faults.begin(id, fault);
    }
    /// Ends a fault.
    pub fn heal(&mut self, _: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.end(id, events);
    }
    /// Every object, by bucket and key; for exports and tests.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.buckets.iter().flat_map(|(bucket, objects)| {
            objects.iter().map(move |(key, object)| (bucket.as_ref(), key.as_ref(), object))
        })
    }

    fn put(&mut self, now: SimTime, host: HostId, put: PutObject, events: &mut Vec<Event>) -> Reply {
        let PutObject { bucket, key, body, holds, output } = put;
        events.push(Event::ObjectPut {
            bucket: bucket.clone(),
            key: key.clone(),
            bytes: body.plain_len(),
            records: holds.records(),
            host,
        });
        events.extend(holds.arrived(output));
        self.buckets.entry(bucket).or_default().insert(key, Object { body, put_at: now });
        Ok(Response::Done)
    }

    fn carry_out(&mut self, now: SimTime, host: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        match request {
            Request::PutObject(put) => self.put(now, host, put, events),
            Request::GetObject(GetObject { bucket, key }) => {
                let objects = self.buckets.get(&bucket).ok_or(Error::NoSuchBucket)?;
                objects.get(&key).cloned().map(Response::Object).ok_or(Error::NoSuchKey)
            }
        }
    }
}

/// What a call that meets a trouble is told.
fn told(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::Throttle => Err(Error::SlowDown),
        Trouble::InternalError => Err(Error::InternalError),
        Trouble::Unavailable => Err(Error::ServiceUnavailable),
        Trouble::Denied => Err(Error::AccessDenied),
        Trouble::NoAnswer | Trouble::NoAcknowledgement => Ok(Response::Nothing),
    }
}

impl Service for S3 {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let operation = request.operation();
        let Some((trouble, is_carried_out)) = self.faults.draw(request.bucket(), operation) else {
            return self.carry_out(now, caller, request, events);
        };
        if is_carried_out {
            drop(self.carry_out(now, caller, request, events));
        }
        let told = told(trouble);
        if let Err(error) = &told {
            events.push(Event::SinkRefused { service: "s3", host: caller, error: error.code() });
        }
        told
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
