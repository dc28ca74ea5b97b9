//! Record data. Simulated payloads are a seed and a length, so that memory holds metadata only.

use std::borrow::Cow;
use std::sync::Arc;

/// A record's data blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// `len` bytes that nobody looks at; `seed` tells one payload from another.
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
    /// Length in bytes.
    pub fn len(&self) -> u32 {
        match self {
            Self::Synthetic { len, .. } => *len,
            Self::Bytes(bytes) => bytes.len() as u32,
        }
    }
    /// Whether there are no bytes (Kinesis accepts empty data).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes. Those of a simulated payload are letters that follow from its seed.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Synthetic { seed, len } => {
                let letter = |n: u32| b'a' + (seed.wrapping_add(n).wrapping_mul(0x9e37_79b1) >> 27) as u8 % 26;
                Cow::Owned((0..*len).map(letter).collect())
            }
        }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Arc::new(bytes))
    }
}
