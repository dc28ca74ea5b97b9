//! What there is to see: a line of where the run is, four panes, and a line of keys; on a narrow screen the panes stand
//! below each other.

mod bar;
mod panes;
mod style;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use self::style::{Look, paint};
use super::course::Goal;
use super::keys::KEYS;
use super::player::{Motion, Pane, Player, Prompt};
use super::view::fields;
use crate::report::{CameOut, count, cut};

/// Narrower than this the panes stand below each other.
const COLUMNS_BESIDE_MIN: u16 = 70;

/// Draws a watched run.
pub(crate) fn draw(frame: &mut Frame<'_>, player: &Player) {
    let rows = [Constraint::Length(3), Constraint::Min(0), Constraint::Length(1)];
    let [head, body, foot] = Layout::vertical(rows).areas(frame.area());
    frame.render_widget(Paragraph::new(head_lines(player, head.width.into())), head);
    match player.is_zoomed {
        true => draw_pane(frame, player, player.pane, body),
        false => {
            for (pane, area) in Pane::ALL.into_iter().zip(areas(player, body)) {
                draw_pane(frame, player, pane, area);
            }
        }
    }
    frame.render_widget(Paragraph::new(foot_line(player, foot.width.into())), foot);
    if player.shows_help {
        draw_help(frame, player, body);
    }
}

/// Where the panes stand, in their order. Shards and leases have the height that they need, up to a part of it all.
fn areas(player: &Player, body: Rect) -> [Rect; 4] {
    use Constraint::{Fill, Length, Percentage};
    let is_narrow = body.width < COLUMNS_BESIDE_MIN;
    let width = if is_narrow { body.width } else { body.width / 2 };
    let needed = |pane| panes::lines(player, pane, width.saturating_sub(2).into()).len() as u16 + 2;
    if is_narrow {
        let height = |pane, part: u16| Length(needed(pane).clamp(3, (body.height / part).max(3)));
        let (shards, leases, checks) = (height(Pane::Shards, 4), height(Pane::Leases, 3), height(Pane::Checks, 4));
        let [shards, leases, checks, events] = Layout::vertical([shards, leases, checks, Fill(1)]).areas(body);
        return [shards, leases, events, checks];
    }
    let upper = needed(Pane::Shards).max(needed(Pane::Leases)).clamp(6, (body.height * 11 / 20).max(6));
    let [upper, lower] = Layout::vertical([Length(upper), Fill(1)]).areas(body);
    let [shards, leases] = Layout::horizontal([Percentage(50), Fill(1)]).areas(upper);
    let [events, checks] = Layout::horizontal([Percentage(55), Fill(1)]).areas(lower);
    [shards, leases, events, checks]
}

fn draw_pane(frame: &mut Frame<'_>, player: &Player, pane: Pane, area: Rect) {
    let is_chosen = player.pane == pane;
    let inside = Rect { width: area.width.saturating_sub(2), height: area.height.saturating_sub(2), ..area };
    let (width, height) = (usize::from(inside.width), usize::from(inside.height));
    let mut lines = panes::lines(player, pane, width);
    let scrolled = player.scrolled[pane as usize].min(lines.len().saturating_sub(height));
    let (from, until) = match pane {
        // The latest events stand at the bottom, and scrolling goes back from there.
        Pane::Events => {
            let until = lines.len() - scrolled;
            (until.saturating_sub(height), until)
        }
        _ => (scrolled, lines.len().min(scrolled + height)),
    };
    let hidden = lines.len() - (until - from);
    let lines: Vec<Line<'_>> = lines.drain(from..until).collect();
    let look = if is_chosen { Look::Chosen } else { Look::Frame };
    let more = if hidden > 0 { format!(" {hidden} more ") } else { String::new() };
    let title = panes::title(player, pane);
    let block = Block::bordered()
        .border_style(paint(player, look))
        .title(Span::styled(format!(" {title} "), paint(player, look)))
        .title_bottom(Line::from(Span::styled(more, paint(player, Look::Frame))).right_aligned());
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn head_lines(player: &Player, width: usize) -> Vec<Line<'static>> {
    let plan = player.course.plan();
    let view = player.course.view();
    let clock = format!("{} of {}", player.course.now(), plan.duration);
    let (state, look) = state(player);
    let used = clock.chars().count() + state.chars().count() + 4;
    let name = cut(&format!("{}, seed {}", plan.name, plan.seed), width.saturating_sub(used));
    let gap = width.saturating_sub(used - 2 + name.chars().count());
    let first = Line::from(vec![
        Span::styled(name, paint(player, Look::Strong)),
        Span::raw(" ".repeat(gap)),
        Span::raw(clock),
        Span::raw("  "),
        Span::styled(state, paint(player, look)),
    ]);
    let last = view.recent.last().map_or(String::new(), |told| {
        format!("event {}: {} {}", count(view.events), told.at, fields(&told.event, &view.names))
    });
    vec![first, bar::line(player, width), Line::styled(cut(&last, width), paint(player, Look::Dim))]
}

