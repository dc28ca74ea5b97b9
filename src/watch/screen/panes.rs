//! What stands in the panes, line by line.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use super::style::{Look, paint};
use crate::base::event::ConsumerLibrary;
use crate::base::{ConsumerId, EventKind, HostId, ShardId, SimTime, StreamId};
use crate::check::Verdict;
use crate::measure::Unread;
use crate::report::events_file::is_trouble;
use crate::report::{cut, plural, wrap};
use crate::watch::player::{Pane, Player};
use crate::watch::view::{Consumer, HISTORY_S, Load, Reading, Told, View};

/// What a pane is called.
pub(super) fn title(player: &Player, pane: Pane) -> &'static str {
    match pane {
        Pane::Shards => "Shards",
        Pane::Leases => "Leases and ages",
        Pane::Events if player.shows_all_events => "Every event",
        Pane::Events => "Events",
        Pane::Checks => "Faults and checks",
    }
}

/// All lines of a pane that is `width` columns wide.
pub(super) fn lines(player: &Player, pane: Pane, width: usize) -> Vec<Line<'static>> {
    match pane {
        Pane::Shards => shards(player, width),
        Pane::Leases => leases(player, width),
        Pane::Events => events(player, width),
        Pane::Checks => checks(player, width),
    }
}

/// A narrower pane does not say since when a lease is held.
const SINCE_MIN: usize = 45;

/// A number in four characters: `999`, `12k`, `4.5M`.
fn short(n: u64) -> String {
    match n {
        0..=9_999 => n.to_string(),
        10_000..=999_999 => format!("{}k", n / 1000),
        1_000_000..=9_999_999 => format!("{}.{}M", n / 1_000_000, n / 100_000 % 10),
        10_000_000..=999_999_999 => format!("{}M", n / 1_000_000),
        _ => format!("{}G", n / 1_000_000_000),
    }
}

/// A number, or a dash for none.
fn short_or_dash(n: u64) -> String {
    if n == 0 { "-".into() } else { short(n) }
}

/// A length of time in six characters: `250ms`, `12.3s`, `4m05s`, `3h20m`.
fn short_time(ms: u64) -> String {
    match (ms, ms / 1000) {
        (0..=999, _) => format!("{ms}ms"),
        (1_000..=59_999, s) => format!("{s}.{}s", ms / 100 % 10),
        (_, s @ 0..=3_599) => format!("{}m{:02}s", s / 60, s % 60),
        (_, s) => format!("{}h{:02}m", s / 3600, s / 60 % 60),
    }
}

fn shards(player: &Player, width: usize) -> Vec<Line<'static>> {
    let view = player.course.view();
    let mut unread: BTreeMap<(&str, ShardId), u64> = BTreeMap::new();
    for waiting in view.unread() {
        let Some(consumer) = view.consumers.get(&waiting.consumer) else { continue };
        let most = unread.entry((consumer.stream.as_str(), waiting.shard)).or_default();
        *most = (*most).max(waiting.records);
    }
    let heads = format!("{:>5} {:>6} {:>6} {:>6} {:>6}", "shard", "rec/s", "KiB/s", "thr/s", "unread");
    let mut lines = vec![Line::styled(cut(&heads, width), paint(player, Look::Dim))];
    let highest = view.shards.values().flat_map(|shard| shard.load.history(view.now, HISTORY_S)).map(|s| s.done).max();
    let (mut stream, has_several) = (None, view.shards.keys().any(|(id, _)| Some(id) != first_stream(&view).as_ref()));
    for ((of, id), shard) in &view.shards {
        let name = view.names.stream(*of);
        if has_several && stream.replace(*of) != Some(*of) {
            lines.push(Line::styled(cut(name, width), paint(player, Look::Strong)));
        }
        let last = shard.load.last(view.now);
        let waits = unread.get(&(name, *id)).copied().unwrap_or(0);
        let rates =
            format!("{:>5} {:>6} {:>6} ", id.0, short_or_dash(last.done.into()), short_or_dash(last.amount / 1024));
        let throttled = format!("{:>6}", short_or_dash(last.throttled.into()));
        let look = if last.throttled > 0 { Look::Warning } else { Look::Plain };
        let rest = format!(" {:>6} ", short_or_dash(waits));
        let room = width.saturating_sub(rates.len() + throttled.len() + rest.len());
        let open = if shard.is_closed { Look::Dim } else { Look::Plain };
        let mut spans = vec![
            Span::styled(rates, paint(player, open)),
            Span::styled(throttled, paint(player, look)),
            Span::styled(rest, paint(player, open)),
        ];
        match shard.is_closed {
            true => spans.push(Span::styled(cut("closed", room), paint(player, Look::Dim))),
            false => spans.extend(past(player, &shard.load, view.now, room, highest.unwrap_or(0))),
        }
        lines.push(Line::from(spans));
    }
    lines
}

