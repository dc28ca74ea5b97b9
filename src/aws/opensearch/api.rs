//! What OpenSearch is asked and answers.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::aws::protocol::error::{AwsError, Retry, errors};
use crate::aws::protocol::operation::Operation;
use crate::base::{Payload, RecordKey, SimDuration};
use crate::world::CallId;

/// A bulk request of documents to index
/// (<https://docs.opensearch.org/latest/api-reference/document-apis/bulk/>).
#[derive(Clone, Debug)]
pub struct Bulk {
    /// The domain, by name.
    pub(crate) domain: Arc<str>,
    /// Whether documents have ids; the domain gives them some otherwise.
    pub(crate) is_id_given: bool,
    /// What is to be indexed.
    pub documents: Arc<[Document]>,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// A document to index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The index, by name.
    pub index: Arc<str>,
    /// Its source.
    pub source: Payload,
    /// Which record it is: its id, when ids are given, and for observers.
    pub record: RecordKey,
}

/// `_id` of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DocumentId {
    /// It came with the document.
    Given(RecordKey),
    /// The domain gave it.
    Own(u64),
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(record) => record.fmt(f),
            Self::Own(number) => write!(f, "own-{number:016}"),
        }
    }
}

/// A request of OpenSearch.
#[derive(Clone, Debug)]
pub enum Request {
    /// Bulk.
    Bulk(Bulk),
}

const BULK: Operation = Operation::write("Bulk");
/// Every operation of OpenSearch.
pub const OPERATIONS: &[Operation] = &[BULK];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Bulk(_) => BULK,
        }
    }
}

/// An answer of OpenSearch.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded, as far as a bulk request can succeed as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Bulk: the documents that were not indexed.
    Indexed {
        /// Which they are and why, in the order of the request; `errors` is whether there are any.
        refused: Vec<RefusedDocument>,
        /// How long it took.
        took: SimDuration,
    },
    /// No answer ever comes: a fault.
    Nothing,
}

/// A document that was not indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDocument {
    /// Which of the request.
    pub at: usize,
    /// `status`.
    pub status: u16,
    /// `error.type`.
    pub kind: Cow<'static, str>,
    /// `error.reason`.
    pub reason: Cow<'static, str>,
}

impl RefusedDocument {
    /// The domain has too much to do.
    pub(super) fn rejected(at: usize) -> Self {
        let reason = "rejected execution of coordinating operation: the write queue is full".into();
        Self { at, status: 429, kind: "es_rejected_execution_exception".into(), reason }
    }
    /// It does not fit the index.
    pub(super) fn unreadable(at: usize) -> Self {
        Self { at, status: 400, kind: "mapper_parsing_exception".into(), reason: "failed to parse".into() }
    }
}

errors! {
    /// Why a whole bulk request was not carried out.
    Error {
        /// Access denied.
        Forbidden = "ES.AccessDenied", 403, Never, "security_exception: no permissions for [indices:data/write/bulk]";
        /// An error of the service.
        Internal = "ES.InternalServerError", 500, Transient, "Internal Server Error";
        /// The domain is down.
        ServiceUnavailable = "ES.ServiceUnavailable", 503, Transient, "Service Unavailable";
        /// Too many requests.
        TooManyRequests = "ES.TooManyRequests", 429, Throttling, "429 Too Many Requests /_bulk";
    }
}
