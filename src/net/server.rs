//! Kinesis, Firehose and DynamoDB as HTTP servers on the simulated network.

use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use http_body_util::{BodyExt, Either};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use turmoil_net::shim::tokio::net::TcpListener;

use super::stream::{AsHost, HostStream};
use super::tcp::{endpoint, host_at};
use super::{Room, duration, ordinals};
use crate::aws::firehose;
use crate::aws::kinesis::Request as Streams;
use crate::aws::kinesis::api::PutEntry;
use crate::aws::kinesis::{GetShardIterator, PutRecord, PutRecords, SubscribeToShard};
use crate::aws::protocol::envelope::HttpResponse;
use crate::aws::protocol::event_stream::Next;
use crate::aws::{self, Answer, Reply, Subscribed};
use crate::base::{Event, HostId, Payload, Position, ShardId, SimDuration, SimTime};
use crate::http::body::{Body, whole};
use crate::http::frames::Frames;
use crate::http::headers;
use crate::http::push::{Source, push};
use crate::world::{Backend, Fate};

/// How often a subscription with nothing to say is asked again.
const SUBSCRIPTION_POLL: SimDuration = SimDuration::from_millis(20);

/// Lets the services listen.
pub(super) fn listen(room: &Rc<Room>) {
    for service in aws::SPEAKING.iter().copied() {
        let accepting = accept(room.clone(), service);
        room.spawn(AsHost::new(&room.tcp, service, Box::pin(accepting)));
    }
}

async fn accept(room: Rc<Room>, service: HostId) {
    let Ok(listener) = TcpListener::bind(endpoint(service)).await else {
        unreachable!("nobody else has the services' addresses")
    };
    while let Ok((stream, peer)) = listener.accept().await {
        let Some(client) = host_at(peer.ip()) else { continue };
        let stream = TokioIo::new(HostStream::new(&room.tcp, service, stream));
        let serving = room.clone();
        let answer = service_fn(move |request| answer(serving.clone(), client, service, request));
        let mut http = hyper::server::conn::http1::Builder::new();
        // hyper's Date header would tell the machine's time.
        let connection = http.auto_date_header(false).half_close(true).serve_connection(stream, answer);
        room.spawn(async move {
            // A connection that breaks is the client's affair: it tries again.
            let _ = connection.await;
        });
    }
}

async fn answer(
    room: Rc<Room>,
    client: HostId,
    service: HostId,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return pending().await };
    let body = body.to_bytes();
    let finish = |answer: HttpResponse| Ok(headers::response(answer, room.next_answer(), whole));
    let (request, asked) = match room.door.open(&headers::request(&head, &body)) {
        Ok(opened) => opened,
        Err(refusal) => return finish(refusal),
    };
    let request = with_payloads_of_simulation(request);
    let reply = exchange(&room, client, service, request).await;
    let ordinals = room.is_built_in(client).then(|| ordinals::of(&reply)).flatten();
    match room.door.answer(asked, reply) {
        Answer::Whole(answer) => finish(answer).map(|mut answer| {
            ordinals::put(&mut answer, ordinals);
            answer
        }),
        Answer::Subscribed(subscribed) => {
            let frames = subscribe(&room, client, subscribed);
            Ok(headers::frames(Either::Right(frames), room.next_answer()))
        }
    }
}

/// A request that has arrived whole: what faults on links do to it, the service, and what they do to its answer.
async fn exchange(room: &Rc<Room>, client: HostId, service: HostId, request: aws::Request) -> Reply {
    room.catch_up();
    if !room.world.host(service).is_up() {
        return pending().await;
    }
    let (caller, operation) = (room.world.host(client), aws::Cloud::operation_of(&request));
    match caller.message(service, operation, false) {
        Fate::Lost => return pending().await,
        Fate::Deliver(after) => sleep(after).await,
        Fate::Twice(first, second) => {
            let (again, copy) = (room.clone(), request.clone());
            room.spawn(async move {
                sleep(second).await;
                handle(&again, client, copy);
            });
            sleep(first).await;
        }
    }
    let begins = position_asked(&request);
    let reply = handle(room, client, request);
    if let (Some((shard, position)), Reply::Kinesis(Ok(_))) = (begins, &reply) {
        tell_start(room, client, shard, position);
    }
    match caller.message(service, operation, true) {
        Fate::Lost => return pending().await,
        Fate::Deliver(after) | Fate::Twice(after, _) => sleep(after).await,
    }
    reply
}

