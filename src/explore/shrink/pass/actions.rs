//! Drops actions, with what names what they made, and policies that act by themselves.

use super::super::cut::Pass;

pub(super) const PASS: Pass = Pass {
    name: "actions",
    about: "actions go, with what names what they made, and auto scaling",
    go: |cut| {
        cut.drop_parts(|file| file.action.len(), |file, part| drop(file.action.drain(part)));
        cut.drop_parts(|file| file.autoscaling.len(), |file, part| drop(file.autoscaling.drain(part)));
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn a_fault_of_a_shard_that_no_split_makes_goes_with_the_split() {
        let source = format!(
            "{SOURCE}[[action]]\nat = \"1m\"\nsplit = \"0\"\n[[action]]\nat = \"2m\"\nmerge = \"2\"\n\
             [[fault]]\nat = \"3m\"\nfor = \"5s\"\nthrottle = {{ stream = \"orders\", shard = 5 }}\n"
        );
        let text = cut_text(&PASS, &source, |text| text.contains("merge"));
        assert!(!text.contains("split") && !text.contains("throttle"), "{text}");
        let text = cut_text(&PASS, &source, |text| text.contains("throttle"));
        assert!(text.contains("split") && !text.contains("merge"), "{text}");
    }
}
