//! Buckets, and lists of what is in them.

use std::sync::Arc;

use super::*;
use crate::base::Holds;
use crate::base::event::Output;
use crate::world::CallId;

fn delivered(bucket: &str) -> Request {
    let (bucket, key, output) = (Arc::from(bucket), "a".into(), Output::Destination);
    PutObject { bucket, key, body: b"x".to_vec().into(), holds: Holds::default(), output, call: CallId(0) }.into()
}

#[test]
fn a_bucket_is_made_named_and_deleted_when_it_is_empty() {
    let mut at = Endpoint::new();
    assert_eq!(at.refused("HEAD", "/lake", &[], b""), "404 ");
    assert_eq!(at.status("PUT", "/lake"), 200);
    assert_eq!(at.status("HEAD", "/lake"), 200);
    let list = at.text("GET", "/");
    assert_eq!(all(&list, "Name"), ["lake"]);
    assert_eq!(all(&list, "CreationDate"), ["2027-01-15T08:00:05.000Z"]);
    assert_eq!(at.put("/lake/a", b"x").status, 200);
    assert_eq!(at.refused("DELETE", "/lake", &[], b""), "409 BucketNotEmpty");
    assert_eq!((at.status("DELETE", "/lake/a"), at.status("DELETE", "/lake")), (204, 204));
    assert_eq!(at.refused("DELETE", "/lake", &[], b""), "404 NoSuchBucket");
    assert_eq!(at.refused("PUT", "/Lake", &[], b""), "400 InvalidBucketName");
}

#[test]
fn a_bucket_that_is_there_is_an_error_but_in_the_first_region() {
    let mut first = Endpoint::with_lake();
    assert_eq!(first.status("PUT", "/lake"), 200);
    assert!(first.text("GET", "/lake?location").contains("<LocationConstraint xmlns="), "without a name");
    let mut other = Endpoint::of(Settings::default(), "eu-west-1");
    let body =
        b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    assert_eq!(other.refused("PUT", "/lake", &[], b""), "400 IllegalLocationConstraintException");
    assert_eq!(other.put("/lake", body).status, 200);
    assert_eq!(other.refused("PUT", "/lake", &[], body), "409 BucketAlreadyOwnedByYou");
    assert_eq!(first.refused("PUT", "/pond", &[], body), "400 IllegalLocationConstraintException");
    assert!(other.text("GET", "/lake?location").contains(">eu-west-1</LocationConstraint>"));
}

#[test]
fn a_delivery_stream_finds_its_bucket_unless_a_setting_says_which_there_are() {
    let put = |at: &mut Endpoint, bucket: &str| at.s3.handle(at.now, CLIENT, delivered(bucket), &mut at.events);
    let mut at = Endpoint::new();
    assert!(put(&mut at, "lake").is_ok());
    assert_eq!(at.text("GET", "/lake/a"), "x");
    assert_eq!(at.refused("PUT", "/pond/a", &[], b"x"), "404 NoSuchBucket");
    let mut given =
        Endpoint::of(Settings { buckets: Some(["lake".into()].into()), ..Settings::default() }, "us-east-1");
    assert!(put(&mut given, "lake").is_ok());
    assert_eq!(put(&mut given, "pond").err(), Some(Error::NoSuchBucket));
}

fn with_keys(keys: &[&str]) -> Endpoint {
    let mut at = Endpoint::with_lake();
    for key in keys {
        assert_eq!(at.put(&format!("/lake/{key}"), b"12345").status, 200);
    }
    at
}

#[test]
fn a_list_tells_keys_sizes_and_etags_page_by_page() {
    let mut at = with_keys(&["a", "b/1", "b/2", "c"]);
    let list = at.text("GET", "/lake?list-type=2");
    assert_eq!(all(&list, "Key"), ["a", "b/1", "b/2", "c"]);
    assert_eq!((inside(&list, "Size"), inside(&list, "KeyCount")), (Some("5".into()), Some("4".into())));
    assert_eq!(inside(&list, "ETag").as_deref(), Some("&quot;827ccb0eea8a706c4c34a16891f84e7b&quot;"));
    let (mut seen, mut token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let list = at.text("GET", &format!("/lake?list-type=2&max-keys=2&delimiter=%2F{token}"));
        seen.extend(all(&list, "Key").into_iter().chain(all(&list, "Prefix")).filter(|text| !text.is_empty()));
        pages += 1;
        let Some(next) = inside(&list, "NextContinuationToken") else { break };
        token = format!("&continuation-token={next}");
    }
    assert_eq!((seen, pages), (vec!["a".to_owned(), "b/".into(), "c".into()], 2));
    assert_eq!(all(&at.text("GET", "/lake?list-type=2&start-after=b/1&prefix=b"), "Key"), ["b/2"]);
    assert_eq!(all(&at.text("GET", "/lake?marker=b/1&max-keys=1"), "Key"), ["b/2"]);
    let first = at.text("GET", "/lake?delimiter=/&max-keys=2");
    assert_eq!(inside(&first, "NextMarker").as_deref(), Some("b/"));
    assert_eq!(all(&at.text("GET", "/lake?delimiter=/&marker=b/"), "Key"), ["c"]);
}

#[test]
fn keys_that_xml_cannot_hold_come_encoded_on_demand() {
    let mut at = with_keys(&["a%01%3C%26", "b+c%20d"]);
    assert_eq!(all(&at.text("GET", "/lake?list-type=2"), "Key"), ["a&#x1;&lt;&amp;", "b+c d"]);
    assert_eq!(all(&at.text("GET", "/lake?list-type=2&encoding-type=url"), "Key"), ["a%01%3C%26", "b%2Bc+d"]);
}

#[test]
fn a_list_that_cannot_be_is_refused() {
    let mut at = Endpoint::with_lake();
    for query in
        ["max-keys=-1", "max-keys=x", "max-keys=99999999999", "encoding-type=x", "list-type=2&continuation-token=%20"]
    {
        assert_eq!(at.refused("GET", &format!("/lake?{query}"), &[], b""), "400 InvalidArgument", "{query}");
    }
    assert_eq!(at.refused("GET", "/pond?list-type=2", &[], b""), "404 NoSuchBucket");
}

#[test]
fn many_are_deleted_at_once() {
    let mut at = with_keys(&["a", "b", "c"]);
    let delete =
        |quiet: &str| format!("<Delete>{quiet}<Object><Key>a</Key></Object><Object><Key>x</Key></Object></Delete>");
    let answer = at.send("POST", "/lake?delete", &[], delete("").as_bytes());
    assert_eq!(all(&text(&answer), "Key"), ["a", "x"], "what is not there is gone");
    let answer = at.send("POST", "/lake?delete", &[], delete("<Quiet>true</Quiet>").as_bytes());
    assert!(all(&text(&answer), "Key").is_empty());
    assert_eq!(all(&at.text("GET", "/lake"), "Key"), ["b", "c"]);
    let deleted = at.events.iter().filter(|event| matches!(event, Event::ObjectDeleted { .. })).count();
    assert_eq!(deleted, 1, "one was there, once");
    let many = format!("<Delete>{}</Delete>", "<Object><Key>a</Key></Object>".repeat(1001));
    for body in ["<Delete></Delete>", "<Delete><Object/></Delete>", "nope", &many] {
        assert_eq!(at.refused("POST", "/lake?delete", &[], body.as_bytes()), "400 MalformedXML");
    }
}
