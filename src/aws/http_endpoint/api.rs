//! What an endpoint is sent and answers
//! (<https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html>).

use std::fmt;
use std::sync::Arc;

use crate::aws::protocol::operation::Operation;
use crate::base::{Holds, Payload, SimDuration};
use crate::world::CallId;

/// Records that are posted together.
#[derive(Clone, Debug)]
pub struct Post {
    /// The endpoint, by name.
    pub endpoint: Arc<str>,
    /// `X-Amz-Firehose-Request-Id`: the same when it is tried again.
    pub(crate) request_id: RequestId,
    /// `timestamp`: when it was made, in milliseconds since the Unix epoch.
    pub(crate) timestamp_unix_ms: u64,
    /// `X-Amz-Firehose-Source-Arn`.
    pub(crate) source_arn: Arc<str>,
    /// `X-Amz-Firehose-Access-Key`.
    pub(crate) access_key: Option<Arc<str>>,
    /// `X-Amz-Firehose-Common-Attributes`.
    pub attributes: Arc<[(Box<str>, Box<str>)]>,
    /// Whether the body is packed by GZIP.
    pub(crate) is_gzip: bool,
    /// `records`.
    pub records: Arc<[Payload]>,
    /// Which records they are, for observers.
    pub holds: Holds,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// A GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestId(pub u128);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// A request to an endpoint.
#[derive(Clone, Debug)]
pub enum Request {
    /// Records.
    Post(Post),
}

const POST: Operation = Operation::write("Post");
/// Every operation of an endpoint.
pub const OPERATIONS: &[Operation] = &[POST];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Post(_) => POST,
        }
    }
}

/// Whatever an endpoint answers: what is wrong with it is for the sender to find out. An endpoint outside of the
/// simulated world may not be reached at all.
pub type Reply = Result<Answer, Unreached>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// No connection came about.
    Refused,
    /// The connection broke before the answer.
    Broken,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<Box<str>>,
    /// Whether it has a `Content-Encoding`.
    pub(crate) is_encoded: bool,
    /// Whether it has a `Content-Length`.
    pub(crate) has_length: bool,
    /// The body.
    pub body: Box<[u8]>,
    /// How long it took. [`SimDuration::MAX`] for an answer that never comes: a fault.
    pub took: SimDuration,
}

/// How an endpoint answers what it has taken.
#[cfg_attr(not(test), expect(dead_code, reason = "an endpoint that answers wrongly is no key of scenarios yet"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it is asked to.
    #[default]
    Rightly,
    /// With the id of another request.
    WithAnotherId,
    /// Without a timestamp.
    WithoutTimestamp,
    /// With a text that is no JSON.
    WithPlainText,
    /// With more bytes than an answer may have.
    WithTooMuch,
}
