//! What shards took and refused, by the minute for the whole run and by the second where it matters.
//!
//! A minute's mean hides the second in which a shard throttles, so both are kept. Seconds of a long run with many
//! shards would not fit: the minutes with most throttles, and of equals the busiest, keep theirs.

use crate::aws::kinesis::capacity::{SHARD_BYTES_PER_S, SHARD_RECORDS_PER_S};
use crate::base::event::{Event, Fold, WriteRefusal};
use crate::base::{SimTime, StreamId};
use crate::measure::by_id::ById;

/// Seconds of shards that are kept: 16 MB.
const SECONDS_MAX: usize = 1_000_000;
const MINUTE_S: u64 = 60;

/// What a shard was asked for in a second or a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Records accepted.
    pub(crate) accepted: u32,
    /// Their bytes.
    pub(crate) bytes: u32,
    /// Records throttled.
    pub(crate) throttled: u32,
}

impl Cell {
    /// The load over `seconds` of the limit that is reached first, in percent.
    pub(crate) fn load_percent(self, seconds: f64) -> f64 {
        let records = f64::from(self.accepted) / SHARD_RECORDS_PER_S;
        let bytes = f64::from(self.bytes) / SHARD_BYTES_PER_S;
        100.0 * records.max(bytes) / seconds
    }
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            bytes: self.bytes.saturating_add(other.bytes),
            throttled: self.throttled + other.throttled,
        }
    }
}

/// A shard's load: (number of the second or minute, cell) in order of time, without those in which nothing came.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShardLoad {
    seconds: Vec<(u32, Cell)>,
    minutes: Vec<(u32, Cell)>,
    opened: Option<SimTime>,
    closed: Option<SimTime>,
}

/// A part of a run, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from_s: u64,
    pub(crate) until_s: u64,
}

impl Stretch {
    /// How long it is.
    pub(crate) fn seconds(self) -> u64 {
        self.until_s - self.from_s
    }
}

/// The loads of all shards.
#[derive(Default)]
pub(crate) struct Loads {
    streams: ById<ById<ShardLoad>>,
    kept: usize,
    /// By minute: records throttled, and the busiest second of a shard so far, in tenths of a percent.
    weights: Vec<(u64, u32)>,
    /// Whether seconds were let go of.
    has_let_go: bool,
}

impl ShardLoad {
    /// Seconds with something in them, of this stretch.
    pub(crate) fn seconds(&self, stretch: Stretch) -> &[(u32, Cell)] {
        within(&self.seconds, stretch.from_s, stretch.until_s)
    }
    /// Minutes with something in them, of this stretch.
    pub(crate) fn minutes(&self, stretch: Stretch) -> &[(u32, Cell)] {
        within(&self.minutes, stretch.from_s / MINUTE_S, stretch.until_s.div_ceil(MINUTE_S))
    }
    /// When it was opened and closed, as far as it was.
    pub(crate) fn life(&self) -> (Option<SimTime>, Option<SimTime>) {
        (self.opened, self.closed)
    }
}

fn within(cells: &[(u32, Cell)], from: u64, until: u64) -> &[(u32, Cell)] {
    let place = |bound: u64| cells.partition_point(|(number, _)| u64::from(*number) < bound);
    &cells[place(from)..place(until)]
}

fn add(cells: &mut Vec<(u32, Cell)>, number: u32, more: Cell) -> (bool, Cell) {
    match cells.last_mut().filter(|(last, _)| *last == number) {
        Some((_, cell)) => {
            *cell = cell.plus(more);
            (false, *cell)
        }
        None => {
            cells.push((number, more));
            (true, more)
        }
    }
}

