//! All checks together, each event going only to those that listen.

use super::contract::{Heard, Listeners};
use super::lens::Lens;
use super::{Check, CheckResult, CheckSettings, NOTHING_TO_JUDGE, Registration, invariants};
use crate::base::{Event, EventKind, Fold, SimTime};

/// So many events stay in the processor's nearest cache while one check after the other looks at them.
const AT_A_TIME: usize = 128;

/// Every check there is, as one fold.
pub(crate) struct Checks {
    lens: Lens,
    checks: Vec<Box<dyn Check>>,
    /// Who of the first 64 checks listens, of the next 64, and so on.
    listeners: Vec<Listeners>,
    /// By kind of event, whether the lens listens.
    is_seen: [bool; EventKind::ALL.len()],
}

impl Checks {
    /// All checks, safety first.
    pub(crate) fn new(settings: &CheckSettings) -> Self {
        Self::of(invariants(), settings)
    }

    /// All checks, of which each hears every event, whether it lists it or not.
    #[cfg(test)]
    pub(crate) fn hearing_all(settings: &CheckSettings) -> Self {
        let mut checks = Self::new(settings);
        checks.is_seen.fill(true);
        checks.listeners.iter_mut().for_each(|bits| bits.fill((1 << invariants().len()) - 1));
        checks
    }

    fn of(registered: &[Registration], settings: &CheckSettings) -> Self {
        let mut listeners = vec![[0; _]; registered.len().div_ceil(u64::BITS as usize)];
        for (number, registration) in registered.iter().enumerate() {
            for kind in (registration.hears)(settings) {
                listeners[number / 64][*kind as usize] |= 1 << (number % 64);
            }
        }
        let mut is_seen = [false; _];
        Lens::HEARS.iter().for_each(|kind| is_seen[*kind as usize] = true);
        let checks = registered.iter().map(|registration| (registration.begin)(settings)).collect();
        Self { lens: Lens::default(), checks, listeners, is_seen }
    }

    /// Every check's result so far.
    pub(crate) fn results(&self) -> Vec<CheckResult> {
        let mut results: Vec<_> = self.checks.iter().map(|check| check.result(&self.lens)).collect();
        if let Some(table) = self.checks.iter().find_map(|check| check.client_table()) {
            let table = self.lens.names.table(table);
            let of_consumers =
                (0..).zip(&mut results).filter(|(n, _)| self.hears_consumers(*n)).map(|(_, result)| result);
            for result in of_consumers.filter(|result| result.detail == NOTHING_TO_JUDGE) {
                result.detail = format!("{NOTHING_TO_JUDGE}: lease table {table} does not tell what its workers do");
            }
        }
        results
    }

    /// Whether a check judges by what consumers of the run tell.
    fn hears_consumers(&self, check: usize) -> bool {
        let (listeners, bit) = (&self.listeners[check / 64], 1 << (check % 64));
        EventKind::ALL.iter().any(|kind| listeners[*kind as usize] & bit != 0 && kind.maker() == "consumer")
    }

    /// Lets the listeners of each event hear it. Check by check, because one that stays in the processor's cache is
    /// faster: nothing here changes what the lens shows.
    fn tell(&mut self, at: SimTime, events: &[Event]) {
        for (listeners, checks) in self.listeners.iter().zip(self.checks.chunks_mut(u64::BITS as usize)) {
            let mut anyone = events.iter().fold(0, |anyone, event| anyone | listeners[event.kind() as usize]);
            while anyone != 0 {
                let check = anyone.trailing_zeros();
                anyone &= anyone - 1;
                checks[check as usize].on_each(at, events, Heard { listeners, check }, &self.lens);
            }
        }
    }
}

impl Checks {
    /// Lets the lens see an event, and then those who listen.
    fn one(&mut self, at: SimTime, event: &Event) {
        if self.is_seen[event.kind() as usize] {
            self.lens.on(at, event);
        }
        self.tell(at, std::slice::from_ref(event));
    }
}

