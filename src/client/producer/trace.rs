//! Traffic from trace files.

/// A trace that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {}
