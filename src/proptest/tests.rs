//! What is drawn is right, clean clients pass it, and what fails shrinks.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::*;
use crate::check::Verdict;
use crate::scenario;

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(
        config,
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    )
}

#[test]
fn every_scenario_that_is_drawn_is_a_right_file_and_so_is_what_it_shrinks_to() {
    let mut runner = runner(100);
    for _ in 0..100 {
        let mut tree = scenarios().new_tree(&mut runner).expect("a scenario");
        for _ in 0..20 {
            let text = tree.current().to_string();
            if let Err(diagnostics) = scenario::load(&text, "drawn.toml", None) {
                panic!("{diagnostics}\n{text}");
            }
            if !tree.simplify() {
                break;
            }
        }
    }
}

#[test]
fn clean_clients_keep_their_promises_in_scenarios_that_are_drawn() {
    let outcome = runner(12).run(&(scenarios(), 0..1000u64), |(scenario, seed)| {
        let report = scenario.run(seed);
        let failed: Vec<_> = report.checks.iter().filter(|check| check.verdict == Verdict::Fail).collect();
        prop_assert!(failed.is_empty(), "{failed:?}");
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// A worker that crashes processes some records again: "none" is a promise that breaks.
#[test]
fn a_failing_case_shrinks_to_the_few_disturbances_that_it_takes() {
    let more = "[[expect]]\nduplicates = \"= 0\"\n";
    let kcl = |scenario: &Scenario| matches!(scenario.consumers[0].library, Library::Kcl(_));
    let strategy = scenarios_of(workloads(), more).prop_filter("one with leases", kcl);
    let found = runner(200).run(&strategy, |scenario| match scenario.run(7).verdict {
        Verdict::Fail => Err(TestCaseError::fail("records were processed twice")),
        _ => Ok(()),
    });
    let Err(TestError::Fail(_, smallest)) = found else { panic!("none of 200 fails: {found:?}") };
    assert!((1..=2).contains(&smallest.schedule.disturbances.len()), "{smallest:?}");
    assert_eq!((smallest.workload.shards, smallest.consumers.len()), (1, 1), "{smallest:?}");
}

#[test]
fn a_schedule_can_be_appended_to_a_file_of_ones_own() {
    let own = "name = \"own\"\nduration = \"30m\"\n[stream.s]\nshards = 2\n[producer.p]\nstream = \"s\"\n\
               rate = \"5/s\"\n[consumer.c]\nstream = \"s\"\nworkers = 2\n";
    let mut runner = runner(50);
    let strategy = schedules(&["c-1", "c-2"], Duration::from_secs(600), true);
    for _ in 0..50 {
        let schedule = strategy.new_tree(&mut runner).expect("a schedule").current();
        let text = format!("{own}{schedule}");
        assert!(scenario::load(&text, "own.toml", None).is_ok(), "{text}");
        assert!(schedule.disturbances.iter().all(|d| (20..=800).contains(&d.at_s)), "{schedule}");
    }
}
