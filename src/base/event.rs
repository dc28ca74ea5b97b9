//! The one event type: everything that happens is an [`Event`] on one ordered stream.
//!
//! Services and clients produce events; the trace hash, checks, statistics, reports and exports are folds
//! over them. A fold sees events in order and can influence nothing.
//!
//! Record positions: besides its sequence number every record has an *ordinal*, its position in its shard,
//! counted from 0 without gaps. Ordinals exist for observers (ranges of them are small); clients never act
//! on them.

use std::sync::Arc;

use super::hash_key::HashKeyRange;
use super::ids::{ConsumerId, HostId, ShardId, StreamId, StreamName, TableId, TableName};
use super::item::Item;
use super::partition_key::PartitionKey;
use super::sequence_number::SequenceNumber;
use super::time::SimTime;

mod field;
pub use field::{Encoder, Field, FieldVisitor, Replaced};

/// A reader of the event stream.
pub trait Fold {
    /// Takes the next event. Times never go back.
    fn on(&mut self, at: SimTime, event: &Event);
    /// Takes the next events, which happened at one time. The same as one by one, but faster where many folds listen:
    /// each works through them before the next begins.
    fn on_all(&mut self, at: SimTime, events: &[Event]) {
        events.iter().for_each(|event| self.on(at, event));
    }
}

