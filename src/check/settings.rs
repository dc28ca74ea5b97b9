//! What the checks must know of a run besides its events.

use super::history::History;
use super::liveness::LivenessBounds;
use crate::aws::kinesis::api::ThrottleWindow;
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
}
