//! What a search finds by itself: every bug that can be planted, with no hint but the exploration files; and nothing
//! where nothing is planted.

mod support;

use std::collections::BTreeMap;

use kinesim::base::Bug;
use support::{kinesim, text};

/// Runs for each bug: many times what it took when the files were made.
const SEEDS: u64 = 120;
/// So many first seeds the table is made of.
const STARTS: u64 = 20;

/// A search that ended with the first failure.
struct Found {
    runs: u64,
    check: String,
    scenario: String,
    seed: String,
}

/// Searches the exploration files with this bug, from a seed on.
fn hunt(bug: Bug, from: u64) -> Option<Found> {
    let (from, seeds) = (from.to_string(), SEEDS.to_string());
    let fixed = ["explore", "scenarios/explore", "--swarm", "--bug", bug.word(), "--stop-on", "fail"];
    let out = concat!(env!("CARGO_TARGET_TMPDIR"), "/search_finds");
    let left = ["--shrink-within", "0s", "--out", out, "--regressions", "none"];
    let bounds = ["--from", &from, "--seeds", &seeds];
    let out = kinesim(&[&fixed[..], &left[..], &bounds[..]].concat());
    let told = text(&out.stdout);
    if out.status.code() != Some(1) {
        assert_eq!(out.status.code(), Some(0), "{}: {told}{}", bug.word(), text(&out.stderr));
        return None;
    }
    let word_after = |what: &str| {
        let rest = told.split(what).nth(1).unwrap_or_else(|| panic!("{what} is told: {told}"));
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    };
    let runs = told.lines().last().and_then(|line| line.split(" of ").nth(1)?.split(' ').next()?.parse().ok());
    let (check, scenario, seed) = (word_after("failure 1: "), word_after("again: kinesim run "), word_after("--seed "));
    Some(Found { runs: runs.unwrap_or_else(|| panic!("{told}")), check, scenario, seed })
}

#[test]
fn every_planted_bug_is_found() {
    let missed = |bug: &&Bug| hunt(**bug, 1).is_none();
    let missed: Vec<&str> = Bug::ALL.iter().filter(missed).map(|bug| bug.word()).collect();
    assert!(missed.is_empty(), "not found in {SEEDS} runs of each file: {missed:?}");
}

#[test]
fn nothing_is_found_where_nothing_is_planted() {
    let out = kinesim(&["explore", "scenarios/explore", "--swarm", "--seeds", "60", "--regressions", "none"]);
    assert_eq!(out.status.code(), Some(0), "{}{}", text(&out.stdout), text(&out.stderr));
}

/// Prints the table of `docs/bugs.md`. It takes long:
/// `cargo test --release --test search_finds -- --ignored --nocapture`.
#[test]
#[ignore = "prints a table of figures"]
fn how_soon_each_bug_is_found() {
    println!("| bug | found by, mostly | runs to find it: median | worst | lines left | cut down in |");
    println!("|---|---|---|---|---|---|");
    for bug in Bug::ALL {
        let found: Vec<_> = (0..STARTS).filter_map(|start| hunt(*bug, 1 + start * 100_000)).collect();
        let mut runs: Vec<u64> = found.iter().map(|found| found.runs).collect();
        runs.sort_unstable();
        let told = |place: u64| runs.get(place as usize).map_or_else(|| "-".to_owned(), u64::to_string);
        let (median, worst) = (told(STARTS / 2), told(STARTS - 1));
        let mut by = BTreeMap::<&str, usize>::new();
        found.iter().for_each(|found| *by.entry(&found.check).or_default() += 1);
        let mostly = by.iter().max_by_key(|(_, count)| **count).map_or("nothing", |(check, _)| check);
        let (lines, seconds) = cut_down(*bug);
        println!("| `{}` | `{mostly}` | {median} | {worst} | {lines} | {seconds} s |", bug.word());
    }
}

/// The first failure of a bug, cut down: the lines that are left, the seconds it took.
fn cut_down(bug: Bug) -> (String, String) {
    let Some(Found { check, scenario, seed, .. }) = hunt(bug, 1) else { return Default::default() };
    let arguments = ["shrink", &scenario, "--swarm", "--bug", bug.word(), "--seed", &seed, "--check", &check];
    let said = text(&kinesim(&[&arguments[..], &["--out", "/dev/null"]].concat()).stderr);
    // `CHECK: 114 lines cut down to 16 in 519 runs, 4.2 s`
    let words: Vec<&str> = said.split_whitespace().collect();
    let after = |word: &str| words.iter().position(|w| *w == word).and_then(|at| words.get(at + 1)).copied();
    let seconds = words.iter().position(|word| *word == "s").and_then(|at| words.get(at.checked_sub(1)?)).copied();
    (after("to").unwrap_or("?").into(), seconds.unwrap_or("?").into())
}

#[test]
fn the_exploration_files_end_in_a_calm_of_eleven_minutes_or_more() {
    let mut calm = BTreeMap::new();
    for file in ["leases", "limits", "positions", "resharding", "retention"] {
        let path = support::root().join(format!("scenarios/explore/{file}.toml"));
        let table: toml::Table = std::fs::read_to_string(path).expect("the file is there").parse().expect("TOML");
        let minutes = |value: &toml::Value| {
            let text = value.as_str().expect("a duration");
            let number: u64 = text[..text.len() - 1].parse().expect("a whole number");
            if text.ends_with('h') { number * 60 } else { number }
        };
        calm.insert(file, minutes(&table["duration"]) - minutes(&table["random_faults"]["until"]));
    }
    assert!(calm.values().all(|minutes| *minutes >= 11), "{calm:?}");
}
