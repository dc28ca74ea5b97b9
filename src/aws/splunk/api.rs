//! What a collector is asked and answers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::aws::protocol::error::{AwsError, Retry, errors};
use crate::aws::protocol::operation::Operation;
use crate::base::{Holds, Payload};
use crate::world::CallId;

/// Events, or raw text
/// (<https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTinput#services.2Fcollector.2Fevent>).
#[derive(Clone, Debug)]
pub struct Post {
    /// The collector, by name.
    pub(crate) collector: Arc<str>,
    /// Whether records are whole events, or raw text.
    pub(crate) is_event: bool,
    /// The token.
    pub token: Arc<str>,
    /// The channel that the acknowledgement belongs to.
    pub(crate) channel: Channel,
    /// A record each.
    pub records: Arc<[Payload]>,
    /// Which records they are, for observers.
    pub holds: Holds,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// Asks which posts of a channel are indexed
/// (<https://docs.splunk.com/Documentation/Splunk/latest/Data/AboutHECIDXAck>).
#[derive(Clone, Debug)]
pub struct Acks {
    /// The collector, by name.
    pub(crate) collector: Arc<str>,
    /// The token.
    pub token: Arc<str>,
    /// The channel.
    pub(crate) channel: Channel,
    /// The posts.
    pub(crate) ids: Arc<[u64]>,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// `X-Splunk-Request-Channel`: a GUID that the client chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Channel(pub u128);

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// A request of a collector.
#[derive(Clone, Debug)]
pub enum Request {
    /// Events or raw text.
    Post(Post),
    /// Which posts are indexed.
    Acks(Acks),
}

const ACKS: Operation = Operation::read("CollectorAck");
const POST: Operation = Operation::write("Collector");
/// Every operation of a collector.
pub const OPERATIONS: &[Operation] = &[POST, ACKS];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Post(_) => POST,
            Self::Acks(_) => ACKS,
        }
    }
    /// The collector that it is about.
    pub(crate) fn collector(&self) -> &str {
        match self {
            Self::Post(post) => &post.collector,
            Self::Acks(acks) => &acks.collector,
        }
    }
    /// Which call of its caller's it is.
    pub(super) fn call(&self) -> CallId {
        match self {
            Self::Post(post) => post.call,
            Self::Acks(acks) => acks.call,
        }
    }
    /// The token that it brings.
    pub(super) fn token(&self) -> &str {
        match self {
            Self::Post(post) => &post.token,
            Self::Acks(acks) => &acks.token,
        }
    }
}

/// An answer of a collector.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// A post was taken, and will be indexed: `ackId`.
    Taken {
        /// To ask with.
        id: u64,
    },
    /// Which posts are indexed.
    Acks(BTreeMap<u64, bool>),
    /// No answer ever comes: a fault.
    Nothing,
}

errors! {
    /// Why a collector did not do what was asked
    /// (<https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector>).
    Error {
        /// Indexer acknowledgement is off.
        AckDisabled = "ACK is disabled", 400, Never, "ACK is disabled";
        /// A collector outside: the connection broke before the answer.
        ConnectionClosed = "Connection closed", 503, Transient, "Connection closed";
        /// The token's channel is missing or no GUID.
        InvalidChannel = "Invalid data channel", 400, Never, "Invalid data channel";
        /// The token may not write to that index.
        IncorrectIndex = "Incorrect index", 400, Never, "Incorrect index";
        /// An error of the service.
        Internal = "Internal server error", 500, Transient, "Internal server error";
        /// It cannot be read.
        InvalidDataFormat = "Invalid data format", 400, Never, "Invalid data format";
        /// The token is unknown.
        InvalidToken = "Invalid token", 403, Never, "Invalid token";
        /// Nothing was posted.
        NoData = "No data", 400, Never, "No data";
        /// There is too much to do.
        ServerBusy = "Server is busy", 503, Throttling, "Server is busy";
        /// The token is switched off.
        TokenDisabled = "Token disabled", 403, Never, "Token disabled";
        /// A collector outside: no connection came about.
        Unreachable = "Connection refused", 503, Transient, "Connection refused";
        /// The service is down.
        Unavailable = "Service Unavailable", 503, Transient, "Service Unavailable";
    }
}
