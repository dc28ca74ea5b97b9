//! The walls of the house, as ARCHITECTURE.md draws them.
//!
//! Each rule has a planted violation that it catches. What a rule lets pass is on a list here, with the reason, and
//! what is on a list without need is a violation as well.
//! `cargo test --test tidy -- --ignored --nocapture` prints the figures.

#[path = "tidy/arms.rs"]
mod arms;
#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/figures.rs"]
mod figures;
#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/planted.rs"]
mod planted;
#[path = "tidy/public.rs"]
mod public;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use floors::Folder;
use source::{Source, modules, read, read_all};

/// Folders with Rust code of our own.
const EVERYWHERE: &[&str] = &["src", "tests", "benches", "examples", "fuzz/fuzz_targets"];

/// Documents whose links are followed.
const DOCUMENTS: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs/alarms.md",
    "docs/analyze.md",
    "docs/cost.md",
    "docs/endpoint.md",
    "docs/glossary.md",
    "docs/many-machines.md",
    "docs/own-code.md",
    "docs/plan.md",
    "docs/results.md",
    "docs/scenarios.md",
    "docs/speed.md",
    "examples/ci/README.md",
    "examples/compose/README.md",
    "examples/github-action/README.md",
    "examples/junit5/README.md",
    "examples/pytest/README.md",
];

/// Imports within a floor, from one folder to another, and why.
const SIDEWAYS: &[(&str, &str, &str)] = &[
    ("src/aws/firehose/", "src/aws/kinesis/", CALLS),
    ("src/aws/firehose/", "src/aws/s3/", CALLS),
    ("src/aws/firehose/", "src/aws/lambda/", CALLS),
    ("src/aws/firehose/", "src/aws/redshift/", CALLS),
    ("src/aws/firehose/", "src/aws/opensearch/", CALLS),
    ("src/aws/firehose/", "src/aws/splunk/", CALLS),
    ("src/aws/firehose/", "src/aws/http_endpoint/", CALLS),
];
const CALLS: &str = "a service that calls others knows their messages, and nothing else of them";

/// Files that may use each other, and why.
const CIRCLES: &[(&[&str], &str)] = &[(
    &[
        "src/world/asked.rs",
        "src/world/call.rs",
        "src/world/carrier.rs",
        "src/world/executor.rs",
        "src/world/host.rs",
        "src/world/sync.rs",
    ],
    "six faces of one shared state: the executor's tasks, hosts, calls and queues, and what services ask of it",
)];

/// Functions that are long because they are a table, and why.
const TABLES: &[(&str, &str, &str)] = &[
    ("src/check/all.rs", "drawn has", "one line an event, so that the compiler shows where a new one is missing"),
    ("src/scenario/tests.rs", "what_is_wrong_is_said_where_it_stands has", "one line a way to be wrong"),
];

/// Files that may take any other request in one arm, and why.
const GLOB_ARMS: &[(&str, &str, &str)] = &[
    ("src/aws/dynamodb/wire/client/", "", "the client's side has only the operations that built-in clients call"),
    ("src/aws/kinesis/wire/client/", "", "the client's side has only the operations that built-in clients call"),
    ("src/aws/firehose/wire/client.rs", "", "the client's side has only the operations that built-in clients call"),
    ("src/net/server.rs", "", "looks at the few requests with a payload or a position; all others pass as they are"),
];

fn root() -> PathBuf {
    // To measure another state of the sources.
    std::env::var("TIDY_ROOT").map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).to_owned(), PathBuf::from)
}

fn table() -> Vec<Folder> {
    let found = floors::floors(&read(&root().join("ARCHITECTURE.md")));
    assert!(found.len() > 10, "the table of floors was read: {found:?}");
    found
}

fn src() -> Vec<Source> {
    let found = read_all(&root(), &["src"]);
    assert!(found.len() > 100, "the sources were found");
    found
}

fn none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

/// Names of the files that the library has outside tests.
fn library_files(sources: &[Source]) -> BTreeSet<String> {
    modules(sources).values().map(|module| module.file.to_owned()).collect()
}

#[test]
fn every_file_stands_on_a_floor_and_every_folder_says_which() {
    let (table, src) = (table(), src());
    none(&floors::without_floor(&table, &src));
    let wrong = floors::wrong_openings(&table, &src);
    none(&wrong);
}

#[test]
fn no_import_runs_upward() {
    let imports = imports::imports(&src());
    let upward = floors::upward(&table(), &imports.all());
    none(&upward);
}

