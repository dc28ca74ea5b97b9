//! What is tried to make a file smaller, one way a file, in this order.
//!
//! Every candidate of a pass is smaller or simpler than what it is made of, and never the other way round, so that
//! going through all of them comes to an end.

mod defaults;
mod faults;

use super::cut::Cut;

/// A way to make a file smaller.
pub(super) struct Pass {
    /// What it is called.
    pub(super) name: &'static str,
    /// What it does, in words.
    pub(super) about: &'static str,
    /// Tries it as far as it goes.
    pub(super) go: fn(&mut Cut<'_>),
}

/// Every pass, in order.
pub(super) const PASSES: &[Pass] = &[faults::PASS, defaults::PASS];
