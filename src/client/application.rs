//! What the scripted application does with records, and what goes wrong in it: its settings.

use crate::base::SimDuration;
use crate::base::event::StoreKind;

/// What the application does with records.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProcessorSettings {
    /// Processing time of one record.
    pub(crate) time_per_record: SimDuration,
    /// When it checkpoints. Independently of this it checkpoints at the end of a shard.
    pub checkpoint: CheckpointPolicy,
    /// How often it tries to store a checkpoint that the lease table throttles, before it goes on without.
    pub(crate) checkpoint_tries: u32,
    /// Whether it prepares every checkpoint before it stores it (`prepareCheckpoint`): two writes instead of one.
    pub(crate) is_checkpoint_prepared: bool,
    /// What the store that effects go to promises of them.
    pub store: StoreKind,
    /// What goes wrong in it.
    pub faults: Vec<ProcessorScript>,
}

/// Tries of a throttled checkpoint, as AWS's sample applications have them.
pub(crate) const CHECKPOINT_TRIES: u32 = 10;

impl Default for ProcessorSettings {
    fn default() -> Self {
        Self {
            time_per_record: SimDuration::from_micros(100),
            checkpoint: CheckpointPolicy::EveryBatch,
            checkpoint_tries: CHECKPOINT_TRIES,
            is_checkpoint_prepared: false,
            store: StoreKind::Plain,
            faults: Vec::new(),
        }
    }
}

/// When a record processor checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckpointPolicy {
    /// After each call of the record processor.
    EveryBatch,
    /// After the batch in which this many records were reached since the last checkpoint.
    EveryRecords(u32),
    /// After the first batch that ends this long after the last checkpoint.
    Every(SimDuration),
    /// Only at the end of a shard and on shutdown.
    AtEnd,
    /// Never, not even at the end of a shard (the KCL then retries the shard's end without end).
    Never,
}

/// Something that goes wrong in a record processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ProcessorScript {
    /// What the processor does instead of its work.
    pub what: ProcessorMishap,
    /// At which record: every n-th that this worker processes.
    pub(crate) every_records: u64,
    /// Not before this much time of the run has passed.
    pub from: SimDuration,
    /// Not after this much time of the run has passed.
    pub until: SimDuration,
}

/// How a record processor fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessorMishap {
    /// Throws at the record: the KCL logs it and skips the rest of the batch.
    Throw,
    /// Hangs at the record for this long.
    Hang(SimDuration),
    /// Takes this much longer for the record.
    Slow(SimDuration),
}
