//! A batch on its way, and why records go to the error output.

use super::buffer::BufferKey;
use super::driver::{Batch, Driver};
use crate::base::SimTime;
use crate::base::event::FailedAs;

/// A batch on its way.
pub(super) struct Work {
    pub(super) key: BufferKey,
    pub(super) batch: Batch,
    pub(super) driver: Box<dyn Driver>,
    pub(super) attempts: u32,
    /// When the last of them was sent.
    pub(super) sent_at: SimTime,
    /// Whether its last attempt failed.
    pub(super) is_failing: bool,
    /// Whether it is delivered for a second time, without a reason.
    pub(super) is_again: bool,
}

/// Why a record goes to the error output.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    pub(super) failed_as: FailedAs,
    pub(super) error: &'static str,
    pub(super) message: Box<str>,
    pub(super) attempts: u32,
    pub(super) besides: Vec<(&'static str, Box<str>)>,
    /// Whether there is an error record of it.
    pub(super) is_kept: bool,
}

impl Reason {
    pub(super) fn new(failed_as: FailedAs, error: &'static str, message: Box<str>, attempts: u32) -> Self {
        Self { failed_as, error, message, attempts, besides: Vec::new(), is_kept: true }
    }
}
