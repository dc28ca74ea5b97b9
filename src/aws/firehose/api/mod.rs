//! What Firehose answers, and what it is set to.

mod description;
mod error;
mod settings;

pub(crate) use self::description::Encryption;
pub use self::description::{DeliveryStatus, Description, EncryptionStatus, Failure, Key, SourceDescription};
pub use self::error::Error;
pub(crate) use self::settings::Transitions;
pub use self::settings::{Columns, Settings};

use crate::base::DeliveryName;

/// A tag: key and value.
pub type Tag = (Box<str>, Box<str>);

/// A reply of Firehose.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing to tell.
    Done,
    /// CreateDeliveryStream.
    Created(DeliveryName),
    /// DescribeDeliveryStream.
    Described(Box<Description>),
    /// ListDeliveryStreams.
    Listed {
        /// DeliveryStreamNames, in alphabetical order.
        names: Vec<DeliveryName>,
        /// HasMoreDeliveryStreams.
        has_more: bool,
    },
    /// ListTagsForDeliveryStream.
    Tags {
        /// Tags, by key.
        tags: Vec<Tag>,
        /// HasMoreTags.
        has_more: bool,
    },
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