/// Declares a fieldless enum with the text that reports and exports show.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant),* }
        impl $name {
            /// The word that reports and exports show.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
        impl Field for $name {
            #[inline]
            fn encode(&self, out: &mut Encoder<'_>) { out.put([*self as u8]); }
            fn visit(&self, name: &'static str, visitor: &mut dyn FieldVisitor) {
                visitor.text(name, self.as_str());
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }
    };
}

words!(
    /// What kind of host.
    HostRole {
        /// A service endpoint.
        Service = "service",
        /// A producer host.
        Producer = "producer",
        /// A consumer host or worker.
        Consumer = "consumer",
        /// The operator who carries out a scenario's actions.
        Operator = "operator",
    }
);
words!(
    /// StreamStatus.
    StreamStatus {
        /// Being created; has no shards yet.
        Creating = "CREATING",
        /// Serving, and ready for structural changes.
        Active = "ACTIVE",
        /// Serving while a structural change is under way.
        Updating = "UPDATING",
        /// Being deleted.
        Deleting = "DELETING",
        /// Gone.
        Deleted = "DELETED",
    }
);
words!(
    /// Why a record was not accepted.
    WriteRefusal {
        /// The shard's record rate: ProvisionedThroughputExceededException.
        RecordRate = "record rate",
        /// The shard's byte rate: ProvisionedThroughputExceededException.
        ByteRate = "byte rate",
        /// A fault that throttles: ProvisionedThroughputExceededException.
        InjectedThrottle = "injected throttle",
        /// Fewer than two zones could take the record, or a fault: InternalFailure.
        InternalFailure = "internal failure",
    }
);
words!(
    /// Why a read was not served.
    ReadRefusal {
        /// More than five GetRecords calls a second on the shard.
        CallRate = "call rate",
        /// The shard is paying off the bytes of an earlier answer.
        ByteRate = "byte rate",
        /// A fault that throttles.
        InjectedThrottle = "injected throttle",
    }
);
words!(
    /// State of an availability zone's storage.
    ZoneState {
        /// In service with everything that was acknowledged.
        Up = "up",
        /// Out of service; its logs are kept.
        Down = "down",
        /// Out of service; its logs are gone.
        Wiped = "wiped",
        /// In service for new records, copying what it missed from the other zones.
        Rebuilding = "rebuilding",
    }
);
words!(
    /// Why a table call was throttled.
    TableThrottle {
        /// The table's provisioned or on-demand read units.
        TableRead = "TableReadProvisionedThroughputExceeded",
        /// The table's provisioned or on-demand write units.
        TableWrite = "TableWriteProvisionedThroughputExceeded",
        /// 3,000 read units a second of one partition.
        PartitionRead = "TableReadKeyRangeThroughputExceeded",
        /// 1,000 write units a second of one partition.
        PartitionWrite = "TableWriteKeyRangeThroughputExceeded",
        /// The index's read units.
        IndexRead = "IndexReadProvisionedThroughputExceeded",
        /// The index's write units (back pressure on the table).
        IndexWrite = "IndexWriteProvisionedThroughputExceeded",
        /// A fault that throttles.
        Injected = "injected throttle",
    }
);
words!(
    /// How a worker came by a lease.
    LeaseGain {
        /// It had no owner or had expired.
        Available = "available",
        /// The priority step: not renewed for three failover times.
        VeryOld = "very old",
        /// Stolen from the most loaded worker to balance.
        Stolen = "stolen",
        /// The worker's own row from before its restart.
        Resumed = "resumed",
    }
);
words!(
    /// Why a shard's processing ended on a worker.
    ProcessingEnd {
        /// The lease was lost.
        LeaseLost = "lease lost",
        /// Every record of a closed shard was processed.
        ShardEnd = "shard end",
        /// The worker was asked to shut down.
        Requested = "shutdown requested",
    }
);
words!(
    /// What a scripted record processor did wrong.
    ProcessorFault {
        /// Threw at a record: the KCL skips the rest of the batch.
        Threw = "threw",
        /// Hung at a record.
        Hung = "hung",
        /// Was slow.
        Slow = "slow",
    }
);
words!(
    /// Where processed records go, and what it promises.
    SinkKind {
        /// Every delivery is an effect: at least once.
        Plain = "plain",
        /// Deduplicates by shard and sequence number: exactly once.
        Idempotent = "idempotent",
        /// Effect and checkpoint commit together, fenced by the lease: exactly once.
        Transactional = "transactional",
    }
);
words!(
    /// What reads the stream.
    ConsumerLibrary {
        /// The Kinesis Client Library 2.x on a lease table.
        Kcl2 = "kcl-2",
        /// A plain poller of every shard, without leases.
        Poller = "poller",
        /// The user's own code.
        App = "app",
    }
);

/// Declares the event enum, and for each event its kind, canonical encoding and fields by name.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? }),* $(,)?) => {
        /// Something that happened. Fields are named as reports and exports show them.
        #[allow(missing_docs)]
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event { $($(#[$doc])* $name { $($(#[$fdoc])* $field: $ty),* }),* }

        /// Which event, without its fields.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EventKind { $($(#[$doc])* $name),* }

        impl EventKind {
            /// Every kind, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The kind's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }

        impl Event {
            /// Which event this is.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$name { .. } => EventKind::$name),* }
            }
            /// Appends the canonical encoding: time, kind, then every field in order of declaration.
            pub fn encode(&self, at: SimTime, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name { $($field),* } => {
                        let mut out = Encoder::new(out);
                        out.put(at.as_nanos().to_le_bytes());
                        out.put([EventKind::$name as u8]);
                        $($field.encode(&mut out);)*
                        out.finish();
                    }),*
                }
            }
            /// Shows every field, by name, to `visitor`.
            pub fn visit(&self, visitor: &mut dyn FieldVisitor) {
                match self { $(Self::$name { $($field),* } => { $($field.visit(stringify!($field), visitor);)* }),* }
            }
        }
    };
}

