//! How long an operator tries to carry out an action.

use crate::base::SimDuration;

/// Why an action could not be carried out.
pub(super) type Failure = &'static str;

/// How often what is refused by a state or a quota is tried again.
pub(super) const RETRY_EVERY: SimDuration = SimDuration::from_secs(2);
/// How many times it is tried.
pub(super) const TRIES_MAX: u32 = 600;
