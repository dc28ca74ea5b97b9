//! The event log: what happened to hosts, shards and leases and what went wrong, first of all about a failure.

use std::collections::BTreeSet;

use super::markup::Markup;
use super::page::Panel;
use super::plot::{Window, seconds};
use super::story::{Line, Story};
use crate::report::events_file::is_mark;
use crate::report::words::count;

/// Lines shown. Those about failures come first, then what happened, then what went wrong.
const LINES_MAX: usize = 1500;

/// Whom lines are about, to choose from.
const CHOICES_MAX: usize = 300;

pub(super) fn panel(story: &Story, failed: &[Window]) -> Option<Panel> {
    let lines = story.lines();
    if lines.is_empty() {
        return None;
    }
    let shown = chosen(lines, failed);
    let all = lines.len() as u64 + story.left_out();
    let sampled = match shown.len() as u64 == all {
        true => format!("All {} lines.", count(all)),
        false => format!(
            "{} of {} lines: those about failures first, then what happened to hosts, shards and leases, then what \
             went wrong, evenly over the run.",
            count(shown.len() as u64),
            count(all)
        ),
    };
    let said = format!(
        "{sampled} Equal ones of a second are one line with their count. Records that were accepted and read are not \
         in it: `kinesim events DIR` reads them from the folder of a run."
    );
    let rows = shown.iter().map(|line| row(line));
    let body = Markup::of("<p class=\"said\">")
        .text(said)
        .raw("</p>\n")
        .with(&controls(&shown))
        .raw("<div class=\"wide log\" role=\"region\" tabindex=\"0\" aria-label=\"Events\"><table id=\"log-table\">")
        .raw("<caption class=\"hidden\">Events in order of time</caption>\n<thead><tr><th scope=\"col\">At</th>")
        .raw("<th scope=\"col\">Event</th><th scope=\"col\">Host</th><th scope=\"col\">Shard</th>")
        .raw("<th scope=\"col\">What</th><th scope=\"col\" class=\"number\">Times</th></tr></thead>\n<tbody>\n")
        .all(rows)
        .raw("</tbody></table></div>\n");
    Some(Panel::new("log", "Events", body))
}

/// The lines shown, in order of time.
fn chosen<'a>(lines: &'a [Line], failed: &[Window]) -> Vec<&'a Line> {
    let is_near = |line: &Line| failed.iter().any(|window| window.has(seconds(line.at), seconds(line.at)));
    let rank = |line: &Line| match (is_near(line), is_mark(line.kind)) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    let mut taken: Vec<usize> = Vec::new();
    for wanted in 0..4 {
        let of_rank: Vec<usize> = (0..lines.len()).filter(|at| rank(&lines[*at]) == wanted).collect();
        let room = LINES_MAX - taken.len();
        match of_rank.len() <= room {
            true => taken.extend(of_rank),
            false => taken.extend((0..room).map(|n| of_rank[n * of_rank.len() / room.max(1)])),
        }
    }
    taken.sort_unstable();
    taken.into_iter().map(|at| &lines[at]).collect()
}

fn row(line: &Line) -> Markup {
    let times = if line.times > 1 { count(line.times.into()) } else { String::new() };
    Markup::of("<tr><td><time data-s=\"")
        .text(seconds(line.at))
        .raw("\">")
        .text(line.at)
        .raw("</time></td><td>")
        .text(line.kind.as_str())
        .raw("</td><td>")
        .text(&line.host)
        .raw("</td><td>")
        .text(&line.shard)
        .raw("</td><td class=\"long\">")
        .text(&line.rest)
        .raw("</td><td class=\"number\">")
        .text(times)
        .raw("</td></tr>\n")
}

/// What the script filters by; without a script it is not shown.
fn controls(shown: &[&Line]) -> Markup {
    let kinds: BTreeSet<&str> = shown.iter().map(|line| line.kind.as_str()).collect();
    let hosts: BTreeSet<&str> = shown.iter().map(|line| &*line.host).filter(|host| !host.is_empty()).collect();
    let shards: BTreeSet<(usize, &str)> =
        shown.iter().map(|line| (line.shard.len(), &*line.shard)).filter(|(_, shard)| !shard.is_empty()).collect();
    Markup::of("<form class=\"controls\" id=\"log-filter\" role=\"search\" aria-label=\"Events\" hidden>\n")
        .with(&choice("log-kind", "Event", "all events", kinds.into_iter()))
        .with(&choice("log-host", "Host", "all hosts", hosts.into_iter()))
        .with(&choice("log-shard", "Shard", "all shards", shards.into_iter().map(|(_, shard)| shard)))
        .raw("<label for=\"log-text\">Text <input id=\"log-text\" type=\"search\" autocomplete=\"off\"></label>\n")
        .raw("<p id=\"log-count\" role=\"status\"></p>\n</form>\n")
}

fn choice<'a>(
    id: &'static str,
    label: &'static str,
    all: &'static str,
    values: impl Iterator<Item = &'a str>,
) -> Markup {
    let options = values.take(CHOICES_MAX).map(|value| Markup::of("<option>").text(value).raw("</option>"));
    Markup::of("<label for=\"")
        .raw(id)
        .raw("\">")
        .raw(label)
        .raw(" <select id=\"")
        .raw(id)
        .raw("\"><option value=\"\">")
        .raw(all)
        .raw("</option>")
        .all(options)
        .raw("</select></label>\n")
}
