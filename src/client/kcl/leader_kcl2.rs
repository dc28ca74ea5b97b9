//! Leader election of KCL 2.x: the first of the distinct lease owners after a shuffle that is the same everywhere.
//!
//! The library shuffles the sorted owners with `java.util.Random(1947)`, so every worker that sees the same owners
//! finds the same leader. With no owners at all everybody leads. KCL 3 elects its leader by a lock in a table of its
//! own, which is not modelled.

/// `java.util.Random`, as far as `Collections.shuffle` needs it
/// (<https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Random.html>).
struct JavaRandom(u64);

impl JavaRandom {
    fn new(seed: u64) -> Self {
        Self((seed ^ 0x5_DEEC_E66D) & ((1 << 48) - 1))
    }
    fn next_31_bits(&mut self) -> u32 {
        self.0 = (self.0.wrapping_mul(0x5_DEEC_E66D).wrapping_add(0xB)) & ((1 << 48) - 1);
        (self.0 >> 17) as u32
    }
    /// `nextInt(bound)`.
    fn below(&mut self, bound: u32) -> u32 {
        let mut bits = self.next_31_bits();
        if bound.is_power_of_two() {
            return ((u64::from(bound) * u64::from(bits)) >> 31) as u32;
        }
        loop {
            let value = bits % bound;
            // Java detects the last, incomplete block of 2^31 by overflow.
            if bits - value + (bound - 1) < 1 << 31 {
                return value;
            }
            bits = self.next_31_bits();
        }
    }
}

const SEED: u64 = 1947;

/// `Collections.shuffle` of `0..count` with the library's seed.
pub(crate) fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut random = JavaRandom::new(SEED);
    for i in (2..=count).rev() {
        order.swap(i - 1, random.below(i as u32) as usize);
    }
    order
}

/// Returns whether `me` leads among the owners of leases.
pub(crate) fn is_leader<'a>(me: &str, owners: impl IntoIterator<Item = &'a str>) -> bool {
    let owners: std::collections::BTreeSet<&str> = owners.into_iter().collect();
    let first = shuffled(owners.len()).first().copied();
    first.is_none_or(|first| owners.into_iter().nth(first) == Some(me))
}
