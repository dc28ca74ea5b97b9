//! What consumers and their workers tell, whichever library they use.

words!(
    /// What reads the stream.
    ConsumerLibrary {
        /// The Kinesis Client Library 2.x on a lease table.
        0 => Kcl2 = "kcl-2",
        /// A plain poller of every shard, without leases.
        1 => Poller = "poller",
        /// The user's own code.
        2 => App = "app",
    }
);
words!(
    /// Where a consumer application begins a shard of which it has no position.
    DeclaredStart {
        /// The oldest record in retention.
        0 => TrimHorizon = "TRIM_HORIZON",
        /// What arrives from then on.
        1 => Latest = "LATEST",
        /// What arrived at or after a time.
        2 => AtTimestamp = "AT_TIMESTAMP",
        /// Only the user's own code knows.
        3 => OwnCode = "own code",
    }
);
words!(
    /// How a worker came by a lease.
    LeaseGain {
        /// It had no owner or had expired.
        0 => Available = "available",
        /// The priority step: not renewed for three failover times.
        1 => VeryOld = "very old",
        /// Stolen from the most loaded worker to balance.
        2 => Stolen = "stolen",
        /// The worker's own row from before its restart.
        3 => Resumed = "resumed",
    }
);
words!(
    /// Why a shard's processing ended on a worker.
    ProcessingEnd {
        /// The lease was lost.
        0 => LeaseLost = "lease lost",
        /// Every record of a closed shard was processed.
        1 => ShardEnd = "shard end",
        /// The worker was asked to shut down.
        2 => Requested = "shutdown requested",
    }
);
words!(
    /// What a scripted record processor did wrong.
    ProcessorFault {
        /// Threw at a record: the KCL skips the rest of the batch.
        0 => Threw = "threw",
        /// Hung at a record.
        1 => Hung = "hung",
        /// Was slow.
        2 => Slow = "slow",
    }
);

macro_rules! consumer_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            consumer 200..=299 {
                /// A consumer application exists from here on.
                200 => ConsumerDeclared {
                    consumer: ConsumerId, name: Arc<str>, stream: StreamName, library: ConsumerLibrary,
                    store: StoreKind,
                    /// The lease table, when the library has one.
                    lease_table: Option<TableName>,
                    /// `failoverTimeMillis`, 0 without leases.
                    failover_ms: u64,
                    /// Where it begins what it has not read before.
                    start: DeclaredStart,
                },
                /// A worker of a consumer began (at the start, or after a crash).
                201 => WorkerStarted { consumer: ConsumerId, host: HostId },
                /// A worker stopped gracefully.
                202 => WorkerStopped { consumer: ConsumerId, host: HostId },
                /// A worker holds a lease from here on.
                203 => LeaseGained {
                    consumer: ConsumerId, host: HostId, shard: ShardId, how: LeaseGain, from: Option<Arc<str>>,
                },
                /// A worker found that it no longer holds a lease.
                204 => LeaseLost { consumer: ConsumerId, host: HostId, shard: ShardId },
                /// A lease renewal did not happen: throttled or failed on every try.
                205 => LeaseRenewalFailed { consumer: ConsumerId, host: HostId, shard: ShardId },
                /// A worker created missing leases.
                206 => LeasesCreated { consumer: ConsumerId, host: HostId, count: u32 },
                /// The leader found the same hole in the leases' hash ranges often enough to repair it.
                207 => LeaseHoleFound { consumer: ConsumerId, host: HostId },
                /// A worker began to process a shard, reading from `start`.
                208 => ProcessingStarted { consumer: ConsumerId, host: HostId, shard: ShardId, start: Position },
                /// A worker ended processing a shard.
                209 => ProcessingEnded { consumer: ConsumerId, host: HostId, shard: ShardId, reason: ProcessingEnd },
                /// A worker asked for an iterator at `position`.
                210 => IteratorRequested { consumer: ConsumerId, host: HostId, shard: ShardId, position: Position },
                /// A record processor finished ordinals `from..to`.
                211 => RecordsProcessed { consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64 },
                /// A record processor failed, and ordinals `from..to` were passed over.
                212 => RecordsSkipped {
                    consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64, fault: ProcessorFault,
                },
                /// A worker is about to store a checkpoint: every ordinal below `to` is claimed to be processed.
                /// `sequence_number` is `None` for SHARD_END.
                213 => CheckpointAttempted {
                    consumer: ConsumerId, host: HostId, shard: ShardId,
                    sequence_number: Option<SequenceNumber>, to: u64,
                },
                /// A poller keeps a position across a restart of its host: everything below `to` is done.
                215 => PositionSaved { consumer: ConsumerId, host: HostId, shard: ShardId, to: u64 },
                /// A poller's processor threw: it goes back to the position that it last kept.
                216 => ProcessorThrew { consumer: ConsumerId, host: HostId, shard: ShardId },
                /// A checkpoint was refused: the lease was lost, or the table throttled.
                214 => CheckpointRefused { consumer: ConsumerId, host: HostId, shard: ShardId },
            }
        }
    };
}
