//! Which bucket and key a request means: by its host (virtual-host style) or its path (path style)
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).

use crate::aws::protocol::rest::{Rest, bucket_of_host};
use crate::aws::s3::api::Error;
use crate::base::percent::decode_path;

/// Bucket and key of a request; empty for none.
///
/// # Errors
/// When the path stands for no text.
pub(super) fn address(rest: &Rest<'_>) -> Result<(String, String), Error> {
    let path = rest.path.strip_prefix('/').unwrap_or(rest.path);
    let decoded = |text: &str| decode_path(text).ok_or(Error::InvalidUri);
    match rest.host.and_then(bucket_of_host) {
        Some(bucket) => Ok((bucket.to_owned(), decoded(path)?)),
        None => {
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            Ok((decoded(bucket)?, decoded(key)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(host: &str, path: &str) -> (String, String) {
        address(&Rest { path, host: Some(host), headers: Vec::new() }).expect("it is text")
    }

    #[test]
    fn a_bucket_is_in_the_path_or_in_the_host() {
        let lake = |key: &str| ("lake".to_owned(), key.to_owned());
        for host in ["localhost:4566", "127.0.0.1:4566", "s3.localhost", "s3.eu-west-1.localhost:80", "kinesim"] {
            assert_eq!(told(host, "/lake/a/b%20c"), lake("a/b c"), "{host}");
        }
        for host in ["lake.localhost:4566", "lake.s3.localhost", "lake.s3.us-east-1.amazonaws.com", "lake.s3-x.test"] {
            assert_eq!(told(host, "/a/b%20c"), lake("a/b c"), "{host}");
        }
        assert_eq!(told("localhost", "/"), (String::new(), String::new()));
        assert_eq!(told("localhost", "/lake"), lake(""));
        assert_eq!(told("localhost", "/lake/"), lake(""));
        assert_eq!(told("localhost", "/lake//a"), lake("/a"), "a key may begin with a slash");
        assert_eq!(told("a.b.localhost", "/"), ("a.b".to_owned(), String::new()));
    }

    #[test]
    fn a_path_must_be_text() {
        let rest = Rest { path: "/lake/%ff", host: None, headers: Vec::new() };
        assert_eq!(address(&rest), Err(Error::InvalidUri));
    }
}
