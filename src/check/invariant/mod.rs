//! The promises, one a file: its name, the promise in one sentence, the events it hears, and a test that plants the bug
//! it exists for. The order below is that of reports: safety first.

mod balance_converges;
mod bounded_double_processing;
mod checkpoint_never_goes_back;
mod checkpoint_only_by_lease_holder;
mod every_open_shard_owned;
mod exactly_once_effects;
mod iterator_age_recovers;
mod iterators_live_300_s;
mod key_order_across_resharding;
mod lease_deleted_only_when_allowed;
mod leases_cover_hash_range;
mod limits_never_exceeded;
mod no_acknowledged_record_lost;
mod nothing_below_checkpoint_unprocessed;
mod shard_order;

use super::Registration;

/// Every invariant there is: one line registers it.
macro_rules! registered {
    ($($module:ident::$name:ident),* $(,)?) => {
        /// Every invariant, in order of report.
        pub(super) const ALL: &[Registration] = &[$(Registration::of::<$module::$name>()),*];
    };
}

registered! {
    no_acknowledged_record_lost::NoAcknowledgedRecordLost,
    shard_order::ShardOrder,
    key_order_across_resharding::KeyOrderAcrossResharding,
    checkpoint_never_goes_back::CheckpointNeverGoesBack,
    nothing_below_checkpoint_unprocessed::NothingBelowCheckpointUnprocessed,
    checkpoint_only_by_lease_holder::CheckpointOnlyByLeaseHolder,
    bounded_double_processing::BoundedDoubleProcessing,
    leases_cover_hash_range::LeasesCoverHashRange,
    lease_deleted_only_when_allowed::LeaseDeletedOnlyWhenAllowed,
    limits_never_exceeded::LimitsNeverExceeded,
    iterators_live_300_s::IteratorsLive300S,
    exactly_once_effects::ExactlyOnceEffects,
    every_open_shard_owned::EveryOpenShardOwned,
    balance_converges::BalanceConverges,
    iterator_age_recovers::IteratorAgeRecovers,
}
