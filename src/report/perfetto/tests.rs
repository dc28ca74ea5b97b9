//! A trace read back: slices nest, names are there, flows have both ends, and no call is missing.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::Value;

use super::Trace;
use super::writer::{Place, Writer};
use crate::aws::{Cloud, Reply, Request};
use crate::base::{Event, Fold, HostId, SimTime};
use crate::run::{Options, run, run_witnessed};
use crate::scenario::plan::Plan;
use crate::scenario::{self, LIVELY};
use crate::world::{Backend, Witness};

/// Answers are lost as well.
const LOST: &str = r#"
[[fault]]
at = "200s"
for = "10s"
lose_responses = { service = "dynamodb", operation = "UpdateItem", rate = "50%" }
"#;

fn plan() -> Plan {
    scenario::load(&format!("{LIVELY}{LOST}"), "lively.toml", None).unwrap_or_else(|d| panic!("{d}")).plan()
}

/// Counts calls by operation on its own, beside a trace.
struct Counting<T> {
    inner: T,
    sent: RefCell<BTreeMap<String, u64>>,
}

impl<T: Witness<Cloud>> Witness<Cloud> for Counting<T> {
    fn sent(&self, at: SimTime, host: HostId, request: &Request) -> Option<u32> {
        *self.sent.borrow_mut().entry(Cloud::operation_of(request).to_owned()).or_default() += 1;
        self.inner.sent(at, host, request)
    }
    fn ended(&self, at: SimTime, number: u32, reply: Option<&Reply>) {
        self.inner.ended(at, number, reply);
    }
}

/// What is written, and can still be read when the writer is gone.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Traced {
    events: Vec<Value>,
    other: Value,
    said: String,
    sent: BTreeMap<String, u64>,
    hash: u64,
}

