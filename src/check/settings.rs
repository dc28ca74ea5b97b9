//! What the checks must know of a run besides its events.

use super::liveness::LivenessBounds;
use crate::aws::kinesis::api::ThrottleWindow;
use crate::base::SimDuration;

/// What the checks must know of a run besides its events.
#[derive(Clone, Copy, Debug)]
pub struct CheckSettings {
    /// Shape of the streams service's write limits.
    pub throttle_window: ThrottleWindow,
    /// Whether the services enforce their limits; nothing is judged by them otherwise.
    pub limits_enforced: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub visibility_lag: SimDuration,
    /// Bounds of the liveness checks.
    pub liveness: LivenessBounds,
}
