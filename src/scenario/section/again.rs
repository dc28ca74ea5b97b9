//! `every` and `until`, of faults and actions that come again.

use crate::base::repeat::{Repeat, TIMES_MAX};
use crate::base::written::Duration;
use crate::file_path;
use crate::scenario::compiler::Compiler;

impl Compiler<'_> {
    /// What holds for the `n`-th of a section: `every` and `until` as they are written, and what they come to.
    pub(super) fn again(
        &mut self,
        section: &'static str,
        n: usize,
        repeat: Repeat,
        every: Option<Duration>,
        until: Option<Duration>,
    ) {
        let path = |key| file_path![section, n, key];
        let help = "add `every = \"5m\"`, or leave `until` out";
        self.need(every.is_some() || until.is_none(), path("until"), "`until` is for what comes again", help);
        let Some(every) = repeat.every else { return };
        let (help, is_apart) = ("`every` counts from beginning to beginning: make it longer", every > repeat.length);
        self.need(is_apart, path("every"), "it would come again before it is over", help);
        let times = repeat.times().count();
        let title = "it comes more often than a run can have";
        self.need(times <= TIMES_MAX, path("every"), title, "make `every` longer");
        let is_over = repeat.at.saturating_add(repeat.length) <= repeat.until;
        let title = "`until` comes before the first is over";
        self.need(is_over || until.is_none(), path("until"), title, "make it later");
        if times == 1 && is_over && is_apart {
            let label = "the second would end after the end";
            self.problem(path("every"), "it comes only once", label, "make `every` shorter");
        }
    }
}
