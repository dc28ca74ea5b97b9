//! A stretch in which a reader keeps up: how far its calls are apart, how many of them find records, and what it
//! checkpoints.

use super::amount::{ONE, SECOND, Us, amount, part_of, us};
use super::curve::Curve;
use super::reader::{Reader, Rule};
use super::tally::Tally;
use crate::client::processor::CheckpointPolicy;

impl Reader {
    pub(super) fn checkpoint_calmly(
        &mut self,
        rule: &Rule,
        (count, part, cycle): (u64, u64, Us),
        (records, last): (u64, Us),
        curve: &Curve,
        tally: &mut Tally,
    ) {
        let batches_milli = part_of(count * 1000, part, ONE);
        if matches!(rule.checkpoint, CheckpointPolicy::EveryBatch | CheckpointPolicy::EveryRecords(_)) {
            self.stored_to = self.processed_to;
        }
        match rule.checkpoint {
            CheckpointPolicy::EveryBatch => tally.checkpoints_milli += batches_milli,
            CheckpointPolicy::EveryRecords(every) => {
                let each = (records * 1000).checked_div(batches_milli).unwrap_or(0).max(1);
                tally.checkpoints_milli += batches_milli / u64::from(every).div_ceil(each).max(1);
            }
            CheckpointPolicy::Every(time) => {
                let every = us(time).div_ceil(cycle).max(1);
                tally.checkpoints_milli += batches_milli / every;
                let stored = last.saturating_sub(self.checkpointed) / (every * cycle);
                if stored > 0 {
                    self.checkpointed += stored * every * cycle;
                    let position = curve.at(self.checkpointed.saturating_sub(rule.visibility_lag)) / ONE * ONE;
                    self.stored_to = self.stored_to.max(position.min(self.processed_to));
                }
            }
            CheckpointPolicy::AtEnd | CheckpointPolicy::Never => {}
        }
    }

    /// Time from call to call, and the part of answers that have records, in millionths; `None` when processing does
    /// not keep up.
    pub(super) fn cycle(&mut self, rule: &Rule, rate: u64, share: u64) -> Option<(Us, u64)> {
        let round_trip = 2 * rule.one_way;
        // Microseconds of work in a second.
        let work = part_of(rate, rule.time_per_record, ONE);
        if work >= SECOND * 9 / 10 {
            return None;
        }
        let bare = rule.idle.max(1000) + round_trip;
        let part = self.part_with_records(rate, bare, share);
        match rule.prefetch {
            None => {
                let cycle = part_of(bare + part_of(round_trip, part, ONE), SECOND, SECOND - work);
                Some((cycle, self.part_with_records(rate, cycle, share)))
            }
            Some(_) => {
                let busy = part_of(bare, work, SECOND) + (1 + rule.checkpoint_writes) * round_trip;
                (busy < bare * 9 / 10).then_some((bare, part))
            }
        }
    }

    /// The part of answers with records. A shard's records are a part of the stream's, which come evenly spaced, and
    /// chance says which are its own.
    fn part_with_records(&mut self, rate: u64, cycle: Us, share: u64) -> u64 {
        let each = amount(rate, cycle);
        if each >= 20 * ONE {
            return ONE;
        }
        if self.with_records.0 == each {
            return self.with_records.1;
        }
        let none = match share >= ONE {
            true => 1.0 - (each as f64 / 1e6).min(1.0),
            false => {
                let share = share as f64 / 1e6;
                libm::pow(1.0 - share, each as f64 / 1e6 / share.max(1e-6))
            }
        };
        let part = ((1.0 - none) * 1e6) as u64;
        self.with_records = (each, part);
        part
    }
}
