//! Floor 9: a run looked at while it goes on: `kinesim watch`.
//!
//! [`View`](view::View) is one more fold over the run's events, so it can show the run and change nothing of it.
//! [`Course`](course::Course) lets the run happen up to a goal: a time, an event, the next one of a kind. Going back is
//! running again from the start, which comes to the same events. [`Player`] is what keys act on, and
//! [`draw`] what there is to see of it. Nothing here knows a clock or a terminal: how much of the
//! machine's time has gone by, which key was pressed and where to draw is told by the caller. Not shown: what services
//! and clients have in them beyond what their events tell.

mod course;
mod keys;
mod player;
mod screen;
mod sought;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use self::keys::press;
pub(crate) use self::player::Player;
pub(crate) use self::screen::draw;
