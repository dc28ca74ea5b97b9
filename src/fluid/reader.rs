//! One consumer's reading of one shard: GetRecords after GetRecords as the clients make them, over the fluid's records.
//!
//! As long as every answer comes to the tip and nothing is near a limit, a stretch of calls is one step. Where records
//! wait, each call is made: they are few then, because each brings much.

use std::collections::VecDeque;

use super::amount::{Micro, ONE, Rate, SECOND, Us, amount, part_of};
use super::curve::Curve;
use super::leases::Tenure;
use super::pipe::Pipe;
use super::side::{Calm, ReadSide};
use super::tally::Tally;
use crate::aws::kinesis::limits::READ_BYTES_MAX;
use crate::client::Retrieval;
use crate::client::processor::CheckpointPolicy;

/// Time between two looks at shards that nobody reads, as the figures look.
const LOOK_EVERY: Us = 10 * SECOND;

/// How a consumer reads.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) retrieval: Retrieval,
    pub(super) idle: Us,
    pub(super) records_max: u64,
    pub(super) time_per_record: Us,
    pub(super) checkpoint: CheckpointPolicy,
    /// Writes of a checkpoint; 0 for what saves elsewhere.
    pub(super) checkpoint_writes: u64,
    pub(super) one_way: Us,
    pub(super) visibility_lag: Us,
    /// Mean pauses of the SDK after a throttled call.
    pub(super) pauses: Vec<Us>,
    /// The KCL's cache: batches, bytes and records.
    pub(super) prefetch: Option<(usize, u64, u64)>,
    /// How much longer a checkpoint takes because its table is short of units.
    pub(super) checkpoint_wait: Us,
    pub(super) is_limited: bool,
    pub(super) begin: Begin,
    /// When its host does nothing: from when until when.
    pub(super) down: Vec<(Us, Us)>,
    /// What it has to catch up after: from when until when.
    pub(super) faults: Vec<(Us, Us)>,
    /// The end of the run; what is done later is not done.
    pub(super) end: Us,
}

/// Where a consumer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// With the oldest record.
    Oldest,
    /// With what comes from its first call on.
    Latest,
    /// With what came so long before its start.
    Ago(Us),
}

/// A consumer at a shard.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// When the next call reaches the service; never before it has begun.
    pub(super) next: Us,
    /// Records below are read.
    pub(super) position: Micro,
    begun: bool,
    /// From when on records wait for it, in the figures' eyes.
    waits_from: Us,
    pub(super) last_read: Option<Us>,
    /// Records below were read by somebody, and wait no more.
    read_to: Micro,
    pub(super) looked: Us,
    tries: usize,
    /// Of enhanced fan-out, what it may bring.
    pub(super) pipe: Pipe,
    /// Batches that wait, with their bytes.
    cache: VecDeque<(u64, u64)>,
    /// When the consumer is done with what it has.
    busy_until: Us,
    last_reply: Us,
    since_checkpoint: u64,
    pub(super) checkpointed: Us,
    /// Records below are processed, and records below are checkpointed.
    pub(super) processed_to: Micro,
    pub(super) stored_to: Micro,
    /// Who reads it from when until when; the first is who reads it now. Empty for a reader that nothing befalls.
    tenures: VecDeque<Tenure>,
    /// How many of its host's downtimes are made up for.
    caught_up: usize,
    /// The rate for which the part of answers with records was worked out.
    pub(super) with_records: (u64, u64),
    /// When it had come to the end of a closed shard, and was done with it.
    pub(super) done_at: Option<Us>,
    /// Whether it waits for the shard's parents to be done.
    pub(super) is_waiting: bool,
}

impl Reader {
    /// A reader whose consumer began at `waits_from`, and that first calls at `first_call`.
    pub(super) fn new(waits_from: Us, first_call: Us) -> Self {
        Self {
            next: first_call,
            position: 0,
            begun: false,
            waits_from,
            last_read: None,
            read_to: 0,
            looked: waits_from,
            tries: 0,
            pipe: Pipe::default(),
            cache: VecDeque::new(),
            busy_until: 0,
            last_reply: 0,
            since_checkpoint: 0,
            checkpointed: first_call,
            processed_to: 0,
            stored_to: 0,
            tenures: VecDeque::new(),
            caught_up: 0,
            with_records: (u64::MAX, 0),
            done_at: None,
            is_waiting: false,
        }
    }
    /// A reader by whoever has the shard's lease.
    pub(super) fn of_lease(waits_from: Us, tenures: &[Tenure]) -> Self {
        let first_call = tenures.first().map_or(Us::MAX, |first| first.first_call);
        Self { tenures: tenures.iter().copied().collect(), ..Self::new(waits_from, first_call) }
    }
    /// A reader of a shard that was opened in the run, which waits until its parents are done.
    pub(super) fn of_child(opened: Us) -> Self {
        Self { is_waiting: true, ..Self::new(opened, u64::MAX) }
    }
    /// The parents are done: the first call is at this time.
    pub(super) fn begin_child(&mut self, first_call: Us) {
        (self.next, self.is_waiting, self.begun, self.checkpointed) = (first_call, false, true, first_call);
    }

