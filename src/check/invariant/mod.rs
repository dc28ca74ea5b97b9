//! The promises, one a file: its name, the promise in one sentence, the events it hears, and a test that plants the bug
//! it exists for. The order below is that of reports: safety first.

mod balance_converges;
mod bounded_double_processing;
mod buffers_keep_their_hints;
mod calm_means_still;
mod checkpoint_never_goes_back;
mod checkpoint_only_by_lease_holder;
mod consistent_reads_are_fresh;
mod deliveries_double_only_for_a_reason;
mod deliveries_hold_what_they_took;
mod every_open_shard_owned;
mod every_record_gets_processed;
mod every_record_is_delivered;
mod exactly_once_effects;
mod freshness_recovers;
mod function_payloads_fit;
mod iterator_age_recovers;
mod iterators_begin_where_asked;
mod iterators_live_300_s;
mod key_order_across_resharding;
mod lease_deleted_only_when_allowed;
mod leases_are_lost_for_a_reason;
mod leases_cover_hash_range;
mod limits_never_exceeded;
mod live_leases_are_not_taken;
mod no_acknowledged_record_lost;
mod nothing_below_checkpoint_unprocessed;
mod objects_hold_what_their_names_say;
mod open_shards_tile_the_hash_range;
mod partitions_keep_their_quota;
mod producers_are_honest;
mod readers_use_the_last_iterator;
mod records_lie_in_their_shard;
mod records_stand_in_two_zones;
mod refused_calls_write_nothing;
mod resume_is_exact;
mod shard_order;
mod stops_keep_what_was_done;
mod stream_answers_are_a_logs;
mod table_answers_have_an_order;

use super::{Invariant, LivenessBounds, Registration};
use crate::base::SimDuration;

/// Every invariant there is: one line registers it.
macro_rules! registered {
    ($($module:ident::$name:ident),* $(,)?) => {
        /// Every invariant, in order of report.
        pub(super) const ALL: &[Registration] = &[$(Registration::of::<$module::$name>()),*];
        /// Their files.
        #[cfg(test)]
        const SOURCES: &[(&str, &str)] =
            &[$((stringify!($module), include_str!(concat!(stringify!($module), ".rs")))),*];
    };
}

registered! {
    no_acknowledged_record_lost::NoAcknowledgedRecordLost,
    records_stand_in_two_zones::RecordsStandInTwoZones,
    shard_order::ShardOrder,
    open_shards_tile_the_hash_range::OpenShardsTileTheHashRange,
    records_lie_in_their_shard::RecordsLieInTheirShard,
    key_order_across_resharding::KeyOrderAcrossResharding,
    checkpoint_never_goes_back::CheckpointNeverGoesBack,
    nothing_below_checkpoint_unprocessed::NothingBelowCheckpointUnprocessed,
    resume_is_exact::ResumeIsExact,
    checkpoint_only_by_lease_holder::CheckpointOnlyByLeaseHolder,
    bounded_double_processing::BoundedDoubleProcessing,
    live_leases_are_not_taken::LiveLeasesAreNotTaken,
    leases_are_lost_for_a_reason::LeasesAreLostForAReason,
    stops_keep_what_was_done::StopsKeepWhatWasDone,
    leases_cover_hash_range::LeasesCoverHashRange,
    lease_deleted_only_when_allowed::LeaseDeletedOnlyWhenAllowed,
    limits_never_exceeded::LimitsNeverExceeded,
    refused_calls_write_nothing::RefusedCallsWriteNothing,
    consistent_reads_are_fresh::ConsistentReadsAreFresh,
    table_answers_have_an_order::TableAnswersHaveAnOrder,
    stream_answers_are_a_logs::StreamAnswersAreALogs,
    iterators_live_300_s::IteratorsLive300S,
    iterators_begin_where_asked::IteratorsBeginWhereAsked,
    readers_use_the_last_iterator::ReadersUseTheLastIterator,
    exactly_once_effects::ExactlyOnceEffects,
    producers_are_honest::ProducersAreHonest,
    deliveries_hold_what_they_took::DeliveriesHoldWhatTheyTook,
    deliveries_double_only_for_a_reason::DeliveriesDoubleOnlyForAReason,
    objects_hold_what_their_names_say::ObjectsHoldWhatTheirNamesSay,
    buffers_keep_their_hints::BuffersKeepTheirHints,
    function_payloads_fit::FunctionPayloadsFit,
    partitions_keep_their_quota::PartitionsKeepTheirQuota,
    every_record_gets_processed::EveryRecordGetsProcessed,
    every_open_shard_owned::EveryOpenShardOwned,
    balance_converges::BalanceConverges,
    calm_means_still::CalmMeansStill,
    iterator_age_recovers::IteratorAgeRecovers,
    every_record_is_delivered::EveryRecordIsDelivered,
    freshness_recovers::FreshnessRecovers,
}

