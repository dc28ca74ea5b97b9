//! The routes under `/_kinesim/`: the page, health, clock, faults, state, metrics, events, checks.
//!
//! A web page of another origin may not use them: a browser tells the origin, and the `Host` that it thinks it talks
//! to.

use std::collections::BTreeMap;

use http_body_util::Either;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::clock::Pace;
use super::record::{RecordError, Recorder};
use crate::base::TableName;
use crate::base::lease_row::LeaseRow;
use crate::base::written::Duration;
use crate::fault::{self, FaultPlan, Preset};
use crate::http::body::{Body, whole};
use crate::measure::Figures;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Answers a control request; `route` is the path behind `/_kinesim`.
pub(super) fn route(app: &App, head: &Parts, route: &str, body: &[u8]) -> Response<Body> {
    if !is_same_origin(app, head) {
        return error(StatusCode::FORBIDDEN, "control routes are not for web pages of another origin");
    }
    let (get, post, delete) = (head.method == Method::GET, head.method == Method::POST, head.method == Method::DELETE);
    match route.trim_end_matches('/') {
        "" if get => file("text/html; charset=utf-8", page()),
        "/page.css" if get => file("text/css; charset=utf-8", include_str!("page.css")),
        "/page.js" if get => file("text/javascript; charset=utf-8", include_str!("page.js")),
        "/health" if get => health(app),
        "/clock" if get => json(&clock(app)),
        "/clock" if post => set_clock(app, body),
        "/clock/advance" if post => advance(app, body),
        "/faults" if get => faults(app),
        "/faults" if post => begin_fault(app, body),
        "/faults" if delete => heal_all(app),
        "/state" if get => state(app),
        "/metrics" if get => metrics(app),
        "/events" if get => events(app),
        "/checks" if get => checks(app),
        route => match route.strip_prefix("/faults/") {
            Some(id) if delete => heal(app, id),
            _ => error(StatusCode::NOT_FOUND, ROUTES),
        },
    }
}

const ROUTES: &str = "no such route; there are GET health, clock, state, metrics, events, checks, faults; POST clock, \
                      clock/advance, faults; DELETE faults, faults/ID";

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

#[derive(Serialize)]
struct ClockState {
    now: String,
    unix_ms: u64,
    seconds: f64,
    pace: String,
}

fn clock(app: &App) -> ClockState {
    let now = app.live.now();
    let unix_ms = app.door.epoch_unix_ms + now.as_millis();
    let pace = app.clock.borrow().pace().to_string();
    ClockState { now: now.to_string(), unix_ms, seconds: now.since(crate::base::SimTime::ZERO).as_secs_f64(), pace }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Duration,
}

fn advance(app: &App, body: &[u8]) -> Response<Body> {
    match serde_json::from_slice::<Advance>(body) {
        Ok(Advance { by }) if app.advance(by.0) => json(&clock(app)),
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
            json(&clock(app))
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

#[derive(Serialize)]
struct State {
    clock: ClockState,
    #[serde(flatten)]
    figures: Figures,
    /// Rows of tables that look like lease tables, by table.
    leases: BTreeMap<String, Vec<ShownLease>>,
}

#[derive(Serialize)]
struct ShownLease {
    lease: String,
    owner: Option<String>,
    counter: Option<i64>,
    checkpoint: Option<String>,
}

fn state(app: &App) -> Response<Body> {
    let leases = app.live.look(|cloud| {
        let names: Vec<TableName> = cloud.dynamodb.table_names().cloned().collect();
        let rows = |name: &TableName| {
            let items = cloud.dynamodb.items(name);
            let mut rows: Vec<ShownLease> = items.iter().filter_map(|item| shown(LeaseRow(item))).collect();
            // A table keeps its items by their hash; people look for a shard.
            rows.sort_by(|a, b| a.lease.cmp(&b.lease));
            rows
        };
        let tables = names.iter().map(|name| (name.to_string(), rows(name)));
        tables.filter(|(_, rows): &(String, Vec<ShownLease>)| !rows.is_empty()).collect()
    });
    json(&State { clock: clock(app), figures: app.live.figures(), leases })
}

fn shown(row: LeaseRow<'_>) -> Option<ShownLease> {
    Some(ShownLease {
        lease: row.key()?.to_owned(),
        owner: row.owner().map(str::to_owned),
        counter: row.counter(),
        checkpoint: row.checkpoint_text().map(str::to_owned),
    })
}

fn metrics(app: &App) -> Response<Body> {
    let text = super::metrics::text(&app.live.figures(), &app.metrics.borrow());
    with_type(whole(text), "text/plain; version=0.0.4")
}

fn events(app: &App) -> Response<Body> {
    with_type(Either::Right(super::events::listen(&app.lines, app.signals.changes.subscribe())), "application/x-ndjson")
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
    with_type(whole(body), "application/json")
}

fn with_type(body: Body, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file of the page, which may load nothing from elsewhere and be framed nowhere.
/// The page, with the faults that it offers.
fn page() -> String {
    let option = |preset: &Preset| {
        let json = preset.json.replace('&', "&amp;").replace('"', "&quot;");
        format!("\n          <option value=\"{json}\">{}</option>", preset.label)
    };
    include_str!("page.html").replace("<!-- presets -->", &fault::presets().map(option).collect::<String>())
}

fn file(content_type: &'static str, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = with_type(whole(text), content_type);
    let policy = HeaderValue::from_static(
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    );
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

fn error(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = json(&serde_json::json!({ "error": message }));
    *response.status_mut() = status;
    response
}
