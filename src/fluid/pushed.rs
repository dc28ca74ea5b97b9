//! One consumer's reading of one shard with enhanced fan-out: event after event, as the service makes them.
//!
//! Nobody shares the pipe. An event has all that has come since the one before, up to 1 MiB, when its oldest record is
//! old enough; in between is the wait for the next put that has a record for the shard.

use super::amount::{ONE, SECOND, Us, part_of, time_for, us};
use super::reader::{Reader, Rule};
use super::side::Calm;
use super::tally::Tally;
use crate::aws::kinesis::limits::{
    SUBSCRIPTION_BYTES_PER_S, SUBSCRIPTION_EVENT_BYTES_MAX, SUBSCRIPTION_EVENT_EVERY_MIN,
    SUBSCRIPTION_IDLE_EVENT_EVERY, SUBSCRIPTION_PROPAGATION,
};

impl Reader {
    /// What the service does for a subscription at `self.next`: it makes an event, or there is nothing to say yet.
    pub(super) fn event(&mut self, rule: &Rule, calm: &Calm<'_>, is_quiet: bool, tally: &mut Tally) {
        let (at, curve) = (self.next, calm.curve);
        let takes = us(SUBSCRIPTION_PROPAGATION).max(rule.visibility_lag);
        let visible = curve.at(at.saturating_sub(rule.visibility_lag)) / ONE * ONE;
        let available = visible.saturating_sub(self.position) / ONE;
        if available == 0 && !(calm.is_closed && self.position + ONE > curve.count()) {
            return self.stay_silent(calm, takes, tally);
        }
        let carried = curve.arrival(self.position + ONE).saturating_add(takes);
        if available > 0 && at < carried {
            self.next = carried;
            return;
        }
        let size = curve.bytes_each(self.position).max(1);
        let records = available.min((SUBSCRIPTION_EVENT_BYTES_MAX * 1000 / size).max(1));
        if is_quiet && available > 0 {
            let oldest = self.oldest(curve);
            if visible > oldest {
                tally.age(at.saturating_sub(curve.arrival(oldest)) / 1000, 1, at);
            }
        }
        self.position += records * ONE;
        let behind = match self.position < visible {
            true => at.saturating_sub(curve.arrival(self.position)) / 1000,
            false => 0,
        };
        tally.age(behind, 1, at);
        self.catch_up(rule, at, curve.arrival(self.position), self.position >= visible, tally);
        let bytes = part_of(records, size, 1000);
        tally.bytes += bytes;
        (self.last_read, self.looked) = (Some(at), self.looked.max(at));
        let ready = self.pipe.give(at, bytes, rule.is_limited);
        self.next = self.deliver(rule, at + rule.one_way, records, bytes, tally).max(ready);
        if calm.is_closed && self.position + ONE > curve.count() {
            self.end_shard(rule, at, tally);
        }
    }

    /// An event every five seconds tells that there is nothing.
    fn stay_silent(&mut self, calm: &Calm<'_>, takes: Us, tally: &mut Tally) {
        let at = self.next;
        let every = us(SUBSCRIPTION_IDLE_EVENT_EVERY);
        if self.last_read.is_none_or(|read| read + every <= at) {
            tally.age(0, 1, at);
            (self.last_read, self.looked) = (Some(at), self.looked.max(at));
        }
        let missing = (self.position + ONE).saturating_sub(calm.curve.at(at));
        let carried = at.saturating_add(time_for(missing, calm.rate)).saturating_add(takes);
        let idle = self.last_read.unwrap_or(at) + every;
        // What comes after the stretch comes at another rate.
        let ends = if calm.to > at { calm.to } else { Us::MAX };
        self.next = carried.min(idle).min(ends).max(at + 1);
    }

    /// Time from event to event, and the part that has records, in millionths; `None` when processing does not keep up,
    /// or the pipe is near its limit.
    pub(super) fn cycle_of_events(&self, rule: &Rule, calm: &Calm<'_>) -> Option<(Us, u64)> {
        let Calm { curve, rate, share, puts, .. } = *calm;
        let bytes_per_s = part_of(rate / 1000, curve.bytes_each(self.position), ONE);
        let work = part_of(rate, rule.time_per_record, ONE);
        if work >= SECOND * 9 / 10 || rule.is_limited && bytes_per_s >= SUBSCRIPTION_BYTES_PER_S * 9 / 10 {
            return None;
        }
        let idle = us(SUBSCRIPTION_IDLE_EVENT_EVERY);
        if rate == 0 {
            return Some((idle, 0));
        }
        let cycle = us(SUBSCRIPTION_EVENT_EVERY_MIN).saturating_add(puts.wait(share));
        if cycle > idle {
            return Some((idle, part_of(idle, ONE, cycle)));
        }
        // Who needs longer for an event finds more in the next.
        let each = (1 + rule.checkpoint_writes) * 2 * rule.one_way;
        Some((cycle.max(part_of(each, SECOND, SECOND - work)), ONE))
    }
}
