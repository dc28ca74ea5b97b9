//! Lets what comes again and again come once, and a rolling restart be that of one worker.

use super::super::cut::{Cut, Pass};
use crate::base::SimDuration;
use crate::base::host_name::host_name;
use crate::base::written::Duration;
use crate::scenario::file::File;
use crate::scenario::section::Action;

pub(super) const PASS: Pass =
    Pass { name: "repeats", about: "what comes again comes once; of a rolling restart one worker's is left", go };

/// So many of its times are tried.
const TIMES_TRIED: usize = 12;

fn go(cut: &mut Cut<'_>) {
    for n in 0..cut.file().fault.len() {
        for time in fault_times(cut.file(), n) {
            let once = |file: &mut File| {
                let fault = &mut file.fault[n];
                (fault.at, fault.every, fault.until) = (time, None, None);
            };
            if cut.takes_with(once) {
                break;
            }
        }
    }
    for n in 0..cut.file().action.len() {
        let times = action_times(cut.file(), n);
        let _ = times.into_iter().any(|time| {
            cut.takes_with(|file| {
                let action = &mut file.action[n];
                (action.at, action.every, action.until) = (time, None, None);
            })
        });
        let restarts = restarts(cut.file(), n);
        let _ = restarts.into_iter().any(|one| cut.takes_with(|file| drop(file.action.splice(n..=n, one))));
    }
}

fn fault_times(file: &File, n: usize) -> Vec<Duration> {
    let Some(fault) = file.fault.get(n).filter(|fault| fault.every.is_some()) else { return Vec::new() };
    let lasts = fault.restart_after.or(fault.lasts).map(|lasts| lasts.0);
    fault.repeat(lasts, file.duration.0).times().take(TIMES_TRIED).map(Duration).collect()
}

fn action_times(file: &File, n: usize) -> Vec<Duration> {
    let Some(action) = file.action.get(n).filter(|action| action.every.is_some()) else { return Vec::new() };
    action.repeat(SimDuration::ZERO, file.duration.0).times().take(TIMES_TRIED).map(Duration).collect()
}

/// The stop and the start of each worker of a rolling restart.
fn restarts(file: &File, n: usize) -> Vec<[Action; 2]> {
    let Some(action) = file.action.get(n) else { return Vec::new() };
    let Some(rolling) = &action.rolling_restart else { return Vec::new() };
    let Some(consumer) = file.consumer.get(&rolling.consumer) else { return Vec::new() };
    let one = |place: u32| {
        let at = action.at.0.saturating_add(rolling.every.0 * u64::from(place));
        let host = Some(host_name(&rolling.consumer, place + 1));
        let stop = Action { at: Duration(at), stop_worker: host.clone(), ..Action::default() };
        let start = Duration(at.saturating_add(rolling.down.0));
        [stop, Action { at: start, start_worker: host, ..Action::default() }]
    };
    (0..consumer.host_count().min(TIMES_TRIED as u32)).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn of_what_comes_again_the_time_is_left_that_it_takes() {
        let source = format!(
            "{SOURCE}[[fault]]\nat = \"1m\"\nfor = \"5s\"\nevery = \"3m\"\nuntil = \"20m\"\npause = \"billing-1\"\n\
             [[action]]\nat = \"2m\"\nevery = \"5m\"\nsplit = \"0\"\n"
        );
        let is_needed = |text: &str| text.contains("at = \"7m\"\nfor") || text.contains("every = \"3m\"");
        let text = cut_text(&PASS, &source, is_needed);
        assert!(text.contains("at = \"7m\"\nfor") && !text.contains("every") && !text.contains("until"), "{text}");
    }

    #[test]
    fn of_a_rolling_restart_one_worker_is_left() {
        let source = format!(
            "{SOURCE}[[action]]\nat = \"5m\"\n\
             rolling_restart = {{ consumer = \"billing\", every = \"2m\", down = \"30s\" }}\n"
        );
        let text = cut_text(&PASS, &source, |text| text.contains("rolling") || text.contains("billing-2"));
        let (stop, start) = ("at = \"7m\"\nstop_worker = \"billing-2\"", "at = \"450s\"\nstart_worker = \"billing-2\"");
        assert!(text.contains(stop) && text.contains(start) && text.matches("[[action]]").count() == 2, "{text}");
    }
}
