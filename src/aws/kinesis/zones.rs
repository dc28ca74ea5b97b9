//! Replication to three availability zones.
//!
//! Every zone holds a log of its own for every shard: the runs of records that it stores. Records are
//! immutable, so zones share the bytes; a record is gone only when no zone holds it any more. A put is
//! acknowledged once two zones hold it; with fewer than two in service nothing is stored at all. A zone that
//! comes back takes new records at once and copies what it missed from the others at a bounded rate.

use std::ops::Range;

use crate::base::event::ZoneState;
use crate::base::{Planted, SimDuration, SimTime};

/// Number of zones.
pub(super) const ZONES: usize = 3;
/// Zones that must hold a record before it is acknowledged.
const QUORUM: usize = 2;
/// How often a rebuilding zone copies a piece.
pub(super) const REBUILD_STEP: SimDuration = SimDuration::from_millis(100);

/// What each zone holds of one shard: runs of records that the same zones hold, in order and without gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct ShardReplicas {
    runs: Vec<Run>,
    end: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    start: u64,
    /// A bit for each zone.
    zones: u8,
}

impl ShardReplicas {
    /// Stores the next ordinal in every zone of the mask.
    pub(super) fn store(&mut self, ordinal: u64, zones: u8) {
        if self.runs.last().is_none_or(|last| last.zones != zones) {
            self.runs.push(Run { start: ordinal, zones });
        }
        self.end = ordinal + 1;
    }
    /// Forgets trimmed ordinals.
    pub(super) fn trim(&mut self, below: u64) {
        let begun = self.runs.partition_point(|run| run.start <= below);
        self.runs.drain(..begun.saturating_sub(1));
        if below >= self.end {
            self.runs.clear();
        }
    }
    /// How much of `range`, from its start, the zones of the mask can serve together.
    pub(super) fn readable(&self, range: Range<u64>, zones: u8) -> u64 {
        let lacking = self.runs_in(range.clone()).find(|(_, held)| held & zones == 0);
        lacking.map_or(range.end, |(run, _)| run.start)
    }
    /// The first part of `range` that `zone` lacks.
    pub(crate) fn first_missing(&self, zone: usize, range: Range<u64>) -> Option<Range<u64>> {
        self.runs_in(range).find(|(_, held)| held & (1 << zone) == 0).map(|(run, _)| run)
    }
    /// `zone` holds `range` from now on.
    pub(crate) fn copy_to(&mut self, zone: usize, range: &Range<u64>) {
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + 2);
        let ends = self.runs.iter().skip(1).map(|next| next.start).chain([self.end]);
        for (run, end) in self.runs.iter().zip(ends) {
            // A run may begin before the range, end after it, or both.
            for start in [run.start, range.start, range.end] {
                if (run.start..end).contains(&start) {
                    let zones = run.zones | if range.contains(&start) { 1 << zone } else { 0 };
                    if runs.last().is_none_or(|last| last.zones != zones) {
                        runs.push(Run { start, zones });
                    }
                }
            }
        }
        self.runs = runs;
    }
    /// `zone` lost what it held.
    pub(super) fn wipe(&mut self, zone: usize) {
        self.runs.iter_mut().for_each(|run| run.zones &= !(1 << zone));
        self.runs.dedup_by_key(|run| run.zones);
    }
    /// The runs that `range` touches, cut to it.
    fn runs_in(&self, range: Range<u64>) -> impl Iterator<Item = (Range<u64>, u8)> {
        let first = self.runs.partition_point(|run| run.start <= range.start).saturating_sub(1);
        let ends = self.runs.iter().skip(first + 1).map(|next| next.start).chain([self.end]);
        let cut = self
            .runs
            .iter()
            .skip(first)
            .zip(ends)
            .map(move |(run, end)| (run.start.max(range.start)..end.min(range.end), run.zones));
        cut.take_while(|(run, _)| !run.is_empty())
    }
}

/// The state of the zones.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    pub(crate) states: [ZoneState; ZONES],
    /// Faults that keep each zone down.
    pub(crate) downs: [Vec<u32>; ZONES],
    pub(crate) next_copy: SimTime,
}

impl Zones {
    pub(super) fn new() -> Self {
        Self { states: [ZoneState::Up; ZONES], downs: Default::default(), next_copy: SimTime::MAX }
    }
    /// A bit for every zone that takes writes and serves reads.
    pub(crate) fn in_service(&self) -> u8 {
        let serves = |state| matches!(state, ZoneState::Up | ZoneState::Rebuilding);
        self.states.iter().enumerate().filter(|(_, s)| serves(**s)).map(|(zone, _)| 1 << zone).sum()
    }
    /// Where a put is stored, or `None` when it cannot be acknowledged.
    pub(crate) fn for_writing(&self, planted: Planted) -> Option<u8> {
        let zones = self.in_service();
        (zones.count_ones() as usize >= planted.zones_needed(QUORUM)).then_some(zones)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a map from ordinal to the zones that hold it.
        #[test]
        fn replicas_behave_like_a_mask_for_every_record(
            script in prop::collection::vec((0u8..8, 0u64..40, 0u64..12, 0usize..3), 0..60),
        ) {
            let (mut replicas, mut model, mut end) = (ShardReplicas::default(), BTreeMap::new(), 0);
            for (act, at, len, zone) in script {
                let range = at..at + len;
                match act {
                    0 => {
                        replicas.wipe(zone);
                        model.values_mut().for_each(|zones| *zones &= !(1u8 << zone));
                    }
                    1 => {
                        replicas.trim(at.min(end));
                        model.retain(|ordinal, _| *ordinal >= at.min(end));
                    }
                    2 => {
                        let first = model.keys().next().copied().unwrap_or(end);
                        let range = range.start.clamp(first, end)..range.end.clamp(first, end);
                        replicas.copy_to(zone, &range);
                        model.range_mut(range).for_each(|(_, zones)| *zones |= 1 << zone);
                    }
                    _ => {
                        let zones = [0b111, 0b011, 0b110, 0b101][at as usize % 4];
                        for _ in 0..len {
                            replicas.store(end, zones);
                            model.insert(end, zones);
                            end += 1;
                        }
                    }
                }
                prop_assert!(replicas.runs.windows(2).all(|w| w[0].start < w[1].start && w[0].zones != w[1].zones));
                let first = model.keys().next().copied().unwrap_or(end);
                for zones in 1..8 {
                    let reach = (first..end).find(|ordinal| model[ordinal] & zones == 0).unwrap_or(end);
                    prop_assert_eq!(replicas.readable(first..end, zones), reach);
                }
                let missing = replicas.first_missing(zone, first..end).map(|run| run.start);
                prop_assert_eq!(missing, (first..end).find(|ordinal| model[ordinal] & (1 << zone) == 0));
            }
        }
    }
}
