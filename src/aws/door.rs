//! The services' door for the AWS protocols: an HTTP request to a service's request, and the reply to an HTTP answer.
//!
//! What lies between the two (a network, a clock, faults) is the caller's.

use super::protocol::envelope::{self, HttpRequest, HttpResponse};
use super::protocol::operation::Operation;
use super::protocol::{Account, Encoding, Place, WireError, event_stream};
use super::targets::Spoken;
use super::{Echo, Reply, Request, kinesis, operations, s3};
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
pub(crate) struct Asked(Kind);

/// By what names the operation.
enum Kind {
    /// A target.
    Targeted { encoding: Encoding, echo: Echo, subscriber: Option<(kinesis::api::ConsumerRef, ShardId)> },
    /// Method and path, as S3 has it.
    S3(s3::wire::Echo),
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
        if let Some(rest) = &request.rest {
            let (request, echo) = s3::wire::open(request, rest, &self.place())?;
            return Ok((Request::S3(request), Asked(Kind::S3(echo))));
        }
        let opened = envelope::open(request, &Spoken)?;
        let (request, echo) = Echo::of(&opened, &self.account)?;
        let subscriber = subscriber(&request);
        Ok((request, Asked(Kind::Targeted { encoding: opened.encoding, echo, subscriber })))
    }

    /// Returns the answer to a request that cannot be carried out through no fault of its own.
    pub(crate) fn failure(&self, request: &HttpRequest<'_>) -> HttpResponse {
        match self.open(request) {
            Ok((_, Asked(Kind::Targeted { encoding, echo, .. }))) => echo.failure(encoding, &self.place()),
            Ok((_, Asked(Kind::S3(echo)))) => s3::wire::answer(&echo, &Err(s3::Error::InternalError), &self.place()),
            Err(refusal) => refusal,
        }
    }

    /// Returns the answer to a request whose body is larger than any that is read; `None` where AWS has no words.
    pub(crate) fn too_large(&self, request: &HttpRequest<'_>) -> Option<HttpResponse> {
        let rest = request.rest.as_ref()?;
        Some(s3::wire::refusal(request, rest, s3::Error::EntityTooLarge, &self.place()))
    }

    /// Returns the answer to a request of a region that there is not.
    pub(crate) fn no_region(&self, request: &HttpRequest<'_>, name: &str) -> HttpResponse {
        match &request.rest {
            Some(rest) => {
                let text = format!("The authorization header is malformed; the region '{name}' is wrong");
                s3::wire::refusal(request, rest, s3::Error::AuthorizationHeaderMalformed(text.into()), &self.place())
            }
            None => {
                let text = format!("Credential should be scoped to a valid region, not '{name}'. ");
                Encoding::Json11.refusal("", &WireError::new("InvalidSignatureException", text))
            }
        }
    }

    /// Returns what a subscription has to say, as frames.
    pub(crate) fn next_event(&self, subscribed: &Subscribed, polled: Polled) -> event_stream::Next {
        kinesis::wire::next(subscribed.encoding, polled, self.epoch_unix_ms)
    }

    /// Returns the answer that a reply becomes.
    pub(crate) fn answer(&self, asked: Asked, reply: Reply) -> Answer {
        let (encoding, echo, subscriber) = match (asked.0, &reply) {
            (Kind::Targeted { encoding, echo, subscriber }, _) => (encoding, echo, subscriber),
            (Kind::S3(echo), Reply::S3(reply)) => return Answer::Whole(s3::wire::answer(&echo, reply, &self.place())),
            (Kind::S3(_), other) => unreachable!("a service's request has its reply, not {other:?}"),
        };
        match (subscriber, &reply) {
            (Some((consumer, shard)), Reply::Kinesis(Ok(kinesis::api::Response::Subscribed { subscription }))) => {
                Answer::Subscribed(Subscribed { consumer, shard, number: *subscription, encoding })
            }
            _ => Answer::Whole(echo.answer(encoding, &reply, &self.place())),
        }
    }
}

/// The operation that a request seems to ask for: what its target names, or S3's by its method and path.
pub(crate) fn operation_of(request: &HttpRequest<'_>) -> Option<Operation> {
    match &request.rest {
        Some(rest) => s3::wire::operation(request, rest),
        None => {
            let name = request.target?.rsplit('.').next()?;
            operations().find(|known| known.name() == name)
        }
    }
}

/// The stream, table or bucket that a request is about, if it names one.
pub(crate) fn about(request: &Request) -> Option<String> {
    if let Request::S3(request) = request {
        return Some(request.bucket().to_owned()).filter(|bucket| !bucket.is_empty());
    }
    request.about()
}

/// Who subscribes to what: the one answer that is not whole.
fn subscriber(request: &Request) -> Option<(kinesis::api::ConsumerRef, ShardId)> {
    let Request::Kinesis(kinesis::Request::SubscribeToShard(asked)) = request else { return None };
    Some((asked.consumer.clone(), asked.shard))
}
