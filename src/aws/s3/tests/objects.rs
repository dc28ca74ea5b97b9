//! Objects: bytes, ranges, what is kept beside them, conditions, copies.

use super::*;

#[test]
fn what_is_put_is_read_back_with_its_headers() {
    let mut at = Endpoint::with_lake();
    let put = at.send("PUT", "/lake/a/b", &["content-type: text/csv", "x-amz-meta-of: me"], b"hello");
    assert_eq!(header(&put, "etag"), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    for method in ["GET", "HEAD"] {
        let got = at.send(method, "/lake/a/b", &[], b"");
        assert_eq!(got.status, 200);
        assert_eq!(header(&got, "etag"), header(&put, "etag"));
        assert_eq!(header(&got, "last-modified"), Some("Fri, 15 Jan 2027 08:00:05 GMT"));
        assert_eq!((header(&got, "content-type"), header(&got, "x-amz-meta-of")), (Some("text/csv"), Some("me")));
        assert_eq!(text(&got), if method == "GET" { "hello" } else { "" });
        assert_eq!(header(&got, "content-length"), (method == "HEAD").then_some("5"));
    }
    let got = at.send("GET", "/lake/a/b?response-content-type=text/x&response-expires=0", &[], b"");
    assert_eq!((header(&got, "content-type"), header(&got, "expires")), (Some("text/x"), Some("0")));
    assert_eq!(at.refused("GET", "/lake/a", &[], b""), "404 NoSuchKey");
    assert_eq!(at.refused("HEAD", "/lake/a", &[], b""), "404 ");
}

#[test]
fn a_range_is_a_part_of_the_object() {
    let mut at = Endpoint::with_lake();
    at.put("/lake/a", b"0123456789");
    let got = at.send("GET", "/lake/a", &["range: bytes=2-4"], b"");
    assert_eq!((got.status, text(&got)), (206, "234".to_owned()));
    assert_eq!(header(&got, "content-range"), Some("bytes 2-4/10"));
    let head = at.send("HEAD", "/lake/a", &["range: bytes=-3"], b"");
    assert_eq!((header(&head, "content-range"), header(&head, "content-length")), (Some("bytes 7-9/10"), Some("3")));
    assert_eq!(at.refused("GET", "/lake/a", &["range: bytes=10-"], b""), "416 InvalidRange");
    assert_eq!(text(&at.send("GET", "/lake/a", &["range: nope"], b"")), "0123456789", "as if there were none");
}

#[test]
fn conditions_are_held() {
    let mut at = Endpoint::with_lake();
    let put = at.put("/lake/a", b"x");
    let etag = header(&put, "etag").expect("an ETag").to_owned();
    let (same, other) = (format!("if-match: {etag}"), "if-match: \"0\"");
    let known = format!("if-none-match: {etag}");
    assert_eq!(at.send("GET", "/lake/a", &[&same], b"").status, 200);
    assert_eq!(at.refused("GET", "/lake/a", &[other], b""), "412 PreconditionFailed");
    assert_eq!(at.refused("GET", "/lake/a", &[&known], b""), "304 ");
    assert_eq!(at.refused("PUT", "/lake/a", &["if-none-match: *"], b"y"), "412 PreconditionFailed");
    assert_eq!(at.refused("PUT", "/lake/a", &[other], b"y"), "412 PreconditionFailed");
    assert_eq!(at.refused("PUT", "/lake/b", &[other], b"y"), "404 NoSuchKey");
    assert_eq!(at.refused("PUT", "/lake/b", &[&known], b"y"), "501 NotImplemented");
    assert_eq!(at.send("PUT", "/lake/a", &[&same], b"y").status, 200);
    assert_eq!(at.send("PUT", "/lake/b", &["if-none-match: *"], b"y").status, 200);
    assert_eq!(at.text("GET", "/lake/a"), "y");
}

#[test]
fn a_copy_has_the_bytes_and_what_is_kept_beside_them() {
    let mut at = Endpoint::with_lake();
    at.send("PUT", "/lake/a%20b", &["x-amz-meta-of: me"], b"x");
    let copy = at.send("PUT", "/lake/c", &["x-amz-copy-source: /lake/a%20b"], b"");
    assert_eq!(inside(&text(&copy), "ETag").as_deref(), Some("&quot;9dd4e461268c8034f5c8564e155c67a6&quot;"));
    let got = at.send("GET", "/lake/c", &[], b"");
    assert_eq!((text(&got), header(&got, "x-amz-meta-of")), ("x".to_owned(), Some("me")));
    let replace = ["x-amz-copy-source: lake/c", "x-amz-metadata-directive: REPLACE", "x-amz-meta-of: you"];
    assert_eq!(at.send("PUT", "/lake/c", &replace, b"").status, 200, "onto itself, with other metadata");
    assert_eq!(header(&at.send("GET", "/lake/c", &[], b""), "x-amz-meta-of"), Some("you"));
    assert_eq!(at.refused("PUT", "/lake/c", &["x-amz-copy-source: lake/c"], b""), "400 InvalidRequest");
    assert_eq!(at.refused("PUT", "/lake/c", &["x-amz-copy-source: lake/no"], b""), "404 NoSuchKey");
    assert_eq!(at.refused("PUT", "/lake/c", &["x-amz-copy-source: nope"], b""), "400 InvalidArgument");
}

#[test]
fn a_body_in_chunks_is_put_together_and_its_checksum_compared() {
    let mut at = Endpoint::with_lake();
    let body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let headers = ["x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER", "content-encoding: gzip,aws-chunked"];
    assert_eq!(at.send("PUT", "/lake/a", &headers, body).status, 200);
    let got = at.send("GET", "/lake/a", &[], b"");
    assert_eq!((text(&got), header(&got, "content-encoding")), ("hello".to_owned(), Some("gzip")));
    let wrong = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    assert_eq!(at.refused("PUT", "/lake/a", &headers, wrong), "400 BadDigest");
    let long = [headers[0], "x-amz-decoded-content-length: 6"];
    assert_eq!(at.refused("PUT", "/lake/a", &long, body), "400 IncompleteBody");
}

#[test]
fn what_is_put_twice_is_what_was_put_last() {
    let mut at = Endpoint::with_lake();
    at.put("/lake/a", b"first");
    at.now = SimTime::from_secs(9);
    at.put("/lake/a", b"second");
    let got = at.send("GET", "/lake/a", &[], b"");
    assert_eq!((text(&got), header(&got, "last-modified")), ("second".into(), Some("Fri, 15 Jan 2027 08:00:09 GMT")));
}