events! {
    // ---- the machine room -------------------------------------------------------------------------------
    /// A host exists from here on.
    HostDeclared { host: HostId, name: Arc<str>, role: HostRole },
    /// A host lost its memory and stopped.
    HostCrashed { host: HostId },
    /// A host began again with empty memory.
    HostRestarted { host: HostId },
    /// A host stands still.
    HostPaused { host: HostId },
    /// A host goes on after standing still.
    HostResumed { host: HostId },
    /// A fault began; `fault` tells it from others.
    FaultBegan { fault: u32, what: Arc<str> },
    /// A fault ended.
    FaultEnded { fault: u32 },
    /// The last fault has ended and none is to come: liveness is judged from here.
    FaultsHealed {},
    /// The operator did what the scenario says; `outcome` is `ok` or the error's name.
    ActionTaken { what: Arc<str>, outcome: Arc<str> },
    /// A message was lost on a link.
    MessageLost { from: HostId, to: HostId, operation: &'static str, is_reply: bool },
    /// A request was delivered twice.
    MessageDuplicated { from: HostId, to: HostId, operation: &'static str },
    /// The run is over.
    RunEnded {},

    // ---- streams service --------------------------------------------------------------------------------
    /// A stream exists from here on.
    StreamDeclared { stream: StreamId, name: StreamName, retention_hours: u32 },
    /// A stream's status changed.
    StreamStatusChanged { stream: StreamId, status: StreamStatus },
    /// A stream's retention changed.
    RetentionChanged { stream: StreamId, retention_hours: u32 },
    /// A shard takes records from here on.
    ShardOpened {
        stream: StreamId, shard: ShardId, range: HashKeyRange,
        parent: Option<ShardId>, adjacent_parent: Option<ShardId>,
    },
    /// A shard takes no more records; it holds ordinals below `end`.
    ShardClosed { stream: StreamId, shard: ShardId, end: u64 },
    /// A closed shard's last record left retention; it is no longer listed.
    ShardExpired { stream: StreamId, shard: ShardId },
    /// A record was stored by at least two zones: it is acknowledged. `zones` has a bit for each zone.
    RecordAccepted {
        stream: StreamId, shard: ShardId, ordinal: u64, index: u64,
        key: PartitionKey, size_bytes: u32, zones: u8, host: HostId,
    },
    /// A record was not accepted.
    RecordRefused {
        stream: StreamId, shard: ShardId, key: PartitionKey, size_bytes: u32,
        reason: WriteRefusal, host: HostId,
    },
    /// A PutRecord or PutRecords call was answered (not necessarily with success for every record).
    PutAnswered { stream: StreamId, host: HostId, is_batch: bool, records: u32, failed: u32 },
    /// A GetRecords call was answered with ordinals `from..to`.
    RecordsRead {
        stream: StreamId, shard: ShardId, host: HostId, from: u64, to: u64, size_bytes: u64,
        /// MillisBehindLatest of the answer.
        behind_latest_ms: u64,
        /// GetRecords.IteratorAgeMilliseconds: age of the last record returned, 0 when caught up.
        iterator_age_ms: u64,
        /// How long before this call the iterator was issued, in nanoseconds.
        iterator_lived_ns: u64,
    },
    /// A GetRecords call was refused.
    ReadRefused { stream: StreamId, shard: ShardId, host: HostId, reason: ReadRefusal },
    /// An iterator was used too late: ExpiredIteratorException.
    IteratorExpired { stream: StreamId, shard: ShardId, host: HostId, iterator_lived_ms: u64 },
    /// Records with ordinals below `to` left retention.
    RecordsTrimmed { stream: StreamId, shard: ShardId, to: u64 },
    /// Any other refusal of a service: quota, state, key, validation or an injected error, by AWS's name for it.
    CallRefused { service: &'static str, operation: &'static str, host: HostId, error: &'static str },
    /// A zone's storage changed state.
    ZoneChanged { zone: u8, state: ZoneState },
    /// Encryption of a stream was switched on or off.
    EncryptionChanged { stream: StreamId, encrypted: bool },

    // ---- table service ----------------------------------------------------------------------------------
    /// A table exists from here on. Units are 0 when on demand.
    TableDeclared { table: TableId, name: TableName, read_units: u32, write_units: u32 },
    /// A table's capacity changed. Units are 0 when on demand.
    TableCapacityChanged { table: TableId, read_units: u32, write_units: u32 },
    /// A table call consumed capacity (reads are counted in half units).
    UnitsConsumed { table: TableId, host: HostId, operation: &'static str, read_half_units: u32, write_units: u32 },
    /// A table call was throttled.
    TableThrottled { table: TableId, host: HostId, operation: &'static str, reason: TableThrottle },
    /// A conditional write's condition was false.
    ConditionFailed { table: TableId, host: HostId, operation: &'static str },
    /// A write was applied. A put of a new item has no `before`, a delete no `after`.
    ItemWritten {
        table: TableId, host: HostId, operation: &'static str,
        before: Option<Replaced>, after: Option<Arc<Item>>,
    },
    /// An eventually consistent read returned an older version of at least one item.
    StaleRead { table: TableId, host: HostId, operation: &'static str },

    // ---- producers --------------------------------------------------------------------------------------
    /// A producer host writes to `stream`.
    ProducerDeclared { host: HostId, producer: Arc<str>, stream: StreamName },
    /// A producer was done with some records, after `attempts` calls.
    PutFinished { host: HostId, records_ok: u32, records_given_up: u32, attempts: u32, took_ms: u64 },

    // ---- consumers --------------------------------------------------------------------------------------
    /// A consumer application exists from here on.
    ConsumerDeclared {
        consumer: ConsumerId, name: Arc<str>, stream: StreamName, library: ConsumerLibrary, sink: SinkKind,
        /// The lease table, when the library has one.
        lease_table: Option<TableName>,
        /// `failoverTimeMillis`, 0 without leases.
        failover_ms: u64,
    },
    /// A worker of a consumer began (at the start, or after a crash).
    WorkerStarted { consumer: ConsumerId, host: HostId },
    /// A worker stopped gracefully.
    WorkerStopped { consumer: ConsumerId, host: HostId },
    /// A worker holds a lease from here on.
    LeaseGained { consumer: ConsumerId, host: HostId, shard: ShardId, how: LeaseGain, from: Option<Arc<str>> },
    /// A worker found that it no longer holds a lease.
    LeaseLost { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// A lease renewal did not happen: throttled or failed on every try.
    LeaseRenewalFailed { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// A worker created missing leases.
    LeasesCreated { consumer: ConsumerId, host: HostId, count: u32 },
    /// The leader found the same hole in the leases' hash ranges often enough to repair it.
    LeaseHoleFound { consumer: ConsumerId, host: HostId },
    /// A worker began to process a shard, reading from `start` (a sequence number or a sentinel).
    ProcessingStarted { consumer: ConsumerId, host: HostId, shard: ShardId, start: Arc<str> },
    /// A worker ended processing a shard.
    ProcessingEnded { consumer: ConsumerId, host: HostId, shard: ShardId, reason: ProcessingEnd },
    /// A worker asked for an iterator; `skips` tells that the position is not where its last read ended.
    IteratorRequested { consumer: ConsumerId, host: HostId, shard: ShardId, position: Arc<str> },
    /// A record processor finished ordinals `from..to`.
    RecordsProcessed { consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64 },
    /// A record processor failed, and ordinals `from..to` were passed over.
    RecordsSkipped {
        consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64, fault: ProcessorFault,
    },
    /// A worker is about to store a checkpoint: every ordinal below `to` is claimed to be processed.
    /// `sequence_number` is `None` for SHARD_END.
    CheckpointAttempted {
        consumer: ConsumerId, host: HostId, shard: ShardId,
        sequence_number: Option<SequenceNumber>, to: u64,
    },
    /// A checkpoint was refused: the lease was lost, or the table throttled.
    CheckpointRefused { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// The application's store took effects of ordinals `from..to`; `duplicates` of them it had already.
    EffectsApplied { consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64, duplicates: u32 },
    /// The application's store refused a writer that is no longer the lease holder.
    EffectsFenced { consumer: ConsumerId, host: HostId, shard: ShardId },

    // ---- streams service, enhanced fan-out --------------------------------------------------------------
    /// A subscription's event carried ordinals `from..to`.
    SubscriptionRead {
        stream: StreamId, shard: ShardId, host: HostId, from: u64, to: u64, size_bytes: u64, behind_latest_ms: u64,
    },

    // ---- the user's own consumers -----------------------------------------------------------------------
    /// An application says that it made the effect that it calls `id`.
    EffectMade { consumer: ConsumerId, host: HostId, id: Arc<str> },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_stay_small() {
        assert!(size_of::<Event>() <= 96, "an event is {} bytes", size_of::<Event>());
    }

    #[test]
    fn encodings_tell_fields_and_kinds_apart() {
        let encoded = |e: Event| {
            let mut out = Vec::new();
            e.encode(SimTime::ZERO, &mut out);
            out
        };
        let crashed = encoded(Event::HostCrashed { host: HostId(1) });
        assert_ne!(crashed, encoded(Event::HostCrashed { host: HostId(2) }));
        assert_ne!(crashed, encoded(Event::HostRestarted { host: HostId(1) }));
    }
}
