//! Floor 0: the values that cross floors.
//!
//! Simulated time, sizes, hash keys, sequence numbers, partition keys, payloads, typed items, the KCL's lease row,
//! named random streams, the token bucket, values as people write them, and the one event type that every fold reads.
//!
//! Nothing here knows how a service, a client or the world behaves; nothing here does IO.

pub mod body;
pub mod bug;
pub(crate) mod done_records;
pub mod event;
pub mod hash_key;
pub(crate) mod host_name;
pub(crate) mod ids;
pub mod item;
pub(crate) mod json_schema;
pub(crate) mod lease_row;
pub(crate) mod nearest;
pub mod number;
pub mod partition_key;
pub mod payload;
pub(crate) mod percent;
pub mod position;
pub(crate) mod provenance;
pub(crate) mod range_set;
pub(crate) mod repeat;
pub mod seed;
pub mod seeds;
pub mod sequence_number;
pub mod time;
pub(crate) mod token_bucket;
pub mod trace_hash;
pub mod units;
pub mod written;

pub use body::Body;
pub use bug::Bug;
pub(crate) use bug::Planted;
pub(crate) use done_records::DoneRecords;
pub use event::{Event, EventKind, Fold};
pub use hash_key::{HashKey, HashKeyRange};
pub use ids::{ConsumerId, DeliveryId, DeliveryName, HostId, ShardId, StreamId, StreamName, TableId, TableName};
pub(crate) use partition_key::salted;
pub use partition_key::{KeyText, PartitionKey};
pub use payload::Payload;
pub use position::Position;
pub use provenance::{Holds, RecordKey, Run};
pub(crate) use range_set::RangeSet;
pub use seed::{Chance, Seed};
pub use seeds::Seeds;
pub use sequence_number::SequenceNumber;
pub use time::{SimDuration, SimTime};
pub use token_bucket::TokenBucket;
