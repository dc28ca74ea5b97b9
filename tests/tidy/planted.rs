//! A planted violation of each rule, which it catches.

use std::path::Path;

use crate::floors::{Folder, floors, sideways, upward, without_floor, wrong_openings};
use crate::imports::{Imports, imports};
use crate::source::{Source, modules};
use crate::{arms, circles, documents, figures, public, sizes};

const TABLE: &str = "\
| floor | folder | what lives there |
|---|---|---|
| 1 | `src/left/`, `src/right/` | sides |
| 0 | `src/base/` | values |
";

fn crate_of(files: &[(&str, &str)]) -> Vec<Source> {
    let root = ("src/lib.rs", "//! A crate.\nmod base;\nmod left;\nmod right;\n");
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    let missing = ["base", "left", "right"].map(|name| format!("src/{name}/mod.rs"));
    let missing = missing.iter().filter(|name| !names.contains(&name.as_str())).map(|name| (name.as_str(), ""));
    let every = [root].into_iter().chain(missing).chain(files.iter().copied());
    every.map(|(name, text)| Source::new(name, text)).collect()
}

fn arrows(files: &[(&str, &str)]) -> Imports {
    imports(&crate_of(files))
}

fn table() -> Vec<Folder> {
    floors(TABLE)
}

#[test]
fn an_import_upward_is_found_however_it_is_written() {
    for text in [
        "use crate::left::Thing;",
        "use super::left::Thing as Other;",
        "pub use crate::left::*;",
        "pub fn f() -> crate::left::Thing { crate::left::Thing }",
        "pub fn f() { println!(\"{:?}\", crate::left::Thing); }",
        "use crate::left;\npub fn f(_: left::Thing) {}",
        "pub mod inner { use crate::left::Thing; }",
    ] {
        let found = arrows(&[("src/base/mod.rs", text), ("src/left/mod.rs", "pub struct Thing;")]).all();
        assert_eq!(upward(&table(), &found), ["src/base/mod.rs -> src/left/mod.rs"], "{text}");
    }
}

#[test]
fn code_for_tests_may_import_anything() {
    let text = "#[cfg(test)]\nmod tests { use crate::left::Thing; }\n#[cfg(test)]\nuse crate::left::Thing;";
    let found = arrows(&[("src/base/mod.rs", text), ("src/left/mod.rs", "pub struct Thing;")]).all();
    assert_eq!(upward(&table(), &found), [""; 0]);
}

#[test]
fn an_import_sideways_is_found_through_a_re_export() {
    let found = arrows(&[
        ("src/right/mod.rs", "use crate::left::Thing;"),
        ("src/left/mod.rs", "mod deep;\npub use deep::Thing;"),
        ("src/left/deep.rs", "pub struct Thing;"),
    ]);
    assert_eq!(sideways(&table(), &found.all()), ["src/right/mod.rs -> src/left/deep.rs"]);
    assert!(upward(&table(), &found.all()).is_empty());
}

#[test]
fn a_circle_is_found_and_showing_what_stands_below_is_none() {
    let child = ("src/left/child.rs", "use super::Parent;\npub struct Child(Parent);");
    let shown = arrows(&[("src/left/mod.rs", "mod child;\npub use child::Child;\npub struct Parent;"), child]);
    assert!(circles::circles(&shown.uses).is_empty());
    let used = arrows(&[
        ("src/left/mod.rs", "mod child;\npub use child::Child;\npub struct Parent;\nfn f(_: Child) {}"),
        child,
    ]);
    assert_eq!(circles::circles(&used.uses), [["src/left/child.rs", "src/left/mod.rs"]]);
}

#[test]
fn a_file_without_a_floor_and_a_wrong_opening_are_found() {
    let sources = [
        Source::new("src/attic/mod.rs", "//! Floor 7: nobody knows it."),
        Source::new("src/base/mod.rs", "//! Floor 0: values."),
        Source::new("src/left/mod.rs", "//! Floor 2: sides."),
    ];
    assert_eq!(without_floor(&table(), &sources), ["src/attic/mod.rs"]);
    let wrong = [
        "src/left/mod.rs does not open with `//! Floor 1: `",
        "src/right/mod.rs is missing",
        "src/attic/mod.rs names a floor, and is no folder of the table",
    ];
    assert_eq!(wrong_openings(&table(), &sources), wrong);
}

#[test]
fn what_is_too_long_is_found_also_in_comments_and_methods() {
    let line = format!("//! {}", "é".repeat(sizes::LINE_COLUMNS_MAX - 3));
    let body = "    let _ = 1;\n".repeat(sizes::FUNCTION_LINES_MAX - 1);
    let rest = "\n".repeat(sizes::FILE_LINES_MAX);
    let text = format!("{line}\nimpl S {{\nfn f() {{\n{body}}}\n}}\n{rest}");
    let long = Source::new("long.rs", &text);
    assert_eq!(sizes::long_functions(&long), ["long.rs:3: f has 71 lines"]);
    assert_eq!(sizes::long_file(&long).as_deref(), Some("long.rs has 574 lines"));
    assert_eq!(sizes::long_lines(&long), ["long.rs:1 has 121 columns"]);
    assert_eq!(sizes::without_opening(&long), None);
    let fits = Source::new("fits.rs", &format!("fn f() {{\n{}}}\n", &body[15..]));
    assert!(sizes::long_functions(&fits).is_empty());
    assert_eq!(sizes::without_opening(&fits).as_deref(), Some("fits.rs does not open with `//!`"));
}

