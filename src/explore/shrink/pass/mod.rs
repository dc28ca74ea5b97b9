//! What is tried to make a file smaller, one way a file, in this order.
//!
//! Every candidate of a pass is smaller or simpler than what it is made of, and never the other way round, so that
//! going through all of them comes to an end. What makes runs short comes first, then what a reader has most to think
//! about: faults and actions before hosts and shards, because with fewer shards it may take a fault more.

mod actions;
mod defaults;
mod earlier;
mod end;
mod expectations;
mod faults;
mod hosts;
mod load;
mod narrow;
mod parts;
mod repeats;
mod round;
mod seed;
mod shard_choices;
mod shards;
#[cfg(test)]
mod testing;

use super::cut::Pass;

/// Every pass, in order.
pub(super) const PASSES: &[Pass] = &[
    expectations::PASS,
    repeats::PASS,
    shard_choices::PASS,
    end::PASS,
    parts::PASS,
    faults::PASS,
    actions::PASS,
    hosts::PASS,
    shards::PASS,
    narrow::PASS,
    load::PASS,
    defaults::PASS,
    earlier::PASS,
    round::PASS,
    seed::PASS,
];

/// The passes as a list for the documentation.
pub(super) fn listed() -> String {
    let row = |pass: &Pass| format!("| `{}` | {} |\n", pass.name, pass.about);
    let rows: String = PASSES.iter().map(row).collect();
    format!("| pass | what it tries |\n|---|---|\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_is_called_as_its_file_and_says_what_it_does() {
        for pass in PASSES {
            let file =
                format!("{}/src/explore/shrink/pass/{}.rs", env!("CARGO_MANIFEST_DIR"), pass.name.replace('-', "_"));
            assert!(std::path::Path::new(&file).is_file(), "{file}");
            assert!(pass.about.len() > 10 && !pass.about.ends_with('.') && !pass.about.contains('|'), "{}", pass.name);
        }
        let mut names: Vec<&str> = PASSES.iter().map(|pass| pass.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PASSES.len(), "each has a name of its own");
    }
}