fn first_stream(view: &View) -> Option<StreamId> {
    view.shards.keys().next().map(|(stream, _)| *stream)
}

/// Records of the last seconds as bars, with those in which records were throttled marked.
fn past(player: &Player, load: &Load, now: SimTime, room: usize, highest: u32) -> Vec<Span<'static>> {
    const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let highest = u64::from(highest.max(1));
    let bar = |done: u32| BARS[(u64::from(done) * (BARS.len() as u64 - 1)).div_ceil(highest).min(8) as usize];
    let seconds = load.history(now, room);
    let look = |throttled: u32| paint(player, if throttled > 0 { Look::Warning } else { Look::Good });
    seconds.map(|second| Span::styled(bar(second.done), look(second.throttled))).collect()
}

fn leases(player: &Player, width: usize) -> Vec<Line<'static>> {
    let view = player.course.view();
    let mut lines = Vec::new();
    let unread: BTreeMap<(ConsumerId, ShardId), Unread> =
        view.unread().into_iter().map(|waiting| ((waiting.consumer, waiting.shard), waiting)).collect();
    let shows_since = width >= SINCE_MIN;
    let owner_width = width.saturating_sub(5 + 1 + if shows_since { 3 * 7 } else { 2 * 7 });
    for (id, consumer) in &view.consumers {
        let about = about(&view, view.names.consumer(*id), consumer);
        lines.push(Line::styled(cut(&about, width), paint(player, Look::Strong)));
        let owner = if consumer.lease_table.is_some() { "owner" } else { "reader" };
        let since = if shows_since { "  since" } else { "" };
        let heads = format!("{:>5} {owner:<owner_width$}{since} {:>6} {:>6}", "shard", "age", "unread");
        lines.push(Line::styled(cut(&heads, width), paint(player, Look::Dim)));
        let mut shards: Vec<ShardId> = consumer.shards.keys().copied().collect();
        shards.extend(unread.keys().filter(|(of, _)| of == id).map(|(_, shard)| *shard));
        shards.sort_unstable();
        shards.dedup();
        let nothing = Reading::default();
        for shard in shards {
            let reading = consumer.shards.get(&shard).unwrap_or(&nothing);
            let waiting = unread.get(&(*id, shard));
            lines.push(lease(player, &view, consumer, (shard, reading), waiting, (owner_width, shows_since)));
        }
    }
    lines
}

/// `billing of orders; table w 3/10 r 2/10`: units of the lease table used in the last second, of those it has.
fn about(view: &View, name: &str, consumer: &Consumer) -> String {
    let mut text = format!("{name} of {}", consumer.stream);
    if let Some(table) = consumer.lease_table.as_ref().and_then(|table| view.table(table)) {
        let last = table.load.last(view.now);
        let of = |units: u32| if units == 0 { String::new() } else { format!("/{units}") };
        let (reads, writes) = table.units;
        text += &format!("; table w {}{} r {}{}", last.done, of(writes), last.amount.div_ceil(2), of(reads));
        if last.throttled > 0 {
            text += &format!(", {} throttled", last.throttled);
        }
    }
    text
}

fn lease(
    player: &Player,
    view: &View,
    consumer: &Consumer,
    (shard, reading): (ShardId, &Reading),
    waiting: Option<&Unread>,
    (owner_width, shows_since): (usize, bool),
) -> Line<'static> {
    let since = reading.holders.last().map(|(_, since)| short_time(view.now.since(*since).as_millis()));
    let since = if shows_since { format!(" {:>6}", since.unwrap_or("-".into())) } else { String::new() };
    let age = waiting.map(|waiting| waiting.age_ms).or(reading.age_ms).map_or("-".into(), short_time);
    let (owner, look) = owner(view, consumer, reading);
    Line::from(vec![
        Span::raw(format!("{:>5} ", shard.0)),
        Span::styled(format!("{:<owner_width$}", cut(&owner, owner_width)), paint(player, look)),
        Span::raw(format!("{since} {age:>6} {:>6}", short_or_dash(waiting.map_or(0, |waiting| waiting.records)))),
    ])
}