/// What the run is doing.
fn state(player: &Player) -> (String, Look) {
    match (&player.motion, player.report()) {
        (Motion::Still, Some(report)) => {
            let look = match report.came_out() {
                CameOut::Pass | CameOut::FailAsDeclared => Look::Good,
                CameOut::Fail | CameOut::NotAsDeclared => Look::Bad,
                CameOut::Unknown => Look::Warning,
            };
            (format!("over: {}", report.came_out().as_str()), look)
        }
        (Motion::Still, None) => (format!("paused ({})", player.speed.word()), Look::Warning),
        (Motion::Playing(_), _) => (player.speed.word().into(), Look::Good),
        (Motion::Going(Goal::Time(at)), _) => (format!("to {at}"), Look::Good),
        (Motion::Going(Goal::Events(events)), _) => (format!("to event {}", count(*events)), Look::Good),
        (Motion::Going(Goal::Next(sought)), _) => (format!("to the next {}", sought.told()), Look::Good),
    }
}

fn foot_line(player: &Player, width: usize) -> Line<'static> {
    if let Some(prompt) = &player.prompt {
        let text = match prompt {
            Prompt::Time(text) => format!("go to the time (4m10s, 0:04:10): {text}▏"),
            Prompt::Kind(text) => format!("look for events with this in their name: {text}▏"),
        };
        // The end is what is being written.
        let skipped = text.chars().count().saturating_sub(width);
        return Line::styled(text.chars().skip(skipped).collect::<String>(), paint(player, Look::Strong));
    }
    if let Some(said) = &player.said {
        return Line::styled(cut(said, width), paint(player, Look::Warning));
    }
    const HINTS: [(&str, &str); 12] = [
        ("?", "keys"),
        ("q", "quit"),
        ("space", "go"),
        ("n", "event"),
        ("s", "second"),
        ("1-5", "speed"),
        ("p b", "back"),
        ("g", "time"),
        ("f", "fault"),
        ("t", "throttle"),
        ("l", "lease"),
        ("c", "check"),
    ];
    let (mut spans, mut used) = (Vec::new(), 0);
    for (key, word) in HINTS {
        let length = key.chars().count() + word.chars().count() + 3;
        if used + length > width + 2 {
            break;
        }
        used += length;
        spans.push(Span::styled(key, paint(player, Look::Strong)));
        spans.push(Span::styled(format!(" {word}  "), paint(player, Look::Dim)));
    }
    Line::from(spans)
}

fn draw_help(frame: &mut Frame<'_>, player: &Player, body: Rect) {
    let (width, height) = (58.min(body.width), (KEYS.len() as u16 + 2).min(body.height));
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height };
    let lines: Vec<Line<'_>> = KEYS
        .iter()
        .map(|(keys, what)| {
            Line::from(vec![Span::styled(format!("{keys:<11}"), paint(player, Look::Strong)), Span::raw(*what)])
        })
        .collect();
    let block = Block::bordered().border_style(paint(player, Look::Chosen)).title(" Keys ");
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
