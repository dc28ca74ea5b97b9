//! What every request goes through: the faults aimed at it, then the operation.

use std::convert::Infallible;

use super::api::{Error, Reply, Response};
use super::operations::Request;
use super::service::{At, S3};
use crate::aws::protocol::fault_points::Trouble;
use crate::aws::protocol::outside::{Asked, Came};
use crate::base::{Event, HostId, SimDuration, SimTime};
use crate::world::{CallId, Service};

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

impl S3 {
    /// Does what is asked, or has it done outside.
    fn carry_out(&mut self, request: Request, is_answered: bool, at: &mut At<'_>) -> Reply {
        if let Request::PutObject(put) = &request
            && self.outside.has(&put.bucket)
        {
            self.outside.ask(at.now, put.call, at.host, put.clone(), is_answered);
            return Ok(Response::Nothing);
        }
        request.handle(self, at)
    }

    /// A store outside took an object, or did not: what the caller is told, if it is told.
    pub(crate) fn came(&mut self, now: SimTime, call: CallId, came: &Came, events: &mut Vec<Event>) -> Option<Reply> {
        let Asked { request, caller, is_answered, .. } = self.outside.end(call)?;
        let reply = match came {
            Came::Done { .. } => Request::PutObject(request).handle(self, &mut At { now, host: caller, events }),
            Came::Refused { code, .. } => Err(refusal(code)),
            Came::Answer { .. } | Came::Unreachable {} | Came::Broken {} => Err(Error::ServiceUnavailable),
            Came::GivenUp {} => return None,
        };
        if let Err(error) = &reply {
            events.push(Event::SinkRefused { service: "s3", host: caller, error: error.code() });
        }
        is_answered.then_some(reply)
    }
}

/// An error of a store outside, by its code: those that delivery streams may well meet.
fn refusal(code: &str) -> Error {
    match code {
        "AccessDenied" => Error::AccessDenied,
        "NoSuchBucket" => Error::NoSuchBucket,
        "KeyTooLongError" => Error::KeyTooLong,
        "SlowDown" => Error::SlowDown,
        "ServiceUnavailable" => Error::ServiceUnavailable,
        _ => Error::InternalError,
    }
}

impl Service for S3 {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let met = self.faults.draw(request.bucket(), request.operation());
        let Some((trouble, is_carried_out)) = met else {
            return self.carry_out(request, true, &mut At { now, host: caller, events });
        };
        if is_carried_out {
            drop(self.carry_out(request, false, &mut At { now, host: caller, events }));
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
