//! Replies to answers.

use super::asked::Asked;
use super::xml_out::Xml;
use super::{objects, times};
use crate::aws::protocol::error::AwsError as _;
use crate::aws::protocol::{HttpResponse, Place};
use crate::aws::s3::api::{ETag, Error, Listing, Object, PartPut, Reply, Response, UploadId};
use crate::aws::s3::operations::next_token;
use crate::base::SimTime;
use crate::base::percent::encode;

const XML: &str = "application/xml";
/// The region that the answer to GetBucketLocation does not name.
const UNNAMED_REGION: &str = "us-east-1";

/// The answer that a reply becomes.
pub(super) fn answer(asked: &Asked, reply: &Reply, at: &Place<'_>) -> HttpResponse {
    let told = reply.as_ref().map_err(Clone::clone).and_then(|response| of_response(asked, response, at));
    told.unwrap_or_else(|error| of_error(asked, &error))
}

fn xml(body: Vec<u8>) -> HttpResponse {
    HttpResponse { status: 200, content_type: XML, rest: Some(Vec::new()), body }
}

/// An answer that is all in its headers.
fn bare(status: u16, headers: &[(&'static str, &str)]) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect();
    HttpResponse { status, content_type: "", rest: Some(headers), body: Vec::new() }
}

fn of_error(asked: &Asked, error: &Error) -> HttpResponse {
    // Of these no client reads a body.
    if &*asked.method == "HEAD" || error.status() == 304 {
        return bare(error.status(), &[]);
    }
    let body = Xml::plain("Error", |xml| {
        xml.text("Code", error.code());
        xml.text("Message", error.to_string());
        match error {
            Error::NoSuchBucket | Error::BucketNotEmpty | Error::InvalidBucketName => {
                xml.text("BucketName", &asked.bucket);
            }
            Error::NoSuchKey => xml.text("Key", &asked.key),
            Error::NoSuchUpload => xml.text("UploadId", asked.query("uploadId").unwrap_or_default()),
            Error::InvalidRange => xml.text("RangeRequested", asked.header("range").unwrap_or_default()),
            _ => {}
        }
        xml.text("Resource", &asked.path);
    });
    HttpResponse { status: error.status(), ..xml(body) }
}

fn of_response(asked: &Asked, response: &Response, at: &Place<'_>) -> Result<HttpResponse, Error> {
    Ok(match response {
        Response::Done => done(asked, at),
        Response::Object(object) => objects::answer(asked, object, at)?,
        Response::Buckets(buckets) => xml(list_of_buckets(buckets, at)),
        Response::Stored(etag) => bare(200, &[("etag", &etag.to_string())]),
        Response::Listed(listing) => xml(Listed { asked, listing, at }.document()),
        Response::Deleted(keys) => xml(Xml::document("DeleteResult", |xml| {
            // Whoever wants it quiet is told of failures alone, and there are none.
            let is_quiet = asked.says_quiet;
            for key in keys.iter().filter(|_| !is_quiet) {
                xml.within("Deleted", |xml| xml.text("Key", key));
            }
        })),
        Response::Copied(etag, put_at) => {
            let root = if asked.query("uploadId").is_some() { "CopyPartResult" } else { "CopyObjectResult" };
            xml(Xml::document(root, |xml| {
                xml.text("LastModified", times::iso(*put_at, at.epoch_unix_ms));
                xml.text("ETag", etag.to_string());
            }))
        }
        Response::Begun(id) => xml(Xml::document("InitiateMultipartUploadResult", |xml| {
            named(xml, asked);
            xml.text("UploadId", id.to_string());
        })),
        Response::Parts(parts) => xml(list_of_parts(asked, parts, at)),
        Response::Uploads(uploads) => xml(list_of_uploads(asked, uploads, at)),
        Response::Completed(etag) => xml(Xml::document("CompleteMultipartUploadResult", |xml| {
            xml.text("Location", &asked.path);
            named(xml, asked);
            xml.text("ETag", etag.to_string());
        })),
        Response::Nothing => return Err(Error::InternalError),
    })
}

/// What has been done, without anything to tell of it.
fn done(asked: &Asked, at: &Place<'_>) -> HttpResponse {
    let region = &at.account.region;
    match (&*asked.method, asked.key.is_empty()) {
        ("GET", _) => xml(Xml::document("LocationConstraint", |xml| {
            if **region != *UNNAMED_REGION {
                xml.plain_text(region);
            }
        })),
        ("HEAD", _) => bare(200, &[("x-amz-bucket-region", region)]),
        ("PUT", true) => bare(200, &[("location", &format!("/{}", asked.bucket))]),
        ("DELETE", _) => bare(204, &[]),
        _ => bare(200, &[]),
    }
}

fn named(xml: &mut Xml, asked: &Asked) {
    xml.text("Bucket", &asked.bucket);
    xml.text("Key", &asked.key);
}

fn list_of_buckets(buckets: &[(std::sync::Arc<str>, SimTime)], at: &Place<'_>) -> Vec<u8> {
    Xml::document("ListAllMyBucketsResult", |xml| {
        xml.within("Owner", |xml| xml.text("ID", &at.account.id));
        xml.within("Buckets", |xml| {
            for (name, created_at) in buckets {
                xml.within("Bucket", |xml| {
                    xml.text("Name", name);
                    xml.text("CreationDate", times::iso(*created_at, at.epoch_unix_ms));
                });
            }
        });
    })
}

fn of_object(xml: &mut Xml, object: &Object, at: &Place<'_>) {
    let etag: &ETag = object.etag();
    xml.text("LastModified", times::iso(object.put_at, at.epoch_unix_ms));
    xml.text("ETag", etag.to_string());
    xml.text("Size", object.size_bytes().to_string());
}

fn list_of_parts(asked: &Asked, parts: &[PartPut], at: &Place<'_>) -> Vec<u8> {
    Xml::document("ListPartsResult", |xml| {
        named(xml, asked);
        xml.text("UploadId", asked.query("uploadId").unwrap_or_default());
        xml.text("IsTruncated", "false");
        for part in parts {
            xml.within("Part", |xml| {
                xml.text("PartNumber", part.number.to_string());
                of_object(xml, &part.object, at);
            });
        }
    })
}

fn list_of_uploads(asked: &Asked, uploads: &[(std::sync::Arc<str>, UploadId, SimTime)], at: &Place<'_>) -> Vec<u8> {
    Xml::document("ListMultipartUploadsResult", |xml| {
        xml.text("Bucket", &asked.bucket);
        xml.text("IsTruncated", "false");
        for (key, id, begun_at) in uploads {
            xml.within("Upload", |xml| {
                xml.text("Key", key);
                xml.text("UploadId", id.to_string());
                xml.text("Initiated", times::iso(*begun_at, at.epoch_unix_ms));
            });
        }
    })
}

/// The answer to ListObjectsV2 and ListObjects.
struct Listed<'a> {
    asked: &'a Asked,
    listing: &'a Listing,
    at: &'a Place<'a>,
}

impl Listed<'_> {
    /// A key or a part of one, as the client wants it.
    fn key(&self, key: &str) -> String {
        match self.asked.query("encoding-type") {
            Some("url") => encode(key),
            _ => key.to_owned(),
        }
    }
    /// What the answer repeats of the query, if it was there.
    fn repeat(&self, xml: &mut Xml, name: &str, of: &str) {
        if let Some(value) = self.asked.query(of) {
            xml.text(name, self.key(value));
        }
    }

    fn document(&self) -> Vec<u8> {
        let Self { asked, listing, at } = self;
        Xml::document("ListBucketResult", |xml| {
            xml.text("Name", &asked.bucket);
            xml.text("Prefix", self.key(asked.query("prefix").unwrap_or_default()));
            self.repeat(xml, "Delimiter", "delimiter");
            self.repeat(xml, "EncodingType", "encoding-type");
            xml.text("MaxKeys", asked.query("max-keys").unwrap_or("1000"));
            xml.text("IsTruncated", listing.next.is_some().to_string());
            match asked.query("list-type") {
                Some(_) => self.second_version(xml),
                None => self.first_version(xml),
            }
            for (key, object) in &listing.objects {
                xml.within("Contents", |xml| {
                    xml.text("Key", self.key(key));
                    of_object(xml, object, at);
                    xml.text("StorageClass", "STANDARD");
                });
            }
            for prefix in &listing.prefixes {
                xml.within("CommonPrefixes", |xml| xml.text("Prefix", self.key(prefix)));
            }
        })
    }
    fn second_version(&self, xml: &mut Xml) {
        let Self { asked, listing, .. } = self;
        xml.text("KeyCount", (listing.objects.len() + listing.prefixes.len()).to_string());
        self.repeat(xml, "StartAfter", "start-after");
        if let Some(token) = asked.query("continuation-token") {
            xml.text("ContinuationToken", token);
        }
        if let Some(next) = &listing.next {
            xml.text("NextContinuationToken", next_token(next));
        }
    }
    fn first_version(&self, xml: &mut Xml) {
        xml.text("Marker", self.key(self.asked.query("marker").unwrap_or_default()));
        // Without a delimiter the last key says it.
        if let (Some(next), Some(_)) = (&self.listing.next, self.asked.query("delimiter")) {
            xml.text("NextMarker", self.key(next));
        }
    }
}
