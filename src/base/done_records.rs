//! Which records of a lane are done with, where some are taken apart.
//!
//! A record that was taken apart is done with when all its parts are. What being done means is the caller's.

use std::collections::BTreeMap;
use std::ops::Range;

use super::range_set::RangeSet;

/// Records of a lane that are done with.
#[derive(Clone, Debug, Default)]
pub(crate) struct DoneRecords {
    whole: RangeSet,
    /// Those that were taken apart and are not done with: how many parts each has, and those of them that are.
    in_parts: BTreeMap<u64, (u64, RangeSet)>,
}

/// What an insertion changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inserted {
    /// Records that are done with now, and were not.
    pub(crate) newly: u64,
    /// Records, or parts of some, that were done with before.
    pub(crate) again: u64,
}

impl DoneRecords {
    /// A record was taken apart into so many: one at least.
    pub(crate) fn take_apart(&mut self, ordinal: u64, parts: u32) {
        self.in_parts.insert(ordinal, (parts.into(), RangeSet::default()));
    }
    /// These records are done with; of those that were taken apart, this part.
    pub(crate) fn insert(&mut self, records: Range<u64>, part: u32) -> Inserted {
        if self.in_parts.is_empty() {
            let (all, again) = (records.end - records.start, self.whole.insert(records));
            return Inserted { newly: all - again, again };
        }
        let mut inserted = Inserted::default();
        for ordinal in records {
            let Inserted { newly, again } = self.insert_part(ordinal, part.into());
            inserted = Inserted { newly: inserted.newly + newly, again: inserted.again + again };
        }
        inserted
    }
    fn insert_part(&mut self, ordinal: u64, part: u64) -> Inserted {
        if let Some((parts, done)) = self.in_parts.get_mut(&ordinal) {
            let again = done.insert(part..part + 1);
            if done.first_missing(0..*parts).is_some() {
                return Inserted { newly: 0, again };
            }
            self.in_parts.remove(&ordinal);
        }
        let again = self.whole.insert(ordinal..ordinal + 1);
        Inserted { newly: 1 - again, again }
    }
    /// Those that are done with as a whole.
    pub(crate) fn whole(&self) -> &RangeSet {
        &self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_in_parts_is_done_with_when_all_of_them_are() {
        let mut done = DoneRecords::default();
        assert_eq!(done.insert(0..5, 0), Inserted { newly: 5, again: 0 });
        done.take_apart(5, 3);
        assert_eq!(done.insert(5..7, 0), Inserted { newly: 1, again: 0 }, "6 is whole");
        assert_eq!(done.insert(5..6, 2), Inserted::default());
        assert_eq!(done.insert(5..6, 2), Inserted { newly: 0, again: 1 });
        assert_eq!(done.whole().first_missing(0..7), Some(5..6));
        assert_eq!(done.insert(5..6, 1), Inserted { newly: 1, again: 0 });
        assert_eq!(done.whole().first_missing(0..7), None);
        assert_eq!(done.insert(5..6, 1), Inserted { newly: 0, again: 1 });
    }
}
