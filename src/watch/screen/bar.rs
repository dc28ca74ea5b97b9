//! The run as a bar: how much of it is over, and where its faults are.

use ratatui::text::{Line, Span};

use super::style::{Look, paint};
use crate::base::SimTime;
use crate::scenario::plan::Plan;
use crate::watch::player::Player;

/// A bar of `width` columns.
pub(super) fn line(player: &Player, width: usize) -> Line<'static> {
    let plan = player.course.plan();
    let (now, faults) = (player.course.now(), faults(plan));
    let nanos = u128::from(plan.duration.as_nanos());
    let at = |column: usize| SimTime::from_nanos((nanos * column as u128 / width.max(1) as u128) as u64);
    let columns = (0..width).map(|column| {
        let (from, until) = (at(column), at(column + 1));
        let has_fault = faults.iter().any(|fault| fault.0 < until && fault.1 >= from);
        match (until <= now, has_fault) {
            (true, false) => Span::styled("━", paint(player, Look::Good)),
            (true, true) => Span::styled("▓", paint(player, Look::Bad)),
            (false, false) => Span::styled("─", paint(player, Look::Dim)),
            (false, true) => Span::styled("░", paint(player, Look::Warning)),
        }
    });
    Line::from(columns.collect::<Vec<_>>())
}

/// Faults of the plan, and what else disturbs the run: from when, until when.
fn faults(plan: &Plan) -> Vec<(SimTime, SimTime)> {
    let end = |fault: &crate::fault::FaultPlan| match fault.lasts {
        Some(lasts) => fault.at.saturating_add(lasts),
        None => SimTime::MAX,
    };
    let faults = plan.faults.iter().map(|fault| (fault.at, end(fault)));
    faults.chain(plan.disturbances.iter().map(|disturbance| (disturbance.from, disturbance.until))).collect()
}
