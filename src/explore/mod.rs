//! Floor 9: searches the runs of scenarios for failures nobody wrote a scenario for.
//!
//! Each run is that of `kinesim run --seed`: one thread, one trace hash. What comes of many is taken in their order, so
//! that a search says the same whatever ran beside what. Here is no clock: who searches for a time says when it ends.

mod document;
mod findings;
mod kept;
mod known;
mod merge;
mod one;
mod page;
mod partition;
mod regressions;
mod runs;
mod scope;
mod search;
pub mod shrink;
mod situations;
mod suites;
mod told;

pub(crate) use self::document::{Document, FINDINGS};
pub(crate) use self::findings::{Findings, Group, Left, NAMELESS, Small, Unlike};
pub(crate) use self::merge::merge;
pub(crate) use self::one::{Explored, Failure, Source, Task, explore_by, explore_one};
pub(crate) use self::page::page;
pub(crate) use self::partition::Partition;
pub(crate) use self::regressions::{First, Regressions};
pub(crate) use self::runs::{BuiltIn, Ran, Runs};
pub(crate) use self::scope::{Scope, Searched};
pub(crate) use self::search::{Search, Wanted};
pub(crate) use self::suites::{line_of, suites};
pub(crate) use self::told::{Page, resolved_path, small_path, small_text, told, verdict};