impl Loads {
    /// The shards of each stream that had any, by number.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (StreamId, &[ShardLoad])> {
        let streams = self.streams.iter().enumerate().filter(|(_, shards)| !shards.is_empty());
        streams.map(|(id, shards)| (StreamId(id as u16), &**shards))
    }
    /// Whether the seconds of some minutes are gone.
    pub(crate) fn has_let_go(&self) -> bool {
        self.has_let_go
    }

    fn add(&mut self, at: SimTime, stream: usize, shard: usize, more: Cell) {
        let second = at.as_secs();
        let minute = (second / MINUTE_S) as usize;
        let load = self.streams.slot(stream).slot(shard);
        let (is_new, cell) = add(&mut load.seconds, second as u32, more);
        add(&mut load.minutes, minute as u32, more);
        if minute >= self.weights.len() {
            self.weights.resize(minute + 1, (0, 0));
        }
        let weight = &mut self.weights[minute];
        weight.0 += u64::from(more.throttled);
        weight.1 = weight.1.max((cell.load_percent(1.0) * 10.0) as u32);
        self.kept += usize::from(is_new);
        if self.kept > SECONDS_MAX {
            self.let_go();
        }
    }

    /// Lets go of the seconds of the half of the minutes in which least happened. The last minute is not over.
    fn let_go(&mut self) {
        let mut order: Vec<usize> = (0..self.weights.len().saturating_sub(1)).collect();
        order.sort_by_key(|minute| (std::cmp::Reverse(self.weights[*minute]), *minute));
        let mut is_kept = vec![false; self.weights.len()];
        order[..order.len() / 2].iter().for_each(|minute| is_kept[*minute] = true);
        if let Some(last) = is_kept.last_mut() {
            *last = true;
        }
        self.kept = 0;
        for load in self.streams.iter_mut().flat_map(|shards| shards.iter_mut()) {
            load.seconds.retain(|(second, _)| is_kept[(u64::from(*second) / MINUTE_S) as usize]);
            self.kept += load.seconds.len();
        }
        self.has_let_go = true;
    }
}

/// The stretch of `length_s` at most in which most was throttled, and of equals the one about the busiest second.
pub(crate) fn worst_stretch(shards: &[ShardLoad], duration_s: u64, length_s: u64) -> Stretch {
    if duration_s <= length_s {
        return Stretch { from_s: 0, until_s: duration_s.max(1) };
    }
    let minutes = duration_s.div_ceil(MINUTE_S) as usize;
    let mut throttled = vec![0u64; minutes];
    let mut busiest = (0u64, 0u32);
    for load in shards {
        for (minute, cell) in &load.minutes {
            // What comes at the very end may belong to a minute that the run has not.
            if let Some(sum) = throttled.get_mut(*minute as usize) {
                *sum += u64::from(cell.throttled);
            }
        }
        for (second, cell) in &load.seconds {
            let load = (cell.load_percent(1.0) * 1000.0) as u64;
            if load > busiest.0 {
                busiest = (load, *second);
            }
        }
    }
    let width = (length_s / MINUTE_S).max(1) as usize;
    let sum = |from: usize| throttled[from..(from + width).min(minutes)].iter().sum::<u64>();
    let starts = 0..=minutes.saturating_sub(width);
    let most = starts.clone().map(sum).max().unwrap_or(0);
    // Of those that have all of it the middle one, with as much before as after.
    let first = starts.clone().find(|from| sum(*from) == most).unwrap_or(0);
    let equal = starts.skip(first).take_while(|from| sum(*from) == most).count();
    let from_s = match most {
        0 => (u64::from(busiest.1).saturating_sub(length_s / 2) / MINUTE_S) * MINUTE_S,
        _ => (first + equal / 2) as u64 * MINUTE_S,
    };
    let from_s = from_s.min((duration_s - length_s).next_multiple_of(MINUTE_S));
    Stretch { from_s, until_s: (from_s + length_s).min(duration_s) }
}

impl Fold for Loads {
    #[inline]
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                let more = Cell { accepted: 1, bytes: *size_bytes, throttled: 0 };
                self.add(at, stream.index(), shard.index(), more);
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                let more = Cell { accepted: 0, bytes: 0, throttled: 1 };
                self.add(at, stream.index(), shard.index(), more);
            }
            Event::ShardOpened { stream, shard, .. } => {
                self.streams.slot(stream.index()).slot(shard.index()).opened = Some(at);
            }
            Event::ShardClosed { stream, shard, .. } => {
                self.streams.slot(stream.index()).slot(shard.index()).closed.get_or_insert(at);
            }
            _ => {}
        }
    }
}
