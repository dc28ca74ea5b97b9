//! A search as other people's continuous integration uses it: what it leaves, keeps and says to machines.

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use support::text;

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
    assert!(
        told.contains("orders.toml --swarm --seed 1 passes now, streams.orders.records_acked < 5000 held;"),
        "{told}"
    );
    assert!(told.contains("(line 4)"), "{told}");
    assert_eq!(kept, std::fs::read_to_string(folder.join("kinesim-regressions.toml")).expect("it stays"));
    let all = within(&folder, &["explore", ".", "--seeds", "1"], &[]);
    assert_eq!(all.status.code(), Some(0), "the file is no scenario of its folder: {}", text(&all.stderr));
    let none = search(&["--from", "2", "--seeds", "2", "--regressions", "none"]);
    assert!(!text(&none.stdout).contains("run first"), "{}", text(&none.stdout));
}

/// The attributes `tests`, `failures`, `skipped` of an element, and how many such there are below it.
fn counts(element: roxmltree::Node<'_, '_>) -> [(usize, usize); 3] {
    let below = |name: &str| element.descendants().filter(|node| node.has_tag_name(name)).count();
    [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")].map(|(attribute, name)| {
        let said = element.attribute(attribute).and_then(|count| count.parse().ok());
        (said.unwrap_or_else(|| panic!("{attribute} is a number")), below(name))
    })
}

#[test]
fn junit_has_a_suite_for_each_scenario_and_a_case_for_each_check_and_counts_as_it_says() {
    let folder = folder("junit", SWARM);
    std::fs::write(folder.join("calm.toml"), SWARM.replace("< 5000", "< 50000")).expect("a file");
    for command in [&["explore", "--seeds", "3"][..], &["run"][..]] {
        let files = ["orders.toml", "calm.toml", "--swarm", "--junit", "reports/junit.xml"];
        let done = within(&folder, &[command, &files[..]].concat(), &[]);
        assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
        let written = std::fs::read_to_string(folder.join("reports/junit.xml")).expect("the file is there");
        let document = roxmltree::Document::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
        let root = document.root_element();
        let suites: Vec<_> = root.children().filter(|node| node.has_tag_name("testsuite")).collect();
        let names: Vec<_> = suites.iter().filter_map(|suite| suite.attribute("name")).collect();
        assert_eq!(names, ["orders.toml", "calm.toml"]);
        for element in suites.iter().copied().chain([root]) {
            let [tests, failures, skipped] = counts(element);
            assert!(tests.0 == tests.1 && failures.0 == failures.1 && skipped.0 == skipped.1, "{written}");
            assert!(tests.0 > 25 && skipped.0 > 5, "every check is a case, and many have nothing to judge here");
        }
        assert_eq!((counts(suites[0])[1].0, counts(suites[1])[1].0), (1, 0), "{written}");
        let failure = root.descendants().find(|node| node.has_tag_name("failure")).expect("one");
        let case = failure.parent().expect("it is of a case");
        assert_eq!(case.attribute("name"), Some("streams.orders.records_acked < 5000"));
        assert_eq!(case.attribute("file"), Some("orders.toml"));
        let told = failure.text().expect("how it came about");
        assert!(told.contains("again: kinesim run orders.toml --swarm --seed 1"), "{told}");
        if command[0] == "explore" {
            let small = behind(told, "cut down: kinesim run ").to_owned();
            assert!(folder.join(&small).exists(), "{small}");
        }
    }
}

#[test]
fn json_has_what_the_report_says() {
    let folder = folder("json", &SWARM.replace("10/s", "30/s"));
    let arguments = ["explore", "orders.toml", "--seeds", "2", "--json"];
    let printed = within(&folder, &[&arguments[..], &["-"]].concat(), &[]);
    assert_eq!(printed.status.code(), Some(1), "{}", text(&printed.stderr));
    let printed = text(&printed.stdout);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("explore_json", printed);
    });
    let written = within(&folder, &[&arguments[..], &["explore.json", "--regressions", "none"]].concat(), &[]);
    assert!(text(&written.stdout).contains("2 of 2 runs failed"), "the report is printed beside a file");
    assert_eq!(std::fs::read_to_string(folder.join("explore.json")).expect("the file is there"), printed);
}

#[test]
fn github_is_told_what_failed_and_nobody_else_is() {
    let folder = folder("github", &SWARM.replace("10/s", "30/s"));
    let summary = folder.join("summary.md");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().expect("text"))];
    let explore = &["explore", "orders.toml", "--seeds", "1", "--regressions", "none"][..];
    for arguments in [explore, &["run", "orders.toml", "-q"][..]] {
        let told = within(&folder, arguments, &variables);
        let out = text(&told.stdout);
        let error = out.lines().find(|line| line.starts_with("::error ")).unwrap_or_else(|| panic!("{out}"));
        let at = "::error file=orders.toml,line=21,title=streams.orders.records_acked < 5000 fails::";
        assert!(error.starts_with(at), "{error}");
        assert!(error.contains("again: kinesim run orders.toml --seed 1"), "{error}");
        let plain = text(&within(&folder, arguments, &[]).stdout);
        assert_eq!(out.replace(&format!("{error}\n"), ""), plain, "and else the same is said");
    }
    let written = std::fs::read_to_string(summary).expect("the file is there");
    let heads: Vec<&str> = written.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(heads, ["### kinesim explore", "### kinesim run"], "{written}");
    assert!(written.contains("1 of 1 runs failed") && written.contains("1 of 1 scenarios failed"), "{written}");
}

