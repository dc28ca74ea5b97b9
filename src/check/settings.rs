//! What the checks must know of a run besides its events.

use super::history::History;
use super::liveness::LivenessBounds;
use crate::aws::kinesis::api::ThrottleWindow;
use crate::aws::kinesis::limits::READ_BYTES_PER_S;
use crate::base::SimDuration;

/// What the checks must know of a run besides its events.
#[derive(Clone, Debug)]
pub(crate) struct CheckSettings {
    /// Shape of the streams service's write limits.
    pub(crate) throttle_window: ThrottleWindow,
    /// Whether the services enforce their limits; nothing is judged by them otherwise.
    pub(crate) limits_enforced: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub(crate) visibility_lag: SimDuration,
    /// Wall-clock time of the run's start, milliseconds since the Unix epoch.
    pub(crate) epoch_unix_ms: u64,
    /// What clients ask and hear, for whom a witness watches.
    pub(crate) history: History,
    /// Bounds of the liveness checks.
    pub(crate) liveness: LivenessBounds,
    /// How fast each consumer can read, by its number; one that is not there as fast as a shard allows.
    pub(crate) paces: Vec<Pace>,
}

/// How fast a consumer can read a shard at best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// By its pages, its pauses and its processing, in a backlog that fills its pages.
    pub(crate) per_record: SimDuration,
}

impl Pace {
    /// The shortest time for so much of one shard.
    pub(crate) fn time_for(self, records: u64, size_bytes: u64) -> SimDuration {
        let by_limit = SimDuration::from_millis(size_bytes * 1000 / READ_BYTES_PER_S);
        by_limit.max(self.per_record * records)
    }
}
