//! Rounds times that are hard to say.

use super::super::cut::{Cut, Pass};
use super::super::ladder::rounder;
use crate::base::written::Duration;
use crate::scenario::file::File;

pub(super) const PASS: Pass = Pass { name: "round", about: "times are round", go };

fn go(cut: &mut Cut<'_>) {
    let mut place = 0;
    while let Some(time) = times(&mut cut.file().clone()).get(place).map(|time| **time) {
        let _ = rounder(time).into_iter().any(|near| {
            cut.takes_with(|file| times(file).into_iter().skip(place).take(1).for_each(|time| *time = near))
        });
        place += 1;
    }
}

fn times(file: &mut File) -> Vec<&mut Duration> {
    let faults = file.fault.iter_mut().flat_map(|fault| {
        let optional = [&mut fault.lasts, &mut fault.restart_after, &mut fault.every, &mut fault.until];
        [&mut fault.at].into_iter().chain(optional.into_iter().flatten())
    });
    let actions = file.action.iter_mut().flat_map(|action| {
        let optional = [&mut action.every, &mut action.until];
        [&mut action.at].into_iter().chain(optional.into_iter().flatten())
    });
    let producers =
        file.producer.values_mut().flat_map(|producer| [&mut producer.start].into_iter().chain(&mut producer.stop));
    let consumers = file.consumer.values_mut().flat_map(|consumer| {
        let mishaps =
            consumer.mishap.iter_mut().flat_map(|mishap| [&mut mishap.from].into_iter().chain(&mut mishap.until));
        [&mut consumer.start].into_iter().chain(&mut consumer.joins).chain(mishaps)
    });
    faults.chain(actions).chain(producers).chain(consumers).chain([&mut file.duration]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn a_time_is_as_round_as_it_can_be() {
        let source = format!("{SOURCE}[[fault]]\nat = \"432345ms\"\nfor = \"17321ms\"\npause = \"billing-1\"\n");
        let text = cut_text(&PASS, &source, |_| true);
        assert!(text.contains("at = \"7m\"\nfor = \"1m\"\n"), "{text}");
        let text = cut_text(&PASS, &source, |text| !text.contains("at = \"7m\"") && !text.contains("at = \"8m\""));
        assert!(text.contains("at = \"430s\"\n"), "{text}");
    }
}
