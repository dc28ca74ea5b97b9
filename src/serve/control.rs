//! The routes under `/_kinesim/`: health, clock, state, checks.
//!
//! A web page of another origin may not use them: a browser tells the origin, and the `Host` that it thinks it talks to.

use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::clock::Pace;
use super::http::{App, Body, whole};
use crate::scenario::units::Duration;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Answers a control request; `route` is the path behind `/_kinesim`.
pub(super) fn route(app: &App, head: &Parts, route: &str, body: &[u8]) -> Response<Body> {
    if !is_same_origin(app, head) {
        return error(StatusCode::FORBIDDEN, "control routes are not for web pages of another origin");
    }
    match (&head.method, route.trim_end_matches('/')) {
        (&Method::GET, "/health") => json(&serde_json::json!({ "status": "ok" })),
        (&Method::GET, "/clock") => clock(app),
        (&Method::POST, "/clock") => set_clock(app, body),
        (&Method::POST, "/clock/advance") => advance(app, body),
        (&Method::GET, "/state") => state(app),
        (&Method::GET, "/checks") => checks(app),
        _ => error(StatusCode::NOT_FOUND, "no such route; there are health, clock, clock/advance, state, checks"),
    }
}

/// No other web page is behind the request. A loopback endpoint also refuses names that only a rebound DNS entry gives.
fn is_same_origin(app: &App, head: &Parts) -> bool {
    let text = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(&HOST).or(head.uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    let is_same = text(&ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, at)| at == host));
    let is_here = matches!(text(&FETCH_SITE), None | Some("same-origin" | "none"));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    is_same && is_here && (is_local || app.is_public)
}

#[derive(Serialize)]
struct ClockState {
    now: String,
    unix_ms: u64,
    seconds: f64,
    pace: String,
}

fn clock(app: &App) -> Response<Body> {
    let now = app.live.now();
    let unix_ms = app.door.epoch_unix_ms + now.as_millis();
    let pace = app.clock.borrow().pace().to_string();
    json(&ClockState {
        now: now.to_string(),
        unix_ms,
        seconds: now.since(crate::base::SimTime::ZERO).as_secs_f64(),
        pace,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Duration,
}

fn advance(app: &App, body: &[u8]) -> Response<Body> {
    match serde_json::from_slice::<Advance>(body) {
        Ok(Advance { by }) => {
            app.advance(by.0);
            clock(app)
        }
        Err(problem) => error(StatusCode::BAD_REQUEST, &format!("write {{\"by\": \"24h\"}}: {problem}")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    pace: String,
}

fn set_clock(app: &App, body: &[u8]) -> Response<Body> {
    let pace = serde_json::from_slice::<SetClock>(body).map_err(|problem| problem.to_string());
    match pace.and_then(|set| set.pace.parse::<Pace>().map_err(ToOwned::to_owned)) {
        Ok(pace) => {
            app.clock.borrow_mut().set_pace(pace);
            app.wake();
            clock(app)
        }
        Err(problem) => error(StatusCode::BAD_REQUEST, &format!("write {{\"pace\": \"x60\"}}: {problem}")),
    }
}

fn state(app: &App) -> Response<Body> {
    json(&app.live.figures())
}

#[derive(Serialize)]
struct CheckState<'a> {
    name: &'a str,
    verdict: crate::check::Verdict,
    detail: &'a str,
    evidence: Vec<String>,
}

fn checks(app: &App) -> Response<Body> {
    let results = app.live.checks();
    let states: Vec<CheckState<'_>> = results
        .iter()
        .map(|check| CheckState {
            name: check.name,
            verdict: check.verdict,
            detail: &check.detail,
            evidence: check.evidence.iter().map(ToString::to_string).collect(),
        })
        .collect();
    json(&serde_json::json!({ "trace_hash": format!("{:016x}", app.live.trace_hash()), "checks": states }))
}

fn json(value: &impl Serialize) -> Response<Body> {
    let body = serde_json::to_vec(value).unwrap_or_else(|error| unreachable!("the answer is JSON: {error}"));
    let mut response = Response::new(whole(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn error(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = json(&serde_json::json!({ "error": message }));
    *response.status_mut() = status;
    response
}
