//! Zones go out of service, come back and copy what they missed.

use super::service::Kinesis;
use super::shard::Shard;
use super::stream::Stream;
use super::zones::{REBUILD_STEP, ZONES};
use crate::base::event::ZoneState;
use crate::base::{Event, ShardId, SimTime, StreamId};

/// Every shard of every stream, with their numbers.
fn all_shards(streams: &mut [Stream]) -> impl Iterator<Item = (StreamId, ShardId, &mut Shard)> {
    streams.iter_mut().flat_map(|stream| {
        let id = stream.id;
        stream.shards.iter_mut().enumerate().map(move |(number, shard)| (id, ShardId(number as u32), shard))
    })
}

impl Kinesis {
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
            shards.for_each(|shard| shard.replicas.wipe(index));
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
            if self.copy_piece(zone, events) {
                self.zones.states[zone] = ZoneState::Up;
                events.push(Event::ZoneChanged { zone: zone as u8, state: ZoneState::Up });
            } else {
                self.zones.next_copy = now + REBUILD_STEP;
                self.wake_at(self.zones.next_copy);
            }
        }
    }

    /// Copies one step's worth of bytes to `zone`. Returns whether it then holds all that the zones in service do.
    fn copy_piece(&mut self, zone: usize, events: &mut Vec<Event>) -> bool {
        let per_step = self.settings.zone_rebuild_bytes_per_s / (1000 / REBUILD_STEP.as_millis());
        let mut budget = per_step.max(1);
        let sources = self.zones.in_service() & !(1 << zone);
        // What only a zone out of service holds is copied when that zone is back.
        let mut is_complete = self.zones.in_service().count_ones() as usize == ZONES;
        for (stream, number, shard) in all_shards(&mut self.streams) {
            let all = shard.log.first()..shard.log.end();
            let mut from = all.start;
            while let Some(missing) = shard.replicas.first_missing(zone, from..all.end) {
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
                shard.replicas.copy_to(zone, &(missing.start..end));
                events.push(Event::RecordsReplicated {
                    stream,
                    shard: number,
                    zone: zone as u8,
                    from: missing.start,
                    to: end,
                });
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
