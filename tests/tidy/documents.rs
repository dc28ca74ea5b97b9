//! What documents promise: that the files they link to exist, and that a test holds each invariant.

use std::path::Path;

use crate::source::read;

/// Targets of Markdown links to files, with the line that has them.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).flat_map(|(number, line)| {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.filter(|target| !target.contains("://") && !target.starts_with('#')).map(move |target| (number, target))
    })
}

/// Links of the document `name` that lead nowhere.
pub(crate) fn broken_links(root: &Path, name: &str, text: &str) -> Vec<String> {
    let folder = root.join(name).parent().map(Path::to_owned).unwrap_or_default();
    let is_broken = |target: &str| {
        let file = target.split('#').next().unwrap_or_default();
        !folder.join(file).exists()
    };
    let broken = links(text).filter(|(_, target)| is_broken(target));
    broken.map(|(number, target)| format!("{name}:{number}: {target} does not exist")).collect()
}

/// Invariants that name no test which exists. An invariant names tests as links: [`test`](file).
pub(crate) fn unheld_invariants(root: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for paragraph in
        text.split("\n\n").flat_map(|block| block.split("\n- ")).filter(|text| text.contains("*Invariant:*"))
    {
        let held: Vec<_> = tests_named(paragraph).collect();
        let first = paragraph.lines().next().unwrap_or_default();
        if held.is_empty() {
            found.push(format!("no test is named: {first}"));
        }
        for (test, file) in held {
            let path = root.join(file);
            if !path.is_file() || !read(&path).contains(&format!("fn {test}(")) {
                found.push(format!("{file} has no test {test}: {first}"));
            }
        }
    }
    found
}

/// The links of a paragraph whose text is the name of a function.
fn tests_named(paragraph: &str) -> impl Iterator<Item = (&str, &str)> {
    paragraph.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        let (file, _) = rest.split_once(')')?;
        let is_function = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        (is_function && file.ends_with(".rs")).then_some((name, file))
    })
}

/// Random streams that the section on seeds names, and no source does. Names of hosts in them are examples.
pub(crate) fn unknown_random_streams<'a>(text: &str, sources: impl Iterator<Item = &'a str>) -> Vec<String> {
    let section = text.split("\n## ").find(|section| section.starts_with("Seeds\n")).unwrap_or_default();
    let mut unknown: Vec<_> =
        section.split('`').filter(|name| name.contains('/') && !name.contains(['(', ' '])).collect();
    assert!(!unknown.is_empty(), "the section on seeds names random streams");
    // `link/web-1` is made of "link/{name}"; the last word of `host/billing-2/1/kcl` is what its user says.
    let word = |name: &str| match name.strip_prefix("host/") {
        Some(rest) => format!("random(\"{}\")", rest.rsplit('/').next().unwrap_or_default()),
        None => format!("\"{}/{{", name.split('/').next().unwrap_or_default()),
    };
    for source in sources {
        unknown.retain(|name| !source.contains(&word(name)));
    }
    unknown.into_iter().map(|name| format!("nobody draws from {name}")).collect()
}
