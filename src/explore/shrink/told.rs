//! What stands above a file that was cut down: what fails and how it comes about, what was taken away, how to repeat it.

use std::fmt::Display;

use super::super::one::Failure;
use crate::report::wrap;
use crate::scenario::file::File;

/// As wide as comments are.
const WIDTH: usize = 100;

/// What there is to tell.
pub(super) struct Told<'a> {
    pub(super) before: &'a File,
    pub(super) after: &'a File,
    pub(super) lines: (usize, usize),
    pub(super) failure: &'a Failure,
    /// The command that was cut down, and the one that runs the file.
    pub(super) of: &'a str,
    pub(super) again: &'a str,
}

/// The comments.
pub(super) fn told(told: &Told<'_>) -> String {
    let mut out = String::new();
    let mut say = |indent: usize, text: &str| {
        for line in wrap(text, indent, WIDTH).lines() {
            out.push_str(format!("# {line}").trim_end());
            out.push('\n');
        }
    };
    let Failure { of, what, timeline, .. } = told.failure;
    say(0, &format!("{of} fails:"));
    say(2, what);
    if !timeline.is_empty() {
        say(0, "How it comes about:");
        timeline.iter().for_each(|line| say(2, line));
    }
    say(0, &format!("Again: {}", told.again));
    let (before, after) = told.lines;
    let taken = taken_away(told.before, told.after);
    let taken = if taken.is_empty() { String::new() } else { format!(" Taken away: {}.", taken.join(", ")) };
    say(0, &format!("Cut down from {}: {before} lines to {after}.{taken}", told.of));
    out
}

/// What there is less of.
fn taken_away(before: &File, after: &File) -> Vec<String> {
    let hosts = |file: &File| {
        let producers = file.producer.values().map(|producer| u64::from(producer.hosts));
        producers.chain(file.consumer.values().map(|consumer| u64::from(consumer.host_count()))).sum::<u64>()
    };
    let shards = |file: &File| file.stream.values().map(|stream| u64::from(stream.shards)).sum::<u64>();
    let count = |what: &str, of: &dyn Fn(&File) -> u64| {
        let (before, after) = (of(before), of(after));
        (after < before).then(|| format!("{} of {before} {what}", before - after))
    };
    let instead = |what: &str, before: &dyn Display, after: &dyn Display| {
        let (before, after) = (before.to_string(), after.to_string());
        (before != after).then(|| format!("{what} {after} instead of {before}"))
    };
    let told = [
        count("faults", &|file| file.fault.len() as u64),
        count("actions", &|file| file.action.len() as u64),
        count("expectations", &|file| file.expect.len() as u64),
        count("streams", &|file| file.stream.len() as u64),
        count("producers", &|file| file.producer.len() as u64),
        count("consumers", &|file| file.consumer.len() as u64),
        count("hosts", &hosts),
        count("shards", &shards),
        instead("a run of", &before.duration, &after.duration),
        instead("seed", &before.seed, &after.seed),
    ];
    told.into_iter().flatten().collect()
}
