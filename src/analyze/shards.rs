//! Shards with the service's own write limits, as they are or as a remedy makes them.
//!
//! A record is tried once: what is refused does not come again. Of an interval only rates are known, so what is above a
//! limit for its whole length is refused. An on-demand stream splits as the service does.

use crate::aws::kinesis::capacity::WriteLoad;
use crate::aws::kinesis::limits::ON_DEMAND_LOOK_EVERY;
use crate::aws::kinesis::{WriteLimit, is_busy, middle};
use crate::base::{HashKey, HashKeyRange, SimTime};
use crate::measure::{Meter, Pair, Peaks};

/// What came to a shard.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) range: HashKeyRange,
    /// All that was asked, refused or not.
    pub(super) asked: Meter,
    pub(super) refused: u64,
    limit: WriteLimit,
    /// What it has of the interval that is being read.
    part: Pair,
    /// What it took since an on-demand stream last looked.
    recent: Pair,
}

impl Shard {
    fn new(range: HashKeyRange) -> Self {
        let (asked, limit) = (Meter::default(), WriteLimit::new());
        Self { range, asked, refused: 0, limit, part: Pair::default(), recent: Pair::default() }
    }
    /// The busiest second, of the limit that it is nearest to.
    pub(super) fn second_percent(&self) -> f64 {
        of_limit(self.asked.second_peak(), 1.0)
    }
    /// The same of the busiest minute, or of all where that is `seconds` and shorter.
    pub(super) fn minute_percent(&self, seconds: f64) -> f64 {
        of_limit(self.asked.minute_peak(), seconds.clamp(1.0, 60.0))
    }
    /// When that second was.
    pub(super) fn second_at(&self) -> Option<SimTime> {
        at(self.asked.second_peak())
    }
}

/// What a peak is of a shard's limits.
pub(super) fn of_limit(peak: Peaks, seconds: f64) -> f64 {
    let load = WriteLoad { records_per_s: peak.count as f64 / seconds, bytes_per_s: peak.bytes as f64 / seconds };
    100.0 * load.of(1).larger()
}

/// When the limit that a peak is nearest to was asked most.
pub(super) fn at(peak: Peaks) -> Option<SimTime> {
    let load = WriteLoad { records_per_s: peak.count as f64, bytes_per_s: peak.bytes as f64 }.of(1);
    if load.count >= load.bytes { peak.count_at } else { peak.bytes_at }
}

/// The shards of a stream.
#[derive(Debug)]
pub(super) struct Shards {
    /// In order of their ranges.
    pub(super) open: Vec<Shard>,
    /// Those that were split.
    closed: Vec<Shard>,
    next_look: Option<SimTime>,
    last_look: SimTime,
}

impl Shards {
    /// Shards with these ranges, in any order.
    pub(super) fn new(ranges: impl IntoIterator<Item = HashKeyRange>) -> Self {
        let mut open: Vec<Shard> = ranges.into_iter().map(Shard::new).collect();
        open.sort_by_key(|shard| shard.range);
        Self { open, closed: Vec::new(), next_look: None, last_look: SimTime::ZERO }
    }

    /// The same, of a stream that splits them by itself.
    pub(super) fn on_demand(ranges: impl IntoIterator<Item = HashKeyRange>) -> Self {
        Self { next_look: Some(SimTime::ZERO.saturating_add(ON_DEMAND_LOOK_EVERY)), ..Self::new(ranges) }
    }

    /// The shard that a hash key goes to.
    pub(super) fn of(&self, hash: HashKey) -> usize {
        self.open.partition_point(|shard| shard.range.start <= hash).saturating_sub(1)
    }

    /// Puts one record. Returns whether it is taken.
    pub(super) fn put(&mut self, at: SimTime, hash: HashKey, bytes: u64) -> bool {
        self.look(at);
        let of = self.of(hash);
        let shard = &mut self.open[of];
        shard.asked.add(at, 1, bytes);
        let is_taken = shard.limit.admit(crate::aws::kinesis::api::ThrottleWindow::default(), at, bytes).is_ok();
        match is_taken {
            true => shard.recent.add(Pair { count: 1, bytes }),
            false => shard.refused += 1,
        }
        is_taken
    }

    /// Notes what comes in the interval that is being read.
    pub(super) fn part(&mut self, hash: HashKey, records: u64, bytes: u64) {
        let of = self.of(hash);
        self.open[of].part.add(Pair { count: records, bytes });
    }

    /// Puts what came in an interval, evenly.
    pub(super) fn settle(&mut self, from: SimTime, to: SimTime) {
        for shard in self.open.iter_mut().filter(|shard| shard.part.count > 0) {
            let part = std::mem::take(&mut shard.part);
            shard.asked.add_evenly(from, to, part.count, part.bytes);
            let seconds = to.since(from).as_secs_f64();
            let asked =
                WriteLoad { records_per_s: part.count as f64 / seconds, bytes_per_s: part.bytes as f64 / seconds };
            let over = asked.of(1).larger().max(1.0);
            let taken = Pair { count: (part.count as f64 / over) as u64, bytes: (part.bytes as f64 / over) as u64 };
            // All of what fits is taken, whatever the rounding.
            let taken = if over > 1.0 { taken } else { part };
            shard.refused += part.count - taken.count;
            shard.recent.add(taken);
        }
        self.look(to);
    }

    /// An on-demand stream looks which shards are busy, and splits them.
    fn look(&mut self, now: SimTime) {
        let Some(next) = self.next_look.filter(|next| *next <= now) else { return };
        let over = now.since(self.last_look).max(ON_DEMAND_LOOK_EVERY);
        let mut open = Vec::with_capacity(self.open.len());
        for mut shard in std::mem::take(&mut self.open) {
            let recent = std::mem::take(&mut shard.recent);
            if is_busy(recent.count, recent.bytes, over) && shard.range.start < shard.range.end {
                let middle = middle(shard.range);
                open.extend(split(shard.range, middle).map(Shard::new));
                self.closed.push(shard);
            } else {
                open.push(shard);
            }
        }
        self.open = open;
        self.last_look = now;
        let mut after = next;
        while after <= now {
            after = after.saturating_add(ON_DEMAND_LOOK_EVERY);
        }
        self.next_look = Some(after);
    }

    /// All shards that there ever were.
    pub(super) fn ever(&self) -> impl Iterator<Item = &Shard> {
        self.open.iter().chain(&self.closed)
    }
    /// Records that were refused.
    pub(super) fn refused(&self) -> u64 {
        self.ever().map(|shard| shard.refused).sum()
    }
}

/// The two parts of a range, of which the upper begins at a hash key.
pub(super) fn split(range: HashKeyRange, at: HashKey) -> [HashKeyRange; 2] {
    let below = HashKey::new(at.get().saturating_sub(1));
    [HashKeyRange { start: range.start, end: below }, HashKeyRange { start: at, end: range.end }]
}