/// A search in which several things fail, each in some seeds.
const SEVERAL: &str = concat!(
    "[[expect]]\nnumber = \"streams.orders.records_acked\"\nis = \"> 500\"\n",
    "[[expect]]\nduplicates = \"= 0\"\nconsumer = \"billing\"\nif_any = true\n",
);

#[test]
fn the_merged_report_is_the_same_whatever_the_split() {
    let folder = folder("split", &format!("{SWARM}{SEVERAL}"));
    std::fs::write(folder.join("calm.toml"), SWARM.replace("< 5000", "< 6000")).expect("a file");
    let search = ["explore", "orders.toml", "calm.toml", "--swarm", "--from", "5", "--seeds", "13"];
    // Nothing here may depend on how fast a machine is.
    let search = [&search[..], &["--shrink-within", "1h"]].concat();
    // What is kept runs first, whichever part makes it.
    let kept = within(&folder, &["explore", "calm.toml", "--seeds", "2", "--shrink-within", "0s", "--swarm"], &[]);
    assert_eq!(kept.status.code(), Some(1), "{}", text(&kept.stdout));
    let regressions = std::fs::read_to_string(folder.join("kinesim-regressions.toml")).expect("something is kept");
    let made = |name: &str, parts: &[&str]| {
        let inside = folder.join(name);
        std::fs::create_dir_all(&inside).expect("a folder");
        for file in ["orders.toml", "calm.toml", "kinesim-regressions.toml"] {
            std::fs::copy(folder.join(file), inside.join(file)).expect("a copy");
        }
        for part in parts {
            let done = within(&inside, &[&search[..], &["--partition", part, "--out", "parts"]].concat(), &[]);
            assert_eq!(done.status.code(), Some(1), "{}{}", text(&done.stdout), text(&done.stderr));
            let there = std::fs::read_to_string(inside.join("kinesim-regressions.toml")).expect("it stays");
            assert_eq!(there, regressions, "parts keep nothing: many may be at work here");
        }
        let last = match parts {
            [] => search.to_vec(),
            _ => vec!["explore", "merge", "parts"],
        };
        let out = within(&inside, &[&last[..], &["--json", "all.json", "--junit", "all.xml"]].concat(), &[]);
        assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
        let read = |name: &str| std::fs::read_to_string(inside.join(name)).expect("the file is there");
        let left = std::fs::read_dir(inside.join("kinesim-found")).expect("what failed was left");
        let mut left: Vec<_> = left.map(|entry| entry.expect("an entry").path()).collect();
        left.sort();
        let left = left.iter().map(|path| {
            let name = path.file_name().expect("a name").display().to_string();
            (name, std::fs::read_to_string(path).expect("a scenario is text"))
        });
        let files = ["all.json", "all.xml", "kinesim-regressions.toml"].map(read);
        (text(&out.stdout), files, left.collect::<Vec<_>>())
    };
    let whole = made("whole", &[]);
    assert!(whole.0.contains("failure 3: ") && whole.0.contains("kept in kinesim-regressions.toml"), "{}", whole.0);
    assert_eq!(made("one", &["1/1"]), whole);
    assert_eq!(made("three", &["2/3", "3/3", "1/3"]), whole);
    assert_eq!(made("five", &["1/5", "2/5", "3/5", "4/5", "5/5"]), whole);
}

#[test]
fn a_part_that_is_missing_is_told_and_what_does_not_belong_together_is_refused() {
    let folder = folder("missing", &SWARM.replace("< 5000", "< 50000"));
    let part = |part: &str, seeds: &str| {
        let arguments = ["explore", "orders.toml", "--partition", part, "--seeds", seeds, "--out", seeds];
        within(&folder, &arguments, &[])
    };
    let (first, _) = (part("1/3", "6"), part("3/3", "6"));
    assert!(text(&first.stderr).contains("kinesim explore merge 6"), "{}", text(&first.stderr));
    let merged = within(&folder, &["explore", "merge", "6"], &[]);
    let told = text(&merged.stdout);
    assert_eq!(merged.status.code(), Some(3), "what was not searched is not clean: {told}");
    assert!(told.contains("missing: part 2/3; its seeds are not in this\nno failure in 4 runs"), "{told}");
    part("2/3", "7");
    let unlike = within(&folder, &["explore", "merge", "6", "7"], &[]);
    assert_eq!(unlike.status.code(), Some(2));
    assert!(text(&unlike.stderr).contains("their seeds (--from, --seeds, --for) differ"), "{}", text(&unlike.stderr));
    let nothing = within(&folder, &["explore", "merge", "."], &[]);
    assert!(text(&nothing.stderr).contains("no findings.json here"), "{}", text(&nothing.stderr));
    let branch = within(&folder, &["explore", "orders.toml", "--partition", "1/2", "--branch"], &[]);
    assert_eq!(branch.status.code(), Some(2));
    assert!(text(&branch.stderr).contains("a part does not see the others"), "{}", text(&branch.stderr));
    let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "1"), ("AWS_BATCH_JOB_ARRAY_SIZE", "3")];
    let github = [batch[0], batch[1], ("GITHUB_ACTIONS", "true")];
    let of_batch = within(&folder, &["explore", "orders.toml", "--seeds", "6", "--out", "6"], &github);
    assert!(text(&of_batch.stderr).starts_with("kinesim: part 2/3, as the array job of AWS Batch says"));
    assert_eq!(within(&folder, &["explore", "merge", "6"], &[]).status.code(), Some(0), "now all is there");
}
