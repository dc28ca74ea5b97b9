//! A search as other people's continuous integration uses it: what it leaves, keeps and says to machines.

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use support::{kinesim, text};

/// A swarm in which some seeds draw a producer that is too fast for an expectation, and some too many faults.
const SWARM: &str = r#"
name = "orders"
duration = "4m"
[stream.orders]
shards = 2
[producer.shop]
stream = "orders"
rate = "10/s"
record_size = "100 B"
keys = { uniform = 10 }
[consumer.billing]
stream = "orders"
workers = 2
[random_faults]
crash = "30/h"
until = "2m"
[explore]
faults = ["crash", "lose_responses"]
[explore.vary]
"producer.shop.rate" = "1/s..30/s"
[[expect]]
number = "streams.orders.records_acked"
is = "< 5000"
"#;

/// An empty folder of a test's own, with a scenario in it.
fn folder(name: &str, scenario: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("search_for_ci").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("orders.toml"), scenario).expect("a file");
    folder
}

/// What a program of CI would see that runs kinesim in a folder, with nothing said by the surroundings but `variables`.
fn within(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kinesim"));
    command.args(arguments).current_dir(folder).env_clear().envs(variables.iter().copied());
    command.output().expect("the binary starts")
}

/// What stands in a line of a report behind these words.
fn behind<'a>(report: &'a str, words: &str) -> &'a str {
    let found = report.lines().find_map(|line| line.trim().strip_prefix(words));
    found.unwrap_or_else(|| panic!("{words}: {report}")).trim()
}

#[test]
fn what_a_seed_drew_is_left_as_a_file_that_fails_in_the_same_way() {
    let folder = folder("resolved", SWARM);
    let found = within(&folder, &["explore", "orders.toml", "--swarm", "--seeds", "12"], &[]);
    let told = text(&found.stdout);
    assert_eq!(found.status.code(), Some(1), "{told}{}", text(&found.stderr));
    let line = behind(&told, "as its seed drew it: kinesim ");
    assert!(line.starts_with("run kinesim-found/1-") && line.contains(".resolved.toml --seed "), "{line}");
    let again = within(&folder, &line.split(' ').collect::<Vec<_>>(), &[]);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stdout));
    let failed = |output: &Output| behind(&text(&output.stdout), "streams.orders.records_acked was ").to_owned();
    let drawn = within(&folder, &behind(&told, "again: kinesim ").split(' ').collect::<Vec<_>>(), &[]);
    let hash = |output: &Output| text(&output.stdout).split("hash").nth(1).map(|rest| rest[..20].to_owned());
    assert_eq!((failed(&again), hash(&again)), (failed(&drawn), hash(&drawn)), "the same run, to the event");
}

#[test]
fn a_failing_timeline_is_kept_and_runs_first_until_it_is_taken_out() {
    let folder = folder("kept", SWARM);
    let search =
        |more: &[&str]| within(&folder, &[&["explore", "orders.toml", "--shrink-within", "0s"], more].concat(), &[]);
    let first = search(&["--swarm", "--seeds", "12", "--stop-on", "fail"]);
    assert_eq!(first.status.code(), Some(1));
    assert!(
        text(&first.stderr).contains("kept 1 failing timeline in kinesim-regressions.toml"),
        "{}",
        text(&first.stderr)
    );
    let kept = std::fs::read_to_string(folder.join("kinesim-regressions.toml")).expect("the file is there");
    assert!(kept.contains("scenario = \"orders.toml\"\nseed = 1\nswarm = true\n"), "{kept}");

    let second = search(&["--from", "2", "--seeds", "0"]);
    let told = text(&second.stdout);
    assert_eq!(second.status.code(), Some(1), "no fresh seed fails, what was kept does: {told}");
    assert!(told.contains("run first: 1 of 1 fail as they did"), "{told}");
    assert!(told.contains("again: kinesim run orders.toml --swarm --seed 1"), "{told}");
    assert_eq!(text(&second.stderr), "", "nothing new is kept");

    let twice = search(&["--swarm", "--seeds", "12"]);
    assert!(text(&twice.stdout).contains(" of 12 runs failed"), "its seed runs once: {}", text(&twice.stdout));

    std::fs::write(folder.join("orders.toml"), SWARM.replace("< 5000", "< 50000")).expect("mended");
    let mended = search(&["--seeds", "2"]);
    let told = text(&mended.stdout).replace("\n   ", "");
    assert_eq!(mended.status.code(), Some(0), "{told}");
    assert!(told.contains("orders.toml, seed 1: passes now, streams.orders.records_acked < 5000 too;"), "{told}");
    assert!(told.contains("(line 4)"), "{told}");
    assert_eq!(kept, std::fs::read_to_string(folder.join("kinesim-regressions.toml")).expect("it stays"));
    let none = search(&["--from", "2", "--seeds", "2", "--regressions", "none"]);
    assert!(!text(&none.stdout).contains("run first"), "{}", text(&none.stdout));
}
