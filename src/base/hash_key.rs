//! The 128-bit hash key space and its ranges.
//!
//! Kinesis maps a partition key to a hash key with MD5, read as a big-endian unsigned integer, and every shard
//! owns a contiguous inclusive range of hash keys
//! (<https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key>).

use std::fmt;
use std::str::FromStr;

use md5::{Digest, Md5};

/// A position in the hash key space, `0..=2^128-1`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashKey(u128);

/// An inclusive range of hash keys, as a shard owns one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashKeyRange {
    /// First hash key of the range.
    pub start: HashKey,
    /// Last hash key of the range, inclusive.
    pub end: HashKey,
}

/// Why a text is not a hash key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKeyError;

impl fmt::Display for HashKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hash key is a decimal number from 0 to 2^128-1 without leading zeros")
    }
}
impl std::error::Error for HashKeyError {}

impl HashKey {
    /// The lowest hash key.
    pub(crate) const MIN: Self = Self(0);
    /// The highest hash key, 2^128-1.
    pub(crate) const MAX: Self = Self(u128::MAX);

    /// The hash key with this value.
    pub const fn new(value: u128) -> Self {
        Self(value)
    }
    /// The value as an integer.
    pub const fn get(self) -> u128 {
        self.0
    }
    /// MD5 of the partition key's UTF-8 bytes, read big-endian.
    pub(crate) fn of_partition_key(partition_key: &str) -> Self {
        Self(u128::from_be_bytes(Md5::digest(partition_key.as_bytes()).into()))
    }
}

impl fmt::Display for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for HashKey {
    type Err = HashKeyError;
    /// Accepts `0|[1-9]\d{0,38}` up to 2^128-1, the pattern of ExplicitHashKey.
    fn from_str(s: &str) -> Result<Self, HashKeyError> {
        let plain = s.bytes().all(|b| b.is_ascii_digit()) && (s == "0" || !s.starts_with('0'));
        if !plain || s.is_empty() || s.len() > 39 {
            return Err(HashKeyError);
        }
        // Lease rows are read all the time: pieces that fit 64 bits are far faster than 128-bit steps.
        let mut value = 0u128;
        for piece in s.as_bytes().chunks(19) {
            let digits = piece.iter().fold(0u64, |n, digit| n * 10 + u64::from(digit - b'0'));
            let shifted = value.checked_mul(10u64.pow(piece.len() as u32).into());
            value = shifted.and_then(|value| value.checked_add(digits.into())).ok_or(HashKeyError)?;
        }
        Ok(Self(value))
    }
}

impl HashKeyRange {
    /// The whole hash key space.
    pub(crate) const FULL: Self = Self { start: HashKey::MIN, end: HashKey::MAX };

    /// Returns whether `key` lies in the range.
    pub fn contains(self, key: HashKey) -> bool {
        self.start <= key && key <= self.end
    }
    /// The share of the whole space that the range covers, `0.0..=1.0`.
    pub fn share(self) -> f64 {
        ((self.end.0 - self.start.0) as f64 + 1.0) / 2f64.powi(128)
    }
    /// Returns whether `next` begins right after this range ends.
    pub(crate) fn is_followed_by(self, next: Self) -> bool {
        self.end.0.checked_add(1) == Some(next.start.0)
    }
    /// `count` equal ranges that tile the space; the last one takes the remainder, as CreateStream does.
    pub fn uniform(count: u32) -> impl Iterator<Item = Self> {
        assert!(count > 0, "a stream has at least one shard");
        let n = u128::from(count);
        // floor(2^128 / n), where 2^128 = MAX + 1 does not fit; it wraps to 0 for n = 1, which uses no step.
        let step = (u128::MAX / n).wrapping_add(u128::from(u128::MAX % n == n - 1));
        (0..n).map(move |i| Self {
            start: HashKey(step * i),
            end: HashKey(if i + 1 == n { u128::MAX } else { step * (i + 1) - 1 }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_read_big_endian() {
        // md5("") = d41d8cd98f00b204e9800998ecf8427e
        assert_eq!(HashKey::of_partition_key("").get(), 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e);
    }

    #[test]
    fn uniform_ranges_tile_the_space_with_the_remainder_last() {
        for count in [1u32, 2, 3, 4, 7, 100, 1000] {
            let ranges: Vec<_> = HashKeyRange::uniform(count).collect();
            assert_eq!(ranges.len(), count as usize);
            assert_eq!(ranges[0].start, HashKey::MIN);
            assert_eq!(ranges[ranges.len() - 1].end, HashKey::MAX);
            assert!(ranges.windows(2).all(|w| w[0].is_followed_by(w[1])));
        }
        let three: Vec<_> = HashKeyRange::uniform(3).collect();
        assert_eq!(three[0].end.to_string(), "113427455640312821154458202477256070484");
    }

    #[test]
    fn hash_keys_are_decimal_without_leading_zeros_and_fit_128_bits() {
        assert_eq!("0".parse(), Ok(HashKey::MIN));
        assert_eq!("340282366920938463463374607431768211455".parse(), Ok(HashKey::MAX));
        for bad in ["", "01", "-1", "+1", "1e3", "340282366920938463463374607431768211456"] {
            assert_eq!(bad.parse::<HashKey>(), Err(HashKeyError), "{bad}");
        }
    }
}
