//! What is tried to make a file smaller, one way a file, in this order.
//!
//! Every candidate of a pass is smaller or simpler than what it is made of, and never the other way round, so that
//! going through all of them comes to an end. What makes runs short comes first.

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

use super::cut::Cut;

/// A way to make a file smaller.
pub(super) struct Pass {
    /// What it is called: its file, with `-` for `_`.
    pub(super) name: &'static str,
    /// What it does, in words.
    pub(super) about: &'static str,
    /// Tries it as far as it goes.
    pub(super) go: fn(&mut Cut<'_>),
}

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
    narrow::PASS,
    shards::PASS,
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
