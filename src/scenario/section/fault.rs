//! `[[fault]]`: what the kinds have in common, a time and a length.

use std::sync::Arc;

use crate::base::SimTime;
use crate::base::written::Duration;
use crate::fault::{Ends, Fault, FaultPlan, KINDS};
use crate::file_path;
use crate::scenario::compiler::Compiler;

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
    if fault.every.is_some() {
        let (is_live, path) = (c.is_live(), || file_path!["fault", n, "every"]);
        c.need(!is_live, path(), "a fault that comes by request comes once", "send it again");
        let help = "say how long it lasts: `for`, or `restart_after` of a crash";
        c.need(lasts.is_some(), path(), "what never ends cannot come again", help);
    }
    let repeat = fault.repeat(lasts, c.duration.0);
    c.again("fault", n, repeat, fault.every, fault.until);
    repeat.times().map(plan).collect()
}
