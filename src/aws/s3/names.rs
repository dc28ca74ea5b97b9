//! Names of buckets and keys.

/// Whether a bucket may have this name
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>): 3 to 63 small letters, digits,
/// dots and hyphens, of which the first and the last is a letter or a digit; no two dots in a row; no IP address;
/// none of the prefixes and suffixes that AWS keeps for itself.
pub(super) fn is_bucket_name(name: &str) -> bool {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_address = |name: &str| {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        name.split('.').count() == 4 && name.split('.').all(is_number)
    };
    let is_inside = |byte: u8| is_end(Some(byte)) || byte == b'.' || byte == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(is_inside)
        && is_end(name.bytes().next())
        && is_end(name.bytes().last())
        && !name.contains("..")
        && !is_address(name)
        && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Most bytes of a key.
pub(super) const KEY_BYTES_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_name_that_aws_allows() {
        for name in ["abc", "a.b-c", "123", "1.2.3", &"a".repeat(63)] {
            assert!(is_bucket_name(name), "{name}");
        }
        let wrong =
            ["ab", "Abc", "a_b", "-abc", "abc-", "a..b", "192.168.0.1", "xn--a", "abc-s3alias", "", "a b", "\u{e9}ab"];
        for name in wrong.into_iter().chain([&*"a".repeat(64)]) {
            assert!(!is_bucket_name(name), "{name}");
        }
    }
}
