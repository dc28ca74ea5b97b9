//! Ends the run earlier. What begins later goes, what lasts longer ends then.

use super::super::cut::{Cut, Pass};
use super::super::ladder::times_below;
use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::scenario::file::File;

pub(super) const PASS: Pass =
    Pass { name: "end", about: "the run ends earlier; what begins later goes, what lasts longer ends then", go };

fn go(cut: &mut Cut<'_>) {
    cut.lower(|file| times_below(file.duration), end_at);
}

fn end_at(file: &mut File, end: Duration) {
    file.duration = end;
    file.fault.retain(|fault| fault.at < end);
    for fault in &mut file.fault {
        let left = Duration(end.0.saturating_sub(fault.at.0));
        fault.lasts = fault.lasts.map(|lasts| lasts.min(left));
        fault.restart_after = fault.restart_after.map(|after| after.min(left));
        let lasts = fault.restart_after.or(fault.lasts).map(|lasts| lasts.0);
        again(&mut fault.every, &mut fault.until, end, fault.at.0.saturating_add(lasts.unwrap_or(SimDuration::ZERO)));
    }
    file.action.retain(|action| action.at < end);
    for action in &mut file.action {
        again(&mut action.every, &mut action.until, end, action.at.0);
    }
    for producer in file.producer.values_mut() {
        producer.stop = producer.stop.filter(|stop| *stop < end);
    }
    for consumer in file.consumer.values_mut() {
        consumer.joins.retain(|join| *join < end);
        consumer.mishap.retain(|mishap| mishap.from < end);
        for mishap in &mut consumer.mishap {
            mishap.until = mishap.until.filter(|until| *until < end);
        }
    }
}

/// What would not come a second time comes once.
fn again(every: &mut Option<Duration>, until: &mut Option<Duration>, end: Duration, first_over: SimDuration) {
    *until = until.filter(|until| *until < end);
    let Some(period) = *every else { return };
    let last = until.map_or(end.0, |until| until.0);
    if first_over.saturating_add(period.0) > last {
        (*every, *until) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn what_lies_behind_the_end_goes_and_what_lasts_longer_ends_then() {
        let source = format!(
            "{SOURCE}joins = [\"1m\", \"9m\"]\n[[fault]]\nat = \"2m\"\nfor = \"20m\"\npause = \"billing-1\"\n\
             [[fault]]\nat = \"12m\"\nfor = \"1m\"\npause = \"billing-2\"\n[[fault]]\nat = \"1m\"\nfor = \"5s\"\n\
             every = \"6m\"\nuntil = \"29m\"\npause = \"billing-3\"\n[[action]]\nat = \"10m\"\nsplit = \"0\"\n"
        );
        let minutes = |text: &str| {
            let file = crate::scenario::draft(text, "x.toml", None).unwrap_or_else(|d| panic!("{d}")).file;
            file.duration.0.as_secs() / 60
        };
        let text = cut_text(&PASS, &source, |text| text.contains("billing-1") && minutes(text) >= 5);
        assert!(text.contains("duration = \"5m\"") && text.contains("at = \"2m\"\nfor = \"3m\""), "{text}");
        assert!(text.contains("joins = [\"1m\"]") && !text.contains("billing-2") && !text.contains("split"), "{text}");
        assert!(text.contains("billing-3") && !text.contains("every"), "it comes once: {text}");
    }
}
