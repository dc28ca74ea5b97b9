//! Floor 1: the simulated machine room: clock, hosts, links, seeds, and the executor that runs them.
//!
//! One [`World`] holds hosts (machines that run tasks) and one [`Backend`] (everything behind the network).
//! Tasks are ordinary async Rust that see time, chance and calls only through a [`Host`] handle. Time is
//! virtual: the world jumps from one thing that is due to the next, so idle time costs nothing.
//!
//! Where determinism comes from: things that are due at the same time happen in the order in which they were
//! asked for; every random draw comes from a stream named after its user; nothing here reads the outside.
//!
//! The world knows nothing of AWS. It does not model bandwidth, connections, DNS or TLS: a link is a latency
//! and what faults do to it. Messages on one link may overtake each other, as requests on a connection pool do. A
//! [`Carrier`] may take calls over and bring such a model with it.

mod asked;
mod backend;
mod call;
mod carrier;
mod due;
mod executor;
mod host;
mod line;
mod link;
mod service;
mod sync;
#[cfg(feature = "turmoil")]
mod turmoil_clock;
mod witness;

pub use backend::Backend;
pub use call::Call;
pub(crate) use carrier::{CarriedCall, Carrier};
pub use executor::{Settings, World};
pub use host::{Host, Sleep, Task};
pub(crate) use line::{LineReceiver, LineSender, line};
pub use link::{Fate, Hosts, LinkEffect};
pub(crate) use link::{LinkRule, LinkWay};
pub use service::{CallError, CallId, OwnCall, Service};
pub(crate) use sync::Queue;
pub(crate) use sync::{Lock, Notify};
#[cfg(feature = "turmoil")]
pub(crate) use turmoil_clock::{in_turmoil, run_on_turmoil};
pub(crate) use witness::Witness;

#[cfg(test)]
mod tests;