#[test]
fn a_glob_arm_over_requests_is_found_under_every_name() {
    for text in [
        "fn f(r: Request) { match r { Request::A => {}\n _ => {} } }",
        "fn f(r: Request) { match r { api::Request::A(_) => {}\n other => drop(other) } }",
        "use api::Request as Asked;\nfn f(r: Asked) { match r { Asked::A => {} _ => {} } }",
        "impl Request {\nfn f(self) { match self { Self::A => {} _ => {} } } }",
        "fn f(a: Option<Request>, b: u8) { match (a, b) {\n(Some(Request::A), 1) => {} (_, _) => {} } }",
    ] {
        assert_eq!(arms::glob_arms(&Source::new("a.rs", text)), ["a.rs:2: a glob arm over requests"], "{text}");
    }
    for text in [
        "fn f(r: Request) { match r { Request::A => {} Request::B | Request::C => {} } }",
        "fn f(r: Reply) { match r { Reply::A => {} _ => {} } }",
        "fn f(r: Request) { if let Request::A = r {} }",
    ] {
        assert!(arms::glob_arms(&Source::new("a.rs", text)).is_empty(), "{text}");
    }
}

#[test]
fn a_broken_link_and_an_invariant_that_no_test_holds_are_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = "A [file](src/lib.rs), [none](src/none.rs), [elsewhere](https://example.org/none.rs).\n";
    assert_eq!(documents::broken_links(root, "README.md", text), ["README.md:1: src/none.rs does not exist"]);
    let held = "*Invariant:* links lead somewhere ([`documents_link_to_files_that_exist`](tests/tidy.rs)).\n\n";
    assert!(documents::unheld_invariants(root, held).is_empty());
    let text = format!(
        "{held}*Invariant:* nobody holds this.\n\n*Invariant:* a test that is gone holds this \
         ([`gone`](tests/tidy.rs)).\n"
    );
    let found = documents::unheld_invariants(root, &text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("no test is named: *Invariant:* nobody"), "{found:?}");
    assert!(found[1].starts_with("tests/tidy.rs has no test gone"), "{found:?}");
}

#[test]
fn a_random_stream_that_does_not_exist_is_found() {
    let text = "# A page\n\n## Seeds\n\nUsers draw from `link/web-1`, `host/web-1/1/sizes` and `host/web-1/1/gone`.\n";
    let source = r#"seed.stream(&format!("link/{name}")); cx.random("sizes");"#;
    assert_eq!(documents::unknown_random_streams(text, [source].into_iter()), ["nobody draws from host/web-1/1/gone"]);
}

#[test]
fn what_is_public_without_need_is_found() {
    let sources = crate_of(&[(
        "src/base/mod.rs",
        "pub struct Used { pub inner: Inner }\npub struct Inner;\npub struct Spare { pub field: u8 }\n\
         impl Used { pub fn spare_method(&self) {} }\npub(crate) struct Fine;\n#[cfg(test)]\npub struct OfTests;",
    )]);
    let outside = [Source::new("tests/a.rs", "fn f(_: kinesim::base::Used) {}")];
    let found = public::unused(&modules(&sources), &outside, &[]);
    let expected = [
        "src/base/mod.rs:1: inner",
        "src/base/mod.rs:3: Spare",
        "src/base/mod.rs:3: field",
        "src/base/mod.rs:4: spare_method",
    ];
    assert_eq!(found, expected);
    let document = "Text.\n```\nlet spare: Spare = used.inner.field.spare_method();\n```\n".to_owned();
    assert!(public::unused(&modules(&sources), &outside, &[document]).is_empty());
    let indented = "Text.\n\n    spare.spare_method(inner.field, Spare)\n".to_owned();
    assert!(public::unused(&modules(&sources), &outside, &[indented]).is_empty());
    let prose = "Spare has a field, an inner one and a spare_method.\n".to_owned();
    assert_eq!(public::unused(&modules(&sources), &outside, &[prose]), expected, "prose uses nothing");
}

#[test]
fn what_a_public_list_or_bound_is_made_of_is_public_with_it() {
    let sources = crate_of(&[(
        "src/base/mod.rs",
        "list! { Listed }\npub struct Listed;\npub struct Used<B: Bound>(B);\npub trait Bound {}\n\
         type Never = <fn() as Through>::Type;\npub trait Through { type Type; }\npub trait Spare {}",
    )]);
    let outside = [Source::new("tests/a.rs", "fn f(_: kinesim::base::Used<u8>) {}")];
    assert_eq!(public::unused(&modules(&sources), &outside, &[]), ["src/base/mod.rs:7: Spare"]);
}

#[test]
fn figures_count_what_they_say() {
    let sources = crate_of(&[
        ("src/base/mod.rs", "use crate::left::Thing;\n/// Has docs.\npub fn f() {}\npub fn g() {\n}\n"),
        ("src/left/mod.rs", "use crate::base::f;\npub struct Thing;"),
    ]);
    let text = figures::figures(&table(), &sources, &sources);
    for line in ["circles among files          1 with 2 files", "imports upward               1"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(text.contains("public items                 3, 2 without docs"), "{text}");
}
