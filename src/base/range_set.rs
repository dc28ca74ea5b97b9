//! A set of record positions kept as ranges, because positions come in long runs.

use std::ops::Range;

/// A set of `u64`, stored as sorted, disjoint, non-touching half-open ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RangeSet {
    earlier: Vec<Range<u64>>,
    /// Here, and not behind a pointer, because most members come in their order. `0..0` in an empty set.
    last: Range<u64>,
}

impl RangeSet {
    /// Adds every member of `range`; returns how many were in the set already.
    pub(crate) fn insert(&mut self, range: Range<u64>) -> u64 {
        if range.is_empty() {
            return 0;
        }
        // The common case: appending right after, or beyond, the last range.
        if self.last.end == range.start {
            self.last.end = range.end;
            return 0;
        }
        let last = std::mem::take(&mut self.last);
        if last.end < range.start {
            self.earlier.extend(Some(last).filter(|last| !last.is_empty()));
            self.last = range;
            return 0;
        }
        self.earlier.push(last);
        let already = self.insert_among(range);
        self.last = self.earlier.pop().unwrap_or_default();
        already
    }
    /// Adds a range that may touch any of the others, which all are `earlier` now.
    fn insert_among(&mut self, range: Range<u64>) -> u64 {
        let first = self.earlier.partition_point(|r| r.end < range.start);
        let after = self.earlier.partition_point(|r| r.start <= range.end);
        let already = self.earlier[first..after]
            .iter()
            .map(|r| r.end.min(range.end).saturating_sub(r.start.max(range.start)))
            .sum();
        let mut merged = range;
        if first < after {
            merged.start = merged.start.min(self.earlier[first].start);
            merged.end = merged.end.max(self.earlier[after - 1].end);
        }
        self.earlier.splice(first..after, [merged]);
        already
    }
    /// Removes every member below `bound`.
    pub(crate) fn remove_below(&mut self, bound: u64) {
        let keep = self.earlier.partition_point(|r| r.end <= bound);
        self.earlier.drain(..keep);
        if let Some(first) = self.earlier.first_mut() {
            first.start = first.start.max(bound);
        }
        self.last.start = self.last.start.max(bound);
        if self.last.is_empty() {
            self.last = 0..0;
        }
    }
    /// Removes all members.
    pub(crate) fn clear(&mut self) {
        self.earlier.clear();
        self.last = 0..0;
    }
    /// Returns how many numbers are in the set, not how many ranges.
    #[cfg(test)]
    pub(crate) fn count(&self) -> u64 {
        self.ranges().map(|r| r.end - r.start).sum()
    }
    /// Returns whether every member of `range` is in the set.
    #[cfg(test)]
    pub(crate) fn covers(&self, range: Range<u64>) -> bool {
        self.first_missing(range).is_none()
    }
    /// The first run of `range` that is not in the set.
    pub(crate) fn first_missing(&self, range: Range<u64>) -> Option<Range<u64>> {
        if range.is_empty() {
            return None;
        }
        let at = match self.last.start <= range.start {
            true => self.earlier.len(),
            false => self.earlier.partition_point(|r| r.end <= range.start),
        };
        let mut following = self.earlier[at..].iter().chain([&self.last]).filter(|r| r.end > range.start);
        match following.next() {
            Some(r) if r.start <= range.start => {
                if r.end >= range.end {
                    return None;
                }
                let next = following.next().map_or(range.end, |n| n.start.min(range.end));
                Some(r.end..next)
            }
            Some(r) => Some(range.start..r.start.min(range.end)),
            None => Some(range),
        }
    }
    /// The runs of members, in order.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &Range<u64>> {
        self.earlier.iter().chain(Some(&self.last).filter(|last| !last.is_empty()))
    }
    /// One past the greatest member; `None` in an empty set.
    pub(crate) fn end(&self) -> Option<u64> {
        (!self.last.is_empty()).then_some(self.last.end)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set_of_numbers(
            inserts in prop::collection::vec((0u64..60, 0u64..12), 0..20),
            below in 0u64..40,
            probe in (0u64..60, 0u64..12),
        ) {
            let (mut set, mut model) = (RangeSet::default(), BTreeSet::new());
            for (start, len) in inserts {
                let already = (start..start + len).filter(|v| !model.insert(*v)).count() as u64;
                prop_assert_eq!(set.insert(start..start + len), already);
            }
            set.remove_below(below);
            model.retain(|v| *v >= below);
            prop_assert_eq!(set.count(), model.len() as u64);
            prop_assert!(set.ranges().zip(set.ranges().skip(1)).all(|(a, b)| a.end < b.start));
            prop_assert_eq!(set.end(), model.last().map(|last| last + 1));
            let range = probe.0..probe.0 + probe.1;
            let missing = range.clone().find(|v| !model.contains(v));
            prop_assert_eq!(set.first_missing(range).map(|r| r.start), missing);
        }
    }
}
