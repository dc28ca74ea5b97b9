//! Sequence numbers in the layout observed in production.
//!
//! AWS calls them opaque. Version 2, as hex digits read as one number and printed in decimal (56 digits):
//! `2`, shard creation second (9), last hex digit of the shard index (1), sequence index (16), `00`,
//! record second (9), shard index (8), `2`. Observed by kinesalite
//! (<https://github.com/mhart/kinesalite>, `db/index.js`); the KCL decodes the shard index from the same place.

use std::fmt;
use std::str::FromStr;

use super::ids::{NameError, ShardId};

/// A record's position in its shard. Ordered as the decimal numbers are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber {
    // In the order of significance of the printed number.
    shard_created_unix_s: u32,
    shard_low_digit: u8,
    index: u64,
    time_unix_s: u32,
    shard: ShardId,
}

/// Digits of every number of version 2.
const DIGITS: usize = 56;
/// What 19 decimal digits can tell apart.
const CHUNK: u128 = 10_000_000_000_000_000_000;

impl SequenceNumber {
    /// The index that an EndingSequenceNumber carries.
    pub(crate) const INDEX_MAX: u64 = 0x7fff_ffff_ffff_ffff;

    /// The number of the record with `index`, stamped `time_unix_s`, in a shard created at `shard_created_unix_s`.
    pub fn new(shard: ShardId, shard_created_unix_s: u32, index: u64, time_unix_s: u32) -> Self {
        Self { shard_created_unix_s, shard_low_digit: (shard.0 & 0xf) as u8, index, time_unix_s, shard }
    }
    /// The shard that the record is in.
    pub fn shard(self) -> ShardId {
        self.shard
    }
    /// The sequence index, growing within a shard, with gaps.
    pub fn index(self) -> u64 {
        self.index
    }
    /// Unix second at which the record was stamped.
    pub fn time_unix_s(self) -> u32 {
        self.time_unix_s
    }
    /// Unix second at which the shard was created.
    pub fn shard_created_unix_s(self) -> u32 {
        self.shard_created_unix_s
    }

    /// The number as 192 bits, most significant limb first.
    fn limbs(self) -> [u64; 3] {
        let low =
            (u128::from(self.index) << 80) | (u128::from(self.time_unix_s) << 36) | (u128::from(self.shard.0) << 4) | 2;
        let high = (2 << 56)
            | (u64::from(self.shard_created_unix_s) << 20)
            | (u64::from(self.shard_low_digit) << 16)
            | (self.index >> 48);
        [high, (low >> 64) as u64, low as u64]
    }

    fn from_limbs([high, mid, low]: [u64; 3]) -> Option<Self> {
        let low128 = (u128::from(mid) << 64) | u128::from(low);
        let shard = ShardId((low128 >> 4) as u32);
        let time = (low128 >> 36) as u64 & 0xf_ffff_ffff;
        let created = (high >> 20) & 0xf_ffff_ffff;
        let number = Self::new(
            shard,
            u32::try_from(created).ok()?,
            ((high & 0xffff) << 48) | (low128 >> 80) as u64,
            u32::try_from(time).ok()?,
        );
        (number.limbs() == [high, mid, low]).then_some(number)
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every answer to a put or read writes many: the digits are put in by hand, 19 for each division of the limbs.
        let mut limbs = self.limbs();
        let mut digits = [b'0'; DIGITS];
        for place in digits.rchunks_mut(19) {
            let mut rest = 0u128;
            for limb in &mut limbs {
                let value = (rest << 64) | u128::from(*limb);
                let quotient = value / CHUNK;
                *limb = quotient as u64;
                rest = value - quotient * CHUNK;
            }
            write_digits(rest as u64, place);
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

fn write_digits(mut number: u64, place: &mut [u8]) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl fmt::Debug for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({} index {})", self.shard, self.index)
    }
}

impl FromStr for SequenceNumber {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        const ERROR: NameError = NameError("not a sequence number of version 2");
        if s.len() != DIGITS || !s.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ERROR);
        }
        // 18, 19 and 19 digits: each fits 64 bits.
        let mut limbs = [0u64; 3];
        for chunk in [&s[..18], &s[18..37], &s[37..]] {
            let mut carry = u128::from(chunk.parse::<u64>().map_err(|_| ERROR)?);
            for limb in limbs.iter_mut().rev() {
                let value = u128::from(*limb) * CHUNK + carry;
                *limb = value as u64;
                carry = value >> 64;
            }
        }
        Self::from_limbs(limbs).ok_or(ERROR)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_seen_in_production_decode_and_print_back() {
        for (text, shard) in [
            ("49587497311274533994574834252742144236107130636007899138", 0),
            ("49585389983312162443796657944872008114154899568972529698", 2),
        ] {
            let number: SequenceNumber = text.parse().expect(text);
            assert_eq!(number.shard(), ShardId(shard));
            assert_eq!(number.to_string(), text);
        }
        assert!("74107425965128755728308386687147091174006956590945533954".parse::<SequenceNumber>().is_err());
        assert!("4958749731127453399457483425274214423610713063600789913".parse::<SequenceNumber>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_order_agree_with_the_parts(
            shard in 0u32..100_000, created in 1_500_000_000u32..2_000_000_000,
            a in 0u64..1 << 60, b in 0u64..1 << 60, later in 0u32..1000,
        ) {
            let x = SequenceNumber::new(ShardId(shard), created, a, created + later);
            let y = SequenceNumber::new(ShardId(shard), created, b, created);
            prop_assert_eq!(x.to_string().parse::<SequenceNumber>(), Ok(x));
            prop_assert_eq!(x.to_string().len(), 56);
            prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
        }
    }
}
