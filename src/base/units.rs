//! Byte sizes and how people write them.

use std::fmt;

/// 1 KiB in bytes.
pub(crate) const KIB: u64 = 1024;
/// 1 MiB in bytes.
pub(crate) const MIB: u64 = 1024 * KIB;

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ByteSize(pub u64);

impl fmt::Display for ByteSize {
    /// Binary units with at most two decimals: `700 B`, `1.5 KiB`, `10 MiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 4] = [("TiB", MIB * MIB), ("GiB", MIB * KIB), ("MiB", MIB), ("KiB", KIB)];
        for (unit, size) in UNITS {
            if self.0 >= size {
                let hundredths = (self.0 as u128 * 100 / size as u128) as u64;
                let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                let text = text.trim_end_matches('0').trim_end_matches('.');
                return f.pad(&format!("{text} {unit}"));
            }
        }
        f.pad(&format!("{} B", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_print_in_binary_units() {
        for (n, text) in [(700, "700 B"), (1536, "1.5 KiB"), (10 * MIB, "10 MiB"), (MIB * KIB, "1 GiB")] {
            assert_eq!(ByteSize(n).to_string(), text);
        }
    }
}
