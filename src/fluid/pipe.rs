//! What a subscription may bring, and when records come that it can bring.

use super::amount::{ONE, Rate, SECOND, Us, amount, instant, time_for, us};
use super::producer::Producer;
use crate::aws::kinesis::limits::{SUBSCRIPTION_BYTES_PER_S, SUBSCRIPTION_EVENT_EVERY_MIN, SUBSCRIPTION_PROPAGATION};
use crate::base::TokenBucket;

/// What a subscription may bring.
#[derive(Clone, Debug)]
pub(super) struct Pipe(TokenBucket);

impl Default for Pipe {
    fn default() -> Self {
        Self(TokenBucket::full(SUBSCRIPTION_BYTES_PER_S, SUBSCRIPTION_BYTES_PER_S))
    }
}

impl Pipe {
    /// An event of so many bytes was made; gives when the next may be.
    pub(super) fn give(&mut self, at: Us, bytes: u64, is_limited: bool) -> Us {
        self.0.take_as_debt(instant(at), bytes);
        let paced = at + us(SUBSCRIPTION_EVENT_EVERY_MIN);
        match is_limited && self.0.in_debt(instant(at)) {
            true => paced.max(at + us(self.0.wait_for(instant(at), 0))),
            false => paced,
        }
    }
}

/// How often somebody puts records to a stream, and whether that is at even times.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Puts {
    /// Time between two; 0 when nobody puts anything.
    every: Us,
    is_even: bool,
    /// Records that come in all.
    rate: Rate,
}

impl Puts {
    /// The puts of these producers when all of them offer so much together, each host as much as the other.
    pub(super) fn of(producers: &[Producer], rate: Rate) -> Self {
        let hosts: u64 = producers.iter().map(|producer| producer.hosts).sum();
        if hosts == 0 || rate == 0 {
            return Self::default();
        }
        // Time between two records of a host.
        let apart = time_for(ONE * hosts, rate).max(1);
        // Hosts that fill buffers begin them one shortly after the other, and so send them: they count as one.
        let puts_per_s = |of: &Producer| match of.put_every(apart) {
            every if every > apart => SECOND as f64 / every as f64,
            every => of.hosts as f64 * SECOND as f64 / every as f64,
        };
        let puts_per_s: f64 = producers.iter().map(puts_per_s).sum();
        Self { every: ((SECOND as f64 / puts_per_s) as Us).max(1), is_even: producers.len() == 1, rate }
    }

    /// Time from an event until the next record for a shard that has this share of the stream's, in millionths.
    pub(super) fn wait(&self, share: u64) -> Us {
        let takes = us(SUBSCRIPTION_PROPAGATION);
        let first = match self.is_even {
            true => takes.next_multiple_of(self.every) - takes,
            false => self.every / 2,
        };
        let records = amount(self.rate, self.every).max(ONE) as f64 / ONE as f64;
        let share = (share as f64 / ONE as f64).clamp(1e-6, 1.0);
        let hit = 1.0 - libm::pow(1.0 - share, records);
        first + ((1.0 / hit - 1.0) * self.every as f64) as Us
    }
}
