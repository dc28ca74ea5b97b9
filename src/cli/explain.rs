//! `kinesim explain`: what a key of scenario files, a check or a number of reports means.
//!
//! All of it comes from where editors and reports have it: the schema of scenario files, the list of faults, the
//! checks, the schema of the figures, and examples from the gallery.

use std::io::{self, Write};

use clap::Args;
use serde_json::{Value, json};

use super::terminal::{Exit, print_fitted};
use crate::base::json_schema::{resolved, words};
use crate::base::nearest::nearest;
use crate::check::{Registration, invariants};
use crate::measure::{Unit, figures_schema, number_at, numbers};
use crate::scenario::{example, example_of_word, json_schema};

#[derive(Args)]
pub(super) struct Arguments {
    /// A key (`fault.partition`, `consumer.workers`, `expect`), a check (`shard-order`), or a number
    /// (`consumers.billing.iterator_age_p99_ms`). All sections when absent.
    key: Option<String>,
}

pub(super) fn explain(arguments: &Arguments) -> io::Result<Exit> {
    let schema: Value = serde_json::from_str(&json_schema())?;
    let keys = Keys { schema: &schema };
    let key = arguments.key.as_deref().unwrap_or_default().trim_matches(|c| c == '[' || c == ']');
    let told = told_check(key).or_else(|| keys.told(key)).or_else(|| told_number(key)).or_else(|| keys.told_word(key));
    if let Some(told) = told {
        print_fitted(&told)?;
        return Ok(Exit::Pass);
    }
    let mut known = keys.all();
    known.extend(invariants().iter().map(|check| check.name.to_owned()));
    known.extend(numbers());
    known.extend(keys.words().map(|(word, _)| word));
    let leaf = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let leaves: Vec<String> = known.iter().map(|path| leaf(path)).collect();
    let near =
        nearest(key, known.iter().map(String::as_str)).or_else(|| nearest(&leaf(key), leaves.iter().map(|l| &**l)));
    let help = near.map_or("`kinesim explain` lists the sections".to_owned(), |near| format!("is `{near}` meant?"));
    writeln!(anstream::stderr(), "kinesim: nothing is called `{key}`; {help}")?;
    Ok(Exit::Wrong)
}

fn told_check(name: &str) -> Option<String> {
    let Registration { name, promise, .. } = invariants().iter().find(|check| check.name == name)?;
    let example = format!("outcome = \"fail\"\nfailing = [\"{name}\"]    # a file that is there to show it broken");
    Some(format!("{name}: a check of every run\n\n  {promise}\n\n{}\n", indented(&example)))
}

/// A number by its path, with any names in it, or by its last part alone.
fn told_number(path: &str) -> Option<String> {
    let all = numbers();
    let found: Vec<&String> = match number_at(path, &all) {
        Some((number, _)) => all.iter().filter(|known| *known == number).collect(),
        None => all.iter().filter(|known| known.rsplit('.').next() == Some(path)).collect(),
    };
    let schema = figures_schema();
    let keys = Keys { schema: &schema };
    let told = |number: &String| {
        let unit = Unit::of(number);
        let example = format!("[[expect]]\nnumber = \"{number}\"\nis = \"{}\"", unit.example());
        let meaning = meaning_of(&keys, number);
        format!("{number}: a number of reports, in {}\n\n  {meaning}\n\n{}", unit.as_str(), indented(&example))
    };
    let told: Vec<String> = found.into_iter().map(told).collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// What a number is; one that says "See `another`." has the other's meaning.
fn meaning_of(keys: &Keys<'_>, number: &str) -> String {
    let meaning = |number: &str| keys.find(number).map(|found| described(found.0).replace('\n', "\n  "));
    let own = meaning(number).unwrap_or_default();
    let other = own.strip_prefix("See `").and_then(|rest| rest.split('`').next());
    let sibling = other.and_then(|other| meaning(&format!("{}.{other}", number.rsplit_once('.')?.0)));
    sibling.unwrap_or(own)
}

/// The keys of a JSON Schema.
struct Keys<'a> {
    schema: &'a Value,
}

impl<'a> Keys<'a> {
    /// What stands behind references, choices with nothing, and lists.
    fn resolved(&self, node: &'a Value) -> &'a Value {
        let node = resolved(node, self.schema);
        if node["items"].is_object() { self.resolved(&node["items"]) } else { node }
    }

    /// The node at a path, and the path with `NAME` where a name of the user's own stands.
    fn find(&self, path: &str) -> Option<(&'a Value, String)> {
        let (mut node, mut shown) = (self.schema, Vec::new());
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let here = self.resolved(node);
            let child = &here["properties"][part];
            if child.is_object() {
                (node, _) = (child, shown.push(part));
                continue;
            }
            let named = here["additionalProperties"].is_object().then(|| &here["additionalProperties"])?;
            shown.push("NAME");
            node = named;
            let child = &self.resolved(node)["properties"][part];
            if child.is_object() {
                (node, _) = (child, shown.push(part));
            } else if parts.peek().is_none() && self.is_nearly_a_key(node, part) {
                return None;
            }
        }
        Some((node, shown.join(".")))
    }

