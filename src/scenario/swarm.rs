//! What a seed of a swarm makes of a scenario: which faults are on and how often, how large and how fast that is which
//! takes part, what is left out.
//!
//! Swarms find more than one careful mix does, because a fault that is on in every run hides what needs its absence
//! (Groce et al., "Swarm Testing", ISSTA 2012). Everything is drawn from the first seed of a timeline, each key from a
//! stream of its own; what does not make a scenario is drawn again.

use toml::{Table, Value};

use super::diagnostic::Problem;
use super::file::File;
use super::read::read;
use super::section::Explore;
use super::spans::{Path, Spans};
use super::twice::ALIASES;
use crate::base::nearest::nearest;
use crate::base::seed::Random;
use crate::base::written::Duration;
use crate::base::{Seed, SimDuration};
use crate::{fault, file_path};

/// The word for a key that is left out.
const DEFAULT: &str = "default";
/// In half of a swarm's runs a kind of fault is on with this chance, in others with less.
const KINDS_ON: [f64; 4] = [0.0, 0.125, 0.25, 0.5];
/// Sections whose entries have names or numbers that the file gives.
const NAMED: [&str; 7] = ["stream", "producer", "consumer", "action", "fault", "expect", "alarm"];

/// A scenario that a seed has drawn.
pub(super) struct Variant {
    /// The file.
    pub(super) text: String,
    /// What was drawn, a line each.
    pub(super) drawn: Vec<String>,
}

/// What a seed makes of a file. The file was read and is right, as far as it goes.
pub(super) fn variant(source: &str, explore: &Explore, seed: Seed, attempt: u32) -> Variant {
    let mut tree = tree(source);
    tree.remove("explore");
    let stream = |what: &str| seed.stream(&format!("swarm/{attempt}/{what}"));
    let mut drawn = Vec::new();
    for (pattern, choice) in &explore.vary {
        for path in paths(&tree, pattern) {
            let value = choice.draw(&mut stream(&path.join(".")));
            drawn.push(format!("{} = {value}", path.join(".")));
            set(&mut tree, &path, value);
        }
    }
    let mut out: Vec<Vec<String>> = explore.maybe.iter().flat_map(|pattern| paths(&tree, pattern)).collect();
    out.retain(|path| stream(&format!("maybe/{}", path.join("."))).chance(0.5));
    drawn.extend(out.iter().map(|path| format!("without {}", path.join("."))));
    // From the last on, so that the numbers of those before stay.
    out.sort_by_key(|path| path.last().and_then(|step| step.parse::<usize>().ok()));
    out.iter().rev().for_each(|path| remove(&mut tree, path));
    drawn.extend(faults(&mut tree, explore, &stream));
    Variant { text: tree.to_string(), drawn }
}

fn tree(source: &str) -> Table {
    source.parse().unwrap_or_else(|error| unreachable!("the file was read before: {error}"))
}

