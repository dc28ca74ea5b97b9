//! Bodies in chunks of their own (`aws-chunked`), as SDKs send those whose signature or checksum they know at the end
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>). Signatures of chunks are passed over.

use crate::aws::s3::api::Error;

/// What was in the chunks.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunked {
    pub(super) body: Vec<u8>,
    /// Headers that came behind the last chunk, in small letters.
    pub(super) trailers: Vec<(String, String)>,
}

/// Puts a body together.
///
/// # Errors
/// When it ends early, or is none.
pub(super) fn read(mut rest: &[u8]) -> Result<Chunked, Error> {
    let mut chunked = Chunked::default();
    loop {
        let (line, behind) = line(rest).ok_or(Error::IncompleteBody)?;
        let size = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| Error::IncompleteBody)?;
        if size == 0 {
            chunked.trailers = trailers(behind);
            return Ok(chunked);
        }
        let (chunk, behind) = behind.split_at_checked(size).ok_or(Error::IncompleteBody)?;
        chunked.body.extend_from_slice(chunk);
        rest = behind.strip_prefix(b"\r\n").ok_or(Error::IncompleteBody)?;
    }
}

/// A line, and what is behind it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let at = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + 2..]))
}

fn trailers(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let pairs = text.split(['\r', '\n']).filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_and_trailers_kept() {
        let sent = b"5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nX-Amz-Checksum-Crc32:abc=\r\n\r\n";
        let read = read(sent).expect("it is whole");
        assert_eq!(read.body, b"hello!");
        assert_eq!(read.trailers, [("x-amz-checksum-crc32".to_owned(), "abc=".to_owned())]);
    }

    #[test]
    fn a_body_that_ends_early_or_is_junk_is_incomplete() {
        let cases: [&[u8]; 8] = [
            b"",
            b"5",
            b"5\r\nhell",
            b"5\r\nhello",
            b"5\r\nhelloxx0\r\n",
            b"zz\r\n",
            b"ffffffffffffffff\r\nx",
            b"fffffffffffffffffff\r\nx",
        ];
        for sent in cases {
            assert_eq!(read(sent), Err(Error::IncompleteBody), "{}", String::from_utf8_lossy(sent));
        }
    }
}
