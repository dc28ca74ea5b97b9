//! Takes away hosts, from the highest number down, with what names them.
//!
//! Before that, what names a host of a high number names one of a low number that nothing names, so that the high ones
//! are free to go.

use toml::Value;

use super::super::cut::{Cut, Pass};
use super::super::ladder::counts_below;
use super::super::lean::{file_of, tree_of};
use crate::base::host_name::host_name;
use crate::scenario::file::File;

pub(super) const PASS: Pass =
    Pass { name: "hosts", about: "hosts go, from the highest number down, with what names them", go };

fn go(cut: &mut Cut<'_>) {
    let consumers: Vec<String> = cut.file().consumer.keys().cloned().collect();
    for name in &consumers {
        cut.drop_parts(
            |file| file.consumer.get(name).map_or(0, |consumer| consumer.joins.len()),
            |file, part| file.consumer.get_mut(name).into_iter().for_each(|of| drop(of.joins.drain(part.clone()))),
        );
        let count = |file: &File| file.consumer.get(name).map_or(0, |consumer| consumer.workers);
        rename(cut, name, count);
        let set = |file: &mut File, n| file.consumer.get_mut(name).into_iter().for_each(|of| of.workers = n);
        cut.lower(|file| counts_below(count(file)), set);
    }
    let producers: Vec<String> = cut.file().producer.keys().cloned().collect();
    for name in &producers {
        let count = |file: &File| file.producer.get(name).map_or(0, |producer| producer.hosts);
        rename(cut, name, count);
        let set = |file: &mut File, n| file.producer.get_mut(name).into_iter().for_each(|of| of.hosts = n);
        cut.lower(|file| counts_below(count(file)), set);
    }
}

/// Gives the lowest numbers to the hosts of a group that something names.
fn rename(cut: &mut Cut<'_>, group: &str, count: impl Fn(&File) -> u32) {
    for number in (2..=count(cut.file())).rev() {
        if !is_named(cut.file(), group, number) {
            continue;
        }
        let Some(free) = (1..number).find(|number| !is_named(cut.file(), group, *number)) else { return };
        let (from, to) = (host_name(group, number), host_name(group, free));
        if let Some(renamed) = renamed(cut.file(), &from, &to) {
            cut.takes(renamed);
        }
    }
}

fn is_named(file: &File, group: &str, number: u32) -> bool {
    let host = host_name(group, number);
    // A name as a text of its own, wherever a fault or an action has one.
    renamed(file, &host, "").is_none_or(|other| other != *file)
}

/// The file with another host in its faults and actions.
fn renamed(file: &File, from: &str, to: &str) -> Option<File> {
    let mut tree = tree_of(file);
    for section in ["fault", "action"] {
        tree.get_mut(section).into_iter().for_each(|value| replace(value, from, to));
    }
    file_of(tree)
}

fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => *text = to.to_owned(),
        Value::Array(entries) => entries.iter_mut().for_each(|entry| replace(entry, from, to)),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| replace(value, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn the_host_that_is_needed_gets_the_lowest_number() {
        let source = format!(
            "{SOURCE}joins = [\"5m\"]\n[[fault]]\nat = \"1m\"\nfor = \"5s\"\npause = \"billing-3\"\n\
             [[fault]]\nat = \"2m\"\nfor = \"5s\"\nlose = {{ hosts = [\"billing-2\", \"shop\"] }}\n"
        );
        let source = source.replace("rate = \"137/s\"", "rate = \"137/s\"\nhosts = 5");
        let text = cut_text(&PASS, &source, |text| text.contains("pause = \"billing-"));
        assert!(
            text.contains("pause = \"billing-1\"") && !text.contains("workers") && !text.contains("joins"),
            "{text}"
        );
        assert!(!text.contains("hosts ="), "{text}");
    }

    #[test]
    fn hosts_that_are_needed_stay_with_their_faults() {
        let source = format!("{SOURCE}[[fault]]\nat = \"1m\"\nfor = \"5s\"\npause = \"billing-2\"\n");
        let text = cut_text(&PASS, &source, |text| text.contains("pause") && !text.contains("pause = \"billing-1\""));
        assert!(text.contains("workers = 2") && text.contains("billing-2"), "{text}");
    }
}
