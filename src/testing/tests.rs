//! Searches whose surroundings the test makes up.

use super::*;

fn environment(seeds: Option<&str>) -> Environment {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Environment { seeds: seeds.map(Into::into), folder, ..Environment::default() }
}

fn search(pattern: &str) -> Search {
    Search::scenarios(pattern).within(env!("CARGO_MANIFEST_DIR")).shrink_runs(0)
}

#[test]
fn the_environment_says_which_seeds() {
    let planted = || search("tests/data/library/throwing.toml").seeds(2).bug(Bug::BatchSkippedUnseen);
    let told = planted().search(&environment(Some("40..43"))).expect_err("every seed fails");
    assert!(told.contains("in run 1 of 3 (tests/data/library/throwing.toml, seed 40)"), "{told}");
    assert!(told.contains("KINESIM_SEEDS=40..41"), "{told}");
    let told = planted().search(&environment(Some("many"))).expect_err("no number");
    assert!(told.starts_with("KINESIM_SEEDS=many"), "{told}");
}

#[test]
fn what_is_told_does_not_depend_on_how_many_run_at_a_time() {
    let told = |jobs| {
        let search = search("tests/data/library/throwing.toml").seeds(6).bug(Bug::BatchSkippedUnseen).jobs(jobs);
        search.search(&environment(None)).expect_err("it fails")
    };
    assert_eq!(told(1), told(4));
}

#[test]
fn a_pattern_without_files_and_a_scenario_that_wants_code_are_no_clean_search() {
    let told = search("nowhere/*.toml").search(&environment(None)).expect_err("no file");
    assert!(told.starts_with("no scenario matches nowhere/*.toml in "), "{told}");
    let told = search("examples/orders-consumer/scenarios/*.toml").search(&environment(None)).expect_err("no code");
    assert!(told.contains("the code of consumer `orders-consumer` is yours"), "{told}");
}

#[cfg(feature = "aws-sdk")]
#[test]
fn a_panic_of_the_users_code_is_a_failure_and_missing_code_is_told() {
    let scenario = "examples/orders-consumer/scenarios/orders.toml";
    let searched = |name: &'static str| {
        let search = Search::simulation(scenario, move |sim| sim.app(name, |_| async { panic!("no orders today") }));
        search.seeds(1).shrink_runs(0).search(&environment(None)).expect_err("it fails")
    };
    let told = searched("orders-consumer");
    assert!(told.contains("mistake-of-the-application"), "{told}");
    assert!(told.contains("orders-consumer-1 panicked: no orders today"), "{told}");
    let told = searched("somebody");
    assert!(told.contains(": the scenario has no application `somebody`: declare it"), "{told}");
}
