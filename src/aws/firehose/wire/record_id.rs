//! RecordIds as texts. AWS's are longer, and as opaque.

use std::fmt;

use crate::aws::firehose::api::RecordId;

/// What a number is mixed with, so that ids do not look like a count.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The bytes of an id: its number, mixed, and again mixed otherwise, which tells ids from other texts.
fn bytes(id: RecordId) -> [u8; 16] {
    let mixed = id.0.wrapping_mul(MIX);
    let again = (mixed ^ (mixed >> 29)).wrapping_mul(MIX);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mixed.to_be_bytes());
    bytes[8..].copy_from_slice(&again.to_be_bytes());
    bytes
}

/// The inverse of [`MIX`] modulo 2^64, by Newton's iteration.
const UNMIX: u64 = {
    let mut inverse = MIX;
    let mut n = 0;
    while n < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(MIX.wrapping_mul(inverse)));
        n += 1;
    }
    inverse
};

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64_simd::STANDARD.encode_to_string(bytes(*self)))
    }
}

impl RecordId {
    /// The id that a text is.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let read = base64_simd::STANDARD.decode_to_vec(text.as_bytes()).ok()?;
        let mixed = u64::from_be_bytes(read.get(..8)?.try_into().ok()?);
        let id = Self(mixed.wrapping_mul(UNMIX));
        (bytes(id) == *read).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is_one() {
        for number in [0, 1, 2, 12_345_678, u64::MAX] {
            assert_eq!(RecordId::of_text(&RecordId(number).to_string()), Some(RecordId(number)));
        }
        for wrong in ["", "AAAA", "not base64", "AAAAAAAAAAEAAAAAAAAAAA=="] {
            assert_eq!(RecordId::of_text(wrong), None, "{wrong}");
        }
    }
}
