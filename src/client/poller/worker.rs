//! What the tasks of a poller share in one life of its host.

use std::cell::RefCell;
use std::rc::Rc;

use super::saved::SavedPositions;
use super::settings::PollerSettings;
use crate::client::Cx;
use crate::client::mishaps::Mishaps;
use crate::client::sdk::Sdk;

/// A poller's host, its clients and its memory.
pub(super) struct Worker {
    pub cx: Cx,
    pub settings: Rc<PollerSettings>,
    pub sdk: Sdk,
    /// The way to the application's store.
    pub store: Sdk,
    pub(crate) mishaps: Mishaps,
    pub(crate) saved: Rc<RefCell<SavedPositions>>,
}
