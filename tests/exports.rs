//! What other programs read of a run, as a user of the command line meets it.

mod support;

use std::path::Path;

use support::{SMALL, kinesim, text, write};

#[test]
fn a_trace_is_of_one_run_and_what_it_has_is_said() {
    let file = write("traced.toml", SMALL);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traces/trace.json");
    let path = path.to_str().expect("text");
    let output = kinesim(&["run", &file, "--perfetto", path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("calls, all there were"), "{}", text(&output.stdout));
    let trace: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("a trace")).expect("JSON");
    assert!(trace["traceEvents"].as_array().is_some_and(|events| events.len() > 100));
    let two = kinesim(&["run", &file, &file, "--perfetto", path]);
    assert_eq!((two.status.code(), two.stdout.len()), (Some(2), 0));
    assert!(text(&two.stderr).contains("name a single scenario"), "{}", text(&two.stderr));
}

#[test]
fn parquet_in_a_build_without_it_names_the_feature_and_else_tables_are_left() {
    let file = write("tables.toml", SMALL);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tables");
    let output = kinesim(&["run", &file, "--parquet", dir.to_str().expect("text")]);
    if cfg!(feature = "parquet") {
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("values by the second"), "{}", text(&output.stdout));
        assert!(dir.join("events.parquet").exists() && dir.join("shards.parquet").exists());
    } else {
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(text(&output.stderr).contains("--features parquet"), "{}", text(&output.stderr));
    }
}

#[cfg(feature = "parquet")]
#[test]
fn the_example_for_notebooks_reads_the_tables() {
    let has = |module: &str| {
        let import = std::process::Command::new("python3").args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    };
    if !has("duckdb") && !has("pyarrow") {
        eprintln!("skipped: python3 has neither duckdb nor pyarrow");
        return;
    }
    let file = write("notebook.toml", SMALL);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notebook");
    let dir = dir.to_str().expect("text");
    assert_eq!(kinesim(&["run", &file, "--parquet", dir]).status.code(), Some(0));
    let script = support::root().join("examples/notebook/look.py");
    let output = std::process::Command::new("python3").arg(script).arg(dir).output().expect("python3 starts");
    let out = text(&output.stdout);
    assert!(output.status.success() && out.contains("RecordAccepted"), "{out}{}", text(&output.stderr));
}
