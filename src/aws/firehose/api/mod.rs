//! What Firehose answers, and what it is set to.

mod error;
mod settings;

pub use self::error::Error;
pub use self::settings::Settings;

/// A reply of Firehose.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing to tell.
    Done,
    /// PutRecord.
    RecordPut {
        /// RecordId.
        id: RecordId,
        /// Encrypted.
        is_encrypted: bool,
    },
    /// PutRecordBatch: one result for each record, in order.
    BatchPut {
        /// FailedPutCount.
        failed: u32,
        /// RequestResponses.
        results: Vec<Result<RecordId, PutFailure>>,
        /// Encrypted.
        is_encrypted: bool,
    },
}

/// The number of a record among those that its delivery stream accepted; its RecordId is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordId(pub u64);

/// Why a record of a batch was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutFailure {
    /// ServiceUnavailableException: the quota.
    Unavailable,
    /// InternalFailure.
    Internal,
}
