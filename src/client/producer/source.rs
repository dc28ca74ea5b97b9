//! The records of one producer host, in order of time, from its load.

use std::iter::Peekable;

use super::arrivals::Arrivals;
use super::keys::{Keys, Sizes};
use super::replay::{Replay, Replayed};
use super::settings::{Load, ProducerSettings};
use crate::base::{Payload, SimTime};
use crate::client::Cx;
use crate::service::streams::api::PutEntry;

/// A record that the application wants to put.
pub(super) struct Offered {
    pub at: SimTime,
    pub entry: PutEntry,
}

impl Offered {
    /// Bytes that count toward limits: data and partition key.
    pub fn size_bytes(&self) -> u64 {
        u64::from(self.entry.data.len()) + u64::from(self.entry.partition_key.size_bytes())
    }
}

/// The records of one host.
pub(super) struct Source {
    schedule: Schedule,
    keys: Keys,
    sizes: Sizes,
    /// Number, among the records of all hosts, of the next one; it tells payloads apart.
    number: u64,
    hosts: u64,
}

enum Schedule {
    Rate(Peekable<Arrivals>),
    Trace { start: SimTime, stop: SimTime, records: Peekable<std::iter::StepBy<std::iter::Skip<Replay>>> },
}

impl Source {
    /// The records that host `host_index` is offered from now on. What came before now, while it was down, is
    /// nobody's: whoever called has gone elsewhere.
    pub fn new(cx: &Cx, settings: &ProducerSettings, host_index: u32) -> Self {
        let (start, stop) = (SimTime::ZERO.saturating_add(settings.start), SimTime::ZERO.saturating_add(settings.stop));
        let hosts = settings.hosts;
        let (schedule, size, keys) = match &settings.load {
            Load::Generated { rate, size, keys } => {
                (Schedule::Rate(Arrivals::new(rate, start, stop, hosts, host_index).peekable()), size, keys)
            }
            Load::Trace { trace, speed, scale, size, keys } => {
                let records = Replay::new(trace.clone(), *speed, *scale);
                let records = records.skip(host_index as usize).step_by(hosts as usize).peekable();
                (Schedule::Trace { start, stop, records }, size, keys)
            }
        };
        let keys = Keys::new(keys, &settings.name, cx.random("partition keys"));
        let sizes = Sizes::new(size, cx.random("sizes"));
        let mut source = Self { schedule, keys, sizes, number: u64::from(host_index), hosts: u64::from(hosts) };
        while source.next_at().is_some_and(|at| at < cx.now()) {
            source.skip();
        }
        source
    }

    /// When the next record arrives.
    pub fn next_at(&mut self) -> Option<SimTime> {
        match &mut self.schedule {
            Schedule::Rate(arrivals) => arrivals.peek().copied(),
            Schedule::Trace { start, stop, records } => {
                records.peek().map(|record| start.saturating_add(record.after)).filter(|at| at < stop)
            }
        }
    }

    fn skip(&mut self) {
        self.number += self.hosts;
        match &mut self.schedule {
            Schedule::Rate(arrivals) => drop(arrivals.next()),
            Schedule::Trace { records, .. } => drop(records.next()),
        }
    }

    /// The next record.
    pub fn take(&mut self) -> Option<Offered> {
        let at = self.next_at()?;
        let number = self.number;
        self.number += self.hosts;
        let (key, size_bytes) = match &mut self.schedule {
            Schedule::Rate(arrivals) => {
                arrivals.next();
                (None, None)
            }
            Schedule::Trace { records, .. } => {
                let Replayed { key, size_bytes, .. } = records.next()?;
                (key, size_bytes)
            }
        };
        let (partition_key, explicit_hash_key) = match key {
            Some(key) => (key, None),
            None => self.keys.next(number),
        };
        let len = size_bytes.unwrap_or_else(|| self.sizes.next());
        let data = Payload::Synthetic { seed: number as u32, len };
        Some(Offered { at, entry: PutEntry { partition_key, explicit_hash_key, data } })
    }
}
