//! Nothing in `src/` may read the outside world: one seed must give one trace hash on every machine.

use std::fs;
use std::path::{Path, PathBuf};

/// What leaks the outside world into a run, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("SystemTime", "the wall clock"),
    ("Instant::", "the machine's monotonic clock"),
    ("HashMap", "default hashers iterate in a random order"),
    ("HashSet", "default hashers iterate in a random order"),
    ("thread_rng", "thread-local randomness"),
    ("rand::rng", "thread-local randomness"),
    ("rand::random", "thread-local randomness"),
    ("from_os_rng", "OS randomness"),
    ("from_entropy", "OS randomness"),
    ("getrandom", "OS randomness"),
    ("RandomState", "OS randomness"),
    ("Uuid::new_v4", "OS randomness"),
    ("KeyPair::generate", "OS randomness"),
    ("tokio::select!", "unbiased select draws its branch at random"),
    ("thread::spawn", "the OS schedules threads as it likes"),
    ("env::var", "the environment"),
    (".sin()", "the platform's libm; use the libm crate"),
    (".cos()", "the platform's libm; use the libm crate"),
    (".ln()", "the platform's libm; use the libm crate"),
    (".exp()", "the platform's libm; use the libm crate"),
    (".powf(", "the platform's libm; use the libm crate"),
    (".log10()", "the platform's libm; use the libm crate"),
    (".log2()", "the platform's libm; use the libm crate"),
];

/// Where one of them may stand, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("src/net/client.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/net/mod.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/net/tcp.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/agent.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/cx.rs", "SystemTime", "the type in which applications get a host's simulated wall clock"),
    ("src/simulation/tests.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/sdk.rs", "SystemTime", "the type in which the SDK gets a host's simulated wall clock"),
    ("src/cli/run.rs", "Instant::", "tells the user how long the run took and when to show a progress bar"),
    ("src/serve/clock.rs", "Instant::", "a real client's time is the machine's"),
    ("src/serve/clock.rs", "SystemTime", "a real client's time is the machine's"),
    ("src/serve/events.rs", "tokio::select!", "biased; and the endpoint stops when it is told"),
    ("src/serve/http.rs", "tokio::select!", "biased; and connections come as they come"),
    ("src/serve/tls.rs", "KeyPair::generate", "nobody may guess the key of a certificate; it reaches no event"),
    ("src/serve/subscriptions.rs", "tokio::select!", "biased; and clients go away as they like"),
    ("src/world/turmoil_clock.rs", "SystemTime", "turmoil wants its epoch as one; it is a constant"),
];

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(dir).expect("src is readable").map(|e| e.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The source without comments, as a list of (line number, text).
fn code_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source.lines().enumerate().map(|(n, line)| (n + 1, line.split("//").next().unwrap_or("")))
}

fn is_allowed(file: &str, word: &str) -> bool {
    ALLOWED.iter().any(|(f, w, _)| *f == file && *w == word)
}

fn leaks(file: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in code_lines(source) {
        for (word, why) in FORBIDDEN {
            if line.contains(word) && !is_allowed(file, word) {
                found.push(format!("{file}:{number}: {word} ({why})"));
            }
        }
    }
    found
}

#[test]
fn nothing_in_src_reads_the_outside_world() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    assert!(files.len() > 20, "the sources were found");
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            leaks(&name, &fs::read_to_string(path).expect("a source file is text"))
        })
        .collect();
    assert!(found.is_empty(), "these lines read the outside world:\n{}", found.join("\n"));
}

#[test]
fn a_planted_leak_is_found() {
    let found = leaks("src/planted.rs", "fn f() {\n    let t = std::time::SystemTime::now(); // why\n}\n");
    assert_eq!(found, ["src/planted.rs:2: SystemTime (the wall clock)"]);
    assert!(leaks("src/planted.rs", "// Instant::now is fine in a comment\n").is_empty());
}
