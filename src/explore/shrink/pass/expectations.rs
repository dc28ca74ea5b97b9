//! Drops expectations that are not the one that fails.

use super::super::cut::Pass;

pub(super) const PASS: Pass = Pass {
    name: "expectations",
    about: "expectations go that are not what fails",
    go: |cut| cut.drop_parts(|file| file.expect.len(), |file, part| drop(file.expect.drain(part))),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut};

    #[test]
    fn the_one_that_fails_is_left() {
        let expects = ["duplicates", "skipped", "given_up"].map(|key| format!("[[expect]]\n{key} = \"= 0\"\n"));
        let source = format!("{SOURCE}{}", expects.concat());
        let file = cut(&PASS, &source, |file| file.expect.iter().any(|expect| expect.skipped.is_some()));
        assert!(file.expect.len() == 1 && file.expect[0].skipped.is_some());
        assert!(cut(&PASS, &source, |_| true).expect.is_empty(), "of a check, none");
    }
}
