//! What the application's store tells: the effects of processed records.

words!(
    /// Where processed records go, and what it promises.
    StoreKind {
        /// Every delivery is an effect: at least once.
        0 => Plain = "plain",
        /// Deduplicates by shard and sequence number: exactly once.
        1 => Idempotent = "idempotent",
        /// Effect and checkpoint commit together, fenced by the lease: exactly once.
        2 => Transactional = "transactional",
    }
);

macro_rules! store_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            store 1300..=1399 {
                /// The application's store took effects of ordinals `from..to`; `duplicates` of them it had already.
                1300 => EffectsApplied {
                    consumer: ConsumerId, host: HostId, shard: ShardId, from: u64, to: u64, duplicates: u32,
                },
                /// The application's store refused a writer that is no longer the lease holder.
                1301 => EffectsFenced { consumer: ConsumerId, host: HostId, shard: ShardId },
            }
        }
    };
}
