//! Functions whose code is outside of the simulated world: what they are asked waits here until somebody takes it to
//! them and brings the answer. How long that takes is then the outside's affair, and the time of whoever drives the
//! world.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::api::Request;
use crate::base::{SimDuration, SimTime};

/// So long an answer may take (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).
const TIMEOUT: SimDuration = SimDuration::from_mins(5);

/// Which invocation an answer is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InvocationId {
    pub(crate) delivery_arn: Arc<str>,
    /// The same when it is repeated.
    pub number: u64,
    pub(crate) asked_at: SimTime,
}

/// What functions outside were asked and have not answered.
#[derive(Debug, Default)]
pub(super) struct Outside {
    names: BTreeSet<Arc<str>>,
    /// With those that nobody has taken yet still in it.
    waiting: BTreeMap<InvocationId, Option<Request>>,
}

impl Outside {
    pub(super) fn new(names: BTreeSet<Arc<str>>) -> Self {
        Self { names, waiting: BTreeMap::new() }
    }
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
    pub(super) fn ask(&mut self, now: SimTime, request: Request) {
        let (delivery_arn, number) = (request.delivery_arn.clone(), request.invocation);
        self.waiting.insert(InvocationId { delivery_arn, number, asked_at: now }, Some(request));
    }
    /// What is to be taken outside. Nobody waits any longer for what was asked too long ago.
    pub(super) fn take(&mut self, now: SimTime) -> Vec<(InvocationId, Request)> {
        self.waiting.retain(|id, _| now.since(id.asked_at) <= TIMEOUT);
        self.waiting.iter_mut().filter_map(|(id, request)| Some((id.clone(), request.take()?))).collect()
    }
    /// An answer has come. Returns whether somebody still waits for it.
    pub(super) fn end(&mut self, now: SimTime, id: &InvocationId) -> bool {
        self.waiting.remove(id).is_some() && now.since(id.asked_at) <= TIMEOUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(invocation: u64) -> Request {
        let records = Arc::from([]);
        Request { function: "f".into(), invocation, delivery_arn: "arn".into(), source_arn: None, records }
    }

    #[test]
    fn what_is_asked_is_taken_once_and_answered_once() {
        let mut outside = Outside::new(["f".into()].into());
        assert!(outside.has("f") && !outside.has("g"));
        let now = SimTime::from_secs(1);
        outside.ask(now, request(7));
        let taken = outside.take(now);
        assert_eq!((taken.len(), taken[0].0.number, outside.take(now).len()), (1, 7, 0));
        assert!(outside.end(now, &taken[0].0) && !outside.end(now, &taken[0].0));
    }

    #[test]
    fn nobody_waits_for_an_answer_longer_than_five_minutes() {
        let mut outside = Outside::new(["f".into()].into());
        let (now, late) = (SimTime::from_secs(1), SimTime::from_secs(302));
        outside.ask(now, request(7));
        let (id, _) = outside.take(now).remove(0);
        assert!(!outside.end(late, &id));
        outside.ask(now, request(8));
        assert_eq!(outside.take(late).len(), 0);
    }
}
