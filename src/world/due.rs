//! What will happen, and when: the order of things that are due.

use std::cmp::Ordering;

use crate::base::SimTime;

/// Something that will happen at a time. Ordered by time, then by when it was asked for.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub at: SimTime,
    pub sequence: u64,
    pub what: What,
}

impl Due {
    /// One number to compare: the heap does little else.
    fn order(&self) -> u128 {
        (u128::from(self.at.as_nanos()) << 64) | u128::from(self.sequence)
    }
}
impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

#[derive(Clone, Copy)]
pub(super) enum What {
    Wake { index: u32, generation: u32 },
    Deliver { call: u32 },
    Reply { call: u32 },
    TimeOut { call: u32 },
    Backend,
}
