//! Which operation a request means: its method, whether it names a bucket and a key, and parts of its query.

use super::asked::Asked;
use crate::aws::protocol::operation::Operation;
use crate::aws::s3::api::Error;
use crate::aws::s3::operations::OPERATIONS;

/// Parts of a query that mean an operation which is not here.
const ELSEWHERE: [&str; 29] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "tagging",
    "versioning",
    "website",
];

/// The operation that is asked for.
///
/// # Errors
/// When S3 has none such, or it is not here.
pub(super) fn operation(asked: &Asked) -> Result<Operation, Error> {
    let name = name(asked)?;
    OPERATIONS.iter().copied().find(|known| known.name() == name).ok_or(Error::MethodNotAllowed)
}

fn name(asked: &Asked) -> Result<&'static str, Error> {
    let has = |name: &str| asked.query(name).is_some();
    let elsewhere = ELSEWHERE.iter().find(|name| has(name)).or(["torrent", "versions"].iter().find(|name| has(name)));
    if let Some(elsewhere) = elsewhere {
        return Err(Error::NotImplemented(format!("?{elsewhere} of S3 is not here").into()));
    }
    if asked.query("versionId").is_some_and(|version| !["", "null"].contains(&version)) {
        return Err(Error::NotImplemented("Versions of S3 are not here".into()));
    }
    match (asked.bucket.is_empty(), asked.key.is_empty()) {
        (true, _) if &*asked.method == "GET" => Ok("ListBuckets"),
        (true, _) => Err(Error::MethodNotAllowed),
        (false, true) => of_bucket(asked),
        (false, false) => of_object(asked),
    }
}

fn of_bucket(asked: &Asked) -> Result<&'static str, Error> {
    let has = |name: &str| asked.query(name).is_some();
    match &*asked.method {
        "GET" if has("location") => Ok("GetBucketLocation"),
        "GET" if has("uploads") => Ok("ListMultipartUploads"),
        "GET" if asked.query("list-type") == Some("2") => Ok("ListObjectsV2"),
        "GET" => Ok("ListObjects"),
        "HEAD" => Ok("HeadBucket"),
        "PUT" => Ok("CreateBucket"),
        "DELETE" => Ok("DeleteBucket"),
        "POST" if has("delete") => Ok("DeleteObjects"),
        "POST" => Err(Error::NotImplemented("Uploads by a browser's form are not here".into())),
        _ => Err(Error::MethodNotAllowed),
    }
}

fn of_object(asked: &Asked) -> Result<&'static str, Error> {
    let has = |name: &str| asked.query(name).is_some();
    let (is_of_upload, is_copy) = (has("uploadId"), asked.header("x-amz-copy-source").is_some());
    match &*asked.method {
        "GET" if is_of_upload => Ok("ListParts"),
        "GET" | "HEAD" if asked.query("partNumber").is_some_and(|number| number != "1") => {
            Err(Error::NotImplemented("Single parts of an object cannot be read here".into()))
        }
        "GET" => Ok("GetObject"),
        "HEAD" => Ok("HeadObject"),
        "PUT" if is_of_upload && is_copy => Ok("UploadPartCopy"),
        "PUT" if is_of_upload => Ok("UploadPart"),
        "PUT" if is_copy => Ok("CopyObject"),
        "PUT" => Ok("PutObject"),
        "DELETE" if is_of_upload => Ok("AbortMultipartUpload"),
        "DELETE" => Ok("DeleteObject"),
        "POST" if has("uploads") => Ok("CreateMultipartUpload"),
        "POST" if is_of_upload => Ok("CompleteMultipartUpload"),
        _ => Err(Error::MethodNotAllowed),
    }
}
