//! What DescribeDeliveryStream tells.

use crate::aws::protocol::value::Value;
use crate::base::{DeliveryName, StreamName};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "they are AWS's, under its names")]
        pub enum $name { $($variant),* }

        impl $name {
            /// AWS's word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words! {
    /// DeliveryStreamStatus.
    DeliveryStatus {
        Creating = "CREATING",
        CreatingFailed = "CREATING_FAILED",
        Active = "ACTIVE",
        Deleting = "DELETING",
    }
}
words! {
    /// DeliveryStreamEncryptionStatus.
    EncryptionStatus {
        Enabling = "ENABLING",
        Enabled = "ENABLED",
        EnablingFailed = "ENABLING_FAILED",
        Disabling = "DISABLING",
        Disabled = "DISABLED",
    }
}

/// FailureDescription: its type and details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// DeliveryStreamFailureType.
    pub kind: &'static str,
    /// In words.
    pub(crate) details: Box<str>,
}

/// The key that records are encrypted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// AWS_OWNED_CMK.
    Owned,
    /// CUSTOMER_MANAGED_CMK, by its ARN.
    Managed(Box<str>),
}

/// DeliveryStreamEncryptionConfiguration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// Status.
    pub status: EncryptionStatus,
    /// KeyType and KeyARN; none of a delivery stream that was never encrypted.
    pub key: Option<Key>,
    /// Why it could not be switched on.
    pub failure: Option<Failure>,
}

/// What is said of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceDescription {
    /// DirectPut, with ThroughputHintInMBs.
    DirectPut {
        /// What was said of the throughput to be expected.
        hint_mb_per_s: Option<u32>,
    },
    /// KinesisStreamAsSource.
    Stream {
        /// The stream.
        stream: StreamName,
        /// KinesisStreamARN.
        arn: Box<str>,
        /// RoleARN.
        role: Box<str>,
        /// DeliveryStartTimestamp, once it reads.
        started_unix_ms: Option<u64>,
    },
}

impl SourceDescription {
    /// DeliveryStreamType.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::DirectPut { .. } => "DirectPut",
            Self::Stream { .. } => "KinesisStreamAsSource",
        }
    }
}

/// DeliveryStreamDescription.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// DeliveryStreamName.
    pub name: DeliveryName,
    /// DeliveryStreamStatus.
    pub status: DeliveryStatus,
    /// Why it could not be created.
    pub failure: Option<Failure>,
    /// DeliveryStreamEncryptionConfiguration.
    pub(crate) encryption: Encryption,
    /// VersionId.
    pub version: u32,
    /// CreateTimestamp.
    pub(crate) created_unix_ms: u64,
    /// LastUpdateTimestamp, if there was an update.
    pub(crate) updated_unix_ms: Option<u64>,
    /// Source.
    pub source: SourceDescription,
    /// The members of its one DestinationDescription, but for the id; none when only later ones were asked for.
    pub(in crate::aws::firehose) destination: Option<Vec<(&'static str, Value<'static>)>>,
}
