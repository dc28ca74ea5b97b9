//! `[[fault]]`: what the kinds have in common, a time and a length.

use crate::base::written::Duration;
use crate::fault::{Ends, Fault, FaultPlan, KINDS};
use crate::file_path;
use crate::scenario::compiler::Compiler;

/// Every fault of the file, in order of time.
pub(crate) fn faults(c: &mut Compiler<'_>, faults: &[Fault]) -> Vec<FaultPlan> {
    let mut plans: Vec<FaultPlan> = faults.iter().enumerate().filter_map(|(n, fault)| one_fault(c, n, fault)).collect();
    plans.sort_by_key(|plan| plan.at);
    plans
}

fn one_fault(c: &mut Compiler<'_>, n: usize, fault: &Fault) -> Option<FaultPlan> {
    let at = c.instant(fault.at, file_path!["fault", n, "at"], "this fault");
    let mut kinds = Vec::new();
    for (about, made, problems) in fault.made(&c.cast) {
        c.take(problems, &file_path!["fault", n, about.key]);
        kinds.push((about, made));
    }
    if kinds.len() != 1 {
        let keys: Vec<&str> = KINDS.iter().map(|about| about.key).collect();
        let (title, label) = ("a fault is of exactly one kind", format!("this one has {}", kinds.len()));
        c.problem(file_path!["fault", n], title, label, &format!("one of: {}", keys.join(", ")));
        return None;
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
    Some(FaultPlan { at, lasts, effect: made.effect, text: text.into() })
}
