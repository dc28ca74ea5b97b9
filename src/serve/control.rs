//! The routes under `/_kinesim/`: the page, health, clock, faults, state, records, metrics, events, checks.
//!
//! A web page of another origin may not use them: a browser tells the origin, and the `Host` that it thinks it talks
//! to.

use http_body_util::Either;
use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::clock::Pace;
use super::recent::Wanted;
use super::record::{RecordError, Recorder};
use super::replies::{error, json};
use super::{page, query, records, state, work};
use crate::base::written::Duration;
use crate::fault::FaultPlan;
use crate::http::body::{Body, typed, whole};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Answers a control request; `route` is the path behind `/_kinesim`.
pub(super) fn route(app: &App, head: &Parts, route: &str, body: &[u8]) -> Response<Body> {
    if !is_same_origin(app, head) {
        return error(StatusCode::FORBIDDEN, "control routes are not for web pages of another origin");
    }
    let (get, post, delete) = (head.method == Method::GET, head.method == Method::POST, head.method == Method::DELETE);
    if let Some(file) = page::file(route).filter(|_| get) {
        return file;
    }
    match route.trim_end_matches('/') {
        "/health" if get => health(app),
        "/clock" if get => json(&state::clock(app)),
        "/clock" if post => set_clock(app, body),
        "/clock/advance" if post => advance(app, body),
        "/faults" if get => faults(app),
        "/faults" if post => begin_fault(app, body),
        "/faults" if delete => heal_all(app),
        "/faults/kinds" if get => json(&serde_json::json!({ "kinds": app.live.fault_forms(&app.faults) })),
        "/state" if get => state::show(app, |state| json(state)),
        "/records" if get => newest_records(app, head),
        "/metrics" if get => metrics(app),
        "/events" if get => events(app),
        "/events/last" if get => last_events(app, head),
        "/checks" if get => checks(app),
        "/processed" if post => work::processed(app, body),
        "/effect" if post => work::effect(app, body),
        route => match route.strip_prefix("/faults/") {
            Some(id) if delete => heal(app, id),
            _ => error(StatusCode::NOT_FOUND, ROUTES),
        },
    }
}

const ROUTES: &str = "no such route; there are GET health, clock, state, records, metrics, events, events/last, \
                      checks, faults, faults/kinds; POST clock, clock/advance, faults, \
                      processed, effect; DELETE faults, faults/ID";

/// No other web page is behind the request. A loopback endpoint also refuses names that only a rebound DNS entry gives.
fn is_same_origin(app: &App, head: &Parts) -> bool {
    let text = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(&HOST).or(head.uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    let is_same = text(&ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, at)| at == host));
    let is_here = matches!(text(&FETCH_SITE), None | Some("same-origin" | "none"));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let is_allowed = app.allowed_hosts.iter().any(|allowed| allowed == name);
    // Who names hosts means only those.
    is_same && is_here && (is_local || is_allowed || (app.is_public && app.allowed_hosts.is_empty()))
}

fn health(app: &App) -> Response<Body> {
    match app.recorder.as_deref().and_then(Recorder::problem) {
        None => json(&serde_json::json!({ "status": "ok" })),
        Some(problem) => {
            let mut response = json(&serde_json::json!({ "status": "failing", "problem": problem }));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Duration,
}

fn advance(app: &App, body: &[u8]) -> Response<Body> {
    match serde_json::from_slice::<Advance>(body) {
        Ok(Advance { by }) if app.advance(by.0) => json(&state::clock(app)),
        Ok(_) => error(StatusCode::BAD_REQUEST, "the clock goes a hundred years from its start, and no further"),
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
            app.set_pace(pace);
            json(&state::clock(app))
        }
        Err(problem) => error(StatusCode::BAD_REQUEST, &format!("write {{\"pace\": \"x60\"}}: {problem}")),
    }
}

fn faults(app: &App) -> Response<Body> {
    let fault = |(id, fault): (u32, FaultPlan)| serde_json::json!({ "id": id, "what": &*fault.text });
    let faults: Vec<_> = app.live.active_faults().into_iter().map(fault).collect();
    json(&serde_json::json!({ "faults": faults }))
}

/// Begins a fault that is written as in a scenario file.
fn begin_fault(app: &App, body: &[u8]) -> Response<Body> {
    let read = serde_json::from_slice::<serde_json::Value>(body).map_err(|problem| problem.to_string());
    let read = read.and_then(|json| Ok((app.live.read_json_fault(&app.faults, json.clone())?, json)));
    let (fault, written) = match read {
        Ok(read) => read,
        Err(problem) => return error(StatusCode::BAD_REQUEST, &problem),
    };
    if let Err(problem) = app.record(|recorder| recorder.fault(app.live.now(), &written)) {
        return not_kept(&problem);
    }
    let what = fault.text.clone();
    let id = app.live.begin_fault(fault);
    app.wake();
    json(&serde_json::json!({ "id": id, "what": &*what }))
}

fn not_kept(problem: &RecordError) -> Response<Body> {
    error(StatusCode::INTERNAL_SERVER_ERROR, &problem.to_string())
}

fn heal(app: &App, id: &str) -> Response<Body> {
    match id.parse().map_or(Ok(false), |id| app.heal_fault(id)) {
        Ok(true) => faults(app),
        Err(problem) => not_kept(&problem),
        Ok(false) => error(StatusCode::NOT_FOUND, &format!("no fault {id} is in force")),
    }
}

fn heal_all(app: &App) -> Response<Body> {
    for (id, _) in app.live.active_faults() {
        if let Err(problem) = app.heal_fault(id) {
            return not_kept(&problem);
        }
    }
    faults(app)
}

fn newest_records(app: &App, head: &Parts) -> Response<Body> {
    match records::newest(app, head.uri.query().unwrap_or_default()) {
        Ok(records) => json(&serde_json::json!({ "records": records })),
        Err(problem) => error(StatusCode::BAD_REQUEST, &problem),
    }
}

fn metrics(app: &App) -> Response<Body> {
    let text = super::metrics::text(&app.live.figures(), &app.metrics.borrow());
    typed(whole(text), "text/plain; version=0.0.4")
}

fn events(app: &App) -> Response<Body> {
    typed(Either::Right(super::events::listen(&app.lines, app.signals.changes.subscribe())), "application/x-ndjson")
}

/// So many are given when nothing is said, and at most.
const EVENTS: usize = 100;
const EVENTS_MAX: usize = 2000;

/// The last events, and how many of each kind there were.
fn last_events(app: &App, head: &Parts) -> Response<Body> {
    let asked = head.uri.query().unwrap_or_default();
    let value = |key| query::value(asked, key).unwrap_or_default();
    let count = value("last").parse().unwrap_or(EVENTS).min(EVENTS_MAX);
    let kinds = value("kind").split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    let recent = app.watched.recent.borrow();
    let lines = recent.lines(&Wanted { kinds, text: value("text"), count });
    let counts: std::collections::BTreeMap<_, _> = recent.counts().collect();
    let counts = serde_json::json!(counts);
    // The lines are JSON already.
    typed(whole(format!("{{\"counts\":{counts},\"events\":[{}]}}", lines.join(","))), "application/json")
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