    /// Looks at what waits, for every look since the last until `to`.
    pub(super) fn look_until(&mut self, to: Us, curve: &Curve, tally: &mut Tally) {
        let quiet_from = self.last_read.map_or(self.waits_from, |read| read + LOOK_EVERY);
        let mut look = (self.looked.max(quiet_from)).next_multiple_of(LOOK_EVERY);
        while look <= to {
            if look > self.looked || look == 0 {
                let oldest = self.oldest(curve);
                if curve.at(look) > oldest + ONE / 2 {
                    tally.age(look.saturating_sub(curve.arrival(oldest)) / 1000, 1, look);
                }
                self.looked = look;
            }
            look += LOOK_EVERY;
        }
    }

    /// The first record that waits.
    pub(super) fn oldest(&self, curve: &Curve) -> Micro {
        let owed = if self.last_read.is_none() { curve.at(self.waits_from) } else { 0 };
        self.position.max(owed).max(self.read_to)
    }

    /// A call that reaches the service at `self.next`.
    pub(super) fn call(&mut self, rule: &Rule, calm: &Calm<'_>, side: &mut ReadSide, horizon: Us, tally: &mut Tally) {
        if self.ends() <= self.next {
            return self.change_hands(rule, calm.rate, tally);
        }
        let (at, curve) = (self.next, calm.curve);
        if let Some((_, until)) = rule.down.iter().find(|(from, until)| (*from..*until).contains(&at)) {
            self.next = *until + rule.one_way;
            return;
        }
        if !self.begun {
            self.begun = true;
            self.position = match rule.begin {
                Begin::Oldest => 0,
                Begin::Latest => curve.at(at.saturating_sub(rule.one_way)) / ONE * ONE,
                Begin::Ago(ago) => curve.at(self.waits_from.saturating_sub(ago)) / ONE * ONE,
            };
            (self.processed_to, self.stored_to) = (self.position, self.position);
        }
        self.trim(curve, horizon, tally);
        let is_quiet = self.last_read.is_none_or(|read| at - read > LOOK_EVERY);
        if is_quiet {
            self.look_until(at, curve, tally);
        }
        if rule.retrieval == Retrieval::FanOut {
            return self.event(rule, calm, is_quiet, tally);
        }
        if rule.is_limited && !side.admits(at) {
            tally.reads_throttled += 1;
            let pause = rule.pauses.get(self.tries).copied();
            self.tries = if pause.is_some() { self.tries + 1 } else { 0 };
            self.next = at + 2 * rule.one_way + pause.unwrap_or(rule.idle);
            return;
        }
        self.tries = 0;
        let visible = curve.at(at.saturating_sub(rule.visibility_lag)) / ONE * ONE;
        let available = visible.saturating_sub(self.position) / ONE;
        let size = curve.bytes_each(self.position).max(1);
        let records = available.min(rule.records_max).min((READ_BYTES_MAX * 1000 / size.max(1)).max(1));
        if is_quiet && available > 0 {
            let oldest = self.oldest(curve);
            if visible > oldest {
                tally.age(at.saturating_sub(curve.arrival(oldest)) / 1000, 1, at);
            }
        }
        self.position += records * ONE;
        let age = match records > 0 && self.position < visible {
            true => at.saturating_sub(curve.arrival(self.position - ONE)) / 1000,
            false => 0,
        };
        tally.age(age, 1, at);
        self.catch_up(rule, at, curve.arrival(self.position), self.position >= visible, tally);
        let bytes = part_of(records, size, 1000);
        side.give(at, bytes);
        tally.calls += 1;
        tally.bytes += bytes;
        self.last_read = Some(at);
        self.looked = self.looked.max(at);
        self.take(rule, at + rule.one_way, records, bytes, tally);
        if calm.is_closed && self.position + ONE > curve.count() {
            self.end_shard(rule, at, tally);
        }
    }

    /// Everything of a closed shard was read: it is done when that is processed.
    pub(super) fn end_shard(&mut self, rule: &Rule, at: Us, tally: &mut Tally) {
        while !self.cache.is_empty() {
            self.pop(rule, tally);
        }
        let worked = match rule.prefetch {
            Some(_) => self.busy_until,
            None => self.next.saturating_sub(rule.idle.max(1000) + rule.one_way),
        };
        self.done_at = Some(worked.max(at + rule.one_way));
        self.next = u64::MAX;
    }

