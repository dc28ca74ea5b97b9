//! Raw HTTP over the simulated network, and what faults do to it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;

use super::stream::{FromHost, HttpClient};
use super::{Life, Room};
use crate::aws::KINESIS;
use crate::base::{Event, Fold, HostId, SimTime};
use crate::http::client::{HttpError, Timeouts};
use crate::run::run_in_room;
use crate::scenario;

/// When records were accepted, in milliseconds.
#[derive(Default)]
struct Accepted(Vec<u64>);

impl Fold for Accepted {
    fn on(&mut self, at: SimTime, event: &Event) {
        if let Event::RecordAccepted { .. } = event {
            self.0.push(at.as_millis());
        }
    }
}

/// How a put ended, and when it was known.
type Told = (u64, Result<u16, &'static str>);

struct Outcome {
    puts: Vec<Told>,
    accepted_ms: Vec<u64>,
}

fn put() -> Request<Full<Bytes>> {
    let body = r#"{"StreamName":"clicks","PartitionKey":"k","Data":"AAAA"}"#;
    Request::post("http://kinesis.us-east-1.amazonaws.com/")
        .header("x-amz-target", "Kinesis_20131202.PutRecord")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-date", "20260101T000000Z")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c")
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .expect("a request")
}

/// One host puts a record at each of these seconds, on connections that it keeps.
fn puts_at(seconds: &'static [u64], faults: &str) -> Outcome {
    let source = format!(
        "name = \"puts\"\nduration = \"5m\"\n[stream.clicks]\nshards = 1\n\
         [consumer.app]\nstream = \"clicks\"\nlibrary = \"app\"\n\
         [network]\nlatency = \"5ms\"\n{faults}"
    );
    let plan = scenario::load(&source, "test.toml", Some(1.into())).unwrap_or_else(|wrong| panic!("{wrong}")).plan();
    let (told, accepted) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Accepted::default())));
    let telling = told.clone();
    let begin = move |room: &Rc<Room>, life: Rc<Life>| {
        let client = FromHost::client(&room.tcp, life.cx.id());
        let (room_, telling) = (room.clone(), telling.clone());
        room.spawn(async move {
            for second in seconds {
                tokio::time::sleep_until(room_.instant(SimTime::from_secs(*second))).await;
                let outcome = one_put(&client).await;
                telling.borrow_mut().push((room_.now().as_millis(), outcome));
            }
        });
    };
    let listeners: Vec<Rc<RefCell<dyn Fold>>> = vec![accepted.clone()];
    run_in_room(&plan, listeners, begin);
    let (puts, accepted_ms) = (told.take(), std::mem::take(&mut accepted.borrow_mut().0));
    Outcome { puts, accepted_ms }
}

async fn one_put(client: &HttpClient) -> Result<u16, &'static str> {
    let timeouts = Timeouts { connect: Some(Duration::from_secs(3)), read: Some(Duration::from_secs(5)) };
    match client.send(KINESIS, put(), timeouts).await {
        Ok(exchange) => {
            let (response, keep) = exchange.into_parts();
            let status = response.status().as_u16();
            response.into_body().collect().await.map_err(|_| "broken")?;
            keep(client);
            Ok(status)
        }
        Err(HttpError::ConnectTimeout) => Err("no connection"),
        Err(HttpError::ReadTimeout) => Err("no answer"),
        Err(HttpError::Connection(_)) => Err("broken"),
    }
}

#[test]
fn a_kept_connection_saves_a_round_trip() {
    let Outcome { puts, accepted_ms } = puts_at(&[10, 20], "");
    assert_eq!(puts, [(10_020, Ok(200)), (20_010, Ok(200))]);
    assert_eq!(accepted_ms, [10_015, 20_005]);
}

#[test]
fn what_a_partition_stopped_arrives_after_it_and_the_client_has_given_up() {
    let faults = "[[fault]]\nat = \"15s\"\nfor = \"20s\"\npartition = { hosts = [\"app-1\"] }";
    let Outcome { puts, accepted_ms } = puts_at(&[10, 20, 30, 60], faults);
    let outcomes: Vec<_> = puts.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(outcomes, [Ok(200), Err("no answer"), Err("no connection"), Ok(200)]);
    let late: Vec<u64> = accepted_ms.into_iter().filter(|ms| (35_000..60_000).contains(ms)).collect();
    assert_eq!(late.len(), 1, "the put of second 20 is retransmitted and carried out: {late:?}");
}

#[test]
fn an_answer_that_is_lost_leaves_the_record_stored() {
    let faults = "[[fault]]\nat = \"15s\"\nfor = \"10s\"\nlose_responses = { operation = \"PutRecord\" }";
    let Outcome { puts, accepted_ms } = puts_at(&[20, 40], faults);
    assert_eq!(puts[0].1, Err("no answer"));
    assert_eq!(puts[1].1, Ok(200));
    assert_eq!(accepted_ms.len(), 2, "{accepted_ms:?}");
}

#[test]
fn requests_are_duplicated_and_delayed_where_they_are_whole() {
    let faults = "[[fault]]\nat = \"15s\"\nfor = \"10s\"\nduplicate = {}\n\
                  [[fault]]\nat = \"35s\"\nfor = \"10s\"\ndelay = { by = \"1s..1s\" }";
    let Outcome { puts, accepted_ms } = puts_at(&[20, 40], faults);
    assert_eq!(puts[0].1, Ok(200));
    assert_eq!(accepted_ms.len(), 3, "{accepted_ms:?}");
    assert_eq!(puts[1].0, 42_010, "a second each way");
}

#[test]
fn hosts_have_addresses_of_their_own() {
    for host in [HostId(0), HostId(255), HostId(256), HostId(60_000)] {
        assert_eq!(super::tcp::host_at(super::tcp::endpoint(host).ip()), Some(host));
    }
}
