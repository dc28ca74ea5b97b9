//! Uploads in parts.

use super::*;

const FIVE_MIB: usize = 5 << 20;

/// An upload of `lake/a` that was begun: its id.
fn begin(at: &mut Endpoint) -> String {
    let begun = at.send("POST", "/lake/a?uploads", &["content-type: text/csv"], b"");
    inside(&text(&begun), "UploadId").expect("an id")
}

fn put_part(at: &mut Endpoint, id: &str, number: u32, body: &[u8]) -> String {
    let put = at.put(&format!("/lake/a?partNumber={number}&uploadId={id}"), body);
    header(&put, "etag").expect("an ETag").to_owned()
}

fn complete(at: &mut Endpoint, id: &str, parts: &[(u32, &str)]) -> HttpResponse {
    let part =
        |(number, etag): &(u32, &str)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
    let parts: String = parts.iter().map(part).collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    at.send("POST", &format!("/lake/a?uploadId={id}"), &[], body.as_bytes())
}

fn code(answer: &HttpResponse) -> String {
    inside(&text(answer), "Code").unwrap_or_default()
}

#[test]
fn parts_become_one_object_when_they_are_complete() {
    let mut at = Endpoint::with_lake();
    let id = begin(&mut at);
    // Put in another order than they stand, and one of them twice.
    let last = put_part(&mut at, &id, 7, b"end");
    put_part(&mut at, &id, 2, b"another");
    let first = put_part(&mut at, &id, 2, &vec![b'x'; FIVE_MIB]);
    let list = at.text("GET", &format!("/lake/a?uploadId={id}"));
    assert_eq!(
        (all(&list, "PartNumber"), all(&list, "Size")),
        (vec!["2".into(), "7".into()], vec!["5242880".to_owned(), "3".into()])
    );
    assert_eq!(all(&at.text("GET", "/lake?uploads"), "UploadId"), [id.as_str()]);
    assert_eq!(at.refused("GET", "/lake/a", &[], b""), "404 NoSuchKey", "not yet");
    let done = complete(&mut at, &id, &[(2, &first), (7, &last)]);
    let etag = inside(&text(&done), "ETag").expect("an ETag");
    assert!(etag.ends_with("-2&quot;"), "{etag}");
    let got = at.send("GET", "/lake/a", &[], b"");
    assert_eq!((got.body.len(), &got.body[FIVE_MIB..]), (FIVE_MIB + 3, b"end".as_slice()));
    assert_eq!(header(&got, "etag").map(|etag| etag.replace('"', "&quot;")), Some(etag));
    assert_eq!(header(&got, "content-type"), Some("text/csv"));
    assert!(all(&at.text("GET", "/lake?uploads"), "UploadId").is_empty());
}

#[test]
fn parts_that_do_not_fit_are_refused_and_the_upload_goes_on() {
    let mut at = Endpoint::with_lake();
    let id = begin(&mut at);
    let (one, two) = (put_part(&mut at, &id, 1, b"a"), put_part(&mut at, &id, 2, b"b"));
    assert_eq!(code(&complete(&mut at, &id, &[(1, &one), (2, &two)])), "EntityTooSmall");
    assert_eq!(code(&complete(&mut at, &id, &[(2, &two), (1, &one)])), "InvalidPartOrder");
    assert_eq!(code(&complete(&mut at, &id, &[(1, &two)])), "InvalidPart");
    assert_eq!(code(&complete(&mut at, &id, &[(3, &one)])), "InvalidPart");
    assert_eq!(code(&complete(&mut at, &id, &[])), "MalformedXML");
    assert_eq!(code(&complete(&mut at, "nope", &[(1, &one)])), "NoSuchUpload");
    assert_eq!(complete(&mut at, &id, &[(2, &two)]).status, 200, "the last may be small");
    assert_eq!(at.text("GET", "/lake/a"), "b");
}

#[test]
fn an_upload_that_was_aborted_is_gone() {
    let mut at = Endpoint::with_lake();
    let id = begin(&mut at);
    assert_eq!(at.status("DELETE", &format!("/lake/a?uploadId={id}")), 204);
    assert_eq!(at.refused("DELETE", &format!("/lake/a?uploadId={id}"), &[], b""), "404 NoSuchUpload");
    assert_eq!(at.refused("PUT", &format!("/lake/a?partNumber=1&uploadId={id}"), &[], b"x"), "404 NoSuchUpload");
    for number in ["0", "10001", "x", "-1", ""] {
        let uri = format!("/lake/a?partNumber={number}&uploadId={id}");
        assert_eq!(at.refused("PUT", &uri, &[], b"x"), "400 InvalidArgument", "{number}");
    }
}

#[test]
fn a_part_can_be_a_range_of_an_object() {
    let mut at = Endpoint::with_lake();
    at.put("/lake/from", b"0123456789");
    let id = begin(&mut at);
    let uri = format!("/lake/a?partNumber=1&uploadId={id}");
    let copied = at.send("PUT", &uri, &["x-amz-copy-source: lake/from", "x-amz-copy-source-range: bytes=2-4"], b"");
    let etag = inside(&text(&copied), "ETag").expect("an ETag");
    assert_eq!(complete(&mut at, &id, &[(1, &etag)]).status, 200);
    assert_eq!(at.text("GET", "/lake/a"), "234");
    let wrong = ["x-amz-copy-source: lake/from", "x-amz-copy-source-range: nope"];
    assert_eq!(at.refused("PUT", &uri, &wrong, b""), "400 InvalidArgument");
}

#[test]
fn the_same_uploads_have_the_same_ids_every_time() {
    let (mut one, mut other) = (Endpoint::with_lake(), Endpoint::with_lake());
    let ids = |at: &mut Endpoint| [begin(at), begin(at)];
    assert_eq!(ids(&mut one), ids(&mut other));
    assert_eq!(all(&one.text("GET", "/lake?uploads"), "UploadId").len(), 2, "and each has its own");
}
