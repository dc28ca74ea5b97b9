//! The trace hash: XXH3-64 over the canonical encoding of every event, always on.
//!
//! It begins with the version of the encoding, so that hashes of two versions are never taken for hashes of two runs.

use xxhash_rust::xxh3::Xxh3Default;

use super::event::{Event, Fold};
use super::time::SimTime;

/// Version of the encoding that is hashed.
///
/// Raise it when an event that existed is encoded differently: another number, or fields in another order or of
/// another type. A new event needs no new version, and neither does a run that goes differently.
pub(crate) const TRACE_VERSION: u32 = 5;

/// Hashes the event stream. Two runs with the same hash saw the same events at the same times.
pub struct TraceHash {
    hasher: Xxh3Default,
    pending: Vec<u8>,
    events: u64,
}

const FLUSH_BYTES: usize = 16 * 1024;

impl TraceHash {
    /// A hash over no events.
    pub fn new() -> Self {
        let mut hasher = Xxh3Default::new();
        hasher.update(&TRACE_VERSION.to_le_bytes());
        Self { hasher, pending: Vec::with_capacity(2 * FLUSH_BYTES), events: 0 }
    }
    /// Number of events so far.
    pub fn events(&self) -> u64 {
        self.events
    }
    /// The hash of the events so far.
    pub fn value(&self) -> u64 {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.pending);
        hasher.digest()
    }
}

impl Default for TraceHash {
    fn default() -> Self {
        Self::new()
    }
}

impl Fold for TraceHash {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.events += 1;
        event.encode(at, &mut self.pending);
        if self.pending.len() >= FLUSH_BYTES {
            self.hasher.update(&self.pending);
            self.pending.clear();
        }
    }
}
