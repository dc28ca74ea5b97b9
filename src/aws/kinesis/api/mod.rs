//! Requests, replies, errors, faults and settings of the streams service, under the names AWS gives them.
//!
//! Members and constraints follow the API reference
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html>). Values that can only be wrong in
//! ways the type allows are checked by the service; shapes that a type can rule out never reach it.

mod error;
mod fault;
mod request;
mod resources;
mod response;
mod settings;

pub use crate::base::event::StreamStatus;
pub use error::Error;
pub(crate) use error::ordering_refused;
pub use fault::{Fault, FaultTarget, KmsKeyState};
pub(crate) use request::Provisioned;
pub use request::{
    CreateStream, IteratorPosition, ListShards, ListShardsToken, ListStreamsToken, PutEntry, ShardFilter, ShardIterator,
};
pub(crate) use resources::RecordDistributionStrategy;
pub(crate) use resources::Resource;
pub use resources::{
    Commitment, ConsumerDescription, ConsumerRef, ConsumerStatus, ConsumersToken, ShardLevelMetrics, StreamMode, Tag,
    WarmThroughput,
};
pub use response::{
    ChildShard, GetRecordsOutput, ListedStream, Placed, PutFailure, Record, Reply, Response, Shard, StreamDescription,
    StreamSummary, SubscriptionEvent, SubscriptionPoll,
};
pub use settings::Settings;
pub(crate) use settings::{ThrottleWindow, Transitions};

/// The wall-clock time of a request or reply, in milliseconds since the Unix epoch.
pub type Timestamp = u64;
