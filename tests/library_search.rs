//! Searches as a user's tests have them: `kinesim::check!`.

use std::panic::catch_unwind;

use kinesim::Search;
use kinesim::base::Bug;

#[test]
fn nothing_is_found_where_nothing_is_planted() {
    kinesim::check!("tests/data/library/*.toml", seeds = 20);
}

#[test]
fn each_seed_may_draw_the_scenario_too() {
    kinesim::check!("scenarios/explore/le*.toml", seeds = 4, swarm = true, jobs = 2);
}

/// What the first failure is told as.
fn told(search: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panicked = catch_unwind(search).expect_err("it panics");
    *panicked.downcast::<String>().expect("with a message")
}

#[test]
fn a_failure_is_told_with_its_way_its_line_and_the_file_that_is_left() {
    let out = concat!(env!("CARGO_TARGET_TMPDIR"), "/library-search");
    let told = told(|| {
        kinesim::check!("tests/data/library/*.toml", seeds = 20, bug = Bug::BatchSkippedUnseen, out = out);
    });
    insta::assert_snapshot!(told.replace(out, "[out]").replace("target/tmp/library-search", "[out]"), @r"
    nothing-below-checkpoint-unprocessed fails in run 1 of 20 (tests/data/library/throwing.toml, seed 1)
        0:00:00.012 reader-1 began to process shard 0 from TRIM_HORIZON
        0:01:00.315 reader-1 kept its position below 146 of shardId-000000000000, but never processed
        records 143 to 145
      also resume-is-exact: 0:01:01.338 reader-1 left out records 143 to 145 of shardId-000000000000:
      the batch before ended there
      also every-record-gets-processed: 0:10:00.000 reader passed over records 143 to 145 of
      shardId-000000000000
      again: kinesim run tests/data/library/throwing.toml --bug batch-skipped-unseen --seed 1
      in this test: KINESIM_SEEDS=1..2
      cut down: kinesim run [out]/throwing-nothing-below-checkpoint-unprocessed-1.toml (12 lines)
    ");
    let path = told.split("cut down: kinesim run ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a path");
    let again = self::told(|| Search::scenarios(path).seeds(1).shrink_runs(0).check());
    assert!(again.starts_with("nothing-below-checkpoint-unprocessed fails in run 1 of 1"), "{again}");
}

#[test]
fn a_failing_timeline_is_kept_where_it_is_asked_for_and_runs_first_the_next_time() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/library-regressions.toml");
    let _ = std::fs::remove_file(file);
    let planted = |seeds| {
        let search = || Search::scenarios("tests/data/library/*.toml").bug(Bug::BatchSkippedUnseen).shrink_runs(0);
        told(move || search().seeds(seeds).regressions(file).check())
    };
    let first = planted(20);
    assert!(first.contains("kept in ") && first.contains("runs first the next time"), "{first}");
    let kept = std::fs::read_to_string(file).expect("the file is there");
    assert!(kept.contains("throwing.toml\"\nseed = 1\nbug = \"batch-skipped-unseen\"\n"), "{kept}");
    let second = planted(0);
    assert!(second.contains("in run 1 of 1 (tests/data/library/throwing.toml, seed 1)"), "no seed is new: {second}");
    assert!(second.contains("until it is taken out there"), "{second}");
    assert_eq!(std::fs::read_to_string(file).expect("it stays"), kept);
    kinesim::check!("tests/data/library/*.toml", seeds = 2, regressions = file);
}
