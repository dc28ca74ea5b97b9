//! AWS requests to answers of a live run.

use super::subscriptions::Subscribed;
use crate::base::ShardId;
use crate::cloud::{Reply, Request};
use crate::run::Live;
use crate::service::streams::api::{ConsumerRef, Error, Request as Streams, Response};
use crate::wire::http::{self, Api, HttpRequest, HttpResponse, Opened};
use crate::wire::{Account, WireError, dynamodb, kinesis};

/// An answer: whole, or the beginning of a subscription.
pub(super) enum Answer {
    Whole(HttpResponse),
    Subscribed(Subscribed),
}

/// What an answer needs besides the live run.
pub(super) struct Door {
    /// The account that is spoken for.
    pub account: Account,
    /// Wall-clock time of the run's start.
    pub epoch_unix_ms: u64,
}

impl Door {
    /// Answers one request at the live run's present time. `done` gets the answer, at once or later; `None` when a
    /// fault loses it.
    pub(super) fn answer(
        self: &std::rc::Rc<Self>,
        live: &Live,
        request: &HttpRequest<'_>,
        done: impl FnOnce(Option<Answer>) + 'static,
    ) {
        let opened = match http::open(request) {
            Ok(opened) => opened,
            Err(refusal) => return done(Some(Answer::Whole(refusal))),
        };
        match opened.api {
            Api::Kinesis => self.kinesis(live, &opened, done),
            Api::DynamoDb => self.dynamodb(live, &opened, done),
        }
    }

    fn dynamodb(
        self: &std::rc::Rc<Self>,
        live: &Live,
        opened: &Opened<'_>,
        done: impl FnOnce(Option<Answer>) + 'static,
    ) {
        let encoding = opened.encoding;
        let call = match dynamodb::decode(opened.operation, &opened.body, &self.account) {
            Ok(call) => call,
            Err(error) => return done(Some(Answer::Whole(dynamodb::wire_refusal(encoding, &error)))),
        };
        let (request, echo) = (Request::Table(Box::new(call.request)), call.echo);
        let door = self.clone();
        live.request(request, move |reply| {
            done(reply.map(|reply| {
                Answer::Whole(match reply {
                    Reply::Table(Ok(response)) => {
                        encoding.answer(Some(&dynamodb::encode(&echo, &response, &door.account, door.epoch_unix_ms)))
                    }
                    Reply::Table(Err(error)) => dynamodb::refusal(encoding, &error),
                    _ => unreachable!("a table request has a table reply"),
                })
            }));
        });
    }

    fn kinesis(
        self: &std::rc::Rc<Self>,
        live: &Live,
        opened: &Opened<'_>,
        done: impl FnOnce(Option<Answer>) + 'static,
    ) {
        let encoding = opened.encoding;
        let call = match kinesis::decode(opened.operation, &opened.body, &self.account) {
            Ok(call) => call,
            Err(error) => return done(Some(Answer::Whole(encoding.refusal("", &error)))),
        };
        let subscriber = subscriber(&call.request);
        let (request, echo) = (Request::Streams(call.request), call.echo);
        let door = self.clone();
        live.request(request, move |reply| {
            done(reply.map(|reply| match (reply, subscriber) {
                (Reply::Streams(Ok(Response::Subscribed { subscription })), Some((consumer, shard))) => {
                    Answer::Subscribed(Subscribed { consumer, shard, number: subscription, encoding })
                }
                (Reply::Streams(Ok(response)), _) => {
                    let body = kinesis::encode(&echo, &response, &door.account, door.epoch_unix_ms);
                    Answer::Whole(encoding.answer(body.as_ref()))
                }
                (Reply::Streams(Err(error)), _) => Answer::Whole(encoding.refusal("", &streams_error(&error))),
                _ => unreachable!("a streams request has a streams reply"),
            }));
        });
    }
}

/// Who subscribes to what.
fn subscriber(request: &Streams) -> Option<(ConsumerRef, ShardId)> {
    match request {
        Streams::SubscribeToShard { consumer, shard, .. } => Some((consumer.clone(), *shard)),
        _ => None,
    }
}

fn streams_error(error: &Error) -> WireError {
    let status = match error {
        Error::InternalFailure => 500,
        Error::ServiceUnavailable => 503,
        _ => 400,
    };
    http::service_error(error.code(), error.to_string(), status)
}

#[cfg(test)]
mod tests;
