//! Who believed to hold which lease, from the gain to the moment in which the worker itself knew that it was over.
//!
//! [`Series`](crate::measure::Series) ends a bar when another worker gains the lease. Here both bars stay, because the
//! time in which two workers believe to hold one lease is the time in which records are processed twice.

use crate::base::event::{Event, Fold, LeaseGain, ProcessingEnd};
use crate::base::{ConsumerId, HostId, ShardId, SimTime};
use crate::measure::by_id::ById;

/// More of a consumer's are counted and not kept.
const HOLDS_MAX: usize = 20_000;

/// A time in which a worker believed to hold a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) shard: ShardId,
    pub(crate) host: HostId,
    pub(crate) how: LeaseGain,
    pub(crate) from: SimTime,
    /// `None` when it holds it at the end.
    pub(crate) until: Option<SimTime>,
}

/// A time in which two workers believed to hold one lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    pub(crate) shard: ShardId,
    /// Who had it before, and who gained it.
    pub(crate) hosts: (HostId, HostId),
    pub(crate) from: SimTime,
    pub(crate) until: SimTime,
}

/// A consumer's leases.
#[derive(Default)]
struct Consumer {
    holds: Vec<Hold>,
    /// By shard: places of holds that have not ended.
    open: ById<Vec<usize>>,
    left_out: usize,
}

/// The leases of all consumers.
#[derive(Default)]
pub(crate) struct Holds {
    consumers: ById<Consumer>,
}

impl Consumer {
    fn gain(&mut self, hold: Hold) {
        let holds = &self.holds;
        let open = self.open.slot(hold.shard.index());
        // Its own lease again, without a gap: the same bar.
        if open.iter().any(|place| holds[*place].host == hold.host) {
            return;
        }
        if self.holds.len() == HOLDS_MAX {
            self.left_out += 1;
            return;
        }
        open.push(self.holds.len());
        self.holds.push(hold);
    }
    fn end(&mut self, at: SimTime, host: HostId, shard: Option<ShardId>) {
        for (id, open) in self.open.iter_mut().enumerate() {
            if shard.is_none_or(|shard| shard.index() == id) {
                open.retain(|place| {
                    let hold = &mut self.holds[*place];
                    if hold.host == host {
                        hold.until = Some(at);
                    }
                    hold.host != host
                });
            }
        }
    }
}

impl Holds {
    /// A consumer's, in order of time, and how many more there were.
    pub(crate) fn of(&self, consumer: ConsumerId) -> (&[Hold], usize) {
        self.consumers.get(consumer.index()).map_or((&[], 0), |consumer| (&consumer.holds, consumer.left_out))
    }
}

/// Times in which two workers believed to hold one lease, in order of time.
pub(crate) fn overlaps(holds: &[Hold], end: SimTime) -> Vec<Overlap> {
    let mut by_shard: Vec<&Hold> = holds.iter().collect();
    by_shard.sort_by_key(|hold| (hold.shard, hold.from));
    let mut found = Vec::new();
    for (place, hold) in by_shard.iter().enumerate() {
        let until = hold.until.unwrap_or(end);
        let later = by_shard[place + 1..].iter().take_while(|next| next.shard == hold.shard && next.from < until);
        for next in later.filter(|next| next.host != hold.host) {
            let until = until.min(next.until.unwrap_or(end));
            found.push(Overlap { shard: hold.shard, hosts: (hold.host, next.host), from: next.from, until });
        }
    }
    found.retain(|overlap| overlap.until > overlap.from);
    found.sort_by_key(|overlap| (overlap.from, overlap.shard));
    found
}

impl Fold for Holds {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::LeaseGained { consumer, host, shard, how, .. } => {
                let hold = Hold { shard: *shard, host: *host, how: *how, from: at, until: None };
                self.consumers.slot(consumer.index()).gain(hold);
            }
            Event::LeaseLost { consumer, host, shard }
            | Event::ProcessingEnded { consumer, host, shard, reason: ProcessingEnd::ShardEnd } => {
                self.consumers.slot(consumer.index()).end(at, *host, Some(*shard));
            }
            Event::WorkerStopped { host, .. } | Event::HostCrashed { host } => {
                self.consumers.iter_mut().for_each(|consumer| consumer.end(at, *host, None));
            }
            _ => {}
        }
    }
}
