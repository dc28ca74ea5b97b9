//! Drops faults: halves of them first, so that forty go quickly.

use super::Pass;

pub(super) const PASS: Pass = Pass {
    name: "faults",
    about: "faults go, halves of them first",
    go: |cut| cut.drop_parts(|file| file.fault.len(), |file, part| drop(file.fault.drain(part))),
};
