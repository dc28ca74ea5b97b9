//! Who watches calls from the side of those who make them: what was sent and when, what was heard and when.
//!
//! Events tell what services did. A witness knows only what clients know, as somebody does who stands outside and
//! wants to judge the services by their answers. It cannot change anything.

use super::backend::Backend;
use crate::base::{HostId, SimTime};

/// Watches the calls of all hosts.
pub(crate) trait Witness<B: Backend> {
    /// A request sets out. Returns a number if the witness wants to hear of its end.
    fn sent(&self, at: SimTime, host: HostId, request: &B::Request) -> Option<u32>;
    /// The call has ended, with its reply or without: it timed out, or who waited for it is gone.
    fn ended(&self, at: SimTime, number: u32, reply: Option<&B::Reply>);
}