    /// Whether what could be a name of the user's own is rather a slip of a key.
    fn is_nearly_a_key(&self, node: &'a Value, word: &str) -> bool {
        nearest(word, members(self.resolved(node)).map(|(key, _)| key.as_str())).is_some()
    }

    /// Every key of the sections and what stands in them.
    fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (section, node) in members(self.schema) {
            all.push(section.clone());
            let resolved = self.resolved(node);
            let named = &resolved["additionalProperties"];
            let below = if named.is_object() { self.resolved(named) } else { resolved };
            all.extend(members(below).map(|(key, _)| format!("{section}.{key}")));
        }
        all
    }

    fn told(&self, key: &str) -> Option<String> {
        if key.is_empty() {
            let sections = self.listed(self.schema);
            return Some(format!(
                "A scenario file has these sections; `kinesim explain SECTION` has more.\n\n{sections}"
            ));
        }
        if let Some((node, path)) = self.find(key) {
            return Some(self.told_at(node, &path));
        }
        let suffix = format!(".{key}");
        let all: Vec<String> = self.all().into_iter().filter(|path| path.ends_with(&suffix)).collect();
        match &all[..] {
            [] => None,
            [only] => self.find(only).map(|(node, path)| self.told_at(node, &path)),
            several => Some(format!("`{key}` stands in several sections: {}\n", several.join(", "))),
        }
    }

    fn told_at(&self, node: &'a Value, path: &str) -> String {
        let mut out = format!("{path}\n\n  {}\n", described(node).replace('\n', "\n  "));
        let resolved = self.resolved(node);
        let value = described(resolved);
        if !value.is_empty() && value != described(node) && !resolved["properties"].is_object() {
            out.push_str(&format!("  value: {}\n", value.replace('\n', " ")));
        }
        let is_nothing = |default: &Value| default.is_null() || *default == json!([]) || *default == json!({});
        if let Some(default) = node.get("default").filter(|default| !is_nothing(default)) {
            out.push_str(&format!("  default: {default}\n"));
        }
        let words = words(resolved);
        if !words.is_empty() {
            out.push_str(&format!("  one of: {}\n", words.join(", ")));
        }
        let named = &resolved["additionalProperties"];
        let below = if named.is_object() { self.resolved(named) } else { resolved };
        if below["properties"].is_object() {
            out.push_str(&format!("\n{}", self.listed(below)));
        }
        out + &example(path).map_or(String::new(), |example| format!("\n{}", indented(&example)))
    }

    /// Every word that stands for a value, with what it means.
    fn words(&self) -> impl Iterator<Item = (String, String)> {
        let definitions = self.schema["$defs"].as_object().into_iter().flatten();
        let all = definitions.flat_map(|(_, definition)| definition["oneOf"].as_array().into_iter().flatten());
        all.filter_map(|one| Some((one["const"].as_str()?.to_owned(), described(one))))
    }

    /// What a word means that is a value, such as `lease-moved`.
    fn told_word(&self, word: &str) -> Option<String> {
        let mut meanings: Vec<String> =
            self.words().filter(|(of, _)| of == word).map(|(_, meaning)| format!("  {meaning}\n")).collect();
        meanings.dedup();
        let used = example_of_word(word).map(|lines| format!("\n{}", indented(&lines)));
        let head = format!("{word}: a value of a key\n\n");
        (!meanings.is_empty()).then(|| head + &meanings.concat() + &used.unwrap_or_default())
    }

    /// Keys in a line each, with the first sentence of what they are.
    fn listed(&self, node: &Value) -> String {
        let required: Vec<&str> = node["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let line = |(key, node): (&String, &Value)| {
            let meaning = described(node).replace('\n', " ");
            let first = meaning.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned();
            let must_be = if required.contains(&key.as_str()) { " (must be given)" } else { "" };
            format!("  {key:24} {first}{must_be}\n")
        };
        members(node).map(line).collect()
    }
}

fn members(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node["properties"].as_object().into_iter().flatten()
}

fn described(node: &Value) -> String {
    node["description"].as_str().unwrap_or_default().to_owned()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect()
}
