//! Checksums that a client sends with its bytes. Content-MD5 and CRC-32, which SDKs use by themselves, are compared; of
//! the other kinds (CRC-32C, CRC-64/NVME, SHA-1, SHA-256) nothing is looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::aws::s3::api::Error;

/// Looks whether bytes are what the client says.
///
/// # Errors
/// When they are not, or when what it says is no checksum.
pub(super) fn check(body: &[u8], md5: Option<&str>, crc32: Option<&str>) -> Result<(), Error> {
    if let Some(md5) = md5 {
        let given = STANDARD.decode(md5).ok().filter(|given| given.len() == 16).ok_or(Error::InvalidDigest)?;
        if *given != *Md5::digest(body) {
            return Err(Error::BadDigest("The Content-MD5 you specified did not match what we received.".into()));
        }
    }
    if let Some(crc32) = crc32 {
        let given = STANDARD.decode(crc32).ok().and_then(|given| <[u8; 4]>::try_from(given).ok());
        let wrong = || Error::InvalidRequest("Value for x-amz-checksum-crc32 header is invalid.".into());
        let mut crc = flate2::Crc::new();
        crc.update(body);
        if given.ok_or_else(wrong)? != crc.sum().to_be_bytes() {
            return Err(Error::BadDigest("The CRC32 you specified did not match the calculated checksum.".into()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(md5: Option<&str>, crc32: Option<&str>) -> &'static str {
        check(b"hello", md5, crc32).map_or_else(|error| error.code(), |()| "fine")
    }

    #[test]
    fn bytes_must_be_what_the_client_says() {
        assert_eq!(code(Some("XUFAKrxLKna5cZ2REBfFkg=="), Some("NhCmhg==")), "fine");
        assert_eq!(code(Some("XUFAKrxLKna5cZ2REBfFkw=="), None), "BadDigest");
        assert_eq!(code(None, Some("NhCmhw==")), "BadDigest");
        assert_eq!(code(Some("XUFA"), None), "InvalidDigest");
        assert_eq!(code(None, Some("?")), "InvalidRequest");
    }
}
