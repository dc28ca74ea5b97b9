//! What streams and the account are set to, and their tags and consumers.
//!
//! Members are AWS's, under its names; words stand where one is named otherwise, or holds less or more.

#![expect(missing_docs, reason = "members are AWS's, under its names")]

use std::fmt;

use super::Timestamp;
use crate::base::{SimTime, StreamId, StreamName};

/// A tag: key and value.
pub type Tag = (Box<str>, Box<str>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamMode {
    /// PROVISIONED: the user sets the number of shards.
    #[default]
    Provisioned,
    /// ON_DEMAND: Kinesis does.
    OnDemand,
}

impl fmt::Display for StreamMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provisioned => "PROVISIONED",
            Self::OnDemand => "ON_DEMAND",
        })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RecordDistributionStrategy {
    /// USER_PARTITION_KEY: by hash of the partition key.
    #[default]
    UserPartitionKey,
    /// AUTO: evenly, whatever the keys; on-demand streams only.
    Auto,
}

impl fmt::Display for RecordDistributionStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UserPartitionKey => "USER_PARTITION_KEY",
            Self::Auto => "AUTO",
        })
    }
}

/// A set of shard-level metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShardLevelMetrics(u8);

impl ShardLevelMetrics {
    /// The metrics, in the order of the API reference.
    pub(crate) const NAMES: [&'static str; 7] = [
        "IncomingBytes",
        "IncomingRecords",
        "OutgoingBytes",
        "OutgoingRecords",
        "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded",
        "IteratorAgeMilliseconds",
    ];

    /// The set with these names; `ALL` means every metric.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let bits = names.into_iter().map(|name| match Self::NAMES.iter().position(|known| *known == name) {
            Some(at) => 1 << at,
            None if name == "ALL" => 0x7f,
            None => 0,
        });
        Self(bits.fold(0, |all, bit| all | bit))
    }
    /// The names in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, name)| name)
    }
    /// Those of either.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// Those that are not in the other.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What tags and policies are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Stream(StreamName),
    /// A registered consumer.
    Consumer(ConsumerRef),
}

impl Resource {
    /// Its own name: a stream's, or a consumer's.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Stream(stream) => stream.as_str(),
            Self::Consumer(consumer) => &consumer.name,
        }
    }
}

/// How a registered consumer is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerRef {
    pub stream: StreamName,
    /// ConsumerName.
    pub name: Box<str>,
    /// The Unix second of its registration, which a ConsumerARN carries: a consumer that is registered again is
    /// another one.
    pub(crate) created_unix_s: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerStatus {
    Creating,
    Active,
    Deleting,
}

impl fmt::Display for ConsumerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Deleting => "DELETING",
        })
    }
}

/// A registered consumer as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerDescription {
    pub stream: StreamName,
    /// ConsumerName.
    pub name: Box<str>,
    pub status: ConsumerStatus,
    /// ConsumerCreationTimestamp.
    pub(crate) created_at: Timestamp,
}

/// A paging token of ListStreamConsumers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumersToken {
    /// The stream whose consumers are listed.
    pub(crate) stream_id: StreamId,
    /// When the token was issued.
    pub(crate) issued_at: SimTime,
    /// Consumers up to this name were listed.
    pub after: Box<str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WarmThroughput {
    /// TargetMiBps.
    pub(crate) target_mibps: u32,
    /// CurrentMiBps.
    pub(crate) current_mibps: u32,
}

/// MinimumThroughputBillingCommitment as DescribeAccountSettings shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commitment {
    /// Whether it is in force.
    pub(crate) is_enabled: bool,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// EarliestAllowedEndAt.
    pub(crate) earliest_end_at: Option<Timestamp>,
}
