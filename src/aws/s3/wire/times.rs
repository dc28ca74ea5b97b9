//! Times as answers have them.

use jiff::Timestamp;

use crate::base::SimTime;

fn stamp(at: SimTime, epoch_unix_ms: u64) -> Timestamp {
    let unix_ms = i64::try_from(epoch_unix_ms.saturating_add(at.as_millis())).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(unix_ms).unwrap_or_default()
}

/// In XML: `2026-11-23T10:00:00.000Z`.
pub(super) fn iso(at: SimTime, epoch_unix_ms: u64) -> String {
    stamp(at, epoch_unix_ms).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// In headers: `Mon, 23 Nov 2026 10:00:00 GMT`.
pub(super) fn http(at: SimTime, epoch_unix_ms: u64) -> String {
    stamp(at, epoch_unix_ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_s3_does() {
        let at = SimTime::from_millis(1_500);
        assert_eq!(iso(at, 1_800_000_000_000), "2027-01-15T08:00:01.500Z");
        assert_eq!(http(at, 1_800_000_000_000), "Fri, 15 Jan 2027 08:00:01 GMT");
        assert_eq!(http(SimTime::MAX, u64::MAX), "Thu, 01 Jan 1970 00:00:00 GMT", "none that there is");
    }
}