    /// When whoever reads it now stops to do so.
    fn ends(&self) -> Us {
        self.tenures.front().map_or(Us::MAX, |tenure| tenure.ends)
    }

    /// Whoever has read it does so no more; the next one begins when it is there.
    fn change_hands(&mut self, rule: &Rule, rate: Rate, tally: &mut Tally) {
        let Some(before) = self.tenures.pop_front() else { return };
        // A checkpoint tells it as well.
        let is_told_soon = rule.checkpoint == CheckpointPolicy::EveryBatch && rule.checkpoint_writes > 0;
        let overlap = if is_told_soon { before.overlap.min(rule.idle) } else { before.overlap };
        let twice = amount(rate, overlap) / ONE;
        tally.processed += twice;
        tally.duplicates += twice;
        let checkpoints = rule.checkpoint_writes > 0 && rule.checkpoint != CheckpointPolicy::Never;
        if before.is_stopped && checkpoints && self.stored_to < self.processed_to {
            tally.checkpoints += 1;
            self.stored_to = self.processed_to;
        }
        match self.tenures.front().map(|next| next.first_call) {
            Some(first_call) => self.begin_again(first_call, tally),
            None => self.next = Us::MAX,
        }
    }

    /// Another worker begins at the last checkpoint.
    fn begin_again(&mut self, first_call: Us, tally: &mut Tally) {
        tally.duplicates += self.processed_to.saturating_sub(self.stored_to) / ONE;
        self.read_to = self.read_to.max(self.position);
        self.cache.clear();
        (self.position, self.processed_to) = (self.stored_to, self.stored_to);
        (self.busy_until, self.tries, self.since_checkpoint) = (0, 0, 0);
        (self.checkpointed, self.next) = (first_call, first_call);
    }

    /// A read that leaves less than a second behind it makes up for the downtimes before.
    pub(super) fn catch_up(&mut self, rule: &Rule, at: Us, next_arrived: Us, is_at_tip: bool, tally: &mut Tally) {
        while let Some((_, until)) = rule.faults.get(self.caught_up) {
            if at < *until || !(is_at_tip || at.saturating_sub(next_arrived) < SECOND) {
                return;
            }
            tally.caught_up.resize(rule.faults.len().max(tally.caught_up.len()), (0, 0));
            let (shards, last) = &mut tally.caught_up[self.caught_up];
            *shards += 1;
            *last = at.max(*last);
            self.caught_up += 1;
        }
    }

    /// What left retention before it was read.
    pub(super) fn trim(&mut self, curve: &Curve, horizon: Us, tally: &mut Tally) {
        if horizon > 0 {
            let trimmed = curve.at(horizon) / ONE * ONE;
            if trimmed > self.position {
                tally.unread_trimmed += (trimmed - self.position) / ONE;
                self.position = trimmed;
                self.processed_to = self.processed_to.max(trimmed);
            }
        }
    }

    /// An answer has come.
    fn take(&mut self, rule: &Rule, reply: Us, records: u64, bytes: u64, tally: &mut Tally) {
        match rule.prefetch {
            None => {
                let done = self.work(rule, reply, records, tally);
                self.next = done + rule.idle.max(1000) + rule.one_way;
            }
            Some(_) => {
                let room_at = self.deliver(rule, reply, records, bytes, tally);
                self.next = room_at.max(reply + rule.idle) + rule.one_way;
            }
        }
    }

    /// A batch has come into the cache; gives when that has room for another.
    pub(super) fn deliver(&mut self, rule: &Rule, at: Us, records: u64, bytes: u64, tally: &mut Tally) -> Us {
        self.drain(rule, at, tally);
        self.last_reply = at;
        if records > 0 && self.cache.is_empty() && self.busy_until <= at {
            self.busy_until = self.work(rule, at, records, tally);
        } else if records > 0 {
            self.cache.push_back((records, bytes));
        }
        let (batches_max, bytes_max, records_max) = rule.prefetch.unwrap_or((1, u64::MAX, u64::MAX));
        let mut room_at = at;
        while !self.has_room(batches_max, bytes_max, records_max) {
            room_at = self.busy_until;
            self.pop(rule, tally);
        }
        room_at
    }

    fn has_room(&self, batches_max: usize, bytes_max: u64, records_max: u64) -> bool {
        let (records, bytes) = self.cache.iter().fold((0, 0), |sum, batch| (sum.0 + batch.0, sum.1 + batch.1));
        self.cache.len() < batches_max.max(1) && bytes < bytes_max && records < records_max
    }

