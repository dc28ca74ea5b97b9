//! Makes faults smaller: shorter, and of fewer hosts. Nothing that limits a fault goes, which would make it larger.

use toml::{Table, Value};

use super::super::cut::{Cut, Pass};
use super::super::ladder::{is_all, times_below};
use super::super::lean::tree_of;
use crate::base::written::Duration;
use crate::fault::Fault;
use crate::scenario::file::File;

pub(super) const PASS: Pass = Pass { name: "narrow", about: "faults are shorter, and of fewer hosts", go };

fn go(cut: &mut Cut<'_>) {
    for n in 0..cut.file().fault.len() {
        fewer_hosts(cut, n);
        all_goes_without_saying(cut, n);
        shorter(cut, n, |fault| &mut fault.lasts);
        shorter(cut, n, |fault| &mut fault.restart_after);
    }
}

fn shorter(cut: &mut Cut<'_>, n: usize, length: fn(&mut Fault) -> &mut Option<Duration>) {
    let steps = |file: &File| {
        let fault = file.fault.get(n).cloned();
        fault.and_then(|mut fault| *length(&mut fault)).map_or(Vec::new(), times_below)
    };
    cut.lower(steps, |file, time| *length(&mut file.fault[n]) = Some(time));
}

/// Tries each of several hosts alone, then without each.
fn fewer_hosts(cut: &mut Cut<'_>, n: usize) {
    let hosts = |file: &File| file.fault.get(n).map_or(Vec::new(), hosts_of);
    let several = hosts(cut.file());
    if several.len() < 2 {
        return;
    }
    if several.iter().any(|host| cut.takes_with(|file| set_hosts(file, n, vec![host.clone()]))) {
        return;
    }
    cut.drop_parts(
        // Without any host a fault is one of all.
        |file| if hosts(file).len() > 1 { hosts(file).len() } else { 0 },
        |file, part| {
            let mut left = hosts(file);
            left.drain(part);
            if !left.is_empty() {
                set_hosts(file, n, left);
            }
        },
    );
}

/// A share of 100% is what is meant where none is written.
fn all_goes_without_saying(cut: &mut Cut<'_>, n: usize) {
    let is_written = |of: &mut Table| of.get("rate").and_then(Value::as_str).is_some_and(is_all);
    cut.takes_with(|file| {
        change(file, n, |of| {
            if is_written(of) {
                of.remove("rate");
            }
        });
    });
}

fn hosts_of(fault: &Fault) -> Vec<Value> {
    let tree = tree_of(fault);
    let list = tree.values().find_map(|value| value.get("hosts").and_then(Value::as_array));
    list.cloned().unwrap_or_default()
}

fn set_hosts(file: &mut File, n: usize, hosts: Vec<Value>) {
    change(file, n, |of| {
        if of.contains_key("hosts") {
            of.insert("hosts".to_owned(), Value::Array(hosts.clone()));
        }
    });
}

/// Changes what a fault's kind is given.
fn change(file: &mut File, n: usize, change: impl Fn(&mut Table)) {
    let Some(fault) = file.fault.get_mut(n) else { return };
    let mut tree = tree_of(fault);
    tree.iter_mut().filter_map(|(_, value)| value.as_table_mut()).for_each(change);
    if let Ok(changed) = tree.try_into() {
        *fault = changed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn a_fault_is_as_short_and_of_as_few_hosts_as_it_takes() {
        let source = format!(
            "{SOURCE}[[fault]]\nat = \"1m\"\nfor = \"4m13s\"\n\
             lose = {{ hosts = [\"billing-1\", \"billing-2\", \"billing-3\"], rate = \"100%\" }}\n\
             [[fault]]\nat = \"9m\"\nrestart_after = \"95s\"\ncrash = \"billing-1\"\n"
        );
        let is_needed = |text: &str| text.contains("billing-2") && !text.contains("for = \"1s\"");
        let text = cut_text(&PASS, &source, is_needed);
        assert!(text.contains("for = \"2s\"\nlose = { hosts = [\"billing-2\"] }"), "{text}");
        assert!(text.contains("restart_after = \"1s\"\ncrash"), "{text}");
    }

    #[test]
    fn a_fault_never_grows_to_all_hosts() {
        let source =
            format!("{SOURCE}[[fault]]\nat = \"1m\"\nfor = \"1s\"\nlose = {{ hosts = [\"billing-1\", \"shop\"] }}\n");
        let text = cut_text(&PASS, &source, |text| !text.contains("hosts = [\"shop\"]"));
        assert!(text.contains("hosts = [\"billing-1\"]"), "{text}");
    }
}