/// Draws which kinds are on and how often; returns what it came to.
fn faults(tree: &mut Table, explore: &Explore, stream: &impl Fn(&str) -> Random) -> Vec<String> {
    let written = tree.remove("random_faults").and_then(|table| table.as_table().cloned()).unwrap_or_default();
    let mut all = stream("faults");
    let chance = KINDS_ON[all.below(KINDS_ON.len() as u64) as usize];
    let mut random_faults: Table =
        written.iter().filter(|(key, _)| ["from", "until"].contains(&key.as_str())).map(owned).collect();
    let mut drawn = Vec::new();
    for kind in kinds(explore, &written) {
        let mut random = stream(&format!("faults/{kind}"));
        if random.chance(chance) {
            let rate = explore.rate.draw(&mut random);
            drawn.push(format!("random_faults.{kind} = {rate}"));
            random_faults.insert(kind, rate);
        }
    }
    if drawn.is_empty() {
        return vec!["no random faults".to_owned()];
    }
    let longest = all.duration(explore.lasts.0, explore.lasts.1);
    let (least, most) = (Duration(seconds(explore.lasts.0)), Duration(seconds(longest).max(explore.lasts.0)));
    drawn.push(format!("random_faults.lasts = \"{least}..{most}\""));
    random_faults.insert("lasts".into(), Value::String(format!("{least}..{most}")));
    tree.insert("random_faults".into(), Value::Table(random_faults));
    drawn
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// Whole seconds, where it is that long.
fn seconds(time: SimDuration) -> SimDuration {
    let whole = SimDuration::from_secs(time.as_millis() / 1000);
    if whole.is_zero() { time } else { whole }
}

/// The kinds that may be on.
fn kinds(explore: &Explore, written: &Table) -> Vec<String> {
    if !explore.faults.is_empty() {
        return explore.faults.clone();
    }
    let known = fault::drawings().into_iter().map(|(key, _)| key);
    // What never heals is on only where it is asked for.
    let known =
        known.filter(|key| if written.is_empty() { *key != "crash_for_good" } else { written.contains_key(*key) });
    known.map(str::to_owned).collect()
}

/// The paths of a tree that a pattern means. The last step, and what stands above it in a section that the file leaves
/// out, need not be there.
fn paths(tree: &Table, pattern: &str) -> Vec<Vec<String>> {
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

fn set(tree: &mut Table, path: &[String], value: Value) {
    let Some((key, above)) = path.split_last() else { return };
    let Some(table) = holder(tree, above) else { return };
    ALIASES.iter().filter(|(_, _, name)| name == key).for_each(|(_, alias, _)| drop(table.remove(*alias)));
    match value.as_str() {
        Some(DEFAULT) => drop(table.remove(key)),
        _ => drop(table.insert(key.clone(), value)),
    }
}

fn remove(tree: &mut Table, path: &[String]) {
    let Some((key, above)) = path.split_last() else { return };
    if let (Some(list), Ok(number)) = (above.first().and_then(|name| tree.get_mut(name)), key.parse::<usize>())
        && let (1, Value::Array(array)) = (above.len(), list)
    {
        array.remove(number);
    } else if let Some(table) = holder(tree, above) {
        table.remove(key);
    }
}

/// What is wrong with `[explore]`, each at its place: paths that mean nothing, values that their key does not take.
pub(super) fn problems(explore: &Explore, spans: &Spans<'_>) -> Vec<Problem> {
    let (tree, mut problems) = (tree(spans.source()), Vec::new());
    let mut problem = |path: Path, title: String, label: &str, help: Option<String>| {
        problems.push(Problem { title, span: spans.of(&path), label: label.to_owned(), also: None, help });
    };
    let known: Vec<&str> = fault::drawings().into_iter().map(|(key, _)| key).collect();
    for (n, kind) in explore.faults.iter().enumerate() {
        if !known.contains(&kind.as_str()) {
            let help = match nearest(kind, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", known.join(", ")),
            };
            let title = format!("`{kind}` is not a kind of random fault");
            problem(file_path!["explore", "faults", n], title, "not known", Some(help));
        }
    }
    for (n, pattern) in explore.maybe.iter().enumerate() {
        if !paths(&tree, pattern).iter().any(|path| is_there(&tree, path)) {
            let title = format!("`{pattern}` means nothing in this file");
            let help = "write the path of a section or an entry: \"consumer.late\", \"action.*\"";
            problem(file_path!["explore", "maybe", n], title, "nothing to leave out", Some(help.to_owned()));
        }
    }
    for (pattern, choice) in &explore.vary {
        let place = file_path!["explore", "vary", pattern.as_str()];
        let Some(path) = paths(&tree, pattern).into_iter().next() else {
            let title = format!("`{pattern}` means nothing in this file");
            let help = "write the path of a key: \"consumer.billing.workers\", \"stream.*.shards\"";
            problem(place, title, "nothing to vary", Some(help.to_owned()));
            continue;
        };
        for value in choice.samples() {
            let mut tree = tree.clone();
            tree.remove("explore");
            set(&mut tree, &path, value.clone());
            if let Err(wrong) = read::<File>(&tree.to_string()) {
                let (title, help) = wrong.into_iter().next().map(|wrong| (wrong.title, wrong.help)).unwrap_or_default();
                problem(place.clone(), format!("{value} does not fit: {title}"), "this key does not take it", help);
            }
        }
    }
    problems
}

fn is_there(tree: &Table, path: &[String]) -> bool {
    let first = path.first().and_then(|key| tree.get(key));
    path.iter().skip(1).fold(first, |value, key| value.and_then(|value| child(value, key))).is_some()
}

#[cfg(test)]
mod tests {
    use crate::base::Seeds;
    use crate::scenario::{Scenario, Which, load};

    /// A small scenario, with this in its `[explore]`.
    fn file(explore: &str) -> String {
        let text = "name = \"s\"\nduration = \"10m\"\n[stream.orders]\nshards = 2\n[producer.shop]\n\
                    stream = \"orders\"\nrate = \"10/s\"\n[consumer.billing]\nstream = \"orders\"\n\
                    checkpoint_every = \"5s\"\n[[action]]\nat = \"1m\"\nsplit = \"0\"\n[[action]]\n\
                    at = \"2m\"\nmerge = \"1\"\n[explore]\n";
        format!("{text}{explore}")
    }

    fn drawn(explore: &str, seed: u64) -> Scenario {
        let which = Which { seeds: Some(Seeds::from(seed)), is_swarm: true, ..Which::default() };
        load(&file(explore), "s.toml", &which).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    #[test]
    fn a_seed_draws_the_same_scenario_every_time_and_another_seed_another() {
        let explore = "[explore.vary]\n\"consumer.*.workers\" = \"1..4\"\n\"producer.shop.rate\" = \"1/s..50/s\"\n";
        let of = |seed| drawn(explore, seed).resolved_toml();
        assert_eq!(of(1), of(1));
        let different: std::collections::BTreeSet<String> = (0..20).map(of).collect();
        assert_eq!(different.len(), 20);
    }

    #[test]
    fn what_is_drawn_lies_within_what_the_file_allows_and_is_told() {
        let explore = "faults = [\"crash\", \"pause\"]\nrate = \"6/h..30/h\"\nlasts = \"1s..20s\"\n\
                       maybe = [\"action.*\"]\n[explore.vary]\n\
                       \"consumer.billing.checkpoint\" = [\"every batch\", \"default\", \"20s\"]\n\
                       \"consumer.billing.kcl.renewal_threads\" = [1, 20]\n";
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..60 {
            let scenario = drawn(explore, seed);
            let told = scenario.plan().swarm.expect("one of a swarm");
            let resolved = scenario.resolved_toml();
            let others = ["lose", "throttle", "partition"];
            assert!(others.iter().all(|kind| !resolved.contains(&format!("[fault.{kind}]"))), "{resolved}");
            seen.extend(told.iter().map(|line| line.split('"').next().unwrap_or_default().to_owned()));
            let has = |what: &str| told.iter().any(|line| line == what);
            assert_eq!(has("without action.0"), !resolved.contains("split = "), "{resolved}");
            assert_eq!(has("without action.1"), !resolved.contains("merge = "), "{resolved}");
        }
        for what in ["without action.0", "without action.1", "no random faults", "random_faults.crash = "] {
            assert!(seen.contains(what), "{seen:?}");
        }
    }

    #[test]
    fn what_makes_no_scenario_is_drawn_again() {
        // Without its second shard the stream has nothing to merge.
        let explore = "maybe = [\"action.0\"]\n[explore.vary]\n\"stream.orders.shards\" = [1, 2]\n\
                       \"action.1.merge\" = [\"0\"]\n";
        for seed in 0..20 {
            let resolved = drawn(explore, seed).resolved_toml();
            assert!(resolved.contains("shards = 2") || resolved.contains("split = "), "{resolved}");
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_told_with_its_place() {
        let told = |explore: &str| match load(&file(explore), "s.toml", Which::default()) {
            Ok(_) => panic!("{explore} is taken"),
            Err(wrong) => wrong.problems()[0].title.clone(),
        };
        let cases = [
            ("faults = [\"crsh\"]\n", "`crsh` is not a kind of random fault"),
            ("maybe = [\"consumer.late\"]\n", "`consumer.late` means nothing in this file"),
            ("[explore.vary]\n\"consumer.late.workers\" = [1]\n", "`consumer.late.workers` means nothing in this file"),
            ("[explore.vary]\n\"consumer.billing.wokers\" = [1]\n", "1 does not fit: unknown key `wokers`"),
            (
                "[explore.vary]\n\"consumer.billing.workers\" = [1, \"two\"]\n",
                "\"two\" does not fit: the text \"two\" is not a whole number from 0 to 4294967295",
            ),
        ];
        for (explore, title) in cases {
            assert_eq!(told(explore), title);
        }
        let wrong = told("[explore.vary]\n\"consumer.billing.workers\" = \"4..1\"\n");
        assert!(wrong.starts_with("a list of values such as [1, 4], or a range"), "{wrong}");
    }
}
