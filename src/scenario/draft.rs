//! A scenario that is changed and tried: the file as its types have it, with what was left out still left out.
//!
//! Random faults are written out, because a draft is changed, and what is drawn for one that was changed would be
//! something else.

use std::sync::Arc;

use super::beside::Beside;
use super::compile::{compile, write_out_random_faults};
use super::file::File;
use super::plan::Plan;
use super::spans::Spans;
use super::traffic::{Traffic, Wanted};

/// A scenario file, and what is needed to try files that are made of it.
pub(crate) struct Draft {
    /// As it was read, with random faults written out.
    pub(crate) file: File,
    /// What makes plans of files like it.
    pub(crate) drafting: Drafting,
}

/// Makes plans of files: knows what they are called and the traffic that they may name.
#[derive(Clone, Debug)]
pub(crate) struct Drafting {
    path: String,
    traffic: Arc<Traffic>,
    beside: Beside,
}

impl Draft {
    /// Of a file that was found right, with the traffic files that it names and what was read beside it.
    pub(super) fn new(mut file: File, path: &str, traffic: Arc<Traffic>, beside: Beside) -> Self {
        write_out_random_faults(&mut file);
        Self { file, drafting: Drafting { path: path.to_owned(), traffic, beside } }
    }
}

impl Drafting {
    /// What the file makes a run do; `None` when something is wrong with it.
    pub(crate) fn plan(&self, file: &File) -> Option<Plan> {
        let trace = |wanted: &Wanted<'_>| self.traffic.load(wanted).map(|read| read.trace);
        let compiled = compile(file.clone(), &self.path, &Spans::new(""), &trace, &self.beside);
        compiled.ok().map(|compiled| compiled.plan)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::{draft, load};

    const SOURCE: &str = "name = \"x\"\nduration = \"30m\"\n[stream.s]\nshards = 1\n\
                          [consumer.billing]\nstream = \"s\"\n[random_faults]\ncrash = \"30/h\"\n";

    #[test]
    fn a_draft_is_the_same_run_as_its_file_with_nothing_filled_in() {
        let draft = draft(SOURCE, "x.toml", Some(7.into())).unwrap_or_else(|d| panic!("{d}"));
        assert!(draft.file.fault.len() > 3 && draft.file.random_faults.is_none(), "they are drawn");
        assert!(draft.file.consumer["billing"].kcl.is_none(), "and nothing else was written");
        let loaded = load(SOURCE, "x.toml", Some(7.into())).unwrap_or_else(|d| panic!("{d}")).plan();
        let plan = draft.drafting.plan(&draft.file).expect("it is right");
        assert_eq!(format!("{plan:?}"), format!("{loaded:?}"));
    }

    #[test]
    fn a_draft_that_makes_no_sense_has_no_plan() {
        let mut draft = draft(SOURCE, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
        draft.file.stream.clear();
        assert!(draft.drafting.plan(&draft.file).is_none());
    }
}
