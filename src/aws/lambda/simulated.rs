//! A function as a scenario describes it.

use super::api::{Answer, Returned, ToTransform, Transformed, Verdict};
use crate::base::seed::Random;
use crate::base::{Payload, SimDuration};

/// How a function behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Time for each record, from this to that.
    pub per_record: (SimDuration, SimDuration),
    /// Time for each invocation besides.
    pub per_invocation: (SimDuration, SimDuration),
    /// What a first invocation takes longer, and one after a rest.
    pub cold_start: SimDuration,
    /// Share of records that it drops.
    pub dropped: f64,
    /// Share of records that it says it failed for.
    pub failed: f64,
    /// What it makes of a record's size.
    pub size_factor: f64,
}

/// After so long without an invocation the next one starts cold: an assumption, Lambda publishes no figure.
const WARM: SimDuration = SimDuration::from_secs(600);

impl Default for Function {
    fn default() -> Self {
        let ms = SimDuration::from_millis;
        Self {
            per_record: (SimDuration::from_micros(100), SimDuration::from_micros(100)),
            per_invocation: (ms(10), ms(30)),
            cold_start: ms(300),
            dropped: 0.0,
            failed: 0.0,
            size_factor: 1.0,
        }
    }
}

impl Function {
    /// What it returns. `rested` is the time since it was invoked last, if it was.
    pub(super) fn transform(
        &self,
        records: &[ToTransform],
        rested: Option<SimDuration>,
        random: &mut Random,
    ) -> Returned {
        let mut took = random.duration(self.per_invocation.0, self.per_invocation.1);
        if rested.is_none_or(|rested| rested > WARM) {
            took = took + self.cold_start;
        }
        took = took + random.duration(self.per_record.0, self.per_record.1) * records.len() as u64;
        let answers = records.iter().map(|record| self.one(record, random)).collect();
        Returned { answer: Answer::Records(answers), took }
    }

    fn one(&self, record: &ToTransform, random: &mut Random) -> Transformed {
        let result = match () {
            () if self.dropped > 0.0 && random.chance(self.dropped) => Verdict::Dropped,
            () if self.failed > 0.0 && random.chance(self.failed) => Verdict::ProcessingFailed,
            () => Verdict::Ok,
        };
        let data = (result == Verdict::Ok).then(|| self.resized(&record.data));
        Transformed { id: record.id, result, data, partition_keys: Default::default() }
    }

    fn resized(&self, data: &Payload) -> Payload {
        match data {
            Payload::Synthetic { seed, len } => {
                Payload::Synthetic { seed: *seed, len: (f64::from(*len) * self.size_factor) as u32 }
            }
            Payload::Bytes(_) => data.clone(),
        }
    }
}
