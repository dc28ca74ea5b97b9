//! What Kinesis tells: streams, shards, records, reads.

use super::field::{Encoder, Field, FieldVisitor};
use crate::base::hash_key::HashKey;
use crate::base::partition_key::PartitionKey;

words!(
    /// What a stream may be asked for, under AWS's names.
    StreamStatus {
        /// Being created; has no shards yet.
        0 => Creating = "CREATING",
        /// Serving, and ready for structural changes.
        1 => Active = "ACTIVE",
        /// Serving while a structural change is under way.
        2 => Updating = "UPDATING",
        /// Being deleted.
        3 => Deleting = "DELETING",
        /// Gone.
        4 => Deleted = "DELETED",
    }
);
words!(
    /// Why a record was not accepted.
    WriteRefusal {
        /// The shard's record rate: ProvisionedThroughputExceededException.
        0 => RecordRate = "record rate",
        /// The shard's byte rate: ProvisionedThroughputExceededException.
        1 => ByteRate = "byte rate",
        /// A fault that throttles: ProvisionedThroughputExceededException.
        2 => InjectedThrottle = "injected throttle",
        /// Fewer than two zones could take the record, or a fault: InternalFailure.
        3 => InternalFailure = "internal failure",
    }
);
words!(
    /// Why a read was not served.
    ReadRefusal {
        /// More than five GetRecords calls a second on the shard.
        0 => CallRate = "call rate",
        /// The shard is paying off the bytes of an earlier answer.
        1 => ByteRate = "byte rate",
        /// A fault that throttles.
        2 => InjectedThrottle = "injected throttle",
    }
);
words!(
    /// State of an availability zone's storage.
    ZoneState {
        /// In service with everything that was acknowledged.
        0 => Up = "up",
        /// Out of service; its logs are kept.
        1 => Down = "down",
        /// Out of service; its logs are gone.
        2 => Wiped = "wiped",
        /// In service for new records, copying what it missed from the other zones.
        3 => Rebuilding = "rebuilding",
    }
);

/// The hash key that chose a record's shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutedBy {
    /// MD5 of its partition key.
    PartitionKey,
    /// Another: its ExplicitHashKey, or the turn of a stream that distributes records whatever their keys.
    HashKey(Box<HashKey>),
}

impl RoutedBy {
    /// The hash key, of a record with `key`.
    pub fn hash_key(&self, key: &PartitionKey) -> HashKey {
        match self {
            Self::PartitionKey => key.hash_key(),
            Self::HashKey(hash_key) => **hash_key,
        }
    }
}

impl Field for RoutedBy {
    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::PartitionKey => out.put([0]),
            Self::HashKey(hash_key) => {
                out.put([1]);
                out.put(hash_key.get().to_le_bytes());
            }
        }
    }
    /// Exports do not repeat what the partition key says.
    fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
        match self {
            Self::PartitionKey => {}
            Self::HashKey(hash_key) => visitor.text(name, &hash_key.to_string()),
        }
    }
}

macro_rules! kinesis_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            kinesis 1100..=1199 {
                /// A stream exists from here on.
                1100 => StreamDeclared { stream: StreamId, name: StreamName, retention_hours: u32 },
                /// A stream's status changed.
                1101 => StreamStatusChanged { stream: StreamId, status: StreamStatus },
                /// A stream's retention changed.
                1102 => RetentionChanged { stream: StreamId, retention_hours: u32 },
                /// A shard takes records from here on.
                1103 => ShardOpened {
                    stream: StreamId, shard: ShardId, range: HashKeyRange,
                    parent: Option<ShardId>, adjacent_parent: Option<ShardId>,
                },
                /// A shard takes no more records; it holds ordinals below `end`.
                1104 => ShardClosed { stream: StreamId, shard: ShardId, end: u64 },
                /// A closed shard's last record left retention; it is no longer listed.
                1105 => ShardExpired { stream: StreamId, shard: ShardId },
                /// A record was stored by at least two zones: it is acknowledged. `zones` has a bit for each zone.
                1106 => RecordAccepted {
                    stream: StreamId, shard: ShardId, ordinal: u64, index: u64,
                    key: PartitionKey, routed_by: RoutedBy, size_bytes: u32, zones: u8, host: HostId,
                    /// What its producer calls it, of simulated records: its number among those of all its hosts.
                    number: Option<u32>,
                },
                /// A record was not accepted.
                1107 => RecordRefused {
                    stream: StreamId, shard: ShardId, key: PartitionKey, size_bytes: u32,
                    reason: WriteRefusal, host: HostId,
                },
                /// A PutRecord or PutRecords call was answered (not necessarily with success for every record).
                1108 => PutAnswered { stream: StreamId, host: HostId, is_batch: bool, records: u32, failed: u32 },
                /// A GetRecords call was answered with ordinals `from..to`.
                1109 => RecordsRead {
                    stream: StreamId, shard: ShardId, host: HostId, from: u64, to: u64, size_bytes: u64,
                    /// MillisBehindLatest of the answer.
                    behind_latest_ms: u64,
                    /// GetRecords.IteratorAgeMilliseconds: age of the last record returned, 0 when caught up.
                    iterator_age_ms: u64,
                    /// How long before this call the iterator was issued.
                    iterator_lived: SimDuration,
                },
                /// A GetRecords call was refused.
                1110 => ReadRefused { stream: StreamId, shard: ShardId, host: HostId, reason: ReadRefusal },
                /// An iterator was used too late: ExpiredIteratorException.
                1111 => IteratorExpired { stream: StreamId, shard: ShardId, host: HostId, iterator_lived: SimDuration },
                /// Records with ordinals below `to` left retention.
                1112 => RecordsTrimmed { stream: StreamId, shard: ShardId, to: u64 },
                /// A zone's storage changed state.
                1113 => ZoneChanged { zone: u8, state: ZoneState },
                /// Encryption of a stream was switched on or off.
                1114 => EncryptionChanged { stream: StreamId, encrypted: bool },
                /// A subscription's event carried ordinals `from..to`.
                1115 => SubscriptionRead {
                    stream: StreamId, shard: ShardId, host: HostId, from: u64, to: u64, size_bytes: u64,
                    behind_latest_ms: u64,
                    /// Number of the subscription.
                    subscription: u64,
                },
                /// The largest record of a stream is not the default one: at once, or from here on.
                1116 => RecordSizeChanged { stream: StreamId, record_bytes_max: u64 },
                /// A stream is in on-demand mode, or no more, from here on. Told only where it ever was on demand.
                1120 => StreamModeChanged { stream: StreamId, is_on_demand: bool },
                /// GetShardIterator was answered: the first read begins at `ordinal`.
                1117 => IteratorIssued {
                    stream: StreamId, shard: ShardId, host: HostId, position: Position, ordinal: u64,
                },
                /// SubscribeToShard was answered: the first event begins at `ordinal`.
                1119 => SubscriptionBegan {
                    stream: StreamId, shard: ShardId, host: HostId, position: Position, ordinal: u64,
                    /// Number of the subscription.
                    subscription: u64,
                },
                /// So many consumers with enhanced fan-out are registered with a stream from here on.
                1121 => FanOutConsumersChanged { stream: StreamId, consumers: u32 },
                /// A zone that rebuilds holds ordinals `from..to` from here on.
                1118 => RecordsReplicated { stream: StreamId, shard: ShardId, zone: u8, from: u64, to: u64 },
            }
        }
    };
}
