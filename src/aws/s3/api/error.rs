//! The table of S3's errors.

use crate::aws::protocol::error::{AwsError, Held, Retry, errors};

errors! {
    /// Why S3 did not do what was asked (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
    Error {
        /// Access denied.
        AccessDenied = "AccessDenied", 403, Never, "Access Denied";
        /// The request belongs to another region.
        AuthorizationHeaderMalformed(text: Box<str>) = "AuthorizationHeaderMalformed", 400, Never, text;
        /// A checksum does not fit what arrived.
        BadDigest(text: Box<str>) = "BadDigest", 400, Never, text;
        /// The caller has the bucket already.
        BucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou", 409, Never,
            "Your previous request to create the named bucket succeeded and you already own it.";
        /// Objects are left in the bucket.
        BucketNotEmpty = "BucketNotEmpty", 409, Never, "The bucket you tried to delete is not empty";
        /// More bytes than an object, or a request, may have.
        EntityTooLarge = "EntityTooLarge", 400, Never, "Your proposed upload exceeds the maximum allowed size";
        /// A part besides the last is smaller than 5 MiB.
        EntityTooSmall = "EntityTooSmall", 400, Never,
            "Your proposed upload is smaller than the minimum allowed size";
        /// A bucket is wanted elsewhere than in this region.
        IllegalLocationConstraint(text: Box<str>) = "IllegalLocationConstraintException", 400, Never, text;
        /// Fewer bytes came than were announced.
        IncompleteBody = "IncompleteBody", 400, Never,
            "You did not provide the number of bytes specified by the Content-Length HTTP header";
        /// An error of the service.
        InternalError = "InternalError", 500, Transient, "We encountered an internal error. Please try again.";
        /// A value that is none of the allowed ones.
        InvalidArgument(text: Box<str>) = "InvalidArgument", 400, Never, text;
        /// A name that no bucket can have.
        InvalidBucketName = "InvalidBucketName", 400, Never, "The specified bucket is not valid.";
        /// Content-MD5 is none.
        InvalidDigest = "InvalidDigest", 400, Never, "The Content-MD5 you specified was invalid.";
        /// A part that was not put, or has another ETag.
        InvalidPart = "InvalidPart", 400, Never,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
             specified entity tag may not match the part's entity tag.";
        /// Parts are not in ascending order.
        InvalidPartOrder = "InvalidPartOrder", 400, Never,
            "The list of parts was not in ascending order. Parts must be ordered by part number.";
        /// A range that lies behind the object's end.
        InvalidRange = "InvalidRange", 416, Never, "The requested range is not satisfiable";
        /// A request that makes no sense.
        InvalidRequest(text: Box<str>) = "InvalidRequest", 400, Never, text;
        /// A path that is no UTF-8 when decoded.
        InvalidUri = "InvalidURI", 400, Never, "Couldn't parse the specified URI.";
        /// A key of more than 1,024 bytes.
        KeyTooLong = "KeyTooLongError", 400, Never, "Your key is too long";
        /// XML that cannot be read as what is expected.
        MalformedXml = "MalformedXML", 400, Never,
            "The XML you provided was not well-formed or did not validate against our published schema";
        /// More than 2 KiB of a user's own metadata.
        MetadataTooLarge = "MetadataTooLarge", 400, Never,
            "Your metadata headers exceed the maximum allowed metadata size";
        /// A method that the resource does not have.
        MethodNotAllowed = "MethodNotAllowed", 405, Never,
            "The specified method is not allowed against this resource.";
        /// No such bucket.
        NoSuchBucket = "NoSuchBucket", 404, Never, "The specified bucket does not exist";
        /// No such key.
        NoSuchKey = "NoSuchKey", 404, Never, "The specified key does not exist.";
        /// No such upload.
        NoSuchUpload = "NoSuchUpload", 404, Never,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted \
             or completed.";
        /// An operation of S3 that is not here.
        NotImplemented(text: Box<str>) = "NotImplemented", 501, Never, text;
        /// The client has the object already.
        NotModified = "NotModified", 304, Never, "Not Modified";
        /// A condition does not hold.
        PreconditionFailed = "PreconditionFailed", 412, Never,
            "At least one of the pre-conditions you specified did not hold";
        /// The service is down.
        ServiceUnavailable = "ServiceUnavailable", 503, Transient, "Service is unable to handle request.";
        /// Too many requests.
        SlowDown = "SlowDown", 503, Throttling, "Please reduce your request rate.";
    }
}
