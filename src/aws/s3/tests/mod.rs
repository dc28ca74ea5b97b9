//! What S3 promises, request by request as real clients send them.

mod buckets;
mod faults;
mod junk;
mod objects;
mod parts;

use super::*;
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::protocol::rest::Rest;
use crate::aws::protocol::{Account, HttpResponse, Place};
use crate::base::{Event, HostId, Seed, SimTime};
use crate::world::Service;

const CLIENT: HostId = HostId(40);

/// S3 of one region, without a network.
struct Endpoint {
    s3: S3,
    account: Account,
    now: SimTime,
    events: Vec<Event>,
}

impl Endpoint {
    fn of(settings: Settings, region: &str) -> Self {
        let account = Account { id: "000000000000".into(), region: region.into() };
        Self { s3: S3::new(settings, Seed(1)), account, now: SimTime::from_secs(5), events: Vec::new() }
    }
    fn new() -> Self {
        Self::of(Settings::default(), "us-east-1")
    }
    /// With the bucket `lake`.
    fn with_lake() -> Self {
        let mut at = Self::new();
        assert_eq!(at.status("PUT", "/lake"), 200);
        at
    }

    /// The answer to a request with these headers, as `name: value`.
    fn send(&mut self, method: &str, uri: &str, headers: &[&str], body: &[u8]) -> HttpResponse {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let headers = headers.iter().filter_map(|header| header.split_once(": ")).collect();
        let rest = Rest { path, host: Some("localhost:4566"), headers };
        let request = HttpRequest { method, query, body, ..HttpRequest::default() };
        let place = Place { account: &self.account, epoch_unix_ms: 1_800_000_000_000 };
        match wire::open(&request, &rest, &place) {
            Ok((request, echo)) => {
                let reply = self.s3.handle(self.now, CLIENT, request, &mut self.events);
                wire::answer(&echo, &reply, &place)
            }
            Err(refusal) => refusal,
        }
    }
    fn status(&mut self, method: &str, uri: &str) -> u16 {
        self.send(method, uri, &[], b"").status
    }
    /// The body of an answer, which is text.
    fn text(&mut self, method: &str, uri: &str) -> String {
        text(&self.send(method, uri, &[], b""))
    }
    fn put(&mut self, uri: &str, body: &[u8]) -> HttpResponse {
        self.send("PUT", uri, &[], body)
    }
    /// Status and code of the error that a request meets.
    fn refused(&mut self, method: &str, uri: &str, headers: &[&str], body: &[u8]) -> String {
        let answer = self.send(method, uri, headers, body);
        format!("{} {}", answer.status, inside(&text(&answer), "Code").unwrap_or_default())
    }
}

fn text(answer: &HttpResponse) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The text of the first element of this name.
fn inside(xml: &str, name: &str) -> Option<String> {
    let (_, behind) = xml.split_once(&format!("<{name}>"))?;
    Some(behind.split_once(&format!("</{name}>"))?.0.to_owned())
}

/// The texts of all elements of this name.
fn all(xml: &str, name: &str) -> Vec<String> {
    let opening = format!("<{name}>");
    let parts = xml.split(&opening).skip(1);
    parts.filter_map(|part| Some(part.split_once(&format!("</{name}>"))?.0.to_owned())).collect()
}

fn header<'a>(answer: &'a HttpResponse, name: &str) -> Option<&'a str> {
    let headers = answer.rest.as_ref().expect("an answer of REST");
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
