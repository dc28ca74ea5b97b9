//! Names and small numbers that identify things.
//!
//! AWS identifies streams, shards and tables by text. Inside a run each gets a small number as well, so that
//! events stay small; the event that declares a thing binds number and name.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

macro_rules! small_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);
        impl $name {
            /// The number as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

small_id!(
    /// A stream of this run, numbered in order of creation (a re-created stream gets a new number).
    StreamId(u16)
);
small_id!(
    /// A table of this run, numbered in order of creation.
    TableId(u16)
);
small_id!(
    /// A host: a machine with a clock, memory and links. Clients and service endpoints are hosts.
    HostId(u16)
);
small_id!(
    /// A delivery stream of this run, numbered in order of creation.
    DeliveryId(u16)
);
small_id!(
    /// A consumer application, numbered in order of the scenario.
    ConsumerId(u16)
);

/// A shard's number within its stream. Numbers only grow and are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardId(pub u32);

impl ShardId {
    /// The number as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for ShardId {
    /// `shardId-000000000042`, as Kinesis writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written so often, as the key of lease rows, that the digits are put in by hand.
        let mut text = *b"shardId-000000000000";
        let mut rest = self.0;
        for digit in text[8..].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Why a text is not a name or identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError(pub &'static str);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl std::error::Error for NameError {}

impl FromStr for ShardId {
    type Err = NameError;
    /// Production resolves any `<prefix>-<digits>` and bare digits up to 2147483647.
    fn from_str(s: &str) -> Result<Self, NameError> {
        let (mut number, mut digits) = (0u64, 0);
        // By hand, and forwards over bytes: rows of lease tables are read millions of times in a large run.
        for byte in s.bytes() {
            (number, digits) = match byte {
                b'0'..=b'9' => (number.saturating_mul(10).saturating_add(u64::from(byte - b'0')), digits + 1),
                _ => (0, 0),
            };
        }
        let is_apart = s.len() == digits || s.as_bytes().get(s.len() - digits - 1) == Some(&b'-');
        if digits == 0 || !is_apart || number > 2_147_483_647 {
            return Err(NameError("a shard id ends in a number up to 2147483647, as in shardId-000000000003"));
        }
        Ok(Self(number as u32))
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $min:literal, $max:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = NameError;
            fn from_str(s: &str) -> Result<Self, NameError> {
                let chars = s.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
                if chars && ($min..=$max).contains(&s.len()) {
                    Ok(Self(s.into()))
                } else {
                    Err(NameError($rule))
                }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

name!(
    /// A stream's name: 1 to 128 of `a-z A-Z 0-9 _ . -`.
    StreamName, 1, 128, "a stream name is 1 to 128 of a-z, A-Z, 0-9, '_', '.', '-'"
);
name!(
    /// A table's name: 3 to 255 of `a-z A-Z 0-9 _ . -`.
    TableName, 3, 255, "a table name is 3 to 255 of a-z, A-Z, 0-9, '_', '.', '-'"
);
name!(
    /// A delivery stream's name: 1 to 64 of `a-z A-Z 0-9 _ . -`.
    DeliveryName, 1, 64, "a delivery stream's name is 1 to 64 of a-z, A-Z, 0-9, '_', '.', '-'"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_ids_print_as_kinesis_does_and_read_leniently() {
        assert_eq!(ShardId(42).to_string(), "shardId-000000000042");
        for text in ["shardId-000000000042", "x-42", "42", "a1-b2-42", "-00000000000000000000000042"] {
            assert_eq!(text.parse(), Ok(ShardId(42)), "{text}");
        }
        for bad in ["", "shardId-", "shardId-2147483648", "abc", "x42", "4x2", "42-", "x-99999999999999999999999"] {
            assert!(bad.parse::<ShardId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_obey_their_rules() {
        assert!("clicks_1.a-b".parse::<StreamName>().is_ok());
        assert!("".parse::<StreamName>().is_err());
        assert!("a b".parse::<StreamName>().is_err());
        assert!("ab".parse::<TableName>().is_err());
    }
}
