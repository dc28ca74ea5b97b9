//! The services' door for the AWS protocol: an HTTP request to a service's request, and the reply to an HTTP answer.
//!
//! What lies between the two (a network, a clock, faults) is the caller's.

use super::{Account, dynamodb, kinesis};
use super::{Reply, Request};
use crate::aws::kinesis::Request as Streams;
use crate::aws::kinesis::SubscribeToShard;
use crate::aws::kinesis::api::{ConsumerRef, Error, Response};
use crate::aws::protocol::envelope::{self, Api, HttpRequest, HttpResponse};
use crate::aws::protocol::{Encoding, WireError};
use crate::base::ShardId;

/// What bytes need besides the services to become requests, and replies to become bytes.
#[derive(Clone, Debug)]
pub struct Door {
    /// The account that is spoken for.
    pub account: Account,
    /// Wall-clock time of the run's start.
    pub epoch_unix_ms: u64,
}

/// What an answer needs to know of its request.
pub struct Asked {
    encoding: Encoding,
    of: Of,
}

enum Of {
    Kinesis { echo: kinesis::wire::Echo, subscriber: Option<(ConsumerRef, ShardId)> },
    DynamoDb { echo: dynamodb::wire::Echo },
}

/// An answer: whole, or the beginning of a subscription.
pub enum Answer {
    /// All of it.
    Whole(HttpResponse),
    /// Events follow.
    Subscribed(Subscribed),
}

/// A subscription that has begun.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// Who subscribed.
    pub consumer: ConsumerRef,
    /// To what.
    pub shard: ShardId,
    /// The subscription's number.
    pub number: u64,
    /// How its events are written.
    pub encoding: Encoding,
}

impl Door {
    /// Opens a request.
    ///
    /// # Errors
    /// The answer that says what is wrong with it.
    pub fn open(&self, request: &HttpRequest<'_>) -> Result<(Request, Asked), HttpResponse> {
        let opened = envelope::open(request)?;
        let encoding = opened.encoding;
        match opened.api {
            Api::Kinesis => {
                let call = kinesis::wire::decode(opened.operation, &opened.body, &self.account)
                    .map_err(|error| encoding.refusal("", &error))?;
                let of = Of::Kinesis { echo: call.echo, subscriber: subscriber(&call.request) };
                Ok((Request::Kinesis(call.request), Asked { encoding, of }))
            }
            Api::DynamoDb => {
                let call = dynamodb::wire::decode(opened.operation, &opened.body, &self.account)
                    .map_err(|error| dynamodb::wire::wire_refusal(encoding, &error))?;
                Ok((
                    Request::DynamoDb(Box::new(call.request)),
                    Asked { encoding, of: Of::DynamoDb { echo: call.echo } },
                ))
            }
        }
    }

    /// The answer to a request that cannot be carried out through no fault of its own.
    pub fn failure(&self, request: &HttpRequest<'_>) -> HttpResponse {
        match self.open(request) {
            Ok((_, Asked { encoding, of: Of::Kinesis { .. } })) => {
                encoding.refusal("", &WireError::of(&Error::InternalFailure))
            }
            Ok((_, Asked { encoding, of: Of::DynamoDb { .. } })) => {
                dynamodb::wire::refusal(encoding, &dynamodb::api::Error::InternalServerError, &self.account)
            }
            Err(refusal) => refusal,
        }
    }

    /// The answer that a reply becomes.
    pub fn answer(&self, asked: Asked, reply: Reply) -> Answer {
        let encoding = asked.encoding;
        Answer::Whole(match (asked.of, reply) {
            (Of::Kinesis { echo, subscriber }, Reply::Kinesis(Ok(response))) => match (response, subscriber) {
                (Response::Subscribed { subscription: number }, Some((consumer, shard))) => {
                    return Answer::Subscribed(Subscribed { consumer, shard, number, encoding });
                }
                (response, _) => {
                    let body = kinesis::wire::encode(&echo, &response, &self.account, self.epoch_unix_ms);
                    encoding.answer(body.as_ref())
                }
            },
            (Of::Kinesis { .. }, Reply::Kinesis(Err(error))) => encoding.refusal("", &WireError::of(&error)),
            (Of::DynamoDb { echo }, Reply::DynamoDb(Ok(response))) => {
                encoding.answer(Some(&dynamodb::wire::encode(&echo, &response, &self.account, self.epoch_unix_ms)))
            }
            (Of::DynamoDb { .. }, Reply::DynamoDb(Err(error))) => {
                dynamodb::wire::refusal(encoding, &error, &self.account)
            }
            _ => unreachable!("a service's request has its reply"),
        })
    }
}

/// Who subscribes to what.
fn subscriber(request: &Streams) -> Option<(ConsumerRef, ShardId)> {
    match request {
        Streams::SubscribeToShard(SubscribeToShard { consumer, shard, .. }) => Some((consumer.clone(), *shard)),
        _ => None,
    }
}
