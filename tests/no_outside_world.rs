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
    ("thread::scope", "the OS schedules threads as it likes"),
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
    ("src/http/client.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/net/mod.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/net/packets.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/agent.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/cx.rs", "SystemTime", "the type in which applications get a host's simulated wall clock"),
    ("src/simulation/identity.rs", "SystemTime", "the type in which applications get a host's simulated wall clock"),
    ("src/simulation/tests.rs", "Instant::", "tokio's, whose clock stands still but for the simulation"),
    ("src/simulation/sdk.rs", "SystemTime", "the type in which the SDK gets a host's simulated wall clock"),
    ("src/cli/run/timed.rs", "Instant::", "tells how long a run took, and how much of a watched one goes by"),
    ("src/cli/surroundings.rs", "env::var", "which build server runs a command, and which part of a search it is"),
    ("src/run/several.rs", "thread::scope", "a run keeps to one thread; what comes of it is taken in order"),
    ("src/report/events_file.rs", "thread::spawn", "packs what it is given in its order; nothing comes back of it"),
    ("src/serve/clock.rs", "Instant::", "a real client's time is the machine's"),
    ("src/serve/clock.rs", "SystemTime", "a real client's time is the machine's"),
    ("src/serve/tls.rs", "KeyPair::generate", "nobody may guess the key of a certificate; it reaches no event"),
    ("src/testing/environment.rs", "env::var", "the seeds that whoever runs a test asks for; a run sees its own only"),
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

/// Lines of `select!`s, by whatever path, that do not begin with `biased;`: those draw their branch at random.
fn unbiased_selects(file: &str, source: &str) -> Vec<String> {
    let code: String = code_lines(source).flat_map(|(_, line)| [line, "\n"]).collect();
    let mut found = Vec::new();
    let code = code.replace("select !", "select!");
    for (at, _) in code.match_indices("select!") {
        // `my_select!` is another macro.
        let is_another = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let body = code[at + "select!".len()..].trim_start().trim_start_matches(['{', '(', '[']).trim_start();
        let is_biased = body.strip_prefix("biased").is_some_and(|rest| rest.trim_start().starts_with(';'));
        if !is_another && !is_biased {
            let number = code[..at].matches('\n').count() + 1;
            found.push(format!("{file}:{number}: select! without biased (it draws its branch at random)"));
        }
    }
    found
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
            let source = fs::read_to_string(path).expect("a source file is text");
            [leaks(&name, &source), unbiased_selects(&name, &source)].concat()
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

#[test]
fn a_select_without_biased_is_found_however_it_is_written() {
    for text in [
        "tokio::select! { a = b => {} }",
        "select! { a = b => {} }",
        "futures::select!(a = b => {})",
        "tokio::select! {\n    // biased;\n    a = b => {}\n}",
        "tokio::macros::select ! { a = b => {} }",
        "select! { biased = b => {} }",
    ] {
        let found = unbiased_selects("src/planted.rs", &format!("fn f() {{\n{text}\n}}\n"));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with("src/planted.rs:2: "), "{found:?}");
    }
    for text in
        ["tokio::select! { biased; a = b => {} }", "select! {\n    biased ;\n a = b => {} }", "my_select! { a }"]
    {
        assert!(unbiased_selects("src/planted.rs", text).is_empty(), "{text}");
    }
}
