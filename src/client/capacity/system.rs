//! The system that the arithmetic is about: settings as a scenario or a planner gives them, with nothing that happens.

use crate::base::StreamName;
use crate::client::kcl::KclSettings;
use crate::client::poller::PollerSettings;
use crate::client::producer::ProducerSettings;

/// What the arithmetic is about.
#[derive(Clone, Debug)]
pub struct System<'a> {
    /// Streams, with the number of their shards.
    pub streams: Vec<(&'a StreamName, u32)>,
    /// Producers.
    pub producers: &'a [ProducerSettings],
    /// KCL applications.
    pub kcl: &'a [KclSettings],
    /// Plain pollers.
    pub(crate) pollers: &'a [PollerSettings],
}