/// Who has a shard, and how that is.
fn owner(view: &View, consumer: &Consumer, reading: &Reading) -> (String, Look) {
    let named = |host: HostId| match view.hosts.get(&host).copied().unwrap_or_default() {
        host_state if host_state.is_down => (format!("{} down", view.names.host(host)), Look::Bad),
        host_state if host_state.is_paused => (format!("{} paused", view.names.host(host)), Look::Bad),
        _ => (view.names.host(host).to_owned(), Look::Plain),
    };
    if consumer.library == ConsumerLibrary::Poller || consumer.lease_table.is_none() {
        return reading.reader.map_or(("nobody yet".into(), Look::Dim), named);
    }
    match &reading.holders[..] {
        [] if reading.is_finished => ("finished".into(), Look::Dim),
        [] => ("nobody".into(), Look::Bad),
        [(host, _)] => named(*host),
        [others @ .., (host, _)] => {
            let others: Vec<&str> = others.iter().map(|(other, _)| view.names.host(*other)).collect();
            (format!("{} and {}", view.names.host(*host), others.join(", ")), Look::Warning)
        }
    }
}

fn events(player: &Player, width: usize) -> Vec<Line<'static>> {
    let view = player.course.view();
    let events = if player.shows_all_events { view.recent.all() } else { view.recent.told() };
    let line = |told: &Told| {
        let times = if told.times > 1 { format!(" ({} times)", told.times) } else { String::new() };
        let (head, text) = (format!("{} ", told.at), format!("{}{times}", view.told(&told.event)));
        let look = match told.event.kind() {
            kind if is_trouble(kind) => Look::Warning,
            EventKind::FaultBegan | EventKind::HostCrashed => Look::Bad,
            _ => Look::Plain,
        };
        wrapped(&head, &text, width).into_iter().map(|line| Line::styled(line, paint(player, look))).collect::<Vec<_>>()
    };
    events.flat_map(line).collect()
}

/// The text in lines of at most `width` columns: the first after `head`, the others as far in.
fn wrapped(head: &str, text: &str, width: usize) -> Vec<String> {
    let hanging = head.chars().count();
    let lines = wrap(text, hanging, width);
    // A word that is longer than a line is cut: the events' file has the whole.
    let line = |(n, line): (usize, &str)| match n {
        0 => cut(&format!("{head}{}", line.trim_start()), width),
        _ => cut(line, width),
    };
    lines.lines().enumerate().map(line).collect()
}

fn checks(player: &Player, width: usize) -> Vec<Line<'static>> {
    let view = player.course.view();
    let mut lines = Vec::new();
    let mut say = |head: &str, text: String, look: Look| {
        lines.extend(wrapped(head, &text, width).into_iter().map(|line| Line::styled(line, paint(player, look))));
    };
    if let Some(report) = player.report() {
        let broken = report.expectations.iter().filter(|expectation| expectation.verdict == Verdict::Fail);
        broken.for_each(|expectation| say("✗ ", format!("{}: {}", expectation.text, expectation.detail), Look::Bad));
        report.surprises.iter().for_each(|surprise| say("✗ ", surprise.clone(), Look::Bad));
    }
    let checks = player.checks();
    let failed = checks.iter().filter(|check| check.verdict == Verdict::Fail);
    failed.clone().for_each(|check| say("✗ ", format!("{}: {}", check.name, check.detail), Look::Bad));
    for fault in view.faults_in_force() {
        say("! ", format!("FAULT {}, since {}", fault.what, fault.since), Look::Bad);
    }
    for (host, state) in view.hosts.iter().filter(|(_, state)| state.is_down || state.is_paused) {
        let word = if state.is_down { "is down" } else { "stands still" };
        say("! ", format!("{} {word}", view.names.host(*host)), Look::Bad);
    }
    let holding = checks.iter().filter(|check| check.verdict == Verdict::Pass).count();
    let open = checks.iter().filter(|check| check.verdict == Verdict::Unknown).count();
    let look = if failed.clone().count() > 0 { Look::Bad } else { Look::Good };
    say("", format!("{} failed, {holding} hold, {open} with nothing to judge", plural(failed.count(), "check")), look);
    if view.faults_in_force().next().is_none() {
        say("", "no fault in force".into(), Look::Dim);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_fit_their_columns() {
        for n in [0, 999, 9_999, 10_000, 999_999, 1_234_567, 99_999_999, 12_345_678_901] {
            assert!(short(n).len() <= 5, "{n}: {}", short(n));
        }
        assert_eq!([short(9_999), short(12_345), short(1_250_000)], ["9999", "12k", "1.2M"]);
        for ms in [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 90 * 3_600_000] {
            assert!(short_time(ms).len() <= 6, "{ms}: {}", short_time(ms));
        }
        assert_eq!([short_time(250), short_time(12_345), short_time(245_000)], ["250ms", "12.3s", "4m05s"]);
    }

    #[test]
    fn lines_hang_and_never_exceed_the_width() {
        let lines = wrapped("0:00:01.000 ", "one two three four", 20);
        assert_eq!(lines, ["0:00:01.000 one two", "            three", "            four"]);
        assert!(wrapped("", &"x".repeat(50), 10).iter().all(|line| line.chars().count() <= 10));
    }
}