fn traced(bytes_max: Option<[u64; 2]>) -> Traced {
    let out = Shared::default();
    let mut trace = Trace::new(out.clone());
    if let Some(bytes_max) = bytes_max {
        trace.writer = trace.writer.bounded(bytes_max);
    }
    let trace = Rc::new(RefCell::new(trace));
    let calls = Rc::new(Counting { inner: Trace::calls(&trace), sent: RefCell::default() });
    let options = Options { listeners: vec![trace.clone()], ..Options::default() };
    let hash = run_witnessed(&plan(), options, Some(calls.clone())).report.trace_hash;
    let sent = calls.sent.take();
    drop(calls);
    let said = Rc::into_inner(trace).expect("the run is over").into_inner().finish().expect("memory");
    let mut read: Value = serde_json::from_slice(&out.0.borrow()).expect("JSON");
    let events = read["traceEvents"].as_array().expect("a list").clone();
    Traced { events, other: read["otherData"].take(), said, sent, hash }
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

/// A time or a length in whole nanoseconds.
fn nanos(event: &Value, key: &str) -> u64 {
    (event[key].as_f64().expect("a number") * 1000.0).round() as u64
}

fn track(event: &Value) -> (u64, u64) {
    (event["pid"].as_u64().expect("a process"), event["tid"].as_u64().expect("a thread"))
}

fn slices(events: &[Value]) -> BTreeMap<(u64, u64), Vec<(u64, u64)>> {
    let mut slices: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events.iter().filter(|event| text(event, "ph") == "X") {
        let from = nanos(event, "ts");
        slices.entry(track(event)).or_default().push((from, from + nanos(event, "dur")));
    }
    slices.values_mut().for_each(|slices| slices.sort_unstable());
    slices
}

/// What a viewer would stumble over.
fn mistakes(events: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let slices = slices(events);
    for (track, slices) in &slices {
        let overlaps = slices.windows(2).filter(|two| two[1].0 < two[0].1);
        found.extend(overlaps.map(|two| format!("slices of track {track:?} overlap: {two:?}")));
    }
    let named = |what: &str| -> BTreeSet<(u64, u64)> {
        events.iter().filter(|event| text(event, "name") == what && text(event, "ph") == "M").map(track).collect()
    };
    let (threads, processes) = (named("thread_name"), named("process_name"));
    for track in slices.keys() {
        let process = (track.0, 0);
        if !threads.contains(track) || !processes.contains(&process) {
            found.push(format!("track {track:?} has no name"));
        }
    }
    let tids: BTreeSet<u64> = threads.iter().map(|(_, tid)| *tid).collect();
    if tids.len() != threads.len() {
        found.push("a thread's number is used twice".into());
    }
    let mut flows: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for event in events.iter().filter(|event| ["s", "f"].contains(&text(event, "ph"))) {
        flows.entry(event["id"].as_u64().expect("an id")).or_default().push(event);
        let at = nanos(event, "ts");
        if !slices
            .get(&track(event))
            .is_some_and(|slices| slices.iter().any(|(from, until)| *from <= at && at <= *until))
        {
            found.push(format!("a flow ends in no slice: {event}"));
        }
    }
    for (id, ends) in flows {
        let phases: Vec<&str> = ends.iter().map(|end| text(end, "ph")).collect();
        if phases != ["s", "f"] || nanos(ends[0], "ts") > nanos(ends[1], "ts") {
            found.push(format!("flow {id} has not one beginning and then one end"));
        }
    }
    found
}

fn calls(events: &[Value]) -> BTreeMap<String, u64> {
    let mut calls = BTreeMap::new();
    for call in events.iter().filter(|event| text(event, "cat") == "call") {
        *calls.entry(text(call, "name").to_owned()).or_default() += 1;
    }
    calls
}

#[test]
fn a_trace_has_every_call_and_nothing_that_a_viewer_stumbles_over() {
    let traced = traced(None);
    assert_eq!(mistakes(&traced.events), [""; 0]);
    assert_eq!(calls(&traced.events), traced.sent);
    assert!(traced.sent.len() > 6 && traced.sent["PutRecords"] > 100, "{:?}", traced.sent);
    assert_eq!(traced.hash, run(&plan(), Options::default()).report.trace_hash, "a trace changes nothing");
    assert!(traced.said.ends_with("calls, all there were"), "{}", traced.said);
    assert_eq!(traced.other["has"], traced.said.as_str(), "the trace says the same of itself");
}

#[test]
fn a_planted_mistake_is_found() {
    let good = traced(None).events;
    let of = |phase: &str, category: &str| {
        good.iter().position(|e| text(e, "ph") == phase && text(e, "cat") == category).expect("there is one")
    };
    let broken = |at: usize, key: &str, value: Value| {
        let mut events = good.clone();
        events[at][key] = value;
        mistakes(&events)
    };
    assert!(!broken(of("X", "call"), "dur", 1e9.into()).is_empty(), "a call that is too long");
    assert!(!broken(of("f", "flow"), "id", u64::MAX.into()).is_empty(), "an end without a beginning");
    assert!(!broken(of("s", "flow"), "ts", 1e15.into()).is_empty(), "a beginning outside of all slices");
    let thread = good.iter().position(|event| text(event, "name") == "thread_name").expect("there is one");
    assert!(!broken(thread, "name", "other".into()).is_empty(), "a track without a name");
}

#[test]
fn flows_lead_from_what_something_came_from() {
    let events = traced(None).events;
    let mut flows: BTreeMap<&str, u64> = BTreeMap::new();
    for flow in events.iter().filter(|event| text(event, "ph") == "f") {
        *flows.entry(text(flow, "name")).or_default() += 1;
    }
    let expected = ["checkpoint of", "processed", "read of", "reads with", "stopped by"];
    assert_eq!(flows.keys().copied().collect::<Vec<_>>(), expected);
    assert_eq!(flows["stopped by"], 2, "a crash and a pause");
    // The first put of a record that a read has is where its arrow begins: on the producer's host.
    let names: BTreeMap<u64, &str> = events
        .iter()
        .filter(|event| text(event, "name") == "process_name")
        .map(|event| (track(event).0, event["args"]["name"].as_str().expect("text")))
        .collect();
    let begins = events.iter().filter(|event| text(event, "ph") == "s" && text(event, "name") == "read of");
    assert!(begins.map(|event| names[&track(event).0]).all(|host| host == "web-1" || host == "bulk-1"));
}

#[test]
fn faults_leases_and_hosts_that_are_down_are_slices_with_their_times() {
    let events = traced(None).events;
    let found = |category: &str, name: &str| -> Vec<(u64, u64)> {
        let is_it = |event: &&Value| text(event, "cat") == category && text(event, "name") == name;
        let seconds = |event: &Value| (nanos(event, "ts") / 1_000_000_000, nanos(event, "dur") / 1_000_000_000);
        events.iter().filter(is_it).map(seconds).collect()
    };
    assert_eq!(found("fault", "pause of billing-2 for 30s"), [(150, 30)]);
    assert_eq!((found("host", "down"), found("host", "stands still")), (vec![(80, 40)], vec![(150, 30)]));
    let is_lease = |event: &&Value| text(event, "cat") == "lease" && text(event, "name") == "billing-1";
    let mut ends = events.iter().filter(is_lease).map(|lease| nanos(lease, "ts") + nanos(lease, "dur"));
    assert!(ends.any(|end| end == 80_000_000_000), "a crash ends a lease");
    assert_eq!(found("shard", "open"), [(0, 240); 3]);
}

#[test]
fn a_trace_that_is_full_leaves_out_calls_then_counters_and_says_so() {
    let traced = traced(Some([200_000, 400_000]));
    assert_eq!(mistakes(&traced.events), [""; 0]);
    let shown: u64 = calls(&traced.events).values().sum();
    assert!(shown > 0 && shown < traced.sent.values().sum());
    assert!(traced.said.contains("calls up to 0:0") && traced.said.contains("room"), "{}", traced.said);
    assert_eq!(traced.other["has"], traced.said.as_str());
    let notes = traced.events.iter().filter(|event| text(event, "name").contains("the trace is full"));
    assert!(notes.count() >= 1, "the trace shows where");
    let is_late_lease = |event: &&Value| text(event, "cat") == "lease" && nanos(event, "ts") > 180_000_000_000;
    assert!(traced.events.iter().any(|event| is_late_lease(&event)), "leases go on to the end");
}

#[test]
fn names_are_text_whatever_is_in_them_and_decimals_of_microseconds_are_kept() {
    let mut writer = Writer::new(Vec::new());
    let place = Place { pid: 1, tid: 2 };
    writer.slice(place, (SimTime::from_nanos(1_500), SimTime::from_nanos(2_507)), "call", "a\"\\\n", &[]);
    let read: Value = serde_json::from_slice(&writer.finish("\"").expect("memory")).expect("JSON");
    let slice = &read["traceEvents"][1];
    assert_eq!((text(slice, "name"), nanos(slice, "ts"), nanos(slice, "dur")), ("a\"\\\n", 1_500, 1_007));
}

#[test]
fn an_error_of_the_disk_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut trace = Trace::new(Full);
    trace.on(SimTime::ZERO, &Event::RunEnded {});
    assert_eq!(trace.finish().map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
}
