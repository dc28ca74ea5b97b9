//! A producer in the mean: what it can send, what it sends again, and what it gives up.
//!
//! A refused record waits for its next try in a pool that empties at the rate of the mean pause; the pauses themselves
//! are the client's. Calls in flight bound what is sent: each holds its place until its last try is answered.

use super::amount::{Micro, ONE, Rate, SECOND, Us, amount, part_of, us};
use crate::base::SimDuration;
use crate::client::producer::{Batching, ProducerSettings, RESEND_BASE, RESEND_MAX};
use crate::client::sdk::TOKENS_MAX;

/// A producer while the fluid runs.
#[derive(Clone, Debug)]
pub(super) struct Producer {
    /// Mean time from a refusal to the next try, by tries so far; as many as there are further tries.
    pub(super) pauses: Vec<Us>,
    is_single: bool,
    /// Calls in flight of all hosts.
    slots: u64,
    records_max: u64,
    backlog_max: Micro,
    round_trip: Us,
    pub(super) hosts: u64,
    linger: Us,
    /// Retry tokens of all hosts, and what one try costs; `None` where tries cost nothing.
    tokens: Option<(Micro, u64)>,
    tokens_max: Micro,
    /// How likely a call is to have records left that are put again, by tries so far, in millionths.
    refused: Vec<u64>,
    /// Calls that keep their place while they wait for their next try, by tries so far.
    waiting: Vec<Micro>,
    pub(super) backlog: Micro,
    pub(super) counts: Counts,
}

/// What became of a producer's records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) ok: Micro,
    pub(super) given_up: Micro,
}

impl Producer {
    pub(super) fn new(settings: &ProducerSettings, round_trip: Us) -> Self {
        let hosts = u64::from(settings.hosts.max(1));
        let sdk = settings.retry.throttle_retries();
        let (is_single, in_flight, records_max, linger, pauses) = match settings.batching {
            Batching::Single { in_flight_max } => {
                let in_flight = if settings.is_ordered { 1 } else { in_flight_max };
                (true, in_flight, 1, 0, sdk.pauses)
            }
            Batching::Buffered { records_max, in_flight_max, linger, .. } => {
                let pause = |tries: u32| (RESEND_BASE * (1u64 << tries.min(20))).min(RESEND_MAX) / 2;
                let pauses = (0..settings.resend_failed_max).map(pause).collect();
                (false, in_flight_max, u64::from(records_max), us(linger), pauses)
            }
        };
        let pauses: Vec<Us> = pauses.into_iter().map(|pause: SimDuration| us(pause) + round_trip).collect();
        let tokens_max = hosts * TOKENS_MAX.unsigned_abs() as u64 * ONE;
        let is_charged = is_single && sdk.cost > 0;
        Self {
            refused: vec![0; pauses.len() + 1],
            waiting: vec![0; pauses.len()],
            pauses,
            is_single,
            hosts,
            linger,
            slots: u64::from(in_flight.max(1)) * hosts,
            records_max: records_max.max(1),
            backlog_max: u64::from(settings.backlog_max) * hosts * ONE,
            round_trip: round_trip.max(1),
            tokens: is_charged.then(|| (tokens_max, u64::from(sdk.cost))),
            tokens_max,
            backlog: 0,
            counts: Counts::default(),
        }
    }

    /// Time between two puts of a host whose records are so far apart: a buffer is sent when it is full, or so long
    /// after its first record.
    pub(super) fn put_every(&self, apart: Us) -> Us {
        (self.linger / apart + 1).min(self.records_max) * apart
    }

    /// Tries that a record has at most.
    pub(super) fn tries(&self) -> usize {
        self.pauses.len() + 1
    }

    /// New records a second that the calls in flight let through, with so many records waiting for another try.
    pub(super) fn sendable(&self, waiting: Micro) -> Rate {
        let of_calls = if self.is_single { ONE } else { self.records_max * ONE };
        part_of(self.free(waiting), of_calls, ONE).saturating_mul(SECOND) / self.round_trip
    }

    /// New records that the calls in flight let through in a tick. A call that is refused keeps its place.
    pub(super) fn sendable_in(&self, step: Us, waiting: Micro) -> Micro {
        if self.is_single {
            return amount(self.sendable(waiting), step);
        }
        let calls_milli = (step * 1000 / self.round_trip).max(1);
        let until_refused_milli = part_of(1000, ONE, self.refused[0].max(1));
        part_of(self.free(waiting), self.records_max * calls_milli.min(until_refused_milli.max(1000)), 1000)
    }

    /// Whether its calls in flight hold it back, or may when some of them wait for another try.
    pub(super) fn is_held_back(&self, offered: Rate) -> bool {
        self.backlog > 0 || self.waiting.iter().any(|calls| *calls > 0) || offered > self.sendable(0)
    }
    /// Ticks in which a place has one call.
    pub(super) fn finest_tick(&self) -> Option<Us> {
        (!self.is_single).then_some(self.round_trip.max(SECOND / 100))
    }

    /// Places of calls that are free.
    fn free(&self, waiting: Micro) -> Micro {
        let taken = if self.is_single { waiting } else { self.waiting.iter().sum() };
        (self.slots * ONE).saturating_sub(taken)
    }

    /// Records of a new call, when so many are offered in a second.
    pub(super) fn batch(&self, offered: Rate) -> Micro {
        let full = self.records_max * ONE;
        match self.backlog > 0 {
            true => full,
            false => full.min(amount(offered / self.hosts, self.linger)).max(ONE),
        }
    }

    /// What was refused of a tick's tries, to know which calls go on waiting. So many new calls were made.
    pub(super) fn see(&mut self, tries: &[Tried], calls: Micro, step: Us) {
        for (refused, tried) in self.refused.iter_mut().zip(tries) {
            let all_granted = libm::exp(-(tried.left as f64) / 1000.0);
            *refused = if tried.refused == 0 { 0 } else { ((1.0 - all_granted) * 1e6) as u64 };
        }
        let mut tried = calls;
        for (at, pause) in self.pauses.iter().enumerate() {
            let due = part_of(self.waiting[at], step, (*pause).max(step));
            self.waiting[at] = self.waiting[at] - due + part_of(tried, self.refused[at], ONE);
            tried = due;
        }
    }

    /// The part of refused records, in millions, that the retry tokens let try again.
    pub(super) fn allowed(&self, refused_last_tick: Micro) -> u64 {
        match self.tokens {
            Some((tokens, cost)) if refused_last_tick > 0 => part_of(tokens, ONE, refused_last_tick * cost).min(ONE),
            _ => ONE,
        }
    }

    /// Pays for tries, and earns by successes: one for a first try, what was paid for a later one.
    pub(super) fn settle(&mut self, retried: Micro, ok_first: Micro, ok_later: Micro) {
        if let Some((tokens, cost)) = &mut self.tokens {
            let earned = *tokens + ok_first + ok_later * *cost;
            *tokens = earned.saturating_sub(retried * *cost).min(self.tokens_max);
        }
    }

    /// What is sent of the new records of a time, and of those that wait; the rest waits, or is dropped.
    pub(super) fn send(&mut self, offered: Micro, sendable: Micro) -> Micro {
        let all = self.backlog + offered;
        let sent = all.min(sendable);
        let left = all - sent;
        self.backlog = left.min(self.backlog_max);
        self.counts.given_up += left - self.backlog;
        sent
    }
}

/// Tries of a tick with the same number of tries before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tried {
    pub(super) all: Micro,
    pub(super) refused: Micro,
    /// How often a call is larger than what it is granted, summed over shards, in thousandths.
    pub(super) left: u64,
}
