//! How the workers of a KCL application have started.

use super::amount::{Us, us};
use crate::base::{Chance, SimDuration};
use crate::client::Retrieval;
use crate::client::kcl::registration::BACKOFF;
use crate::scenario::plan::Plan;

/// A worker's start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// When its jobs begin in its first life: renewing, taking, auditing.
    pub(super) jobs: Us,
    /// Looks at an empty table until then.
    pub(super) looks: u64,
}

/// How an application starts.
#[derive(Clone, Debug)]
pub(super) struct StartUp {
    /// When its first worker begins, which is when records begin to wait for it.
    pub(super) began: Us,
    pub(super) workers: Vec<Start>,
    /// The worker that fills the table.
    pub(super) first: usize,
}

/// When a table that is asked for at this time is there.
pub(super) fn table_active(plan: &Plan, table: usize, asked: Us) -> Us {
    let mut durations = Chance::from(&plan.seed).derive("tables").stream("transitions");
    let (low, high) = plan.services.dynamodb.transition;
    let mut takes = SimDuration::ZERO;
    for _ in 0..=table {
        takes = durations.duration(low, high);
    }
    asked + us(takes)
}

/// When a worker that starts at `start` goes on, of the application of this number: with enhanced fan-out it waits
/// until its consumer is registered, which the first of them does at `began`.
pub(super) fn registered(plan: &Plan, application: usize, began: Us, start: Us, round_trip: Us) -> Us {
    if plan.kcl[application].retrieval == Retrieval::Polling {
        return start;
    }
    let mut durations = Chance::from(&plan.seed).derive("streams").stream("transitions");
    let (low, high) = plan.services.kinesis.transitions.consumer;
    let before = plan.kcl[..=application].iter().filter(|kcl| kcl.retrieval == Retrieval::FanOut);
    let takes = before.fold(SimDuration::ZERO, |_, _| durations.duration(low, high));
    let active = began + round_trip + round_trip / 2 + us(takes);
    let described = start + round_trip;
    if described >= active {
        return described;
    }
    let every = us(BACKOFF.0 + BACKOFF.1) / 2 + round_trip;
    let first = described + round_trip + every;
    first + active.saturating_sub(first).div_ceil(every) * every
}

/// Times of something that is done at `first` and every `period` from then on, in a stretch.
pub(super) fn times(first: Us, period: Us, from: Us, to: Us) -> u64 {
    let before = |time: Us| if time <= first { 0 } else { (time - first - 1) / period.max(1) + 1 };
    before(to) - before(from.min(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_at_an_instant_belongs_to_the_stretch_that_begins_with_it() {
        assert_eq!(times(10, 5, 0, 10), 0);
        assert_eq!(times(10, 5, 10, 11), 1);
        assert_eq!(times(10, 5, 0, 21), 3);
        assert_eq!(times(10, 5, 11, 16), 1);
    }
}
