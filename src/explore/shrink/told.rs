//! What stands above a file that was cut down: what fails and how it comes about, how to repeat it, what is gone.

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
        for (n, line) in wrap(text, 0, WIDTH - indent).lines().enumerate() {
            // What goes on in the next line stands further in.
            let indent = if n > 0 { indent + 2 } else { indent };
            out.push_str(&format!("# {:indent$}{line}\n", ""));
        }
    };
    let Failure { of, what, timeline, .. } = told.failure;
    // What shows it is the last of how it came about, of an expectation in other words.
    say(0, &format!("{of} fails:"));
    let is_way = |line: &&String| *line != what && !line.ends_with(&format!(" not {of}"));
    timeline.iter().filter(is_way).chain([what]).for_each(|line| say(2, line));
    say(0, &format!("Again: {}", told.again));
    let (before, after) = told.lines;
    let taken = taken_away(told.before, told.after);
    let taken = if taken.is_empty() { String::new() } else { format!(" Taken away: {}.", taken.join("; ")) };
    say(0, &format!("Cut down from `{}`, {before} lines to {after}.{taken}", told.of));
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
        (after < before).then(|| match after {
            0 => format!("all {what}"),
            _ => format!("{} of {before} {what}", before - after),
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::draft;

    #[test]
    fn the_head_says_what_fails_how_it_came_about_and_what_was_taken_away() {
        let file = |workers: u32, end: &str, faults: usize| {
            let fault = "[[fault]]\nat = \"1m\"\ncrash = \"billing-1\"\n".repeat(faults);
            let source = format!(
                "name = \"x\"\nduration = \"{end}\"\n[stream.s]\nshards = 1\n[consumer.billing]\nstream = \"s\"\n\
                 workers = {workers}\n{fault}"
            );
            draft(&source, "x.toml", None).unwrap_or_else(|d| panic!("{d}")).file
        };
        let failure = Failure {
            of: "shard-order".into(),
            shape: String::new(),
            what: "0:02:00.000 record 3 came before 2".into(),
            timeline: vec!["0:01:00.000 FAULT crash".into(), "0:02:00.000 record 3 came before 2".into()],
        };
        let (before, after) = (file(5, "30m", 17), file(2, "5m", 3));
        let (of, again) = ("kinesim run x.toml --seed 7", "kinesim run small.toml");
        let head = told(&Told { before: &before, after: &after, lines: (90, 12), failure: &failure, of, again });
        assert_eq!(
            head,
            "# shard-order fails:\n#   0:01:00.000 FAULT crash\n#   0:02:00.000 record 3 came before 2\n\
             # Again: kinesim run small.toml\n\
             # Cut down from `kinesim run x.toml --seed 7`, 90 lines to 12. Taken away: 14 of 17 faults; 3 of 5\n\
             #   hosts; a run of 5m instead of 30m.\n"
        );
    }
}
