//! Keys, and what they mean.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::player::{Command, Player, Prompt, Speed};
use super::sought::Sought;
use crate::base::written::Duration;
use crate::base::{SimDuration, SimTime};

/// Keys as the help lists them, with what they do.
pub(super) const KEYS: [(&str, &str); 21] = [
    ("space", "go on, or stop"),
    ("n, →", "the next event"),
    ("p, ←", "the event before: runs again up to there"),
    ("s, .", "a second on"),
    ("b, ,", "a second back"),
    ("1 2 3 4", "speed x1, x10, x100, x1000"),
    ("5", "as fast as the machine can"),
    ("+ -", "faster, slower"),
    ("f", "to the next beginning or end of a fault"),
    ("t", "to the next throttle"),
    ("l", "to the next move of a lease"),
    ("c", "to the next check that fails"),
    ("/", "to the next event with a word in its name"),
    ("g", "to a time: 4m10s or 0:04:10"),
    ("r", "to the beginning"),
    ("e", "every event, or those worth telling"),
    ("tab", "the next pane"),
    ("↑ ↓, k j", "scroll the pane"),
    ("z, enter", "the pane alone, or all panes"),
    ("?", "these keys"),
    ("q, Ctrl-C", "stop watching"),
];

/// Lines that a page up or down scrolls.
const PAGE: isize = 10;

/// Does what a key means.
pub(crate) fn press(player: &mut Player, key: KeyEvent) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    let is_interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'd'));
    if is_interrupt {
        player.act(Command::Quit);
    } else if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        // No key of these means what its letter means alone.
    } else if let Some(prompt) = player.prompt.take() {
        write(player, prompt, key.code);
    } else if player.shows_help && matches!(key.code, KeyCode::Esc | KeyCode::Char('q')) {
        player.act(Command::Help);
    } else if let Some(command) = command(key.code) {
        player.act(command);
    }
}

/// What a key means while nothing is being written.
fn command(key: KeyCode) -> Option<Command> {
    Some(match key {
        KeyCode::Char(' ') => Command::Toggle,
        KeyCode::Char('n') | KeyCode::Right => Command::NextEvent,
        KeyCode::Char('p') | KeyCode::Left => Command::PreviousEvent,
        KeyCode::Char('s' | '.') => Command::NextSecond,
        KeyCode::Char('b' | ',') => Command::PreviousSecond,
        KeyCode::Char(digit @ '1'..='5') => Command::Speed(Speed::ALL[digit as usize - '1' as usize]),
        KeyCode::Char('+' | '=') => Command::Faster,
        KeyCode::Char('-') => Command::Slower,
        KeyCode::Char('f') => Command::Jump(Sought::Fault),
        KeyCode::Char('t') => Command::Jump(Sought::Throttle),
        KeyCode::Char('l') => Command::Jump(Sought::LeaseMove),
        KeyCode::Char('c') => Command::Jump(Sought::FailedCheck),
        KeyCode::Char('/') => Command::AskKind,
        KeyCode::Char('g') => Command::AskTime,
        KeyCode::Char('r') => Command::Restart,
        KeyCode::Char('e') => Command::AllEvents,
        KeyCode::Tab => Command::NextPane,
        KeyCode::Up | KeyCode::Char('k') => Command::Scroll(-1),
        KeyCode::Down | KeyCode::Char('j') => Command::Scroll(1),
        KeyCode::PageUp => Command::Scroll(-PAGE),
        KeyCode::PageDown => Command::Scroll(PAGE),
        KeyCode::Char('z') | KeyCode::Enter => Command::Zoom,
        KeyCode::Char('?' | 'h') => Command::Help,
        KeyCode::Char('q') | KeyCode::Esc => Command::Quit,
        _ => return None,
    })
}

/// Goes on writing, or does what was written.
fn write(player: &mut Player, mut prompt: Prompt, key: KeyCode) {
    let (Prompt::Time(text) | Prompt::Kind(text)) = &mut prompt;
    match key {
        KeyCode::Esc => return,
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char(c) => text.push(c),
        KeyCode::Enter => {
            let command = match &prompt {
                Prompt::Time(text) => time(text).map(Command::To),
                Prompt::Kind(text) => Sought::named(text).map(Command::Jump),
            };
            return match command {
                Ok(command) => player.act(command),
                Err(why) => player.said = Some(why),
            };
        }
        _ => {}
    }
    player.prompt = Some(prompt);
}

/// A time of the run, as reports write it or as a duration from its start.
fn time(text: &str) -> Result<SimTime, String> {
    let clock = || {
        let parts: Vec<&str> = text.split(':').collect();
        let (hours, minutes, seconds) = match parts[..] {
            [minutes, seconds] => ("0", minutes, seconds),
            [hours, minutes, seconds] => (hours, minutes, seconds),
            _ => return None,
        };
        let whole = hours.parse::<u64>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?.checked_mul(60)?;
        let ms = (seconds.parse::<f64>().ok().filter(|s| (0.0..60.0).contains(s))? * 1000.0).round() as u64;
        (whole < u64::from(u32::MAX)).then(|| SimTime::from_secs(whole) + SimDuration::from_millis(ms))
    };
    let since = || text.trim().parse::<Duration>().ok().map(|since| SimTime::ZERO.saturating_add(since.0));
    clock().or_else(since).ok_or_else(|| format!("`{text}` is no time such as 4m10s or 0:04:10"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_reports_write_them_and_as_durations() {
        for text in ["0:04:10", "4:10", "4m10s", "0:04:10.000"] {
            assert_eq!(time(text), Ok(SimTime::from_secs(250)), "{text}");
        }
        assert_eq!(time("0:00:01.500"), Ok(SimTime::from_millis(1500)));
        for wrong in ["", "x", "1:2:3:4", "0:00:61", "99999999999999999999:00:00", "18446744073709551615:00:00"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
