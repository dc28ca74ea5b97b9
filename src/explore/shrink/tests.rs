//! Runs with much in them that fail, cut down for real.

use super::super::one::Source;
use super::judge::Kept;
use super::*;

/// Two applications, drawn faults, an expectation that a steal breaks, and a bound that a pause breaks.
const DRAWN: &str = r#"
name = "drawn"
duration = "12m"

[stream.orders]
shards = 3
[stream.clicks]
shards = 1

[producer.shop]
stream = "orders"
hosts = 2
rate = "7/s"
record_size = "300 B"
keys = { uniform = 500 }
[producer.web]
stream = "clicks"
rate = "3/s"

[consumer.billing]
stream = "orders"
workers = 3
checkpoint = "5s"
prepare_checkpoints = true
checkpoint_tries = 1
kcl = { auditor_threshold = 7 }
[consumer.tail]
stream = "clicks"
library = "poller"

[[action]]
at = "3m"
stream = "orders"
split = "hottest"

[random_faults]
crash = "30/h"
pause = "30/h"
delay = "30/h"
internal_errors = "60/h"
until = "8m"

[[expect]]
duplicates = "= 0"
consumer = "billing"
[[expect]]
skipped = "= 0"

[liveness]
owned_within = "3s"
"#;

fn never() -> bool {
    false
}

fn source(text: &str) -> Source {
    Source { path: "drawn.toml".into(), text: text.into(), which: Which::default() }
}

fn shrunk(text: &str, seed: Option<u64>, kept: &Kept, jobs: usize, runs_max: u64) -> Shrunk {
    let bounds = Bounds { jobs, runs_max, is_late: &never };
    let seeds = seed.map(Seeds::from);
    let asked = Asked { source: &source(text), seeds, written: "small.toml", bounds };
    shrink(&asked, |failure| Kept::from(failure) == *kept, &mut |_| {}).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn failing(source: &Source, seeds: Option<Seeds>) -> Result<Vec<Failure>, Diagnostics> {
    let draft = scenario::draft(&source.text, &source.path, seeds)?;
    let undeclared = File { outcome: Default::default(), failing: Vec::new(), ..draft.file };
    Ok(failures_of(&BuiltIn, &undeclared, &draft.drafting))
}

fn kept(text: &str, seed: u64, of: &str) -> Option<Kept> {
    let failures = failing(&source(text), Some(seed.into())).unwrap_or_else(|wrong| panic!("{wrong}"));
    failures.iter().find(|failure| failure.of == of).map(Kept::from)
}

const DUPLICATES: &str = "duplicates of billing = 0";
const OWNED: &str = "every-open-shard-owned";

/// What the file has besides its comments.
fn body(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<&str>>().join("\n")
}

#[test]
fn what_is_left_fails_as_the_run_did_and_nothing_more_can_be_cut() {
    for (seed, of) in [(1, DUPLICATES), (2, DUPLICATES), (4, OWNED), (7, OWNED)] {
        let kept = kept(DRAWN, seed, of).unwrap_or_else(|| panic!("{of} fails with seed {seed}"));
        let once = shrunk(DRAWN, Some(seed), &kept, 2, 5000);
        assert!(!once.is_cut_short && once.lines.1 < once.lines.0 / 2, "{}", once.text);
        let failures = failing(&source(&once.text), None).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(failures.iter().any(|failure| Kept::from(failure) == kept), "{failures:?}\n{}", once.text);
        assert!(!once.text.contains("tail") && !once.text.contains("clicks"), "{}", once.text);
        let twice = shrunk(&once.text, None, &kept, 2, 5000);
        assert_eq!(body(&twice.text), body(&once.text), "seed {seed}");
    }
}

#[test]
fn it_does_not_matter_how_many_run_at_a_time() {
    let kept = kept(DRAWN, 1, DUPLICATES).expect("it fails");
    let [one, three] = [1, 3].map(|jobs| shrunk(DRAWN, Some(1), &kept, jobs, 60));
    assert_eq!((one.text, one.runs, one.slips), (three.text, three.runs, three.slips));
    assert!(one.is_cut_short && three.is_cut_short && one.runs == 60, "the bound is said to be met");
}

#[test]
fn a_run_that_does_not_fail_so_is_not_cut() {
    let kept = Kept { of: "shard-order".into(), shape: "record # came before #".into() };
    let bounds = Bounds { jobs: 1, runs_max: 10, is_late: &never };
    let asked = Asked { source: &source(DRAWN), seeds: Some(1.into()), written: "small.toml", bounds };
    match shrink(&asked, |failure| Kept::from(failure) == kept, &mut |_| {}) {
        Err(NotShrunk::Holds { failing }) => assert!(!failing.contains(&kept.of), "{failing:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_declared_failure_is_cut_down_and_no_longer_declared() {
    let of = "duplicates of billing = 0";
    let declared = DRAWN.replacen('\n', &format!("\noutcome = \"fail\"\nfailing = [\"{of}\"]\n"), 1);
    let kept = kept(&declared, 1, of).expect("it fails");
    let cut = shrunk(&declared, Some(1), &kept, 2, 40);
    assert!(!cut.text.contains("outcome") && !cut.text.contains("failing"), "{}", cut.text);
}
