//! Record data. Simulated payloads are a seed and a length, so that memory holds metadata only.

use std::borrow::Cow;
use std::sync::Arc;

/// A record's data blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// `len` bytes that nobody looks at; payloads of the same `seed` and length are the same.
    Synthetic {
        /// Identifies the payload: a producer gives every record it means to send a different one.
        seed: u32,
        /// Length in bytes.
        len: u32,
    },
    /// Bytes given by a real client or by the scenario.
    Bytes(Arc<Vec<u8>>),
}

impl Payload {
    /// Returns the length in bytes, of made-up data too.
    pub fn len(&self) -> u32 {
        match self {
            Self::Synthetic { len, .. } => *len,
            Self::Bytes(bytes) => bytes.len() as u32,
        }
    }
    /// What the producer calls the record, of simulated ones.
    pub(crate) fn number(&self) -> Option<u32> {
        match self {
            Self::Synthetic { seed, .. } => Some(*seed),
            Self::Bytes(_) => None,
        }
    }
    /// Returns whether there are no bytes (Kinesis accepts empty data).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes. Those of a simulated payload are letters that follow from its seed, which the first eight spell.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Synthetic { seed, len } => Cow::Owned(letters(*seed, *len)),
        }
    }
    /// The payload that these bytes are: a simulated one if it can have no other bytes.
    pub(crate) fn from_wire(bytes: Vec<u8>) -> Self {
        match (seed_of(&bytes), u32::try_from(bytes.len())) {
            (Some(seed), Ok(len)) if letters(seed, len) == bytes => Self::Synthetic { seed, len },
            _ => Self::from(bytes),
        }
    }
}

/// Letters that spell a seed, a hexadecimal digit each.
const SEED_LETTERS: usize = 8;

/// The bytes of a simulated payload.
fn letters(seed: u32, len: u32) -> Vec<u8> {
    let letter = |n: u32| b'a' + (seed.wrapping_add(n).wrapping_mul(0x9e37_79b1) >> 27) as u8 % 26;
    let mut bytes: Vec<u8> = (0..len).map(letter).collect();
    for (n, byte) in bytes.iter_mut().take(SEED_LETTERS).enumerate() {
        *byte = b'a' + (seed >> (28 - 4 * n)) as u8 % 16;
    }
    bytes
}

/// The seed that the first letters spell, when they spell one.
fn seed_of(bytes: &[u8]) -> Option<u32> {
    let spelt = bytes.get(..SEED_LETTERS)?;
    spelt.iter().try_fold(0, |seed, byte| match byte {
        b'a'..=b'p' => Some(seed << 4 | u32::from(byte - b'a')),
        _ => None,
    })
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Arc::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_payload_is_known_again_by_its_bytes() {
        for (seed, len) in [(0, 8), (1, 700), (0xdead_beef, 9), (u32::MAX, 1024)] {
            let payload = Payload::Synthetic { seed, len };
            assert_eq!(payload.bytes().len() as u32, len);
            assert_eq!(Payload::from_wire(payload.bytes().into_owned()), payload);
        }
    }

    #[test]
    fn other_bytes_stay_bytes() {
        let mut nearly = Payload::Synthetic { seed: 7, len: 100 }.bytes().into_owned();
        nearly[99] ^= 1;
        for bytes in [b"".to_vec(), b"hello".to_vec(), b"aaaaaaaa-aaaaaaaa".to_vec(), nearly] {
            assert_eq!(Payload::from_wire(bytes.clone()), Payload::from(bytes));
        }
    }
}
