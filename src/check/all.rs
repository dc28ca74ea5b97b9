//! All checks together, each event going only to those that listen.

use super::balance_converges::BalanceConverges;
use super::bounded_double_processing::BoundedDoubleProcessing;
use super::checkpoint_never_goes_back::CheckpointNeverGoesBack;
use super::checkpoint_only_by_lease_holder::CheckpointOnlyByLeaseHolder;
use super::every_open_shard_owned::EveryOpenShardOwned;
use super::exactly_once_effects::ExactlyOnceEffects;
use super::iterator_age_recovers::IteratorAgeRecovers;
use super::iterators_live_300_s::IteratorsLive300S;
use super::key_order_across_resharding::KeyOrderAcrossResharding;
use super::lease_deleted_only_when_allowed::LeaseDeletedOnlyWhenAllowed;
use super::leases_cover_hash_range::LeasesCoverHashRange;
use super::limits_never_exceeded::LimitsNeverExceeded;
use super::liveness::LivenessBounds;
use super::names::Names;
use super::no_acknowledged_record_lost::NoAcknowledgedRecordLost;
use super::nothing_below_checkpoint_unprocessed::NothingBelowCheckpointUnprocessed;
use super::shard_order::ShardOrder;
use super::{Check, CheckResult};
use crate::aws::kinesis::api::ThrottleWindow;
use crate::base::{Event, EventKind, Fold, SimDuration, SimTime};

/// What the checks must know of a run besides its events.
#[derive(Clone, Copy, Debug)]
pub struct CheckSettings {
    /// Shape of the streams service's write limits.
    pub throttle_window: ThrottleWindow,
    /// Whether the services enforce their limits; nothing is judged by them otherwise.
    pub limits_enforced: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub visibility_lag: SimDuration,
    /// Bounds of the liveness checks.
    pub liveness: LivenessBounds,
}

/// Every check there is, as one fold.
pub struct Checks {
    checks: Vec<Box<dyn Check>>,
    /// By kind of event, a bit for each of `checks` that listens.
    listeners: [u32; EventKind::ALL.len()],
}

impl Checks {
    /// All checks, safety first.
    pub fn new(settings: &CheckSettings) -> Self {
        let CheckSettings { throttle_window, limits_enforced, visibility_lag, liveness } = *settings;
        let mut all = Self { checks: Vec::new(), listeners: [0; _] };
        all.add(NoAcknowledgedRecordLost::new(visibility_lag), NoAcknowledgedRecordLost::KINDS);
        all.add(ShardOrder::default(), ShardOrder::KINDS);
        all.add(KeyOrderAcrossResharding::default(), KeyOrderAcrossResharding::KINDS);
        all.add(CheckpointNeverGoesBack::default(), CheckpointNeverGoesBack::KINDS);
        all.add(NothingBelowCheckpointUnprocessed::default(), NothingBelowCheckpointUnprocessed::KINDS);
        all.add(CheckpointOnlyByLeaseHolder::default(), CheckpointOnlyByLeaseHolder::KINDS);
        all.add(BoundedDoubleProcessing::default(), BoundedDoubleProcessing::KINDS);
        all.add(LeasesCoverHashRange::default(), LeasesCoverHashRange::KINDS);
        all.add(LeaseDeletedOnlyWhenAllowed::default(), LeaseDeletedOnlyWhenAllowed::KINDS);
        let limits = if limits_enforced { LimitsNeverExceeded::KINDS } else { &[] };
        all.add(LimitsNeverExceeded::new(throttle_window), limits);
        all.add(IteratorsLive300S::default(), IteratorsLive300S::KINDS);
        all.add(ExactlyOnceEffects::default(), ExactlyOnceEffects::KINDS);
        all.add(EveryOpenShardOwned::new(liveness.owned_within), EveryOpenShardOwned::KINDS);
        all.add(BalanceConverges::new(liveness.balanced_within), BalanceConverges::KINDS);
        let age = IteratorAgeRecovers::new(liveness.caught_up_within, liveness.iterator_age_max);
        all.add(age, IteratorAgeRecovers::KINDS);
        all
    }

    /// Adds a check that listens to `kinds`, and to what every check needs for names.
    fn add(&mut self, check: impl Check + 'static, kinds: &[EventKind]) {
        let number = self.checks.len();
        assert!(number < u32::BITS as usize, "there is a bit for every check");
        for kind in EventKind::ALL.iter().filter(|kind| kinds.contains(kind) || Names::KINDS.contains(kind)) {
            self.listeners[*kind as usize] |= 1 << number;
        }
        self.checks.push(Box::new(check));
    }

    /// Every check's result so far.
    pub fn results(&self) -> Vec<CheckResult> {
        self.checks.iter().map(|check| check.result()).collect()
    }
}

