//! Whose a request is that no target names.

use super::credential::service;
use super::envelope::HttpRequest;
use super::rest::{bucket_of_host, is_bare_host};

/// Whether a request is of S3: one that no target names, that is signed for S3; or that is not signed and either comes
/// to a host of S3's or asks by its path for what is in a bucket.
pub(crate) fn is_of_s3(request: &HttpRequest<'_>, path: &str, host: Option<&str>) -> bool {
    if request.target.is_some() {
        return false;
    }
    if let Some(service) = service(request) {
        return service == "s3";
    }
    let is_json = request.content_type.is_some_and(|kind| kind.starts_with("application/x-amz-"));
    let is_host = host.is_some_and(|host| is_bare_host(host) || bucket_of_host(host).is_some());
    let is_signed = request.authorization.is_some();
    let is_plain = ["GET", "HEAD", "PUT", "DELETE"].contains(&request.method);
    !is_signed && !is_json && (is_host || (is_plain && names_bucket(path)))
}

fn names_bucket(path: &str) -> bool {
    let bucket = path.strip_prefix('/').unwrap_or(path).split('/').next().unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    bucket.len() >= 3 && bucket.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(request: &HttpRequest<'_>, url: &str) -> bool {
        let (host, path) = url.split_once('/').expect("a path");
        is_of_s3(request, &format!("/{path}"), Some(host))
    }

    #[test]
    fn a_request_is_of_s3_when_it_is_signed_for_s3() {
        let signed =
            |service: &str| format!("AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/{service}/aws4_request, x");
        for (service, is_s3) in [("s3", true), ("kinesis", false), ("dynamodb", false), ("sts", false)] {
            let header = signed(service);
            let request = HttpRequest { method: "GET", authorization: Some(&header), ..HttpRequest::default() };
            assert_eq!(told(&request, "localhost/lake/key"), is_s3, "{service}");
            assert_eq!(told(&request, "lake.localhost/key"), is_s3, "{service}");
            let targeted = HttpRequest { target: Some("Kinesis_20131202.PutRecord"), ..request };
            assert!(!told(&targeted, "localhost/"), "a target says whose it is");
        }
        let query = "X-Amz-Algorithm=A&X-Amz-Credential=k%2F20261123%2Feu-west-1%2Fs3%2Faws4_request";
        assert!(
            told(&HttpRequest { method: "PUT", query, ..HttpRequest::default() }, "localhost/lake/key"),
            "presigned"
        );
    }

    #[test]
    fn what_is_not_signed_is_of_s3_by_its_host_or_path() {
        let of = |method| HttpRequest { method, ..HttpRequest::default() };
        assert!(told(&of("GET"), "localhost/lake/key") && told(&of("HEAD"), "lake.localhost:4566/"));
        assert!(told(&of("POST"), "lake.s3.localhost/?delete"));
        assert!(!told(&of("GET"), "localhost:4566/") && !told(&of("POST"), "localhost/lake/key"));
        assert!(!told(&of("GET"), "localhost/_kinesim/health") && !told(&of("GET"), "localhost/Nope"));
        let json = HttpRequest { content_type: Some("application/x-amz-json-1.1"), ..of("POST") };
        assert!(!told(&json, "kinesim.localhost/"));
        let scopeless = HttpRequest { authorization: Some("AWS4-HMAC-SHA256 Credential=a/b"), ..of("GET") };
        assert!(!told(&scopeless, "localhost/lake/key"));
    }
}
