//! The story of a run: what happened that something else can follow from, kept short.
//!
//! [`Chronicle`] gathers faults, actions, crashes, moves of leases, throttles and the like; what happens again and
//! again with little time between is one entry with its end and its count. [`Chronicle::timeline`] follows a failure
//! back to what it came from. Records that are accepted and read are not part of it, nor are lease rows: an events file
//! has them.

mod causes;
mod entry;
mod gather;
mod shown;
mod subject;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use causes::{Failure, Moment};
pub(crate) use gather::Chronicle;
pub(crate) use subject::Subject;
pub(crate) use words::sentence;
