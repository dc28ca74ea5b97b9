//! What a poller is set to.

use std::sync::Arc;

use crate::base::event::DeclaredStart;
use crate::base::{ConsumerId, Planted, SimDuration, StreamName};
use crate::client::processor::ProcessorSettings;

/// A plain consumer of every shard, on one host.
#[derive(Clone, Debug, PartialEq)]
pub struct PollerSettings {
    /// Number among the consumers of the scenario.
    pub consumer: ConsumerId,
    /// Name, also of its host (`NAME-1`).
    pub name: Arc<str>,
    /// The stream whose every shard is polled.
    pub stream: StreamName,
    /// When its host boots first.
    pub start: SimDuration,
    /// Where it begins.
    pub(crate) initial_position: InitialPosition,
    /// What it remembers across a restart of its host.
    pub(crate) resume: Resume,
    /// Time between two GetRecords of a shard.
    pub idle: SimDuration,
    /// Limit of GetRecords, 1 to 10,000.
    pub(crate) records_max: u32,
    /// What it does with records.
    pub(crate) processor: ProcessorSettings,
    /// The bug that is planted.
    pub(crate) planted: Planted,
}

impl PollerSettings {
    /// The least time that a record takes in a backlog of a shard: its part of the idle time, then its processing.
    pub(crate) fn time_per_record(&self) -> SimDuration {
        self.idle / u64::from(self.records_max.max(1)) + self.processor.time_per_record
    }
}

/// Where a consumer begins when it has no position of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum InitialPosition {
    /// The oldest record in retention.
    #[default]
    TrimHorizon,
    /// Records that arrive from now on.
    Latest,
    /// The first record at or after this time before its first start.
    AtTimestampAgo(SimDuration),
}

impl InitialPosition {
    /// How a consumer declares it.
    pub(crate) fn declared(self) -> DeclaredStart {
        match self {
            Self::TrimHorizon => DeclaredStart::TrimHorizon,
            Self::Latest => DeclaredStart::Latest,
            Self::AtTimestampAgo(_) => DeclaredStart::AtTimestamp,
        }
    }
}

/// What a poller remembers across a restart of its host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Resume {
    /// Nothing: it begins at the initial position again.
    Nothing,
    /// The last shard iterator, which may have expired.
    Iterator,
    /// The sequence number of the last record it processed and saved (per the checkpoint policy).
    #[default]
    Position,
}