#[test]
fn no_import_runs_sideways_but_those_with_a_reason() {
    let imports = imports::imports(&src());
    let sideways = floors::sideways(&table(), &imports.all());
    none(&not_listed(sideways, SIDEWAYS.iter().map(|(from, to, _)| (*from, *to))));
}

/// Arrows that are on no list, and list entries without an arrow.
fn not_listed<'a>(arrows: Vec<String>, allowed: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let allowed: Vec<_> = allowed.collect();
    let is = |arrow: &str, (from, to): &(&str, &str)| {
        arrow.split_once(" -> ").is_some_and(|(a, b)| a.starts_with(from) && b.starts_with(to))
    };
    let unused = allowed.iter().filter(|entry| !arrows.iter().any(|arrow| is(arrow, entry)));
    let unused: Vec<_> = unused.map(|(from, to)| format!("{from} -> {to} is allowed, and is not there")).collect();
    arrows.into_iter().filter(|arrow| !allowed.iter().any(|entry| is(arrow, entry))).chain(unused).collect()
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let imports = imports::imports(&src());
    let found = circles::circles(&imports.uses);
    let is_allowed = |circle: &[&str]| CIRCLES.iter().any(|(files, _)| files == &circle);
    let wrong = found.iter().filter(|circle| !is_allowed(circle)).map(|circle| circle.join(" <-> "));
    let gone = CIRCLES.iter().filter(|(files, _)| !found.iter().any(|circle| circle == files));
    none(&wrong.chain(gone.map(|(files, _)| format!("no circle any more: {files:?}"))).collect::<Vec<_>>());
}

#[test]
fn functions_files_and_lines_are_short_and_every_file_says_what_it_is() {
    let all = read_all(&root(), EVERYWHERE);
    let mut found = Vec::new();
    for source in &all {
        found.extend(sizes::long_functions(source));
        found.extend(sizes::long_file(source));
        found.extend(sizes::long_lines(source));
        found.extend(sizes::without_opening(source));
    }
    none(&without(found, TABLES));
}

/// Violations that are not allowed, and allowances without a violation. One allows what begins with a file and has a
/// word.
fn without(found: Vec<String>, allowed: &[(&str, &str, &str)]) -> Vec<String> {
    let is = |line: &str, (file, word, _): &(&str, &str, &str)| line.starts_with(file) && line.contains(word);
    let unused = allowed.iter().filter(|entry| !found.iter().any(|line| is(line, entry)));
    let unused: Vec<_> =
        unused.map(|(file, word, _)| format!("{file} ({word}) is allowed, and is not there")).collect();
    found.into_iter().filter(|line| !allowed.iter().any(|entry| is(line, entry))).chain(unused).collect()
}

#[test]
fn no_match_over_requests_has_a_glob_arm() {
    let src = src();
    let files = library_files(&src);
    let found = src.iter().filter(|source| files.contains(&source.name)).flat_map(arms::glob_arms).collect();
    none(&without(found, GLOB_ARMS));
}

#[test]
fn documents_link_to_files_that_exist() {
    let root = root();
    let broken = DOCUMENTS.iter().flat_map(|name| documents::broken_links(&root, name, &read(&root.join(name))));
    none(&broken.collect::<Vec<_>>());
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let root = root();
    let text = read(&root.join("ARCHITECTURE.md"));
    assert!(text.contains("*Invariant:*"), "the invariants are marked");
    none(&documents::unheld_invariants(&root, &text));
}

#[test]
fn random_streams_of_the_architecture_exist() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let src = src();
    none(&documents::unknown_random_streams(&text, src.iter().map(|source| source.text.as_str())));
}

#[test]
#[ignore = "prints figures and judges nothing"]
fn figures_of_the_house() {
    let src = src();
    println!("{}", figures::figures(&table(), &src, &read_all(&root(), EVERYWHERE)));
    let uses = imports::imports(&src).uses;
    for circle in circles::circles(&uses) {
        let within = uses.iter().filter(|(from, to)| [from, to].iter().all(|file| circle.contains(&file.as_str())));
        within.for_each(|(from, to)| println!("in a circle: {from} -> {to}"));
    }
}

#[test]
fn nothing_is_public_without_need() {
    let root = root();
    let outside = read_all(&root, &["tests", "benches", "examples", "fuzz/fuzz_targets"]);
    let outside: Vec<_> = outside.into_iter().filter(|source| !source.name.starts_with("tests/tidy")).collect();
    let for_users = ["README.md", "docs/own-code.md", "docs/search.md", "src/lib.rs", "src/main.rs"];
    let documents: Vec<_> = for_users.map(|name| read(&root.join(name))).into();
    let src = src();
    none(&public::unused(&modules(&src), &outside, &documents));
}
