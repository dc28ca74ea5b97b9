//! Lets things begin earlier: each, with all that comes behind it and the end of the run, up to what comes before it.

use super::super::cut::{Cut, Pass};
use super::super::ladder::times_below;
use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::scenario::file::File;

pub(super) const PASS: Pass = Pass {
    name: "earlier",
    about: "things begin earlier, each with all that comes behind it and the end of the run",
    go,
};

/// By which a time is moved that was easy to say and stays so.
const STEP: SimDuration = SimDuration::from_secs(10);

fn go(cut: &mut Cut<'_>) {
    let mut after = None;
    while let Some(time) = beginnings(cut.file()).into_iter().find(|time| after.is_none_or(|after| *time > after)) {
        // Those before it stay where they are, so it is found again by its place.
        let place = beginnings(cut.file()).iter().position(|other| *other == time).unwrap_or(0);
        let earliest = place.checked_sub(1).map(|before| beginnings(cut.file())[before]);
        let steps = |file: &File| match beginnings(file).get(place) {
            Some(time) => {
                let is_behind = |step: &Duration| earliest.is_none_or(|earliest| *step > earliest);
                let is_move = |step: &Duration| is_behind(step) && !whole_steps(*time, *step).is_zero();
                times_below(*time).into_iter().filter(is_move).map(|step| (*time, step)).collect()
            }
            None => Vec::new(),
        };
        cut.lower(steps, |file, (from, to): (Duration, Duration)| shift(file, from, to));
        after = beginnings(cut.file()).get(place).copied().or(Some(time));
    }
}

/// When something begins, in order.
fn beginnings(file: &File) -> Vec<Duration> {
    let mut found: Vec<Duration> = begins(&mut file.clone()).into_iter().map(|time| *time).collect();
    found.retain(|time| !time.0.is_zero());
    found.sort_unstable();
    found.dedup();
    found
}

fn begins(file: &mut File) -> Vec<&mut Duration> {
    let faults = file.fault.iter_mut().map(|fault| &mut fault.at);
    let actions = file.action.iter_mut().map(|action| &mut action.at);
    let producers = file.producer.values_mut().map(|producer| &mut producer.start);
    let consumers = file.consumer.values_mut().flat_map(|consumer| {
        let mishaps = consumer.mishap.iter_mut().map(|mishap| &mut mishap.from);
        [&mut consumer.start].into_iter().chain(&mut consumer.joins).chain(mishaps)
    });
    faults.chain(actions).chain(producers).chain(consumers).collect()
}

/// When something is over.
fn ends(file: &mut File) -> Vec<&mut Duration> {
    let faults = file.fault.iter_mut().filter_map(|fault| fault.until.as_mut());
    let actions = file.action.iter_mut().filter_map(|action| action.until.as_mut());
    let producers = file.producer.values_mut().filter_map(|producer| producer.stop.as_mut());
    let mishaps = file.consumer.values_mut().flat_map(|consumer| &mut consumer.mishap);
    let mishaps = mishaps.filter_map(|mishap| mishap.until.as_mut());
    faults.chain(actions).chain(producers).chain(mishaps).chain([&mut file.duration]).collect()
}

/// Moves all from a time on, by as much as makes no time harder to say.
fn shift(file: &mut File, from: Duration, to: Duration) {
    let by = whole_steps(from, to);
    let earlier = |time: &mut Duration| *time = Duration(time.0.saturating_sub(by));
    begins(file).into_iter().filter(|time| **time >= from).for_each(earlier);
    ends(file).into_iter().filter(|time| **time >= from).for_each(earlier);
}

/// The time between two in steps that every time can be moved by.
fn whole_steps(from: Duration, to: Duration) -> SimDuration {
    STEP * (from.0.saturating_sub(to.0).as_millis() / STEP.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn what_has_to_come_in_turn_stays_in_turn() {
        let source = format!(
            "{SOURCE}[[fault]]\nat = \"7m12.345s\"\nfor = \"5s\"\npause = \"billing-1\"\n\
             [[action]]\nat = \"12m\"\nsplit = \"0\"\n[[fault]]\nat = \"20m\"\nfor = \"5s\"\npause = \"billing-2\"\n"
        );
        let seconds = |text: &str| {
            let mut file = crate::scenario::draft(text, "x.toml", None).unwrap_or_else(|d| panic!("{d}")).file;
            let begins: Vec<u64> = begins(&mut file).iter().map(|time| time.0.as_secs()).collect();
            (begins, file.duration.0.as_secs())
        };
        // The first pause not before 40 s, the split a minute later, the second pause at once.
        let is_needed = |text: &str| {
            let (begins, end) = seconds(text);
            begins[0] >= 40 && begins[2] >= begins[0] + 60 && end >= begins[1] + 300
        };
        let text = cut_text(&PASS, &source, is_needed);
        let (begins, end) = seconds(&text);
        assert_eq!((&begins[..3], end), (&[62, 240, 180][..], 840), "{text}");
    }
}