    /// The consumer takes what waits, as far as it gets by a time.
    fn drain(&mut self, rule: &Rule, to: Us, tally: &mut Tally) {
        while self.busy_until <= to && !self.cache.is_empty() {
            self.pop(rule, tally);
        }
    }

    fn pop(&mut self, rule: &Rule, tally: &mut Tally) {
        if let Some((records, _)) = self.cache.pop_front() {
            self.busy_until = self.work(rule, self.busy_until, records, tally);
        }
    }

    /// Processes a batch from a time on, and gives when that is done, with its checkpoint.
    fn work(&mut self, rule: &Rule, from: Us, records: u64, tally: &mut Tally) -> Us {
        if records == 0 {
            return from;
        }
        let done = from + records * rule.time_per_record + 2 * rule.one_way;
        let is_lost = done > self.ends() && self.tenures.front().is_some_and(|tenure| !tenure.is_stopped);
        if done > rule.end || is_lost {
            return done;
        }
        tally.processed += records;
        self.processed_to += records * ONE;
        self.since_checkpoint += records;
        let is_due = match rule.checkpoint {
            CheckpointPolicy::EveryBatch => true,
            CheckpointPolicy::EveryRecords(records) => self.since_checkpoint >= u64::from(records),
            CheckpointPolicy::Every(time) => done - self.checkpointed >= super::amount::us(time),
            CheckpointPolicy::AtEnd | CheckpointPolicy::Never => false,
        };
        if !is_due || rule.checkpoint_writes == 0 {
            return done;
        }
        tally.checkpoints += 1;
        self.since_checkpoint = 0;
        self.stored_to = self.processed_to;
        let stored = done + rule.checkpoint_writes * 2 * rule.one_way + rule.checkpoint_wait;
        self.checkpointed = stored;
        stored
    }

    /// Makes the calls of a calm stretch in one step, but for its last. Returns whether there was such a stretch.
    pub(super) fn skip(&mut self, rule: &Rule, calm: &Calm<'_>, side: &mut ReadSide, tally: &mut Tally) -> bool {
        let Calm { curve, rate, share, from, to, is_roomy, is_closed, .. } = *calm;
        let to = to.min(self.ends());
        let down = rule.down.iter().map(|(from, _)| *from).filter(|from| *from > self.next);
        let to = down.fold(to, Us::min);
        let is_down = rule.down.iter().any(|(from, until)| (*from..*until).contains(&self.next));
        let is_pushed = rule.retrieval == Retrieval::FanOut;
        let is_settled = (is_pushed || self.cache.is_empty()) && self.last_read.is_some() && self.tries == 0;
        if is_closed
            || is_down
            || !(is_roomy || is_pushed)
            || !is_settled
            || rule.idle >= LOOK_EVERY
            || rule.checkpoint_wait > 0
            || self.next >= to
        {
            return false;
        }
        let cycle = if is_pushed { self.cycle_of_events(rule, calm) } else { self.cycle(rule, rate, share) };
        let Some((cycle, part)) = cycle else { return false };
        let each = amount(rate, cycle);
        let behind = curve.at(self.next).saturating_sub(self.position);
        let is_at_tip = behind <= 2 * each + 2 * ONE && each <= rule.records_max * ONE / 2;
        // Where the rate was another before, the calls just after tell.
        let count = (to - self.next) / cycle;
        if !is_at_tip || self.next < from + cycle || count < 3 {
            return false;
        }
        while is_pushed && !self.cache.is_empty() {
            self.pop(rule, tally);
        }
        let last = self.next + (count - 1) * cycle;
        let position = curve.at(last.saturating_sub(rule.visibility_lag)) / ONE * ONE;
        let records = position.saturating_sub(self.position) / ONE;
        let bytes = part_of(records, curve.bytes_each(position.saturating_sub(ONE)), 1000);
        self.position = self.position.max(position);
        while let Some((_, until)) = rule.faults.get(self.caught_up).filter(|fault| fault.1 <= last) {
            let first = self.next + until.saturating_sub(self.next).div_ceil(cycle) * cycle;
            self.catch_up(rule, first, first, true, tally);
        }
        self.processed_to = self.position;
        self.last_read = Some(last);
        self.next = last + cycle;
        tally.age(0, count, last);
        tally.bytes += bytes;
        tally.processed += records;
        if !is_pushed {
            tally.calls += count;
            side.skip(count, bytes);
        }
        if rule.checkpoint_writes > 0 {
            self.checkpoint_calmly(rule, (count, part, cycle), (records, last), curve, tally);
        }
        true
    }
}
