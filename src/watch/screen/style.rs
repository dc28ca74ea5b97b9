//! How things look: colours where the terminal takes them, and without them bold, dim and reversed.

use ratatui::style::{Color, Modifier, Style};

use crate::watch::player::Player;

/// What something is, for the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Dim,
    Frame,
    Chosen,
    Good,
    Warning,
    Bad,
}

/// The style of a look.
pub(super) fn paint(player: &Player, look: Look) -> Style {
    let modifier = match look {
        Look::Plain | Look::Good => Modifier::empty(),
        Look::Dim | Look::Frame => Modifier::DIM,
        Look::Strong | Look::Warning | Look::Chosen => Modifier::BOLD,
        Look::Bad => Modifier::BOLD.union(Modifier::REVERSED),
    };
    let colour = match look {
        Look::Plain | Look::Strong | Look::Dim | Look::Frame => None,
        Look::Chosen => Some(Color::Cyan),
        Look::Good => Some(Color::Green),
        Look::Warning => Some(Color::Yellow),
        Look::Bad => Some(Color::Red),
    };
    match colour.filter(|_| player.is_coloured) {
        Some(colour) => Style::new().fg(colour).add_modifier(modifier.difference(Modifier::REVERSED)),
        None => Style::new().add_modifier(modifier),
    }
}
