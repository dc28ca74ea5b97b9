//! A `Range` header with one range of bytes (RFC 9110, 14.1.2). S3 gives the whole object where it has several.

use crate::aws::s3::api::Error;

/// Bytes that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws::s3) enum Range {
    /// From here to there, both inclusive; to the end without the second.
    From(u64, Option<u64>),
    /// So many at the end.
    Last(u64),
}

impl Range {
    /// Reads a header; `None` when it is not one range of bytes, and then it is as if there were none.
    pub(in crate::aws::s3) fn read(header: &str) -> Option<Self> {
        let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match (first, last) {
            ("", last) => number(last).map(Self::Last),
            (first, "") => Some(Self::From(number(first)?, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// Which of so many bytes these are.
    ///
    /// # Errors
    /// When none of them are there.
    pub(in crate::aws::s3) fn within(self, len: u64) -> Result<std::ops::Range<usize>, Error> {
        let (from, to) = match self {
            Self::From(first, last) => (first, last.map_or(len, |last| last.saturating_add(1).min(len))),
            Self::Last(wanted) => (len.saturating_sub(wanted), len),
        };
        if from >= to {
            return Err(Error::InvalidRange);
        }
        Ok(from as usize..to as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str, len: u64) -> Option<Result<std::ops::Range<usize>, Error>> {
        Range::read(header).map(|range| range.within(len))
    }

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        assert_eq!(told("bytes=0-3", 10), Some(Ok(0..4)));
        assert_eq!(told("bytes=8-99", 10), Some(Ok(8..10)));
        assert_eq!(told("bytes=4-", 10), Some(Ok(4..10)));
        assert_eq!(told("bytes=-3", 10), Some(Ok(7..10)));
        assert_eq!(told("bytes=-30", 10), Some(Ok(0..10)));
        assert_eq!(told("bytes=0-18446744073709551615", 10), Some(Ok(0..10)));
    }

    #[test]
    fn a_range_behind_the_end_cannot_be_had_and_junk_is_no_range() {
        for header in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(told(header, 10), Some(Err(Error::InvalidRange)), "{header}");
        }
        assert_eq!(told("bytes=0-", 0), Some(Err(Error::InvalidRange)), "of nothing");
        for header in
            ["", "bytes", "bytes=", "bytes=-", "bytes=3-1", "bytes=a-b", "bytes=0-1,3-4", "rows=0-1", "bytes=+1-2"]
        {
            assert_eq!(told(header, 10), None, "{header}");
        }
    }
}
