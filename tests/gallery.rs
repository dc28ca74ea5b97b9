//! Every scenario of the gallery shows what it says it shows, and its report does not change unseen.

mod support;

use kinesim::check::Verdict;
use support::{gallery, run_file, stem};

#[test]
fn every_gallery_scenario_comes_out_as_declared_and_its_report_is_reviewed() {
    let (mut hashes, mut checks) = (String::new(), String::new());
    let mut broken = Vec::new();
    for path in gallery() {
        let name = stem(&path).to_owned();
        let result = run_file(&path);
        let report = &result.report;
        hashes.push_str(&format!("{:016x} {name}\n", report.trace_hash));
        if !report.is_as_declared {
            broken.push(format!("{name}: {:?}", report.verdict));
        }
        checks.push_str(&format!("---- {name}\n"));
        for check in &report.checks {
            checks.push_str(&format!(
                "{:7} {:37} {}\n",
                format!("{:?}", check.verdict).to_lowercase(),
                check.name,
                check.detail
            ));
        }
        // What the checks say stands in a file of its own, so that another check changes that one only.
        let mut shown = report.clone();
        shown.checks.retain(|check| check.verdict == Verdict::Fail);
        insta::with_settings!({
            snapshot_path => "../snapshots/gallery", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            let text = kinesim::report::text::render(&shown, kinesim::report::Style::Plain);
            let is_count = |line: &&str| line.contains(" checks and ") || line.contains(" check and ");
            insta::assert_snapshot!(name, text.lines().filter(|line| !is_count(line)).collect::<Vec<_>>().join("\n"));
        });
    }
    assert!(broken.is_empty(), "not as declared: {broken:#?}");
    insta::with_settings!({
        snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        insta::assert_snapshot!("trace-hashes", hashes);
        insta::assert_snapshot!("checks", checks);
    });
}

#[test]
fn every_gallery_scenario_opens_with_its_story() {
    for path in support::gallery() {
        let source = std::fs::read_to_string(&path).expect("a scenario is text");
        let story = source.lines().take_while(|line| line.starts_with('#')).count();
        assert!(story >= 4, "{} opens with a comment that tells its story", path.display());
    }
}
