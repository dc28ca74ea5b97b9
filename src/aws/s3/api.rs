//! What S3 is asked and answers.

use std::sync::Arc;

use crate::aws::protocol::error::{AwsError, Held, Retry, errors};
use crate::aws::protocol::operation::Operation;
use crate::base::event::Output;
use crate::base::{Body, Holds, SimTime};

/// PutObject.
#[derive(Clone, Debug)]
pub struct PutObject {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The object's name.
    pub key: Arc<str>,
    /// What it holds.
    pub body: Body,
    /// Which records that is, for observers.
    pub holds: Holds,
    /// Which output of the records' delivery stream it is, for observers.
    pub output: Output,
}

/// GetObject.
#[derive(Clone, Debug)]
pub struct GetObject {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The object's name.
    pub key: Arc<str>,
}

/// A request of S3.
#[derive(Clone, Debug)]
pub enum Request {
    /// PutObject.
    PutObject(PutObject),
    /// GetObject.
    GetObject(GetObject),
}

const GET_OBJECT: Operation = Operation::read("GetObject");
const PUT_OBJECT: Operation = Operation::write("PutObject");
/// Every operation of S3.
pub const OPERATIONS: &[Operation] = &[GET_OBJECT, PUT_OBJECT];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::PutObject(_) => PUT_OBJECT,
            Self::GetObject(_) => GET_OBJECT,
        }
    }
    /// The bucket that it is about.
    pub fn bucket(&self) -> &str {
        match self {
            Self::PutObject(put) => &put.bucket,
            Self::GetObject(get) => &get.bucket,
        }
    }
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it holds.
    pub body: Body,
    /// LastModified.
    pub put_at: SimTime,
}

/// An answer of S3.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing to tell.
    Done,
    /// GetObject.
    Object(Object),
    /// No answer ever comes: a fault.
    Nothing,
}

errors! {
    /// Why S3 did not do what was asked (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
    Error {
        /// Access denied.
        AccessDenied = "AccessDenied", 403, Never, "Access Denied";
        /// An error of the service.
        InternalError = "InternalError", 500, Transient, "We encountered an internal error. Please try again.";
        /// No such bucket.
        NoSuchBucket = "NoSuchBucket", 404, Never, "The specified bucket does not exist";
        /// No such key.
        NoSuchKey = "NoSuchKey", 404, Never, "The specified key does not exist.";
        /// The service is down.
        ServiceUnavailable = "ServiceUnavailable", 503, Transient, "Service is unable to handle request.";
        /// Too many requests.
        SlowDown = "SlowDown", 503, Throttling, "Please reduce your request rate.";
    }
}
