//! Runs that nobody has thought out: general scenarios under several seeds. Every one has an application that comes
//! late and begins at the oldest record, others that begin at LATEST and at a time, pollers and fenced stores; shards
//! are split and merged; what breaks, and when, is drawn. No check may fail, whatever the seed.

mod support;

use kinesim::check::Verdict;
use kinesim::run::{Options, run};
use kinesim::scenario;
use support::{gallery, root, stem};

const SEEDS: u64 = 12;

fn explorations() -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(root().join("tests/data/exploration")).expect("the folder is there");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.extend(gallery().into_iter().filter(|path| stem(path) == "late-application"));
    files.sort();
    files
}

#[test]
fn no_check_fails_whatever_the_seed() {
    let mut failed = Vec::new();
    for path in explorations() {
        let name = stem(&path);
        let mut passed = std::collections::BTreeSet::new();
        for seed in 0..SEEDS {
            let scenario =
                scenario::load_file(&path, name, Some(seed.into())).unwrap_or_else(|d| panic!("{name}:\n{d}"));
            let report = run(&scenario.plan(), Options::default()).report;
            for check in &report.checks {
                match check.verdict {
                    Verdict::Fail => failed.push(format!("{name} --seed {seed}: {} {}", check.name, check.detail)),
                    Verdict::Pass => drop(passed.insert(check.name)),
                    Verdict::Unknown => {}
                }
            }
        }
        for judged in ["every-record-gets-processed", "key-order-across-resharding", "iterators-begin-where-asked"] {
            assert!(passed.contains(judged), "{name} gives {judged} something to judge");
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_exploration_has_an_application_that_comes_late() {
    assert_eq!(explorations().len(), 4);
    for path in explorations() {
        let text = std::fs::read_to_string(&path).expect("a scenario is text");
        let late = text.split("[consumer.auditors]").nth(1).and_then(|rest| rest.split("\n\n").next());
        let late = late.unwrap_or_else(|| panic!("{} has a late application", path.display()));
        assert!(late.contains("start = ") && late.contains("trim-horizon"), "{late}");
    }
}
