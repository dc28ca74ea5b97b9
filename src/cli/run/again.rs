//! The same run again: whether it is the same, and where it is not.

use std::cell::RefCell;
use std::rc::Rc;

use super::arguments::Arguments;
use super::timed::timed_run;
use crate::base::{Event, Fold, SimTime};
use crate::cli::terminal::Exit;
use crate::report::RunReport;
use crate::scenario::Scenario;

/// Runs again and compares; on a mismatch runs a third time to find the first event that differs.
pub(super) fn check_determinism(arguments: &Arguments, scenario: &Scenario, first: &RunReport) -> (Exit, String) {
    let kept = Rc::new(RefCell::new(Keep::default()));
    let (second, _) = timed_run(arguments, scenario, vec![kept.clone()], None);
    if second.report.trace_hash == first.trace_hash {
        let told = format!("deterministic: two runs, {} events, hash {:016x}", first.events, first.trace_hash);
        return (Exit::Pass, if arguments.json { String::new() } else { told + "\n" });
    }
    let events = std::mem::take(&mut kept.borrow_mut().0);
    let compare = Rc::new(RefCell::new(Compare { with: events, at: 0, difference: None }));
    timed_run(arguments, scenario, vec![compare.clone()], None);
    let difference = compare.borrow().difference.clone();
    let difference =
        difference.unwrap_or_else(|| "a third run agreed with the second: the difference comes and goes".to_owned());
    let (first, second) = (first.trace_hash, second.report.trace_hash);
    (Exit::Fail, format!("NOT deterministic: hash {first:016x}, then {second:016x}\n{difference}\n"))
}

#[derive(Default)]
struct Keep(Vec<(SimTime, Event)>);

impl Fold for Keep {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

/// Finds the first event that differs from those of an earlier run.
struct Compare {
    with: Vec<(SimTime, Event)>,
    at: usize,
    difference: Option<String>,
}

impl Fold for Compare {
    fn on(&mut self, at: SimTime, event: &Event) {
        if self.difference.is_none() {
            let expected = self.with.get(self.at);
            if expected != Some(&(at, event.clone())) {
                let before = expected.map_or("nothing more".to_owned(), |(at, event)| format!("{at} {event:?}"));
                self.difference = Some(format!("event {}: first {before}\nthen {at} {event:?}", self.at));
            }
            self.at += 1;
        }
    }
}
