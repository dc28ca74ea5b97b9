//! What a function is asked and answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::protocol::error::{AwsError, Held, Retry, errors};
use crate::aws::protocol::operation::Operation;
use crate::base::{KeyText, Payload, SequenceNumber, ShardId, SimDuration, SimTime};
use crate::world::CallId;

/// Invoke, with records to transform
/// (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>).
#[derive(Clone, Debug)]
pub struct Request {
    /// The function's name.
    pub(crate) function: Arc<str>,
    /// `invocationId`.
    pub(crate) invocation: u64,
    /// `deliveryStreamArn`.
    pub(crate) delivery_arn: Arc<str>,
    /// `sourceKinesisStreamArn`, where the source is a stream.
    pub(crate) source_arn: Option<Arc<str>>,
    /// What is to be transformed.
    pub records: Arc<[ToTransform]>,
    /// Which call of its caller's it is: what answers from outside are told by.
    pub(crate) call: CallId,
}

/// A record to transform.
#[derive(Clone, Debug, PartialEq)]
pub struct ToTransform {
    /// `recordId`: different for each record of a request.
    pub id: u64,
    /// `approximateArrivalTimestamp`.
    pub(crate) arrived: SimTime,
    /// `data`.
    pub data: Payload,
    /// `kinesisRecordMetadata`, where the source is a stream.
    pub source: Option<Arc<Source>>,
}

/// Where a record stood in its stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// `shardId`.
    pub shard: ShardId,
    /// `partitionKey`.
    pub partition_key: KeyText,
    /// `sequenceNumber`.
    pub sequence_number: SequenceNumber,
}

const INVOKE: Operation = Operation::write("Invoke");
/// Every operation of Lambda.
pub const OPERATIONS: &[Operation] = &[INVOKE];

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        INVOKE
    }
}

/// An answer of Lambda.
pub type Reply = Result<Returned, Error>;

/// What a function returned.
#[derive(Clone, Debug)]
pub struct Returned {
    /// What.
    pub answer: Answer,
    /// How long it took.
    pub took: SimDuration,
}

/// What a function answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Records, as the contract says.
    Records(Vec<Transformed>),
    /// The function failed: `errorType` and `errorMessage`.
    Failed(Box<str>),
    /// Something that cannot be read as records.
    Junk(Box<[u8]>),
    /// More bytes than an answer may have.
    TooLarge,
    /// Nothing: Lambda ended it at its time-out.
    TimedOut,
}

/// A record as it comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformed {
    /// `recordId`.
    pub id: u64,
    /// `result`.
    pub result: Verdict,
    /// `data`; none is allowed for what was dropped.
    pub data: Option<Payload>,
    /// `metadata.partitionKeys`.
    pub(crate) partition_keys: BTreeMap<Box<str>, Box<str>>,
}

/// `result` of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `Ok`.
    Ok,
    /// `Dropped`.
    Dropped,
    /// `ProcessingFailed`.
    ProcessingFailed,
    /// Another word.
    Unknown,
}

errors! {
    /// Why a function was not invoked (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
    Error {
        /// Access denied.
        AccessDenied = "AccessDeniedException", 403, Never, "The role may not invoke the function.";
        /// More bytes than a request may have.
        RequestTooLarge = "RequestTooLargeException", 413, Never,
            "The request payload exceeded the Invoke request body JSON input quota.";
        /// There is no such function.
        ResourceNotFound(text: Box<str>) = "ResourceNotFoundException", 404, Never, text;
        /// An error of the service.
        Service = "ServiceException", 500, Transient, "The Lambda service encountered an internal error.";
        /// Too many invocations.
        TooManyRequests = "TooManyRequestsException", 429, Throttling, "Rate Exceeded.";
    }
}
