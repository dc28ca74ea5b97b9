//! What several tests share.

#![allow(dead_code)] // each test binary uses its part

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kinesim::run::{Options, RunResult, run};
use kinesim::scenario;

/// The crate's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every gallery scenario, in order of name.
pub(crate) fn gallery() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("scenarios")).expect("scenarios/ is there");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

/// Name of a scenario file without its ending.
pub(crate) fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|s| s.to_str()).expect("a scenario's name is text")
}

/// Runs a gallery scenario in this process. Reports name the file as a user in the root folder would.
pub(crate) fn run_file(path: &Path) -> RunResult {
    let shown = format!("scenarios/{}.toml", stem(path));
    let scenario = scenario::load_file(path, &shown, None).unwrap_or_else(|d| panic!("{shown}:\n{d}"));
    run(&scenario.plan(), Options::default())
}

/// What a build server or a cluster that runs the tests says, and no test asks for.
const SURROUNDINGS: [&str; 5] =
    ["NO_COLOR", "GITHUB_ACTIONS", "SLURM_ARRAY_TASK_ID", "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"];

/// Runs the binary in the root folder.
pub(crate) fn kinesim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kinesim"));
    for name in SURROUNDINGS {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(root()).output().expect("the binary starts")
}

/// An output's text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// What a command prints, and its exit code.
pub(crate) fn told(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = kinesim(arguments);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Leaves a file for a command to read; returns its path.
pub(crate) fn write(name: &str, content: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("a temporary file");
    path.to_str().expect("text").to_owned()
}

/// A scenario that is over soon.
pub(crate) const SMALL: &str = r#"
name = "small"
duration = "2m"
[stream.s]
shards = 1
[producer.p]
stream = "s"
rate = "10/s"
record_size = "100 B"
keys = { uniform = 10 }
"#;
