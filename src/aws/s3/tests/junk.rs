//! Bad input: an error in S3's shape, whatever comes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[test]
fn what_makes_no_sense_is_refused_in_s3s_shape() {
    let mut at = Endpoint::with_lake();
    let long = format!("/lake/{}", "k".repeat(1025));
    let meta = format!("x-amz-meta-a: {}", "v".repeat(2048));
    let cases: [(&str, &str, &[&str], &str); 14] = [
        ("PUT", &long, &[], "400 KeyTooLongError"),
        ("GET", &long, &[], "400 KeyTooLongError"),
        ("PUT", "/lake/a", &[&meta], "400 MetadataTooLarge"),
        ("PUT", "/lake/a", &["content-md5: nope"], "400 InvalidDigest"),
        ("PUT", "/lake/a", &["content-md5: XUFAKrxLKna5cZ2REBfFkg=="], "400 BadDigest"),
        ("PUT", "/lake/a", &["x-amz-checksum-crc32: nope"], "400 InvalidRequest"),
        ("PUT", "/lake/a", &["x-amz-content-sha256: STREAMING-X"], "400 IncompleteBody"),
        ("GET", "/lake/%ff", &[], "400 InvalidURI"),
        ("GET", "/lake?prefix=%ff", &[], "400 InvalidURI"),
        ("PATCH", "/lake/a", &[], "405 MethodNotAllowed"),
        ("POST", "/", &[], "405 MethodNotAllowed"),
        ("POST", "/lake", &[], "501 NotImplemented"),
        ("GET", "/lake/a?acl", &[], "501 NotImplemented"),
        ("GET", "/lake/a?versionId=7", &[], "501 NotImplemented"),
    ];
    for (method, uri, headers, expected) in cases {
        assert_eq!(at.refused(method, uri, headers, b"x"), expected, "{method} {uri:.40}");
    }
    assert_eq!(at.refused("PUT", "/pond", &[], b"<nope"), "400 MalformedXML");
}

#[test]
fn an_error_says_what_it_is_about_and_is_never_markup() {
    let mut at = Endpoint::with_lake();
    let text = at.text("GET", "/lake/%3C/Key%3E");
    assert_eq!(inside(&text, "Key").as_deref(), Some("&lt;/Key&gt;"));
    assert_eq!(inside(&text, "Resource").as_deref(), Some("/lake/%3C/Key%3E"), "as it was sent");
    assert_eq!(inside(&at.text("GET", "/pond/a"), "BucketName").as_deref(), Some("pond"));
}

fn query() -> impl Strategy<Value = String> {
    const KNOWN: &str = "uploads|uploadId=[0-9]|delete|list-type=2|delimiter=/|location|partNumber=1|max-keys=[0-9]";
    let known = proptest::string::string_regex(KNOWN).expect("a pattern");
    prop_oneof![known, "prefix=[ -~]{0,3}", "[ -~]{0,4}"]
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        "range: bytes=[0-9-]{0,5}",
        "(content-md5|x-amz-copy-source|if-match): [ -~]{0,9}",
        "x-amz-content-sha256: STREAMING-X|content-encoding: aws-chunked",
        "x-amz-decoded-content-length: [0-9]{0,3}",
    ]
}

fn markup() -> impl Strategy<Value = String> {
    let tag = "</?(Delete|Object|Key|Quiet|CompleteMultipartUpload|Part|ETag)/?>";
    vec(prop_oneof![tag, "[&;#x<>!\\[\\]-]", "[0-9a-f]{0,2}\\r\\n"], 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_request_has_an_answer(
        method in "GET|HEAD|PUT|POST|DELETE|X",
        path in "/(lake|pond|[ -~]{0,4})?(/[ -~]{0,6}|/a|/%[0-9a-f]{2})?",
        query in vec(query(), 0..3),
        headers in vec(header(), 0..3),
        body in prop_oneof![vec(any::<u8>(), 0..40), markup().prop_map(String::into_bytes)],
    ) {
        let mut at = Endpoint::with_lake();
        at.put("/lake/a", b"0123456789");
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = at.send(&method, &format!("{path}?{}", query.join("&")), &headers, &body);
        let is_told = answer.status < 400 || method == "HEAD" || text(&answer).contains("<Error><Code>");
        prop_assert!(is_told && answer.status != 500, "{}", text(&answer));
    }
}