/// The invariants that judge only what lasts, and for how long a run must be calm at its end to show it.
pub(super) fn calm_needed(bounds: &LivenessBounds) -> [(&'static str, SimDuration); 6] {
    let LivenessBounds { owned_within, balanced_within, caught_up_within, .. } = *bounds;
    [
        (every_open_shard_owned::EveryOpenShardOwned::NAME, owned_within),
        (balance_converges::BalanceConverges::NAME, balanced_within),
        (calm_means_still::CalmMeansStill::NAME, balanced_within),
        (iterator_age_recovers::IteratorAgeRecovers::NAME, caught_up_within),
        (every_record_gets_processed::EveryRecordGetsProcessed::NAME, caught_up_within),
        (leases_cover_hash_range::LeasesCoverHashRange::NAME, leases_cover_hash_range::HOLE_MAX),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a file before and from its tests.
    fn parts(source: &str) -> (&str, &str) {
        source.split_once("#[cfg(test)]").expect("an invariant has tests")
    }

    #[test]
    fn every_invariant_tells_its_name_and_plants_its_bug() {
        for (registered, (module, source)) in ALL.iter().zip(SOURCES) {
            let (code, tests) = parts(source);
            assert!(code.starts_with(&format!("//! `{}`: ", registered.name)), "{module} opens with its name");
            assert_eq!(registered.name.replace('-', "_"), *module, "the file is called as the invariant");
            assert!(tests.contains("Verdict::Pass"), "{module} has a test in which it holds");
            assert!(tests.contains("Verdict::Unknown"), "{module} has a test in which there is nothing to judge");
            assert!(tests.contains("evidence(&"), "{module} has a test that plants its bug and reads the evidence");
        }
    }

    #[test]
    fn what_a_run_is_too_short_for_is_known_beforehand() {
        let bounds = crate::check::test_events::settings().liveness;
        let short = |s: u64| crate::check::too_short_for(SimDuration::from_secs(s), &bounds);
        assert_eq!(short(30).len(), 6, "every bound is a minute or more");
        assert_eq!(short(60), [("leases-cover-hash-range", leases_cover_hash_range::HOLE_MAX)]);
        assert!(short(900).is_empty());
    }

    /// What the lens alone needs the lens hears; a check that heard it too would only lose time.
    #[test]
    fn no_invariant_hears_what_it_does_not_look_at() {
        for (module, source) in SOURCES {
            let (code, _) = parts(source);
            let (before, rest) = code.split_once("const HEARS").expect("an invariant hears something");
            let (heard, after) = rest.split_once(';').expect("the list ends");
            let body = [before, after].concat();
            // The lens says of an event what it changed.
            let told: &[(&str, &[&str])] = &[
                ("lens.crew_changed", &["WorkerStarted", "WorkerStopped", "HostCrashed"]),
                ("lens.started", &["ProcessingStarted", "RecordsRead", "SubscriptionRead"]),
            ];
            let by_lens = |kind: &str| told.iter().any(|(word, kinds)| body.contains(word) && kinds.contains(&kind));
            for kind in heard.split("EventKind::").skip(1) {
                let kind = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                let is_looked_at = body.contains(&format!("Event::{kind} ")) || by_lens(kind);
                assert!(is_looked_at, "{module} hears {kind} in vain");
            }
        }
    }
}