impl Fold for Checks {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.on_all(at, std::slice::from_ref(event));
    }
    fn on_all(&mut self, at: SimTime, events: &[Event]) {
        let listening = |event: &Event| self.listeners[event.kind() as usize];
        let mut anyone = events.iter().fold(0, |anyone, event| anyone | listening(event));
        while anyone != 0 {
            let number = anyone.trailing_zeros();
            anyone &= anyone - 1;
            let check = &mut self.checks[number as usize];
            for event in events {
                if self.listeners[event.kind() as usize] & (1 << number) != 0 {
                    check.on(at, event);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::base::Position;
    use crate::base::event::SinkKind;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn settings() -> CheckSettings {
        let liveness = LivenessBounds {
            owned_within: SimDuration::from_secs(60),
            balanced_within: SimDuration::from_secs(60),
            caught_up_within: SimDuration::from_secs(60),
            iterator_age_max: SimDuration::from_secs(10),
        };
        CheckSettings {
            throttle_window: ThrottleWindow::TokenBucket,
            limits_enforced: true,
            visibility_lag: SimDuration::ZERO,
            liveness,
        }
    }

    #[test]
    fn every_check_has_its_own_name_and_an_empty_run_is_unknown_to_all() {
        let results = Checks::new(&settings()).results();
        assert_eq!(results.iter().map(|r| r.name).collect::<BTreeSet<_>>().len(), 15);
        assert!(results.iter().all(|r| r.verdict == Verdict::Unknown), "{results:?}");
    }

    /// An event of any kind that a check looks at, drawn from small numbers.
    fn drawn(kind: u8, (a, b, c): (u8, u8, u8)) -> Event {
        let (host, shard) = ([WORKER_1, WORKER_2, OPERATOR][usize::from(a % 3)], [S0, S1, S2][usize::from(b % 3)]);
        let (from, to) = (u64::from(c % 16), u64::from(c % 16 + a % 8));
        let checkpoints = ["AT_TIMESTAMP", "TRIM_HORIZON", "LATEST", &number(shard, to).to_string(), "SHARD_END"];
        let row =
            |c: u8| row(shard, ["", "billing-1", "billing-2"][usize::from(c % 3)], checkpoints[usize::from(c % 5)]);
        let (stream, consumer) = (CLICKS, BILLING);
        match kind {
            0 => opened(shard, c, (shard > S0).then_some(S0)),
            1 => closed(shard, from),
            2 => Event::ShardExpired { stream, shard },
            3 => accepted(shard, from),
            4 => read_behind(host, shard, from, to, u64::from(a) * 40_000, u64::from(c) * 1000),
            5 => Event::IteratorExpired {
                stream,
                shard,
                host,
                iterator_lived: SimDuration::from_secs(u64::from(c) * 40),
            },
            6 => trimmed(shard, from),
            7 => Event::RetentionChanged { stream, retention_hours: u32::from(a % 2) },
            8 => started(host, shard, checkpoints[usize::from(c % 5)]),
            9 => ended(host, shard, crate::base::event::ProcessingEnd::LeaseLost),
            10 => processed(host, shard, from, to),
            11 => skipped(host, shard, from, to),
            12 => attempted(host, shard, to),
            13 => gained(host, shard),
            14 => written(host, row(a), row(c)),
            15 => written(host, None, row(c)),
            16 => written(host, row(a), None),
            17 => Event::EffectsApplied { consumer, host, shard, from, to, duplicates: u32::from(c == 0) },
            18 => Event::WorkerStarted { consumer, host },
            19 => Event::WorkerStopped { consumer, host },
            20 => Event::HostCrashed { host },
            21 => Event::HostPaused { host },
            22 => Event::HostResumed { host },
            23 => Event::FaultBegan { fault: 0, what: "f".into() },
            24 => Event::FaultEnded { fault: 0 },
            25 => Event::FaultsHealed {},
            26 => Event::TableCapacityChanged { table: LEASES, read_units: 1, write_units: a.into() },
            27 => Event::UnitsConsumed { table: LEASES, host, operation: "x", read_half_units: 1, write_units: 100 },
            28 => Event::IteratorRequested { consumer, host, shard, position: Position::Latest },
            _ => Event::RunEnded {},
        }
    }

    proptest! {
        /// A check that lacks a kind in its list would judge differently.
        #[test]
        fn checks_miss_nothing_by_hearing_only_what_they_list(
            script in prop::collection::vec((0u64..200, 0u8..30, (0u8..12, 0u8..12, 0u8..20)), 0..120),
        ) {
            let mut listening = Checks::new(&settings());
            let mut hearing_all = Checks::new(&settings());
            let mut at = SimTime::ZERO;
            let script = script.into_iter().map(|(wait_s, kind, numbers)| (wait_s, drawn(kind, numbers)));
            let scene = scene_with(SinkKind::Idempotent).into_iter().map(|event| (0, event));
            for (wait_s, event) in scene.chain(script) {
                at += SimDuration::from_secs(wait_s);
                listening.on(at, &event);
                hearing_all.checks.iter_mut().for_each(|check| check.on(at, &event));
            }
            prop_assert_eq!(listening.results(), hearing_all.results());
        }
    }

    #[test]
    fn records_are_judged_by_three_checks_only() {
        let checks = Checks::new(&settings());
        assert_eq!(checks.listeners[EventKind::RecordAccepted as usize].count_ones(), 3);
    }

    #[test]
    fn checks_hear_what_they_listen_to() {
        let mut checks = Checks::new(&settings());
        for event in scene() {
            checks.on(SimTime::ZERO, &event);
        }
        let script = [
            accepted(S0, 0),
            accepted(S0, 2),
            read(WORKER_1, S0, 0, 1, 300_001),
            written(WORKER_2, row_at(S0, "billing-1", 9), row_at(S0, "billing-1", 5)),
        ];
        for event in script {
            checks.on(SimTime::from_secs(400), &event);
        }
        let failed: Vec<_> =
            checks.results().into_iter().filter(|r| r.verdict == Verdict::Fail).map(|r| r.name).collect();
        let expected = [
            "no-acknowledged-record-lost",
            "checkpoint-never-goes-back",
            "checkpoint-only-by-lease-holder",
            "iterators-live-300-s",
        ];
        assert_eq!(failed, expected);
    }
}
