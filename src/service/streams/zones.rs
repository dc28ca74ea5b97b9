//! Replication to three availability zones.
//!
//! Every zone holds a log of its own for every shard: the set of record positions that it stores. Records are
//! immutable, so zones share the bytes; a record is gone only when no zone holds it any more. A put is
//! acknowledged once two zones hold it; with fewer than two in service nothing is stored at all. A zone that
//! comes back takes new records at once and copies what it missed from the others at a bounded rate.

use std::ops::Range;

use super::StreamsService;
use crate::base::event::ZoneState;
use crate::base::{Event, RangeSet, SimDuration, SimTime};

/// Number of zones.
pub(super) const ZONES: usize = 3;
/// Zones that must hold a record before it is acknowledged.
const QUORUM: usize = 2;
/// How often a rebuilding zone copies a piece.
const REBUILD_STEP: SimDuration = SimDuration::from_millis(100);

/// What each zone holds of one shard.
#[derive(Clone, Debug, Default)]
pub(super) struct ShardReplicas {
    held: [RangeSet; ZONES],
}

impl ShardReplicas {
    /// Stores an ordinal in every zone of the mask.
    pub fn store(&mut self, ordinal: u64, zones: u8) {
        for (zone, held) in self.held.iter_mut().enumerate() {
            if zones & (1 << zone) != 0 {
                held.insert(ordinal..ordinal + 1);
            }
        }
    }
    /// Forgets trimmed ordinals.
    pub fn trim(&mut self, below: u64) {
        self.held.iter_mut().for_each(|held| held.remove_below(below));
    }
    /// How much of `range`, from its start, the zones of the mask can serve together.
    pub fn readable(&self, range: Range<u64>, zones: u8) -> u64 {
        let mut at = range.start;
        while at < range.end {
            let reach = self
                .in_mask(zones)
                .map(|held| held.first_missing(at..range.end).map_or(range.end, |missing| missing.start))
                .max()
                .unwrap_or(at);
            if reach == at {
                break;
            }
            at = reach;
        }
        at
    }

    fn in_mask(&self, zones: u8) -> impl Iterator<Item = &RangeSet> {
        self.held.iter().enumerate().filter(move |(zone, _)| zones & (1 << zone) != 0).map(|(_, held)| held)
    }
}

/// The state of the zones.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    states: [ZoneState; ZONES],
    /// Faults that keep each zone down.
    downs: [Vec<u32>; ZONES],
    next_copy: SimTime,
}

impl Zones {
    pub fn new() -> Self {
        Self { states: [ZoneState::Up; ZONES], downs: Default::default(), next_copy: SimTime::MAX }
    }
    /// A bit for every zone that takes writes and serves reads.
    pub fn in_service(&self) -> u8 {
        let serves = |state| matches!(state, ZoneState::Up | ZoneState::Rebuilding);
        self.states.iter().enumerate().filter(|(_, s)| serves(**s)).map(|(zone, _)| 1 << zone).sum()
    }
    /// Where a put is stored, or `None` when it cannot be acknowledged.
    pub fn for_writing(&self) -> Option<u8> {
        let zones = self.in_service();
        (zones.count_ones() as usize >= QUORUM).then_some(zones)
    }
}

impl StreamsService {
    /// A zone goes out of service, with or without its logs.
    pub(super) fn lose_zone(&mut self, fault: u32, zone: u8, wipe: bool, events: &mut Vec<Event>) {
        let index = usize::from(zone);
        assert!(index < ZONES, "there are three zones");
        self.zones.downs[index].push(fault);
        let state = if wipe { ZoneState::Wiped } else { ZoneState::Down };
        self.zones.states[index] = state;
        events.push(Event::ZoneChanged { zone, state });
        if wipe {
            let shards = self.streams.iter_mut().flat_map(|stream| &mut stream.shards);
            shards.for_each(|shard| shard.replicas.held[index].clear());
        }
    }

    /// A zone comes back when no fault keeps it down any more.
    pub(super) fn restore_zone(&mut self, fault: u32, now: SimTime, events: &mut Vec<Event>) {
        for index in 0..ZONES {
            let downs = &mut self.zones.downs[index];
            let before = downs.len();
            downs.retain(|down| *down != fault);
            if before == downs.len() || !downs.is_empty() {
                continue;
            }
            self.zones.states[index] = ZoneState::Rebuilding;
            events.push(Event::ZoneChanged { zone: index as u8, state: ZoneState::Rebuilding });
            self.zones.next_copy = now + REBUILD_STEP;
            self.wake_at(self.zones.next_copy);
        }
    }

    /// Lets every rebuilding zone copy the next piece of what it missed.
    pub(super) fn rebuild_zones(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if now < self.zones.next_copy {
            self.wake_at(self.zones.next_copy);
            return;
        }
        self.zones.next_copy = SimTime::MAX;
        for zone in 0..ZONES {
            if self.zones.states[zone] != ZoneState::Rebuilding {
                continue;
            }
            if self.copy_piece(zone) {
                self.zones.states[zone] = ZoneState::Up;
                events.push(Event::ZoneChanged { zone: zone as u8, state: ZoneState::Up });
            } else {
                self.zones.next_copy = now + REBUILD_STEP;
                self.wake_at(self.zones.next_copy);
            }
        }
    }

    /// Copies one step's worth of bytes to `zone`. Whether it now holds everything that the zones in service do.
    fn copy_piece(&mut self, zone: usize) -> bool {
        let per_step = self.settings.zone_rebuild_bytes_per_s / (1000 / REBUILD_STEP.as_millis());
        let mut budget = per_step.max(1);
        let sources = self.zones.in_service() & !(1 << zone);
        // What only a zone out of service holds is copied when that zone is back.
        let mut is_complete = self.zones.in_service().count_ones() as usize == ZONES;
        for shard in self.streams.iter_mut().flat_map(|stream| &mut stream.shards) {
            let all = shard.log.first()..shard.log.end();
            let mut from = all.start;
            while let Some(missing) = shard.replicas.held[zone].first_missing(from..all.end) {
                let reach = shard.replicas.readable(missing.clone(), sources);
                if reach == missing.start {
                    from = missing.start + 1;
                    continue;
                }
                let mut end = missing.start;
                for entry in shard.log.iter_from(missing.start).take((reach - missing.start) as usize) {
                    if budget == 0 {
                        break;
                    }
                    budget = budget.saturating_sub(entry.size_bytes().max(1));
                    end += 1;
                }
                shard.replicas.held[zone].insert(missing.start..end);
                from = end;
                if budget == 0 {
                    is_complete = false;
                    break;
                }
            }
        }
        is_complete
    }
}