/// A built-in producer's records are stored as what they are, not as the bytes that they become on the wire.
fn with_payloads_of_simulation(request: aws::Request) -> aws::Request {
    let known = |mut entry: PutEntry| {
        if let Payload::Bytes(bytes) = entry.data {
            entry.data = Payload::from_wire(Arc::unwrap_or_clone(bytes));
        }
        entry
    };
    let request = match request {
        aws::Request::Firehose(request) => return aws::Request::Firehose(Box::new(with_records(*request))),
        aws::Request::Kinesis(request) => request,
        other => return other,
    };
    aws::Request::Kinesis(match request {
        Streams::PutRecord(PutRecord { stream, entry, sequence_number_for_ordering }) => {
            Streams::PutRecord(PutRecord { stream, entry: known(entry), sequence_number_for_ordering })
        }
        Streams::PutRecords(PutRecords { stream, entries }) => {
            let entries = Arc::unwrap_or_clone(entries).into_iter().map(known);
            Streams::PutRecords(PutRecords { stream, entries: Arc::new(entries.collect()) })
        }
        other => other,
    })
}

fn with_records(request: firehose::Request) -> firehose::Request {
    let known = |data: Payload| match data {
        Payload::Bytes(bytes) => Payload::from_wire(Arc::unwrap_or_clone(bytes)),
        made_up @ Payload::Synthetic { .. } => made_up,
    };
    match request {
        firehose::Request::PutRecord(firehose::PutRecord { delivery, data }) => {
            firehose::Request::PutRecord(firehose::PutRecord { delivery, data: known(data) })
        }
        firehose::Request::PutRecordBatch(firehose::PutRecordBatch { delivery, records }) => {
            let records = records.iter().cloned().map(known).collect();
            firehose::Request::PutRecordBatch(firehose::PutRecordBatch { delivery, records })
        }
        other => other,
    }
}

/// Where a request wants to read a shard from.
fn position_asked(request: &aws::Request) -> Option<(ShardId, Position)> {
    match request {
        aws::Request::Kinesis(
            Streams::GetShardIterator(GetShardIterator { shard, position, .. })
            | Streams::SubscribeToShard(SubscribeToShard { shard, position, .. }),
        ) => Some((*shard, (*position).into())),
        _ => None,
    }
}

/// An application that asks for a position is about to process the shard from there: that is all one sees of it.
fn tell_start(room: &Room, client: HostId, shard: ShardId, start: Position) {
    if let Some(consumer) = room.lives.consumer_of(client) {
        let host = room.world.host(client);
        host.emit(Event::ProcessingStarted { consumer, host: client, shard, start });
    }
}

async fn sleep(span: SimDuration) {
    if !span.is_zero() {
        tokio::time::sleep(duration(span)).await;
    }
}

fn handle(room: &Room, client: HostId, request: aws::Request) -> Reply {
    room.catch_up();
    room.world.with_backend(|cloud, now, events| {
        cloud.advance(now, events);
        cloud.handle(now, client, request, events)
    })
}

/// Begins to send a subscription's events.
fn subscribe(room: &Rc<Room>, client: HostId, subscribed: Subscribed) -> Frames {
    let (body, pushing) = push(subscribed.opening(), Subscription { room: room.clone(), client, subscribed });
    room.spawn(pushing);
    body
}

/// A subscription of a host.
struct Subscription {
    room: Rc<Room>,
    client: HostId,
    subscribed: Subscribed,
}

impl Source for Subscription {
    fn next(&mut self) -> Next {
        let (room, client, Subscribed { consumer, shard, number, .. }) = (&self.room, self.client, &self.subscribed);
        room.catch_up();
        let polled = room.world.with_backend(|cloud, now, events| {
            cloud.advance(now, events);
            cloud.kinesis.poll_subscription(now, client, consumer, *shard, *number, events)
        });
        room.door.next_event(&self.subscribed, polled)
    }
    async fn wait_until(&mut self, until: SimTime) {
        tokio::time::sleep_until(self.room.instant(until)).await;
    }
    async fn wait_for_news(&mut self, until: SimTime) {
        let soon = self.room.now().saturating_add(SUBSCRIPTION_POLL);
        self.wait_until(until.min(soon)).await;
    }
}
