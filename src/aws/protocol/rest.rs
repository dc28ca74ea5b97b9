//! Requests of REST services, which no target names: of those there is S3.

/// What a request of a REST service says besides its method, query and body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rest<'a> {
    /// The part of the URI before `?`.
    pub(crate) path: &'a str,
    /// `Host`, with its port.
    pub(crate) host: Option<&'a str>,
    /// Its other headers that are looked at, with small letters.
    pub(crate) headers: Vec<(&'a str, &'a str)>,
}

/// Headers that are looked at, besides those of a user's own (`x-amz-meta-...`). None of them is secret.
const LOOKED_AT: [&str; 18] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
    "if-match",
    "if-none-match",
    "range",
    "x-amz-checksum-crc32",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    "x-amz-decoded-content-length",
    "x-amz-metadata-directive",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
];

/// Whether a header is looked at.
pub(crate) fn is_looked_at(header: &str) -> bool {
    LOOKED_AT.contains(&header) || header.starts_with("x-amz-meta-")
}

/// The bucket that a host names: what stands before `.s3.`, or before `.localhost`.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let before_s3 = name.find(".s3.").or_else(|| name.find(".s3-")).map(|at| &name[..at]);
    let before_localhost = || name.strip_suffix(".localhost").filter(|_| !is_bare_host(name));
    before_s3.or_else(before_localhost).filter(|bucket| !bucket.is_empty())
}

/// Whether a host is S3's and names no bucket: `s3.localhost`, `s3.eu-west-1.localhost`.
pub(super) fn is_bare_host(host: &str) -> bool {
    host.starts_with("s3.") || host.starts_with("s3-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_a_bucket() {
        for host in ["lake.localhost:4566", "lake.s3.localhost", "lake.s3.us-east-1.amazonaws.com", "lake.s3-x.test"] {
            assert_eq!(bucket_of_host(host), Some("lake"), "{host}");
        }
        for host in ["localhost:4566", "127.0.0.1", "s3.localhost", "s3.eu-west-1.localhost", "kinesim", ".localhost"] {
            assert_eq!(bucket_of_host(host), None, "{host}");
        }
        assert_eq!(bucket_of_host("a.b.localhost"), Some("a.b"));
    }
}
