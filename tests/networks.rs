//! The same scenario has the same verdicts whether its clients send messages or speak HTTP over simulated TCP.

mod support;

use std::path::Path;
use std::sync::Mutex;
use std::thread;

use kinesim::client::Transport;
use kinesim::report::RunReport;
use kinesim::run::{Options, run};
use kinesim::scenario;
use support::{gallery, stem};

fn report(path: &Path, transport: Transport) -> RunReport {
    let shown = format!("scenarios/{}.toml", stem(path));
    let scenario = scenario::load_file(path, &shown, None).unwrap_or_else(|d| panic!("{shown}:\n{d}"));
    let mut plan = scenario.plan();
    plan.transport = transport;
    run(&plan, Options::default()).report
}

/// What fails of a run: whether its outcome is the declared one, and which checks and expectations do not hold.
fn verdicts(report: &RunReport) -> (bool, Vec<String>) {
    use kinesim::check::Verdict::Fail;
    let checks = report.checks.iter().filter(|check| check.verdict == Fail).map(|check| check.name.to_owned());
    let expectations = report.expectations.iter().filter(|e| e.verdict == Fail).map(|e| e.text.to_string());
    (report.is_as_declared, checks.chain(expectations).collect())
}

#[test]
fn every_gallery_scenario_has_the_same_verdicts_over_http() {
    // The longest runs first, so that no thread is left with one of them at the end.
    let mut files = gallery();
    files.sort_by_key(|path| !stem(path).starts_with("lease-table"));
    let (files, differing) = (Mutex::new(files.into_iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = { files.lock().expect("no test failed").next() } {
                    let [messages, http] = [Transport::Messages, Transport::Http].map(|by| report(&path, by));
                    assert_ne!(messages.trace_hash, http.trace_hash, "{}: HTTP takes another time", stem(&path));
                    let (messages, http) = (verdicts(&messages), verdicts(&http));
                    if messages != http {
                        let told = format!("{}: {messages:?} by messages, {http:?} over HTTP", stem(&path));
                        differing.lock().expect("no test failed").push(told);
                    }
                }
            });
        }
    });
    let differing = differing.into_inner().expect("no test failed");
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn a_run_over_http_is_the_same_every_time() {
    let path = support::root().join("scenarios/zombie-worker.toml");
    let [first, second] = [(); 2].map(|()| report(&path, Transport::Http));
    assert_eq!(first.trace_hash, second.trace_hash);
    assert_eq!(first.figures, second.figures);
}
