//! Calls of built-in clients as HTTP requests on the simulated network, instead of messages on the world's links.
//!
//! Producers, pollers and the KCL stay as they are; what they call goes out as an AWS SDK would send it, in the same
//! bytes and over the same TCP as calls of foreign code. The operator's calls, those to the application's store, which
//! is no AWS service, and those of enhanced fan-out stay messages.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response};
use tokio::task::AbortHandle;

use super::stream::{FromHost, HttpClient};
use super::{Room, ordinals};
use crate::aws::{self, Cloud, Reply, SPEAKING, Written};
use crate::base::HostId;
use crate::base::event::HostRole;
use crate::http::client::{HttpError, Timeouts};
use crate::http::headers::{AMZ_DATE, TARGET};
use crate::world::{self, CallError, CarriedCall};

/// What is asked of signatures is that they have their parts.
const SIGNATURE: &str =
    "AWS4-HMAC-SHA256 Credential=AKIASIMULATION/20260101/us-east-1/aws/aws4_request, SignedHeaders=host, Signature=0";

/// What enhanced fan-out takes stays messages: built-in clients read no event stream.
const OF_FAN_OUT: [&str; 3] = ["RegisterStreamConsumer", "DescribeStreamConsumer", "SubscribeToShard"];

/// Carries the calls of producers and consumers to Kinesis, Firehose and DynamoDB.
pub(super) struct Carrier {
    room: Weak<Room>,
    /// The HTTP client of each host, and in which of its lives it was made.
    clients: RefCell<BTreeMap<HostId, (u32, Rc<HttpClient>)>>,
}

impl Carrier {
    pub(super) fn new(room: &Rc<Room>) -> Self {
        Self { room: Rc::downgrade(room), clients: RefCell::default() }
    }

    /// A host's connections live as long as the host.
    fn client_of(&self, room: &Room, host: HostId) -> Rc<HttpClient> {
        let boots = room.world.host(host).boots();
        let mut clients = self.clients.borrow_mut();
        match clients.get(&host) {
            Some((made_in, client)) if *made_in == boots => client.clone(),
            _ => {
                let client = Rc::new(FromHost::client(&room.tcp, host));
                clients.insert(host, (boots, client.clone()));
                client
            }
        }
    }
}

impl world::Carrier<Cloud> for Carrier {
    fn carries(&self, client: HostId, service: HostId, operation: &'static str) -> bool {
        if OF_FAN_OUT.contains(&operation) {
            return false;
        }
        let role = self.room.upgrade().map(|room| room.world.host(client).role());
        SPEAKING.contains(&service) && matches!(role, Some(HostRole::Producer | HostRole::Consumer))
    }

    fn carry(&self, call: CarriedCall<Cloud>, request: aws::Request) -> Box<dyn Any> {
        let Some(room) = self.room.upgrade() else { unreachable!("the world runs in its room") };
        let client = self.client_of(&room, call.client());
        let deadline = room.instant(call.deadline());
        let carrying = room.clone();
        let task = room.spawn(async move {
            let replied = tokio::time::timeout_at(deadline, exchange(&carrying, &client, &request));
            let outcome = match replied.await {
                Ok(Ok(reply)) => Ok(reply),
                Ok(Err(_)) => {
                    // An SDK tells a connection that broke from one that is silent; the built-in one waits for both.
                    tokio::time::sleep_until(deadline).await;
                    Err(CallError::TimedOut)
                }
                Err(_) => Err(CallError::TimedOut),
            };
            carrying.catch_up();
            call.end(outcome);
        });
        Box::new(task.map(StopOnDrop))
    }
}

/// Stops a task when nobody waits for what it does.
struct StopOnDrop(AbortHandle);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request and reads its answer.
async fn exchange(room: &Room, client: &HttpClient, request: &aws::Request) -> Result<Reply, HttpError> {
    let written = room.door.write(request);
    let encoding = written.encoding;
    let service = HostId(<Cloud as world::Backend>::service_of(request) as u16);
    let (response, keep) =
        client.send(service, http_request(service, written), Timeouts::default()).await?.into_parts();
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| HttpError::Connection(error.into()))?.to_bytes();
    keep(client);
    let mut reply = room.door.read(request, encoding, head.status.as_u16(), &body);
    ordinals::tell(&Response::from_parts(head, ()), &mut reply);
    Ok(reply)
}

fn http_request(service: HostId, written: Written) -> Request<Full<Bytes>> {
    let host = &Cloud::hosts()[service.index()];
    let request = Request::post("/")
        .header(HOST, format!("{host}.us-east-1.amazonaws.com"))
        .header(CONTENT_TYPE, written.encoding.content_type())
        .header(TARGET, written.target)
        .header(AMZ_DATE, "20260101T000000Z")
        .header(AUTHORIZATION, SIGNATURE)
        .body(Full::new(Bytes::from(written.body)));
    request.unwrap_or_else(|error| unreachable!("all headers are right: {error}"))
}
