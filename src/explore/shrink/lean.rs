//! A file with nothing in it that need not stand there: what a reader would read anyway is left out.

use serde::Serialize;
use toml::{Table, Value};

use crate::scenario::file::File;

/// The way to a key of a file, through tables and lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Entry(usize),
}

/// Written first where they stand; the rest follows by name.
const FIRST: &[&str] = &[
    "name",
    "duration",
    "seed",
    "at",
    "for",
    "restart_after",
    "every",
    "until",
    "stream",
    "library",
    "workers",
    "hosts",
    "shards",
    "rate",
    "number",
];
/// Sections, in the order in which they are written.
const SECTIONS: [&str; 9] =
    ["assume", "network", "liveness", "stream", "producer", "consumer", "fault", "action", "expect"];

/// A value of a file as a tree.
pub(super) fn tree_of(value: &impl Serialize) -> Table {
    Table::try_from(value).unwrap_or_else(|error| unreachable!("what was read is written: {error}"))
}

/// The file that a tree is, if it is one.
pub(super) fn file_of(tree: Table) -> Option<File> {
    tree.try_into().ok()
}

/// The file as a tree, without every key that changes nothing of it.
pub(super) fn lean(file: &File) -> Table {
    let mut tree = tree_of(file);
    // A table goes as a whole if it can; what is left of it is asked key by key.
    let mut place = 0;
    while let Some(path) = paths(&tree).into_iter().nth(place) {
        let mut without = tree.clone();
        remove(&mut without, &path);
        match file_of(without.clone()).is_some_and(|read| read == *file) {
            true => tree = without,
            false => place += 1,
        }
    }
    tree
}

/// The ways to all keys of a tree, each before those below it.
pub(super) fn paths(tree: &Table) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    gather(tree, &mut Vec::new(), &mut found);
    found
}

fn gather(table: &Table, above: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    for (key, value) in table {
        above.push(Step::Key(key.clone()));
        found.push(above.clone());
        match value {
            Value::Table(below) => gather(below, above, found),
            Value::Array(entries) => {
                for (n, entry) in entries.iter().enumerate() {
                    let Value::Table(below) = entry else { continue };
                    above.push(Step::Entry(n));
                    gather(below, above, found);
                    above.pop();
                }
            }
            _ => {}
        }
        above.pop();
    }
}

/// Takes a key out of a tree.
pub(super) fn remove(tree: &mut Table, path: &[Step]) {
    let [Step::Key(key), below @ ..] = path else { return };
    match (below, tree.get_mut(key)) {
        ([], _) => drop(tree.remove(key)),
        (_, Some(Value::Table(table))) => remove(table, below),
        ([Step::Entry(n), below @ ..], Some(Value::Array(entries))) => {
            if let Some(Value::Table(table)) = entries.get_mut(*n) {
                remove(table, below);
            }
        }
        _ => {}
    }
}

/// The file as people write it.
pub(super) fn text(file: &File) -> String {
    let tree = lean(file);
    let mut out = String::new();
    lines(&tree, &mut out, |key| !SECTIONS.contains(&key));
    for section in SECTIONS {
        match tree.get(section) {
            Some(Value::Table(named)) if ["stream", "producer", "consumer"].contains(&section) => {
                for (name, one) in named {
                    headed(&format!("[{section}.{}]", key_text(name)), one, &mut out);
                }
            }
            Some(Value::Array(entries)) => {
                entries.iter().for_each(|one| headed(&format!("[[{section}]]"), one, &mut out));
            }
            Some(one) => headed(&format!("[{section}]"), one, &mut out),
            None => {}
        }
    }
    out
}

fn headed(header: &str, value: &Value, out: &mut String) {
    let Value::Table(table) = value else { return };
    out.push_str(&format!("\n{header}\n"));
    lines(table, out, |_| true);
}

/// A line for each key.
fn lines(table: &Table, out: &mut String, is_meant: impl Fn(&str) -> bool) {
    let place = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let mut keys: Vec<&String> = table.keys().filter(|key| is_meant(key)).collect();
    keys.sort_by_key(|key| (place(key), key.as_str()));
    for key in keys {
        out.push_str(&format!("{} = {}\n", key_text(key), table[key]));
    }
}

/// A key as it is written: in quotes where it must be.
fn key_text(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { key.to_owned() } else { Value::String(key.to_owned()).to_string() }
}

/// Lines that say something.
pub(super) fn line_count(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::draft;

    #[test]
    fn what_is_left_out_is_what_would_be_read_anyway() {
        let source = "name = \"x\"\nduration = \"10m\"\nseed = 7\nnetwork = \"messages\"\n[stream.s]\nshards = 2\n\
                      retention = \"24h\"\n[producer.\"a.b\"]\nstream = \"s\"\nrate = \"10/s\"\nhosts = 1\n\
                      batch = { records = 1, linger = \"100ms\" }\n[[fault]]\nat = \"1m\"\nfor = \"5s\"\n\
                      lose = { hosts = [\"a.b\"], way = \"both\" }\n[liveness]\nowned_within = \"180s\"\n";
        let draft = draft(source, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
        let text = text(&draft.file);
        assert_eq!(
            text,
            "name = \"x\"\nduration = \"10m\"\nseed = 7\n\n[stream.s]\nshards = 2\n\n[producer.\"a.b\"]\n\
             stream = \"s\"\nrate = \"10/s\"\nbatch = { records = 1 }\n\n[[fault]]\nat = \"1m\"\nfor = \"5s\"\n\
             lose = { hosts = [\"a.b\"] }\n"
        );
        let again = crate::scenario::draft(&text, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
        assert!(again.file == draft.file, "it reads as what it was written from");
        assert_eq!(line_count(&text), 13);
    }
}
