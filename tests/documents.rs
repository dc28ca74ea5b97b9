//! Lists in the documentation are those that the program makes.
//!
//! A list stands between `<!-- name -->` and `<!-- /name -->`. `UPDATE_LISTS=1 cargo test --test documents` writes it.

mod support;

/// The documents with lists, and the lists in them.
fn lists() -> [(&'static str, &'static str, String); 5] {
    [
        ("docs/results.md", "checks", kinesim::check::listed()),
        ("docs/results.md", "metrics", kinesim::measure::cloudwatch::listed()),
        ("docs/scenarios.md", "faults", kinesim::fault::listed_with_meanings()),
        ("docs/scenarios.md", "random faults", kinesim::fault::listed_as_drawn()),
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
