//! The trace hash: XXH3-64 over the canonical encoding of every event, always on.

use xxhash_rust::xxh3::Xxh3Default;

use super::event::{Event, Fold};
use super::time::SimTime;

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
        Self { hasher: Xxh3Default::new(), pending: Vec::with_capacity(2 * FLUSH_BYTES), events: 0 }
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
