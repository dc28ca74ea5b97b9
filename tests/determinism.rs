//! One seed, one trace hash: in two processes, with any sinks, on either engine.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use support::{kinesim, root, text};

/// Contents of files by name.
type Files = BTreeMap<String, Vec<u8>>;

/// One in which shards are split under load, and one with an application that comes late and faults that are drawn.
const SCENARIOS: [&str; 2] = ["scenarios/reshard-under-load.toml", "scenarios/late-application.toml"];

fn trace_hash(scenario: &str, arguments: &[&str]) -> String {
    let mut all = vec!["run", scenario, "--json"];
    all.extend(arguments);
    let output = kinesim(&all);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}\n{}", text(&output.stdout), text(&output.stderr)));
    json["trace_hash"].as_str().expect("a trace hash").to_owned()
}

#[test]
fn two_processes_agree_and_another_seed_differs() {
    for scenario in SCENARIOS {
        let first = trace_hash(scenario, &[]);
        assert_eq!(first, trace_hash(scenario, &[]));
        assert_ne!(first, trace_hash(scenario, &["--seed", "424242"]));
    }
}

#[test]
fn sinks_do_not_change_the_run() {
    let dir = tempdir("sinks");
    for scenario in SCENARIOS {
        assert_eq!(trace_hash(scenario, &[]), trace_hash(scenario, &["--out", dir.to_str().expect("text")]));
    }
}

#[cfg(feature = "turmoil")]
#[test]
fn turmoils_clock_gives_the_same_hash() {
    for scenario in SCENARIOS {
        assert_eq!(trace_hash(scenario, &[]), trace_hash(scenario, &["--engine", "turmoil"]));
    }
}

#[test]
fn the_resolved_scenario_gives_the_same_hash() {
    for scenario in SCENARIOS {
        let dir = tempdir("resolved");
        let first = trace_hash(scenario, &["--out", dir.to_str().expect("text")]);
        let resolved = dir.join("scenario.resolved.toml");
        assert_eq!(first, trace_hash(resolved.to_str().expect("text"), &[]));
    }
}

#[test]
fn the_output_folder_has_the_same_bytes_every_time() {
    let read = |dir: &Path| {
        kinesim(&["run", SCENARIOS[0], "--quiet", "--out", dir.to_str().expect("text")]);
        let mut files = BTreeMap::new();
        collect(dir, dir, &mut files);
        let report = files.get_mut("report.json").expect("there is a report");
        *report = without_wall_time(report);
        files
    };
    let (a, b) = (read(&tempdir("bytes-a")), read(&tempdir("bytes-b")));
    assert!(a.len() >= 7 && a.contains_key("report.html"), "the folder has its files: {:?}", a.keys());
    assert_eq!(differing(&a, &b), [""; 0]);
}

/// The report without what the wall clock said, which is the one thing that may differ.
fn without_wall_time(report: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(report).expect("text");
    let (wall, rest): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.contains("\"wall_seconds\":"));
    assert_eq!(wall.len(), 1, "the wall time stands in one line: {wall:?}");
    rest.join("\n").into_bytes()
}

/// Files that are not the same in both folders, or in one only.
fn differing(a: &Files, b: &Files) -> Vec<String> {
    let names: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    names.into_iter().filter(|name| a.get(*name) != b.get(*name)).cloned().collect()
}

#[test]
fn a_file_that_differs_or_is_missing_is_found() {
    let files = |files: &[(&str, &str)]| -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    };
    let whole = files(&[("a", "1"), ("b", "2"), ("c", "3")]);
    assert_eq!(differing(&whole, &files(&[("a", "1"), ("b", "other")])), ["b", "c"]);
    assert_eq!(differing(&files(&[("a", "1")]), &whole), ["b", "c"]);
    let report = |wall: &str, verdict: &str| format!("{{\n\"wall_seconds\": {wall},\n\"verdict\": {verdict}\n}}");
    let of = |wall, verdict| without_wall_time(report(wall, verdict).as_bytes());
    assert_eq!(of("1.5", "pass"), of("2.5", "pass"));
    assert_ne!(of("1.5", "pass"), of("1.5", "fail"));
}

#[test]
fn check_determinism_says_so() {
    for scenario in SCENARIOS {
        let output = kinesim(&["run", scenario, "--quiet", "--check-determinism"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

fn tempdir(name: &str) -> std::path::PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    assert!(root().exists());
    dir
}

fn collect(base: &Path, dir: &Path, files: &mut Files) {
    for path in std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("entry").path()) {
        match path.is_dir() {
            true => collect(base, &path, files),
            false => {
                let name = path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
}
