//! Lists in the documentation are those that the program makes.
//!
//! A list stands between `<!-- name -->` and `<!-- /name -->`. `UPDATE_LISTS=1 cargo test --test documents` writes it.

mod support;

/// The documents with lists, and the lists in them.
fn lists() -> [(&'static str, &'static str, String); 7] {
    [
        ("docs/bugs.md", "bugs", kinesim::base::bug::listed()),
        ("docs/results.md", "checks", kinesim::check::listed()),
        ("docs/results.md", "metrics", kinesim::measure::cloudwatch::listed()),
        ("docs/scenarios.md", "faults", kinesim::fault::listed_with_meanings()),
        ("docs/scenarios.md", "random faults", kinesim::fault::listed_as_drawn()),
        ("docs/shrink.md", "passes", kinesim::explore::shrink::listed()),
        ("ARCHITECTURE.md", "faults", kinesim::fault::listed_with_promises()),
    ]
}

/// The text with `list` between the marks that are called `name`.
fn with_list(text: &str, name: &str, list: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("<!-- {name} -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- /{name} -->"))?;
    Some(format!("{before}<!-- {name} -->\n{list}<!-- /{name} -->{after}"))
}

#[test]
fn documents_list_what_there_is() {
    for (document, name, list) in lists() {
        let path = support::root().join(document);
        let text = std::fs::read_to_string(&path).expect("the document is there");
        let expected = with_list(&text, name, &list).unwrap_or_else(|| panic!("{document} has marks for {name}"));
        if std::env::var_os("UPDATE_LISTS").is_some() {
            std::fs::write(&path, expected).expect("the document is written");
        } else {
            assert!(text == expected, "{document}: the {name} are now these; UPDATE_LISTS=1 writes them\n{list}");
        }
    }
}

#[test]
fn a_list_that_is_out_of_date_is_found() {
    let text = "a\n<!-- x -->\n- old\n<!-- /x -->\nb\n";
    assert_eq!(with_list(text, "x", "- new\n").as_deref(), Some("a\n<!-- x -->\n- new\n<!-- /x -->\nb\n"));
    assert_eq!(with_list(text, "y", "- new\n"), None);
}

/// The texts of the README's fenced blocks of this language.
fn blocks<'a>(readme: &'a str, language: &str) -> Vec<&'a str> {
    let blocks = readme.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_readmes_runs_say_what_stands_there() {
    let readme = std::fs::read_to_string(support::root().join("README.md")).expect("the README");
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-run");
    std::fs::create_dir_all(&dir).expect("a folder");
    let (files, shown) = (blocks(&readme, "toml"), blocks(&readme, "text"));
    assert_eq!((files.len(), shown.len()), (2, 2), "a file, and what a run of it says");
    for (name, (file, shown)) in ["hot.toml", "lake.toml"].into_iter().zip(files.iter().zip(&shown)) {
        std::fs::write(dir.join(name), file).expect("a file");
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_kinesim"));
        let output = run.args(["run", name]).current_dir(&dir).output().expect("the binary starts");
        let told = support::text(&output.stdout);
        let mut lines = told.lines();
        for shown in shown.lines().filter(|line| line.trim() != "...") {
            let start = shown.trim_end_matches("...");
            assert!(lines.any(|line| line == shown || start != shown && line.starts_with(start)), "{shown}\n{told}");
        }
    }
}
