//! One seed, one trace hash: in two processes, with any sinks, on either engine.

mod support;

use std::path::Path;

use support::{kinesim, root, text};

const SCENARIO: &str = "scenarios/reshard-under-load.toml";

fn trace_hash(arguments: &[&str]) -> String {
    let mut all = vec!["run", SCENARIO, "--json"];
    all.extend(arguments);
    let output = kinesim(&all);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}\n{}", text(&output.stdout), text(&output.stderr)));
    json["trace_hash"].as_str().expect("a trace hash").to_owned()
}

#[test]
fn two_processes_agree_and_another_seed_differs() {
    let first = trace_hash(&[]);
    assert_eq!(first, trace_hash(&[]));
    assert_ne!(first, trace_hash(&["--seed", "424242"]));
}

#[test]
fn sinks_do_not_change_the_run() {
    let dir = tempdir("sinks");
    assert_eq!(trace_hash(&[]), trace_hash(&["--out", dir.to_str().expect("text")]));
}

#[cfg(feature = "turmoil")]
#[test]
fn turmoils_clock_gives_the_same_hash() {
    assert_eq!(trace_hash(&[]), trace_hash(&["--engine", "turmoil"]));
}

#[test]
fn the_resolved_scenario_gives_the_same_hash() {
    let dir = tempdir("resolved");
    let first = trace_hash(&["--out", dir.to_str().expect("text")]);
    let resolved = dir.join("scenario.resolved.toml");
    let output = kinesim(&["run", resolved.to_str().expect("text"), "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["trace_hash"], first.as_str());
}

#[test]
fn the_output_folder_has_the_same_bytes_every_time() {
    let read = |dir: &Path| {
        kinesim(&["run", SCENARIO, "--quiet", "--out", dir.to_str().expect("text")]);
        let mut files = Vec::new();
        collect(dir, dir, &mut files);
        // Wall time is the one thing that differs.
        files.retain(|(name, _)| name != "report.json");
        files
    };
    let (a, b) = (read(&tempdir("bytes-a")), read(&tempdir("bytes-b")));
    assert!(a.len() >= 5, "the folder has its files: {:?}", a.iter().map(|f| &f.0).collect::<Vec<_>>());
    for (one, other) in a.iter().zip(&b) {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{} differs", one.0);
    }
}

#[test]
fn check_determinism_says_so() {
    let output = kinesim(&["run", SCENARIO, "--quiet", "--check-determinism"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

fn tempdir(name: &str) -> std::path::PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    assert!(root().exists());
    dir
}

fn collect(base: &Path, dir: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).expect("a folder").map(|e| e.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => collect(base, &path, files),
            false => {
                let name = path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
                files.push((name, std::fs::read(&path).expect("readable")));
            }
        }
    }
}
