//! Does without a seed of its own, or with a small one, and without other seeds that follow it.

use super::super::cut::{Cut, Pass};
use crate::base::Seeds;

pub(super) const PASS: Pass = Pass { name: "seed", about: "the seed is that of every file, or a small one, alone", go };

fn go(cut: &mut Cut<'_>) {
    let seed = cut.file().seed.clone();
    if seed == Seeds::default() || cut.takes_with(|file| file.seed = Seeds::default()) {
        return;
    }
    if !seed.forks().is_empty() {
        cut.takes_with(|file| file.seed = seed.first().0.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut};

    #[test]
    fn a_timeline_goes_where_a_seed_does() {
        let source = SOURCE.replace("duration", "seed = \"7000@3m:41\"\nduration");
        let of = |fails: fn(&Seeds) -> bool| cut(&PASS, &source, |file| fails(&file.seed)).seed.to_string();
        assert_eq!(of(|_| true), "1");
        assert_eq!(of(|seed| seed.first().0 == 7000), "7000");
        assert_eq!(of(|seed| !seed.forks().is_empty()), "7000@3m:41");
    }
}
