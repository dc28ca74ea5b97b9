//! What a scenario can require to have happened at least once, and how often it did.

/// Things that a scenario can require to have happened.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Occurrence {
    /// A record was refused for throughput.
    WriteThrottled,
    /// A GetRecords call was refused for throughput.
    ReadThrottled,
    /// A shard iterator was used after its 300 seconds, or a fault expired it.
    IteratorExpired,
    /// A lease was stolen.
    LeaseStolen,
    /// A lease changed its owner.
    LeaseMoved,
    /// A worker lost a lease.
    LeaseLost,
    /// A lease hole was found and repaired.
    LeaseHoleRepaired,
    /// The lease table throttled a call.
    TableThrottled,
    /// A conditional write failed.
    ConditionFailed,
    /// An eventually consistent read was stale.
    StaleRead,
    /// A shard was split or merged.
    Resharded,
    /// A record left retention before a consumer had read it.
    UnreadRecordTrimmed,
    /// A record was processed twice by one consumer.
    DuplicateProcessed,
    /// A checkpoint was refused.
    CheckpointRefused,
    /// A zombie's effects were refused.
    EffectsFenced,
    /// A record was skipped after the processor threw.
    RecordsSkipped,
    /// A call failed with a KMS error.
    KmsRefused,
    /// A write failed with InternalFailure.
    WriteFailed,
    /// A zone was rebuilt.
    ZoneRebuilt,
    /// A producer gave up a record.
    RecordGivenUp,
}

impl Occurrence {
    /// Every occurrence, in order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::WriteThrottled,
        Self::ReadThrottled,
        Self::IteratorExpired,
        Self::LeaseStolen,
        Self::LeaseMoved,
        Self::LeaseLost,
        Self::LeaseHoleRepaired,
        Self::TableThrottled,
        Self::ConditionFailed,
        Self::StaleRead,
        Self::Resharded,
        Self::UnreadRecordTrimmed,
        Self::DuplicateProcessed,
        Self::CheckpointRefused,
        Self::EffectsFenced,
        Self::RecordsSkipped,
        Self::KmsRefused,
        Self::WriteFailed,
        Self::ZoneRebuilt,
        Self::RecordGivenUp,
    ];
}

/// How often each [`Occurrence`] happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrences([u64; Occurrence::ALL.len()]);

impl Default for Occurrences {
    fn default() -> Self {
        Self([0; Occurrence::ALL.len()])
    }
}

impl Occurrences {
    /// How often it happened.
    pub(super) fn count(&self, what: Occurrence) -> u64 {
        self.0[what as usize]
    }
    /// It happened `count` times more.
    pub(super) fn add(&mut self, what: Occurrence, count: u64) {
        self.0[what as usize] += count;
    }
}
