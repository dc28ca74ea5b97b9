//! A scenario file as a tree of keys: what a path such as `consumer.*.workers` means, and a value set or left out
//! there. Whatever a file can say can be changed so before it is read.

use toml::{Table, Value};

use super::twice::ALIASES;

/// The word for a key that is left out.
pub(super) const DEFAULT: &str = "default";
/// Sections whose entries have names or numbers that the file gives.
const NAMED: [&str; 8] = ["stream", "producer", "consumer", "action", "autoscaling", "fault", "expect", "alarm"];

/// The tree of a file that was read and found right.
pub(super) fn tree(source: &str) -> Table {
    source.parse().unwrap_or_else(|error| unreachable!("the file was read before: {error}"))
}

/// The paths of a tree that a pattern means. The last step, and what stands above it in a section that the file leaves
/// out, need not be there.
pub(super) fn paths(tree: &Table, pattern: &str) -> Vec<Vec<String>> {
    let steps: Vec<&str> = pattern.split('.').collect();
    let must_be = if NAMED.contains(&steps[0]) { 2 } else { 0 };
    let mut found: Vec<(Vec<String>, Option<&Value>)> = vec![(Vec::new(), None)];
    for (depth, step) in steps.iter().enumerate() {
        let mut next = Vec::new();
        for (path, value) in &found {
            let below = |key: &str| if depth == 0 { tree.get(key) } else { value.and_then(|value| child(value, key)) };
            let keys = match *step {
                "*" => value.map(children).unwrap_or_default(),
                key if depth >= must_be || below(key).is_some() => vec![key.to_owned()],
                _ => Vec::new(),
            };
            next.extend(keys.into_iter().map(|key| {
                let value = below(&key);
                (path.iter().cloned().chain([key]).collect(), value)
            }));
        }
        found = next;
    }
    found.into_iter().map(|(path, _)| path).collect()
}

fn children(value: &Value) -> Vec<String> {
    match value {
        Value::Table(table) => table.keys().cloned().collect(),
        Value::Array(array) => (0..array.len()).map(|n| n.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Table(table) => table.get(key),
        Value::Array(array) => array.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The table in which the last key of a path stands; `None` where the way there is no table.
fn holder<'a>(tree: &'a mut Table, above: &[String]) -> Option<&'a mut Table> {
    let Some((first, rest)) = above.split_first() else { return Some(tree) };
    let mut value = tree.entry(first).or_insert_with(|| Value::Table(Table::new()));
    for step in rest {
        value = match value {
            Value::Table(table) => table.entry(step).or_insert_with(|| Value::Table(Table::new())),
            Value::Array(array) => array.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    value.as_table_mut()
}

/// Sets a key; `"default"` leaves it out.
pub(super) fn set(tree: &mut Table, path: &[String], value: Value) {
    let Some((key, above)) = path.split_last() else { return };
    let Some(table) = holder(tree, above) else { return };
    ALIASES.iter().filter(|(_, _, name)| name == key).for_each(|(_, alias, _)| drop(table.remove(*alias)));
    match value.as_str() {
        Some(DEFAULT) => drop(table.remove(key)),
        _ => drop(table.insert(key.clone(), value)),
    }
}

/// Leaves a key, or an entry of a list, out.
pub(super) fn remove(tree: &mut Table, path: &[String]) {
    let Some((key, above)) = path.split_last() else { return };
    if let (Some(list), Ok(number)) = (above.first().and_then(|name| tree.get_mut(name)), key.parse::<usize>())
        && let (1, Value::Array(array)) = (above.len(), list)
    {
        array.remove(number);
    } else if let Some(table) = holder(tree, above) {
        table.remove(key);
    }
}

/// Whether something stands at a path.
pub(super) fn is_there(tree: &Table, path: &[String]) -> bool {
    at(tree, path).is_some()
}

/// What stands at a path.
pub(super) fn at<'a>(tree: &'a Table, path: &[String]) -> Option<&'a Value> {
    let first = path.first().and_then(|key| tree.get(key));
    path.iter().skip(1).fold(first, |value, key| value.and_then(|value| child(value, key)))
}
