//! Which partition keys a shard gets most records for.
//!
//! Up to 2,048 keys are counted exactly. With more, the Misra-Gries algorithm keeps the frequent ones: a key's
//! count is then too low by at most 1/2049 of all records. Its clearing pass costs as much as the insertions that made
//! it necessary, so counting stays amortised O(1), and it has no chance in it.

use crate::base::PartitionKey;

/// How many keys are counted.
pub const KEYS_MAX: usize = 2048;
const SLOTS_MIN: usize = 16;

#[derive(Clone)]
struct Slot {
    /// Low half of the key's MD5: tells keys apart without looking at their text.
    hash: u64,
    count: u64,
    key: PartitionKey,
}

/// Counts records by partition key. An open-addressing table, at most half full, never iterated in slot order for
/// anything that shows.
#[derive(Clone, Default)]
pub struct HotKeys {
    slots: Vec<Option<Slot>>,
    used: usize,
}

impl HotKeys {
    /// Counts one record of `key`.
    pub fn record(&mut self, key: &PartitionKey) {
        let hash = key.hash_key().get() as u64;
        if self.slots.is_empty() {
            self.slots = vec![None; SLOTS_MIN];
        }
        let at = self.find(hash);
        match &mut self.slots[at] {
            Some(slot) => slot.count += 1,
            None if self.used == KEYS_MAX => self.decrement_all(),
            empty => {
                *empty = Some(Slot { hash, count: 1, key: key.clone() });
                self.used += 1;
                if self.used * 2 > self.slots.len() {
                    self.rebuild(self.slots.len() * 2, 0);
                }
            }
        }
    }

    /// The `n` keys with most records, most first; ties in order of the keys' text.
    pub fn top(&self, n: usize) -> Vec<(&PartitionKey, u64)> {
        let mut all: Vec<_> = self.slots.iter().flatten().map(|slot| (&slot.key, slot.count)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.truncate(n);
        all
    }

    /// The slot that has `hash`, or the free one where it belongs.
    fn find(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].as_ref().is_some_and(|slot| slot.hash != hash) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Misra-Gries: a new key without room takes one from every other.
    fn decrement_all(&mut self) {
        self.rebuild(self.slots.len(), 1);
    }

    fn rebuild(&mut self, slots: usize, minus: u64) {
        let old = std::mem::replace(&mut self.slots, vec![None; slots]);
        self.used = 0;
        for mut slot in old.into_iter().flatten().filter(|slot| slot.count > minus) {
            slot.count -= minus;
            let at = self.find(slot.hash);
            self.slots[at] = Some(slot);
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
        let top: Vec<_> = keys.top(3).into_iter().map(|(k, n)| (k.to_string(), n)).collect();
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
        let (top, count) = keys.top(1)[0];
        assert_eq!(top.as_str(), "key-7");
        let most_missing = 75_000 / (KEYS_MAX as u64 + 1);
        assert!((15_001 - most_missing..=15_001).contains(&count), "{count}");
    }
}
