//! The records of one producer host, in order of time, from its load.

use std::iter::{Skip, StepBy};
use std::sync::Arc;

use super::arrivals::Arrivals;
use super::keys::{self, KeyTable, Keys, Sizes};
use super::replay::{Replay, Replayed};
use super::settings::{Load, ProducerSettings};
use crate::aws::kinesis::api::PutEntry;
use crate::base::seed::Random;
use crate::base::{HashKey, HashKeyRange, PartitionKey, Payload, SimTime};
use crate::client::Cx;

/// A record that the application wants to put.
pub(super) struct Offered {
    pub at: SimTime,
    pub entry: PutEntry,
}

/// The records of one host.
pub(super) struct Source {
    schedule: Schedule,
    /// The next record, as far as the schedule knows it.
    next: Option<Coming>,
    /// Number of the next record among those of all hosts; it tells payloads apart.
    number: u64,
    hosts: u64,
    keys: Keys,
    sizes: Sizes,
    template: Option<Arc<str>>,
    /// Where in a part of the hash key space a record lies.
    hashes: Random,
}

enum Schedule {
    Rate(Arrivals),
    Trace { start: SimTime, stop: SimTime, records: StepBy<Skip<Replay>> },
}

/// A record that will come. Traces may know its key and size.
struct Coming {
    at: SimTime,
    key: Option<PartitionKey>,
    size: Size,
    range: Option<HashKeyRange>,
}

/// What is known of a record's size.
enum Size {
    Unknown,
    Data(u32),
    /// With its key.
    Whole(u32),
}

impl Iterator for Schedule {
    type Item = Coming;

    fn next(&mut self) -> Option<Coming> {
        match self {
            Self::Rate(arrivals) => {
                arrivals.next().map(|at| Coming { at, key: None, size: Size::Unknown, range: None })
            }
            Self::Trace { start, stop, records } => {
                let Replayed { after, key, size_bytes, whole_bytes, range } = records.next()?;
                let at = start.saturating_add(after);
                let whole = whole_bytes.map_or(Size::Unknown, Size::Whole);
                let size = size_bytes.map_or(whole, Size::Data);
                (at < *stop).then_some(Coming { at, key, size, range })
            }
        }
    }
}

impl Source {
    /// The records that host `host_index` is offered from now on. What came before now, while it was down, is
    /// nobody's: whoever called has gone elsewhere.
    pub(super) fn new(cx: &Cx, settings: &ProducerSettings, host_index: u32, made: KeyTable) -> Self {
        let (start, stop) = (SimTime::ZERO.saturating_add(settings.start), SimTime::ZERO.saturating_add(settings.stop));
        let hosts = settings.hosts;
        let (schedule, size, keys) = match &settings.load {
            Load::Generated { rate, size, keys } => {
                (Schedule::Rate(Arrivals::new(rate, start, stop, hosts, host_index)), size, keys)
            }
            Load::Trace { trace, speed, scale, size, keys } => {
                let records = Replay::new(trace.clone(), *speed, *scale);
                let records = records.skip(host_index as usize).step_by(hosts as usize);
                (Schedule::Trace { start, stop, records }, size, keys)
            }
        };
        let mut source = Self {
            schedule,
            next: None,
            number: u64::from(host_index),
            hosts: u64::from(hosts),
            keys: Keys::new(keys, &settings.name, made, cx.random("partition keys")),
            sizes: Sizes::new(size, cx.random("sizes")),
            template: settings.template.clone(),
            hashes: cx.random("hash keys"),
        };
        source.next = source.schedule.next();
        while source.next_at().is_some_and(|at| at < cx.now()) {
            source.step();
        }
        source
    }

    /// When the next record arrives.
    pub(crate) fn next_at(&self) -> Option<SimTime> {
        self.next.as_ref().map(|next| next.at)
    }

    /// The number of the next record.
    pub(crate) fn next_number(&self) -> u64 {
        self.number
    }

    /// Goes on to the record after the next, and gives the next.
    fn step(&mut self) -> Option<Coming> {
        self.number += self.hosts;
        let after = self.schedule.next();
        std::mem::replace(&mut self.next, after)
    }

    /// The next record.
    pub(super) fn take(&mut self) -> Option<Offered> {
        let number = self.number;
        let Coming { at, key, size, range } = self.step()?;
        let (partition_key, explicit_hash_key) = match (key, range) {
            (Some(key), _) => (key, None),
            (None, Some(range)) => (keys::numbered(number), Some(Box::new(self.within(range)))),
            (None, None) => self.keys.next(number),
        };
        let len = match size {
            Size::Unknown => self.sizes.next(),
            Size::Data(bytes) => bytes,
            Size::Whole(bytes) => bytes.saturating_sub(partition_key.size_bytes()),
        };
        let data = match &self.template {
            None => Payload::Synthetic { seed: number as u32, len },
            Some(template) => {
                let text = template.replace("{key}", partition_key.as_str());
                Payload::from(text.replace("{number}", &number.to_string()).into_bytes())
            }
        };
        Some(Offered { at, entry: PutEntry { partition_key, explicit_hash_key, data } })
    }

    /// Anywhere in a range.
    fn within(&mut self, range: HashKeyRange) -> HashKey {
        let drawn = u128::from(self.hashes.next_u64()) << 64 | u128::from(self.hashes.next_u64());
        let length = range.end.get() - range.start.get();
        HashKey::new(range.start.get() + length.checked_add(1).map_or(drawn, |length| drawn % length))
    }
}
