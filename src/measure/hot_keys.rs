//! Which partition keys a shard gets most records for.
//!
//! Up to 2,048 keys are counted exactly. With more, the Misra-Gries algorithm keeps the frequent ones: a key's
//! count is then too low by at most 1/2049 of all records. Its clearing pass costs as much as the insertions that made
//! it necessary, so counting stays amortised O(1), and it has no chance in it.

use crate::base::{KeyText, PartitionKey};

/// How many keys are counted.
pub(crate) const KEYS_MAX: usize = 2048;
const SLOTS_MIN: usize = 16;
/// Records are counted in groups of this many: a run has very many counters, and one at a time none of them would
/// stay in the processor's cache.
const GROUP: usize = 16;

/// A counted key, by 32 bits of its MD5 other than those that choose the slot; its text is only looked at for reports.
/// Free when `count` is 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u32,
    count: u32,
}

/// Counts records by partition key. An open-addressing table, at most half full, never iterated in slot order for
/// anything that shows.
#[derive(Clone, Default)]
pub(crate) struct HotKeys {
    slots: Vec<Slot>,
    /// The key of each slot.
    keys: Vec<Option<(u64, KeyText)>>,
    used: usize,
    /// Keys of records that are not counted yet, with the low half of their MD5.
    waiting: Vec<(u64, KeyText)>,
}

impl HotKeys {
    /// Counts one record of `key`.
    pub(super) fn record(&mut self, key: &PartitionKey) {
        self.waiting.push((key.hash_key().get() as u64, key.text().clone()));
        if self.waiting.len() >= GROUP {
            self.count_waiting();
        }
    }

    /// The `n` keys with most records, most first; ties in order of the keys' text.
    pub(crate) fn top(&self, n: usize) -> Vec<(KeyText, u64)> {
        let mut counted = self.clone();
        counted.count_waiting();
        let counts = counted.slots.iter().map(|slot| u64::from(slot.count));
        let mut all: Vec<_> = counted.keys.into_iter().zip(counts).filter_map(|(key, n)| Some((key?.1, n))).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.as_str().cmp(b.0.as_str())));
        all.truncate(n);
        all
    }

    fn count_waiting(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.drain(..).for_each(|(hash, key)| self.count(hash, key));
        self.waiting = waiting;
    }

    fn count(&mut self, hash: u64, key: KeyText) {
        if self.slots.is_empty() {
            self.resize(SLOTS_MIN, 0);
        }
        let (start, tag) = ((hash >> 32) as usize, hash as u32);
        let at = self.find(start, tag);
        let slot = &mut self.slots[at];
        if slot.count > 0 {
            slot.count = slot.count.saturating_add(1);
        } else if self.used == KEYS_MAX {
            // Misra-Gries: a new key without room takes one from every other.
            self.resize(self.slots.len(), 1);
        } else {
            *slot = Slot { tag, count: 1 };
            self.keys[at] = Some((hash, key));
            self.used += 1;
            if self.used * 2 > self.slots.len() {
                self.resize(self.slots.len() * 2, 0);
            }
        }
    }

    /// The slot that has `tag`, or the free one where it belongs, looked for from `start` on.
    fn find(&self, start: usize, tag: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = start & mask;
        while self.slots[at].count > 0 && self.slots[at].tag != tag {
            at = (at + 1) & mask;
        }
        at
    }

    /// Rebuilds the table with that many slots, and every count lower by `minus`; keys without a count go.
    fn resize(&mut self, slots: usize, minus: u32) {
        let old_slots = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        let old_keys = std::mem::replace(&mut self.keys, vec![None; slots]);
        self.used = 0;
        let kept = old_slots.into_iter().zip(old_keys).filter(|(slot, _)| slot.count > minus);
        for (slot, (hash, key)) in kept.filter_map(|(slot, key)| Some((slot, key?))) {
            let at = self.find((hash >> 32) as usize, slot.tag);
            self.slots[at] = Slot { count: slot.count - minus, ..slot };
            self.keys[at] = Some((hash, key));
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> PartitionKey {
        PartitionKey::new(&format!("key-{n}")).expect("valid")
    }

    #[test]
    fn few_keys_are_counted_exactly() {
        let mut keys = HotKeys::default();
        for n in 0..2000 {
            keys.record(&key(n));
            keys.record(&key(n / 500));
        }
        let top: Vec<_> = keys.top(3).into_iter().map(|(k, n)| (k.as_str().to_owned(), n)).collect();
        assert_eq!(top, [("key-0".into(), 501), ("key-1".into(), 501), ("key-2".into(), 501)]);
    }

    #[test]
    fn among_very_many_keys_a_frequent_one_is_found_and_nearly_exact() {
        let mut keys = HotKeys::default();
        for n in 0..60_000 {
            keys.record(&key(n));
            if n % 4 == 0 {
                keys.record(&key(7));
            }
        }
        let (top, count) = keys.top(1)[0].clone();
        assert_eq!(top.as_str(), "key-7");
        let most_missing = 75_000 / (KEYS_MAX as u64 + 1);
        assert!((15_001 - most_missing..=15_001).contains(&count), "{count}");
    }
}
