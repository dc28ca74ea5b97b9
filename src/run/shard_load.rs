//! Which shard is hottest: records offered to each shard in the last minute.

use std::collections::BTreeMap;

use crate::base::{Event, Fold, ShardId, SimTime, StreamId, StreamName};

const SECONDS: usize = 60;

/// Counts accepted and refused records per shard and second, for a minute back.
#[derive(Default)]
pub(super) struct ShardLoad {
    names: BTreeMap<StreamName, StreamId>,
    shards: BTreeMap<(StreamId, ShardId), Ring>,
}

#[derive(Clone)]
struct Ring {
    second: u64,
    counts: [u32; SECONDS],
}

impl Ring {
    /// Forgets the seconds that passed since the last count.
    fn move_to(&mut self, second: u64) {
        let gone = (second - self.second).min(SECONDS as u64);
        for passed in 1..=gone {
            self.counts[((self.second + passed) % SECONDS as u64) as usize] = 0;
        }
        self.second = second;
    }
}

impl ShardLoad {
    /// Records offered to the shard in the minute before `now`.
    pub(crate) fn last_minute(&self, stream: &StreamName, shard: ShardId, now: SimTime) -> u32 {
        let ring = self.names.get(stream).and_then(|id| self.shards.get(&(*id, shard)));
        ring.map_or(0, |ring| {
            let mut ring = ring.clone();
            ring.move_to(now.as_secs());
            ring.counts.iter().sum()
        })
    }

    fn count(&mut self, at: SimTime, stream: StreamId, shard: ShardId) {
        let second = at.as_secs();
        let ring = self.shards.entry((stream, shard)).or_insert(Ring { second, counts: [0; SECONDS] });
        ring.move_to(second);
        ring.counts[(second % SECONDS as u64) as usize] += 1;
    }
}

impl Fold for ShardLoad {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => drop(self.names.insert(name.clone(), *stream)),
            Event::RecordAccepted { stream, shard, .. } | Event::RecordRefused { stream, shard, .. } => {
                self.count(at, *stream, *shard);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::WriteRefusal;
    use crate::base::{HostId, PartitionKey};

    #[test]
    fn only_the_last_minute_counts() {
        let stream: StreamName = "s".parse().expect("a name");
        let mut load = ShardLoad::default();
        let name = stream.clone();
        load.on(SimTime::ZERO, &Event::StreamDeclared { stream: StreamId(0), name, retention_hours: 24 });
        for second in [0, 1, 30, 61] {
            let refused = Event::RecordRefused {
                stream: StreamId(0),
                shard: ShardId(2),
                key: PartitionKey::new("k").expect("a key"),
                size_bytes: 1,
                reason: WriteRefusal::RecordRate,
                host: HostId(0),
            };
            load.on(SimTime::from_secs(second), &refused);
        }
        assert_eq!(load.last_minute(&stream, ShardId(2), SimTime::from_secs(61)), 2);
        assert_eq!(load.last_minute(&stream, ShardId(2), SimTime::from_secs(500)), 0);
        assert_eq!(load.last_minute(&stream, ShardId(1), SimTime::from_secs(61)), 0);
    }
}