impl Fold for Checks {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.on_all(at, std::slice::from_ref(event));
    }
    fn on_all(&mut self, at: SimTime, events: &[Event]) {
        self.lens.call += 1;
        match events.iter().any(|event| self.is_seen[event.kind() as usize]) {
            true => events.iter().for_each(|event| self.one(at, event)),
            false => events.chunks(AT_A_TIME).for_each(|events| self.tell(at, events)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::base::event::{
        ConsumerLibrary, FailedAs, HostRole, IngestRefusal, Output, ProcessingEnd, ReadRefusal, Stage, StoreKind,
        StreamStatus, TableThrottle, WriteRefusal, ZoneState,
    };
    use crate::base::{HostId, PartitionKey, Position, SimDuration, StreamId};
    use crate::check::test_events::*;
    use crate::check::{Evidence, Invariant, Verdict};

    #[test]
    fn every_check_has_its_own_name_and_promise_and_an_empty_run_is_unknown_to_all() {
        let results = Checks::new(&settings()).results();
        let names: BTreeSet<_> = invariants().iter().map(|registered| registered.name).collect();
        assert_eq!(names.len(), invariants().len());
        assert_eq!(results.iter().map(|r| r.name).collect::<BTreeSet<_>>(), names);
        assert!(results.iter().all(|r| r.verdict == Verdict::Unknown), "{results:?}");
        for registered in invariants() {
            assert!(registered.promise.len() > 20 && !registered.promise.ends_with('.'), "{}", registered.name);
        }
    }

    /// An event of any kind, drawn from small numbers. Whoever adds a kind of event says here how it is drawn.
    fn drawn(kind: EventKind, (a, b, c): (u8, u8, u8)) -> Event {
        use EventKind as K;
        let (host, shard) = ([WORKER_1, WORKER_2, OPERATOR][usize::from(a % 3)], [S0, S1, S2][usize::from(b % 3)]);
        let (from, to) = (u64::from(c % 16), u64::from(c % 16 + a % 8));
        let (stream, consumer, table, operation) = (CLICKS, BILLING, LEASES, "x");
        let key = || PartitionKey::new("k").expect("a key");
        let name = || "clicks".parse().expect("a name");
        match kind {
            K::HostDeclared => Event::HostDeclared { host, name: "billing-1".into(), role: HostRole::Consumer },
            K::HostCrashed => Event::HostCrashed { host },
            K::HostRestarted => Event::HostRestarted { host },
            K::HostPaused => Event::HostPaused { host },
            K::HostResumed => Event::HostResumed { host },
            K::FaultBegan => Event::FaultBegan { fault: 0, what: "f".into() },
            K::FaultEnded => Event::FaultEnded { fault: 0 },
            K::FaultMissed => Event::FaultMissed { fault: 0 },
            K::FaultsHealed => Event::FaultsHealed {},
            K::ActionTaken => Event::ActionTaken { what: "split".into(), outcome: "ok".into(), stream: None },
            K::MessageLost => Event::MessageLost { from: host, to: host, operation, is_reply: false },
            K::MessageDuplicated => Event::MessageDuplicated { from: host, to: host, operation },
            K::RunEnded => Event::RunEnded {},
            K::CallRefused => Event::CallRefused { service: "kinesis", operation, host, error: "e" },
            K::StreamDeclared => {
                Event::StreamDeclared { stream: StreamId(u16::from(a % 2)), name: name(), retention_hours: 24 }
            }
            K::StreamStatusChanged => Event::StreamStatusChanged { stream, status: StreamStatus::Updating },
            K::RetentionChanged => Event::RetentionChanged { stream, retention_hours: u32::from(a % 2) },
            K::ShardOpened => opened(shard, c, (shard > S0).then_some(S0)),
            K::ShardClosed => closed(shard, from),
            K::ShardExpired => Event::ShardExpired { stream, shard },
            K::RecordAccepted => accepted(shard, from),
            K::RecordRefused => {
                let reason = WriteRefusal::RecordRate;
                Event::RecordRefused { stream, shard, key: key(), size_bytes: 9, reason, host }
            }
            K::PutAnswered => Event::PutAnswered { stream, host, is_batch: true, records: 9, failed: a.into() },
            K::RecordsRead => read_behind(host, shard, from, to, u64::from(a) * 40_000, u64::from(c) * 1000),
            K::ReadRefused => Event::ReadRefused { stream, shard, host, reason: ReadRefusal::CallRate },
            K::IteratorExpired => {
                let iterator_lived = SimDuration::from_secs(u64::from(c) * 40);
                Event::IteratorExpired { stream, shard, host, iterator_lived }
            }
            K::StreamModeChanged => Event::StreamModeChanged { stream, is_on_demand: a % 2 == 0 },
            K::RecordSizeChanged => Event::RecordSizeChanged { stream, record_bytes_max: u64::from(c) << 20 },
            K::RecordsTrimmed => trimmed(shard, from),
            K::ZoneChanged => Event::ZoneChanged { zone: a % 3, state: ZoneState::Down },
            K::EncryptionChanged => Event::EncryptionChanged { stream, encrypted: a > 5 },
            K::SubscriptionRead => Event::SubscriptionRead {
                stream,
                shard,
                host,
                from,
                to,
                size_bytes: 9,
                behind_latest_ms: u64::from(c) * 1000,
                subscription: u64::from(a % 2),
            },
            K::TableDeclared => {
                Event::TableDeclared { table, name: "billing".parse().expect("a name"), read_units: 0, write_units: 0 }
            }
            K::TableCapacityChanged => Event::TableCapacityChanged { table, read_units: 1, write_units: a.into() },
            K::UnitsConsumed => Event::UnitsConsumed { table, host, operation, read_half_units: 1, write_units: 100 },
            K::TableThrottled => Event::TableThrottled { table, host, operation, reason: TableThrottle::TableWrite },
            K::ConditionFailed => Event::ConditionFailed { table, host, operation },
            K::ItemWritten => item_written(a, b, c),
            K::StaleRead => Event::StaleRead { table, host, operation, is_consistent: a > 5 },
            K::ProducerDeclared => {
                Event::ProducerDeclared { host: WEB, producer: "web".into(), stream: Some(name()), delivery: None }
            }
            K::PutFinished => {
                Event::PutFinished { host: WEB, records_ok: 9, records_given_up: a.into(), attempts: 1, took_ms: 5 }
            }
            K::ConsumerDeclared => scene_of(ConsumerLibrary::App, StoreKind::Idempotent).remove(6),
            K::WorkerStarted => Event::WorkerStarted { consumer, host },
            K::WorkerStopped => Event::WorkerStopped { consumer, host },
            K::LeaseGained => gained(host, shard),
            K::LeaseLost => Event::LeaseLost { consumer, host, shard },
            K::LeaseRenewalFailed => Event::LeaseRenewalFailed { consumer, host, shard },
            K::LeasesCreated => Event::LeasesCreated { consumer, host, count: a.into() },
            K::LeaseHoleFound => Event::LeaseHoleFound { consumer, host },
            K::ProcessingStarted => started(host, shard, checkpoint(shard, c, to).as_str()),
            K::ProcessingEnded => ended(host, shard, ProcessingEnd::LeaseLost),
            K::IteratorRequested => Event::IteratorRequested { consumer, host, shard, position: Position::Latest },
            K::RecordsProcessed => processed(host, shard, from, to),
            K::RecordsSkipped => skipped(host, shard, from, to),
            K::CheckpointAttempted => attempted(host, shard, to),
            K::PositionSaved => Event::PositionSaved { consumer, host, shard, to },
            K::CheckpointRefused => Event::CheckpointRefused { consumer, host, shard },
            K::EffectsApplied => {
                Event::EffectsApplied { consumer, host, shard, from, to, duplicates: u32::from(c == 0) }
            }
            K::EffectsFenced => Event::EffectsFenced { consumer, host, shard },
            K::CallTimedOut => Event::CallTimedOut { host, operation },
            K::IteratorIssued => {
                let position =
                    [Position::TrimHorizon, Position::Latest, Position::AfterSequenceNumber(number(shard, to))]
                        [usize::from(a % 3)];
                Event::IteratorIssued { stream, shard, host, position, ordinal: from }
            }
            K::SubscriptionBegan => {
                let (position, subscription) = (Position::TrimHorizon, u64::from(a % 2));
                Event::SubscriptionBegan { stream, shard, host, position, ordinal: from, subscription }
            }
            K::FanOutConsumersChanged => Event::FanOutConsumersChanged { stream, consumers: a.into() },
            K::ProcessorThrew => Event::ProcessorThrew { consumer, host, shard },
            K::RecordsReplicated => Event::RecordsReplicated { stream, shard, zone: a % 3, from, to },
            K::ProducerStarted => {
                Event::ProducerStarted { host: WEB, first: from, step: 1 + u64::from(a % 3), is_ordered: b > 5 }
            }
            K::RecordGivenUp => Event::RecordGivenUp { host: WEB, number: u32::from(c) },
            K::EffectMade => Event::EffectMade { consumer, host, id: ["a", "b"][usize::from(c % 2)].into() },
            _ => of_delivery(kind, host, (from, to)),
        }
    }

    fn checkpoint(shard: crate::base::ShardId, c: u8, to: u64) -> String {
        let number = number(shard, to).to_string();
        ["AT_TIMESTAMP", "TRIM_HORIZON", "LATEST", &number, "SHARD_END"][usize::from(c % 5)].to_owned()
    }

    /// A lease row that is created, changed or deleted.
    fn item_written(a: u8, b: u8, c: u8) -> Event {
        let (host, shard) = ([WORKER_1, WORKER_2, OPERATOR][usize::from(a % 3)], [S0, S1, S2][usize::from(b % 3)]);
        let owner = |n: u8| ["", "billing-1", "billing-2"][usize::from(n % 3)];
        let row = |n: u8| row(shard, owner(n), &checkpoint(shard, n, u64::from(n % 16)));
        match (a + c) % 3 {
            0 => written(host, row(a), row(c)),
            1 => written(host, None, row(c)),
            _ => written(host, row(a), None),
        }
    }

    proptest! {
        /// A check, or the lens, that lacks a kind in its list would judge differently.
        #[test]
        fn checks_miss_nothing_by_hearing_only_what_they_list(
            script in prop::collection::vec(
                (0u64..200, 0..EventKind::ALL.len(), (0u8..12, 0u8..12, 0u8..20)), 0..120),
        ) {
            let mut listening = Checks::new(&settings());
            let mut hearing_all = Checks::hearing_all(&settings());
            let mut at = SimTime::ZERO;
            let script = script.into_iter();
            let script = script.map(|(wait_s, kind, numbers)| (wait_s, drawn(EventKind::ALL[kind], numbers)));
            let scene = scene_with(StoreKind::Idempotent).into_iter().map(|event| (0, event));
            for (wait_s, event) in scene.chain(script) {
                at += SimDuration::from_secs(wait_s);
                listening.on(at, &event);
                hearing_all.on(at, &event);
            }
            prop_assert_eq!(listening.results(), hearing_all.results());
        }
    }

    #[test]
    fn a_drawn_event_is_of_the_kind_that_was_asked_for() {
        for kind in EventKind::ALL {
            assert_eq!(drawn(*kind, (1, 2, 3)).kind(), *kind);
        }
    }

    /// What Firehose and destinations tell.
    fn of_delivery(kind: EventKind, host: HostId, (from, to): (u64, u64)) -> Event {
        use EventKind as K;
        let (delivery, lane, records, bytes, attempt, error) = (LAKE, 0, 1, 100, 1, "S3.Timeout");
        let (stage, second, name) = (Stage::Deliver, SimDuration::from_secs(1), || "lake".into());
        match kind {
            K::DeliveryDeclared => lake().remove(0),
            K::DeliveryDeleted => Event::DeliveryDeleted { delivery },
            K::DeliveryAccepted => taken(from, to),
            K::DeliveryRefused => Event::DeliveryRefused { delivery, host, records, bytes, why: IngestRefusal::Quota },
            K::BufferClosed => Event::BufferClosed { delivery, lane, stage, records, bytes, waited: second },
            K::DeliveryAttempted => Event::DeliveryAttempted { delivery, lane, stage, records, bytes, attempt },
            K::DeliveryAttemptFailed => Event::DeliveryAttemptFailed { delivery, lane, stage, records, attempt, error },
            K::DeliverySucceeded => {
                let had_failed = false;
                Event::DeliverySucceeded {
                    delivery,
                    lane,
                    stage,
                    records,
                    bytes,
                    age_max: second,
                    took: second,
                    had_failed,
                }
            }
            K::DeliveryPutAnswered => {
                Event::DeliveryPutAnswered { delivery, host, is_batch: true, records, failed: 0, bytes }
            }
            K::RecordsDropped => Event::RecordsDropped { delivery, lane, from, to, part: 0 },
            K::RecordsFailed => {
                let failed_as = FailedAs::Processing;
                Event::RecordsFailed { delivery, lane, from, to, part: 0, failed_as, error, is_kept: true }
            }
            K::RecordTakenApart => Event::RecordTakenApart { delivery, lane, ordinal: from, parts: 1 },
            K::RecordPartitioned => {
                Event::RecordPartitioned { delivery, lane, ordinal: from, part: 0, partition: "/7".into() }
            }
            K::RecordsExpired => Event::RecordsExpired { delivery, lane, from, to, part: 0 },
            K::FunctionReturned => Event::FunctionReturned {
                delivery,
                lane,
                ok: 1,
                dropped: 0,
                failed: 0,
                sent_bytes: bytes,
                returned_bytes: bytes,
                took: second,
            },
            K::PartitionsActive => Event::PartitionsActive { delivery, active: 1, quota: 500 },
            K::HintsDeclared => {
                let size_bytes = 5 << 20;
                Event::HintsDeclared { delivery, stage, size_bytes, interval: second, tries_for: second }
            }
            K::ObjectPut => Event::ObjectPut { bucket: name(), key: name(), bytes, records: 1, host },
            K::ObjectDeleted => Event::ObjectDeleted { bucket: name(), key: name(), host },
            K::RecordsArrived => arrived(Output::Destination, from, to),
            K::SinkRefused => Event::SinkRefused { service: "s3", host, error },
            other => unreachable!("{other:?} is another maker's"),
        }
    }

    /// Returns which events no check and no lens hears. Whoever adds a kind of event decides here.
    #[test]
    fn every_kind_of_event_is_heard_or_known_to_be_unheard() {
        use EventKind as K;
        let checks = Checks::new(&settings());
        let is_heard =
            |kind: K| checks.is_seen[kind as usize] || checks.listeners.iter().any(|row| row[kind as usize] != 0);
        let unheard: Vec<K> = K::ALL.iter().copied().filter(|kind| !is_heard(*kind)).collect();
        let expected = [
            K::FaultMissed,
            K::ReadRefused,
            K::EncryptionChanged,
            K::StreamModeChanged,
            K::FanOutConsumersChanged,
            K::ProducerDeclared,
            K::LeasesCreated,
            K::LeaseHoleFound,
            K::DeliveryRefused,
            K::DeliveryPutAnswered,
            K::ObjectDeleted,
            K::SinkRefused,
        ];
        let sorted = |mut kinds: Vec<K>| {
            kinds.sort();
            kinds
        };
        assert_eq!(sorted(unheard), sorted(expected.to_vec()));
    }

    #[test]
    fn records_are_judged_by_few_checks() {
        let checks = Checks::new(&settings());
        let listeners = checks.listeners.iter().map(|row| row[EventKind::RecordAccepted as usize].count_ones());
        assert!(listeners.sum::<u32>() <= 9);
    }

    /// An invariant that every crash breaks.
    #[derive(Default)]
    struct NobodyCrashes(u64);

    impl Invariant for NobodyCrashes {
        const NAME: &'static str = "nobody-crashes";
        const PROMISE: &'static str = "no host ever crashes";
        const HEARS: &'static [EventKind] = &[EventKind::HostCrashed];
        fn new(_: &CheckSettings) -> Self {
            Self::default()
        }
    }

    impl Check for NobodyCrashes {
        fn on(&mut self, _: SimTime, _: &Event, _: &Lens) {
            self.0 += 1;
        }
        fn result(&self, _: &Lens) -> CheckResult {
            let verdict = if self.0 > 0 { Verdict::Fail } else { Verdict::Unknown };
            CheckResult { name: Self::NAME, verdict, detail: self.0.to_string(), evidence: Vec::<Evidence>::new() }
        }
    }

    #[test]
    fn there_may_be_any_number_of_checks() {
        let many: Vec<Registration> = (0..150).map(|_| Registration::of::<NobodyCrashes>()).collect();
        let mut checks = Checks::of(&many, &settings());
        let crashes = [Event::HostCrashed { host: WORKER_1 }, Event::HostCrashed { host: WORKER_2 }];
        checks.on_all(SimTime::ZERO, &crashes);
        checks.on_all(SimTime::ZERO, &[accepted(S0, 0), accepted(S0, 1)]);
        assert!(
            checks.results().iter().all(|result| result.detail == "2"),
            "every check hears every event it lists once"
        );
    }

    #[test]
    fn what_a_real_clients_lease_table_does_not_tell_is_said() {
        let mut checks = Checks::new(&settings());
        let scene = scene().into_iter().filter(|event| !matches!(event, Event::WorkerStarted { .. }));
        let row = |counter, checkpoint| client_row(S0, "a", counter, checkpoint);
        let wrote = client_wrote(row(1, "5"), row(2, "6"));
        scene.chain([wrote]).for_each(|event| checks.on(SimTime::ZERO, &event));
        let results = checks.results();
        let of = |name: &str| results.iter().find(|result| result.name == name).expect("a check");
        let passed = ["checkpoint-never-goes-back", "checkpoint-only-by-lease-holder"];
        assert!(passed.iter().all(|name| of(name).verdict == Verdict::Pass), "{results:?}");
        let said = "there was nothing to judge: lease table payments does not tell what its workers do";
        for name in ["nothing-below-checkpoint-unprocessed", "resume-is-exact", "every-open-shard-owned"] {
            assert_eq!((of(name).verdict, &*of(name).detail), (Verdict::Unknown, said));
        }
        assert_eq!(of("records-lie-in-their-shard").detail, NOTHING_TO_JUDGE);
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
