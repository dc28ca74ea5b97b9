//! What every request goes through: the faults aimed at it, then the operation.

use std::convert::Infallible;

use super::api::{Error, Reply, Response};
use super::operations::Request;
use super::service::{At, S3};
use crate::aws::protocol::fault_points::Trouble;
use crate::base::{Event, HostId, SimDuration, SimTime};
use crate::world::Service;

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
        let met = self.faults.draw(request.bucket(), request.operation());
        let Some((trouble, is_carried_out)) = met else {
            return request.handle(self, &mut At { now, host: caller, events });
        };
        if is_carried_out {
            drop(request.handle(self, &mut At { now, host: caller, events }));
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
