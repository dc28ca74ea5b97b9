//! The scripted record processor: the application code that a consumer runs.

use crate::base::SimDuration;
pub use crate::base::event::SinkKind;

/// What the application does with records.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessorSettings {
    /// Processing time of one record.
    pub time_per_record: SimDuration,
    /// When it checkpoints. Independently of this it checkpoints at the end of a shard.
    pub checkpoint: CheckpointPolicy,
    /// Where effects go.
    pub sink: SinkKind,
    /// What goes wrong in it.
    pub faults: Vec<ProcessorScript>,
}

impl Default for ProcessorSettings {
    fn default() -> Self {
        Self {
            time_per_record: SimDuration::from_micros(100),
            checkpoint: CheckpointPolicy::EveryBatch,
            sink: SinkKind::Plain,
            faults: Vec::new(),
        }
    }
}

/// When a record processor checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointPolicy {
    /// After every batch.
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
pub struct ProcessorScript {
    /// What.
    pub what: ProcessorMishap,
    /// At which record: every n-th that this worker processes.
    pub every_records: u64,
    /// Not before this much time of the run has passed.
    pub from: SimDuration,
    /// Not after this much time of the run has passed.
    pub until: SimDuration,
}

/// How a record processor fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessorMishap {
    /// Throws at the record: the KCL logs it and skips the rest of the batch.
    Throw,
    /// Hangs at the record for this long.
    Hang(SimDuration),
    /// Takes this much longer for the record.
    Slow(SimDuration),
}
