//! When the scripted application goes wrong: which record of a batch is the next that a script hits.

use std::cell::Cell;

use super::application::{ProcessorMishap, ProcessorSettings};
use crate::base::{SimDuration, SimTime};

/// Counts the records that one worker processes, over all its shards, and says where its scripts hit.
pub(crate) struct Mishaps {
    settings: ProcessorSettings,
    records: Cell<u64>,
}

/// The next part of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Records that go well.
    pub(crate) well: u64,
    /// What happens at the record after them; `None` when the batch ends first.
    pub(crate) mishap: Option<ProcessorMishap>,
}

impl Mishaps {
    /// A worker that has processed nothing yet.
    pub(crate) fn new(settings: &ProcessorSettings) -> Self {
        Self { settings: settings.clone(), records: Cell::new(0) }
    }

    /// Looks at the next `left` records, to be processed from `now` on. Counts those of the stretch, and the one
    /// at which the mishap happens, as come to.
    pub(crate) fn next_stretch(&self, left: u64, now: SimTime) -> Stretch {
        let scripts = &self.settings.faults;
        let hits = scripts.iter().filter_map(|script| {
            let every = script.every_records.max(1);
            let first = every - self.records.get() % every;
            let is_active = |n: &u64| {
                let at = now.saturating_add(self.settings.time_per_record * (n - 1));
                (script.from..=script.until).contains(&at.since(SimTime::ZERO))
            };
            let hit = (first..=left).step_by(every as usize).find(is_active)?;
            Some((hit - 1, script.what))
        });
        let (well, mishap) = match hits.min_by_key(|(well, _)| *well) {
            Some((well, mishap)) => (well, Some(mishap)),
            None => (left, None),
        };
        self.records.set(self.records.get() + well + u64::from(mishap.is_some()));
        Stretch { well, mishap }
    }

    /// Processing time of that many records that go well.
    pub(crate) fn time_of(&self, records: u64) -> SimDuration {
        self.settings.time_per_record * records
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::application::ProcessorScript;

    fn script(what: ProcessorMishap, every_records: u64, from_s: u64, until_s: u64) -> ProcessorScript {
        let (from, until) = (SimDuration::from_secs(from_s), SimDuration::from_secs(until_s));
        ProcessorScript { what, every_records, from, until }
    }

    fn mishaps(faults: Vec<ProcessorScript>) -> Mishaps {
        let time_per_record = SimDuration::from_secs(1);
        Mishaps::new(&ProcessorSettings { time_per_record, faults, ..ProcessorSettings::default() })
    }

    #[test]
    fn without_scripts_everything_goes_well() {
        assert_eq!(mishaps(Vec::new()).next_stretch(7, SimTime::ZERO), Stretch { well: 7, mishap: None });
    }

    #[test]
    fn every_nth_record_of_the_worker_is_hit_whatever_the_batches() {
        let mishaps = mishaps(vec![script(ProcessorMishap::Throw, 5, 0, 1000)]);
        let next = |left| mishaps.next_stretch(left, SimTime::ZERO);
        assert_eq!(next(3), Stretch { well: 3, mishap: None });
        assert_eq!(next(10), Stretch { well: 1, mishap: Some(ProcessorMishap::Throw) });
        assert_eq!(next(8), Stretch { well: 4, mishap: Some(ProcessorMishap::Throw) });
        assert_eq!(next(3), Stretch { well: 3, mishap: None });
    }

    #[test]
    fn a_script_hits_only_in_its_time() {
        let mishaps = mishaps(vec![script(ProcessorMishap::Throw, 2, 12, 14)]);
        // From second 10 on, one record a second: the 4th comes at 13 s and is the first hit.
        assert_eq!(mishaps.next_stretch(9, SimTime::from_secs(10)).well, 3);
        assert_eq!(mishaps.next_stretch(9, SimTime::from_secs(20)).mishap, None);
    }

    #[test]
    fn of_two_scripts_the_one_that_hits_first_counts() {
        let slow = ProcessorMishap::Slow(SimDuration::from_secs(1));
        let mishaps = mishaps(vec![script(ProcessorMishap::Throw, 6, 0, 99), script(slow, 4, 0, 99)]);
        assert_eq!(mishaps.next_stretch(9, SimTime::ZERO), Stretch { well: 3, mishap: Some(slow) });
        assert_eq!(mishaps.next_stretch(5, SimTime::ZERO).mishap, Some(ProcessorMishap::Throw));
    }
}
