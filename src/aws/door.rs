//! The services' door for the AWS protocols: an HTTP request to a service's request, and the reply to an HTTP answer.
//!
//! What lies between the two (a network, a clock, faults) is the caller's.

use super::protocol::envelope::{self, HttpRequest, HttpResponse};
use super::protocol::{Account, Encoding, Place, event_stream};
use super::targets::Spoken;
use super::{Echo, Reply, Request, kinesis};
use crate::base::ShardId;

/// What bytes need besides the services to become requests, and replies to become bytes.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// The account that is spoken for.
    pub account: Account,
    /// Wall-clock time of the run's start.
    pub epoch_unix_ms: u64,
}

/// What an answer needs to know of its request.
pub(crate) struct Asked {
    encoding: Encoding,
    echo: Echo,
    subscriber: Option<(kinesis::api::ConsumerRef, ShardId)>,
}

/// An answer: whole, or the beginning of a subscription.
pub enum Answer {
    /// The answer is complete.
    Whole(HttpResponse),
    /// A subscription began: events follow on the same connection.
    Subscribed(Subscribed),
}

/// A subscription that has begun.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// Who subscribed.
    pub consumer: kinesis::api::ConsumerRef,
    /// To what.
    pub shard: ShardId,
    /// The number that the service gave it.
    pub number: u64,
    /// How its events are written.
    pub encoding: Encoding,
}

impl Subscribed {
    /// Returns the frame that begins its answer.
    pub(crate) fn opening(&self) -> Vec<u8> {
        kinesis::wire::initial_response(self.encoding)
    }
}

/// What the service says of a subscription when it is asked.
pub(crate) type Polled = Result<kinesis::api::SubscriptionPoll, kinesis::api::Error>;

impl Door {
    pub(super) fn place(&self) -> Place<'_> {
        Place { account: &self.account, epoch_unix_ms: self.epoch_unix_ms }
    }

    /// Opens a request.
    ///
    /// # Errors
    /// The answer that says what is wrong with it.
    pub(crate) fn open(&self, request: &HttpRequest<'_>) -> Result<(Request, Asked), HttpResponse> {
        let opened = envelope::open(request, &Spoken)?;
        let (request, echo) = Echo::of(&opened, &self.account)?;
        let subscriber = subscriber(&request);
        Ok((request, Asked { encoding: opened.encoding, echo, subscriber }))
    }

    /// Returns the answer to a request that cannot be carried out through no fault of its own.
    pub(crate) fn failure(&self, request: &HttpRequest<'_>) -> HttpResponse {
        match self.open(request) {
            Ok((_, asked)) => asked.echo.failure(asked.encoding, &self.place()),
            Err(refusal) => refusal,
        }
    }

    /// Returns what a subscription has to say, as frames.
    pub(crate) fn next_event(&self, subscribed: &Subscribed, polled: Polled) -> event_stream::Next {
        kinesis::wire::next(subscribed.encoding, polled, self.epoch_unix_ms)
    }

    /// Returns the answer that a reply becomes.
    pub(crate) fn answer(&self, asked: Asked, reply: Reply) -> Answer {
        let Asked { encoding, echo, subscriber } = asked;
        match (subscriber, &reply) {
            (Some((consumer, shard)), Reply::Kinesis(Ok(kinesis::api::Response::Subscribed { subscription }))) => {
                Answer::Subscribed(Subscribed { consumer, shard, number: *subscription, encoding })
            }
            _ => Answer::Whole(echo.answer(encoding, &reply, &self.place())),
        }
    }
}

/// Who subscribes to what: the one answer that is not whole.
fn subscriber(request: &Request) -> Option<(kinesis::api::ConsumerRef, ShardId)> {
    let Request::Kinesis(kinesis::Request::SubscribeToShard(asked)) = request else { return None };
    Some((asked.consumer.clone(), asked.shard))
}
