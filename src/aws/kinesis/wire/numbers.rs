//! Sequence numbers of all three versions that production has handed out, as clients may send them.
//!
//! Which digits mean what is what kinesalite observed (<https://github.com/mhart/kinesalite>, `db/index.js`): the
//! number in hexadecimal digits, of which the last tells the version. Only numbers of version 2 are handed out here;
//! older ones are read, to say what is wrong with them as production does.

use std::str::FromStr;

use crate::base::SequenceNumber;
use crate::base::ids::NameError;

/// A sequence number of whatever stream, shard and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws::kinesis) struct AnySequenceNumber {
    shard: i64,
    known: Option<SequenceNumber>,
}

/// No shard is created so late.
const CREATED_UNIX_S_MAX: u64 = 16_025_175_000;

impl AnySequenceNumber {
    /// The shard that it encodes; negative when its top bit is set.
    pub(in crate::aws::kinesis) fn shard(self) -> i64 {
        self.shard
    }
    /// The number, if it is one that is handed out here.
    pub(in crate::aws::kinesis) fn known(self) -> Option<SequenceNumber> {
        self.known
    }
}

impl FromStr for AnySequenceNumber {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        const ERROR: NameError = NameError("not a sequence number");
        let hex = hex(text).ok_or(ERROR)?;
        if hex.len() <= 31 {
            // Version 0 ends in the shard; its leading digit is left out.
            let end = &hex[hex.len().saturating_sub(4)..];
            return Ok(Self { shard: digits(end).ok_or(ERROR)? as i64, known: None });
        }
        // From 2^185 to 1.5 times that.
        let is_in_range = hex.len() == 47 && hex.starts_with('2');
        let created = hex.get(1..10).and_then(digits).ok_or(ERROR)?;
        if !is_in_range || created >= CREATED_UNIX_S_MAX {
            return Err(ERROR);
        }
        let shard = digits(&hex[38..46]).ok_or(ERROR)? as u32;
        match &hex[46..] {
            "1" => Ok(Self { shard: shard_of(shard), known: None }),
            "2" if digits(&hex[11..12]).is_some_and(|first| first <= 7) => {
                Ok(Self { shard: shard_of(shard), known: text.parse().ok() })
            }
            _ => Err(ERROR),
        }
    }
}

/// As production prints it: the digits of an index with its top bit set get a minus sign, and it is read again so.
fn shard_of(number: u32) -> i64 {
    match number >> 31 {
        0 => i64::from(number),
        _ => -i64::from(number),
    }
}

fn digits(hex: &str) -> Option<u64> {
    u64::from_str_radix(if hex.is_empty() { "0" } else { hex }, 16).ok()
}

/// The hexadecimal digits of a decimal number without leading zeros, if they are not too many for any version.
fn hex(decimal: &str) -> Option<String> {
    let mut limbs = [0u64; 4];
    for digit in decimal.bytes() {
        let mut carry = u128::from(digit.checked_sub(b'0').filter(|digit| *digit <= 9)?);
        for limb in limbs.iter_mut().rev() {
            let value = u128::from(*limb) * 10 + carry;
            *limb = value as u64;
            carry = value >> 64;
        }
        if carry > 0 {
            return None;
        }
    }
    let all: String = limbs.iter().map(|limb| format!("{limb:016x}")).collect();
    Some(all.trim_start_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Option<i64> {
        text.parse::<AnySequenceNumber>().ok().map(AnySequenceNumber::shard)
    }

    fn of_hex(hex: &str) -> String {
        let mut digits = vec![0u8];
        for nibble in hex.chars().map(|c| c.to_digit(16).expect("hex")) {
            let mut carry = nibble;
            for digit in digits.iter_mut().rev() {
                let value = u32::from(*digit) * 16 + carry;
                *digit = (value % 10) as u8;
                carry = value / 10;
            }
            while carry > 0 {
                digits.insert(0, (carry % 10) as u8);
                carry /= 10;
            }
        }
        digits.iter().map(|digit| (b'0' + digit) as char).collect()
    }

    #[test]
    fn numbers_of_every_version_are_read() {
        let real = "49585389983312162443796657944872008114154899568972529698";
        assert_eq!(shard(real), Some(2));
        assert!(real.parse::<AnySequenceNumber>().expect("one").known().is_some());
        for (version, at) in [("2", 5), ("1", 5)] {
            let zeros = of_hex(&format!("2{}{at:08x}{version}", "0".repeat(37)));
            assert_eq!(shard(&zeros), Some(5), "version {version}");
        }
        assert_eq!((shard("0"), shard("5")), (Some(0), Some(5)), "version 0");
        let top_bit = of_hex(&format!("2{}80000000{}", "0".repeat(37), "2"));
        assert_eq!(shard(&top_bit), Some(-2_147_483_648));
    }

    #[test]
    fn what_never_was_a_number_is_refused() {
        for hex in [
            format!("2{}0", "0".repeat(45)),
            format!("2{}3", "0".repeat(45)),
            format!("3{}2", "0".repeat(45)),
            format!("2{}08{}2", "0".repeat(9), "0".repeat(34)),
            format!("23bb2cc3d8{}2", "0".repeat(36)),
            "f".repeat(40),
        ] {
            assert_eq!(shard(&of_hex(&hex)), None, "{hex}");
        }
        assert_eq!(shard(&"9".repeat(129)), None);
    }
}
