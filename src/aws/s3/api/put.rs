//! PutObject as delivery streams ask for it.

use std::sync::Arc;

use crate::base::event::Output;
use crate::base::{Body, Holds};
use crate::world::CallId;

/// PutObject of a delivery stream.
#[derive(Clone, Debug)]
pub struct PutObject {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The object's name.
    pub key: Arc<str>,
    /// What it is to hold.
    pub body: Body,
    /// Which records that is, for observers.
    pub holds: Holds,
    /// Which output of the records' delivery stream it is, for observers.
    pub output: Output,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}
