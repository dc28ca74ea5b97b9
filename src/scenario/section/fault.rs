//! `[[fault]]`: what the kinds have in common, a time and a length.

use std::sync::Arc;

use crate::base::written::Duration;
use crate::base::{SimDuration, SimTime};
use crate::fault::{Ends, FAULT_MAX, Fault, FaultPlan, KINDS};
use crate::file_path;
use crate::scenario::compiler::Compiler;

/// What helps somebody who wrote `until` alone.
pub(super) const EVERY: &str = "add `every = \"5m\"`, or leave `until` out";

/// Every fault of the file, in order of time.
pub(crate) fn faults(c: &mut Compiler<'_>, faults: &[Fault]) -> Vec<FaultPlan> {
    let mut plans: Vec<FaultPlan> = faults.iter().enumerate().flat_map(|(n, fault)| one_fault(c, n, fault)).collect();
    plans.sort_by_key(|plan| plan.at);
    plans
}

fn one_fault(c: &mut Compiler<'_>, n: usize, fault: &Fault) -> Vec<FaultPlan> {
    c.instant(fault.at, file_path!["fault", n, "at"], "this fault");
    let mut kinds = Vec::new();
    for (about, made, problems) in fault.made(&c.cast) {
        c.take(problems, &file_path!["fault", n, about.key]);
        kinds.push((about, made));
    }
    if kinds.len() != 1 {
        let keys: Vec<&str> = KINDS.iter().map(|about| about.key).collect();
        let (title, label) = ("a fault is of exactly one kind", format!("this one has {}", kinds.len()));
        c.problem(file_path!["fault", n], title, label, &format!("one of: {}", keys.join(", ")));
        return Vec::new();
    }
    let (about, made) = kinds.remove(0);
    let lasts = fault.lasts_as(about);
    if about.ends == Ends::InTime {
        let is_timed = lasts.is_some() || c.is_live();
        c.need(is_timed, file_path!["fault", n], "a fault says how long it lasts", "for example `for = \"30s\"`");
        let path = file_path!["fault", n, "restart_after"];
        c.need(fault.restart_after.is_none(), path, "only what crashed starts again", "write `for` instead");
    }
    if let Some(lasts) = lasts {
        let key = if fault.restart_after.is_some() { "restart_after" } else { "for" };
        c.instant(Duration(fault.at.0 + lasts), file_path!["fault", n, key], "the end of this fault");
    }
    let text = match lasts {
        Some(lasts) => format!("{} for {}", made.text, Duration(lasts)),
        None => made.text,
    };
    let text: Arc<str> = text.into();
    let plan = |at| FaultPlan {
        at: SimTime::ZERO.saturating_add(at),
        lasts,
        if_any: fault.if_any,
        effect: made.effect.clone(),
        text: text.clone(),
    };
    again(c, n, fault, lasts);
    fault.times(lasts, c.duration.0).map(plan).collect()
}

/// What holds for a fault that comes again.
fn again(c: &mut Compiler<'_>, n: usize, fault: &Fault, lasts: Option<SimDuration>) {
    let path = |key| file_path!["fault", n, key];
    c.need(fault.every.is_some() || fault.until.is_none(), path("until"), "`until` is for what comes again", EVERY);
    let Some(every) = fault.every else { return };
    let is_live = c.is_live();
    c.need(!is_live, path("every"), "a fault that comes by request comes once", "send it again");
    let help = "say how long it lasts: `for`, or `restart_after` of a crash";
    c.need(lasts.is_some(), path("every"), "what never ends cannot come again", help);
    let Some(lasts) = lasts else { return };
    let title = "it would come again before it is over";
    c.need(every.0 > lasts, path("every"), title, "`every` counts from beginning to beginning: make it longer");
    let times = fault.times(Some(lasts), c.duration.0).count();
    c.need(times <= FAULT_MAX, path("every"), "it comes more often than a run can have", "make `every` longer");
    let until = fault.until.unwrap_or(c.duration).0;
    let is_over = fault.at.0.saturating_add(lasts) <= until;
    c.need(is_over || fault.until.is_none(), path("until"), "`until` comes before the first is over", "make it later");
    if times == 1 && is_over && every.0 > lasts {
        c.problem(path("every"), "it comes only once", "the second would end after the end", "make `every` shorter");
    }
}
