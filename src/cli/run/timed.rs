//! A run with its time, and with a progress bar where a person waits for it.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::Arguments;
use crate::aws::Cloud;
use crate::base::{Fold, SimTime};
use crate::run::{Options, RunResult, run_witnessed as carry_out};
use crate::scenario::Scenario;
use crate::world::Witness;

/// The machine's time since it was started: for what is told of a run, and for how much of a watched one goes by.
pub(in crate::cli) struct Stopwatch(Instant);

impl Stopwatch {
    pub(in crate::cli) fn start() -> Self {
        Self(Instant::now())
    }
    pub(in crate::cli) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Runs, with a progress bar on a terminal when it takes over a second. The result, and the seconds it took.
pub(super) fn timed_run(
    arguments: &Arguments,
    scenario: &Scenario,
    listeners: Vec<Rc<RefCell<dyn Fold>>>,
    calls: Option<Rc<dyn Witness<Cloud>>>,
) -> (RunResult, f64) {
    let plan = scenario.plan();
    let watch = Stopwatch::start();
    let mut bar: Option<ProgressBar> = None;
    let is_shown = io::stderr().is_terminal() && !arguments.quiet && arguments.is_one_at_a_time();
    let total = plan.duration.as_millis();
    let mut progress = |at: SimTime| {
        if is_shown && bar.is_none() && watch.elapsed() > Duration::from_secs(1) {
            bar = Some(progress_bar(total));
        }
        if let Some(bar) = &bar {
            bar.set_position(at.as_millis());
            let left = watch.elapsed().as_secs_f64() * (total.saturating_sub(at.as_millis())) as f64;
            let left_s = left / (at.as_millis().max(1)) as f64;
            bar.set_message(format!("{at} simulated, {left_s:.0} s to go"));
        }
    };
    let engine = arguments.engine.into();
    let options = Options { engine, listeners, progress: Some(&mut progress) };
    let result = carry_out(&plan, options, calls);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    (result, watch.elapsed().as_secs_f64())
}

fn progress_bar(total_ms: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}");
    ProgressBar::new(total_ms).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
