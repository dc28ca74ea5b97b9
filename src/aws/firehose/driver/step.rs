//! What a driver is given and says.

use std::sync::Arc;

use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::record::Carried;
use crate::base::event::FailedAs;
use crate::base::seed::Random;
use crate::base::{DeliveryId, SimDuration, SimTime};
use crate::world::{CallError, CallId};

/// Records that are brought to a destination together.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Batch {
    pub delivery: DeliveryId,
    /// The lane of its buffer.
    pub lane: u32,
    /// In the order in which they came.
    pub records: Vec<Carried>,
    /// Partition keys by name, with dynamic partitioning.
    pub partition: Arc<[(Box<str>, Box<str>)]>,
    /// When the oldest of them arrived.
    pub oldest: SimTime,
    pub bytes: u64,
}

/// What a driver wants.
pub(in crate::aws::firehose) enum Step {
    /// Make this call, and tell what became of it. It counts as an attempt when it carries records.
    Ask { request: Ask, timeout: SimDuration, is_attempt: bool },
    /// The last attempt failed, so: ask again at this time.
    Retry { at: SimTime, error: &'static str },
    /// Nothing failed: ask again at this time.
    Wait { at: SimTime },
    /// It is over: these were not taken, the others are delivered.
    Done { failed: Vec<Failed> },
    /// It cannot be delivered. All records go to the error output, unless nothing more is to be kept: they are lost
    /// where the contract says so, or the driver has brought what is needed to the error output itself (a manifest).
    Refused { failed_as: FailedAs, error: &'static str, message: Box<str>, is_kept: bool },
}

/// A record that was not taken.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Failed {
    /// Which of the batch.
    pub index: usize,
    pub failed_as: FailedAs,
    /// `errorCode`.
    pub error: &'static str,
    /// `errorMessage`.
    pub message: Box<str>,
    /// What the error record has besides (`esDocumentId`, `EventId`, ...).
    pub besides: Vec<(&'static str, Box<str>)>,
    /// Whether it goes to the error output; it is lost otherwise, where the contract says so.
    pub(crate) is_kept: bool,
}

/// What a driver may use besides its batch.
pub(in crate::aws::firehose) struct Means<'a> {
    pub now: SimTime,
    /// Wall-clock time of the run's start.
    pub epoch_unix_ms: u64,
    pub random: &'a mut Random,
    /// Which call it is that is asked for next.
    pub(crate) call: CallId,
    /// Name of the delivery stream, and the version of its configuration.
    pub name: &'a str,
    pub(crate) version: u32,
    pub arn: &'a str,
}

/// Brings one batch to its destination.
pub(in crate::aws::firehose) trait Driver {
    /// What it wants first, and again whenever a time has come that it named.
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step;
    /// What became of what it asked.
    fn told(&mut self, batch: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step;
    /// What the error record of a record has besides, of a batch that was refused.
    fn besides(&self, _delivery: DeliveryId, _record: &Carried) -> Vec<(&'static str, Box<str>)> {
        Vec::new()
    }
}
