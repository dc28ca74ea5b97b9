//! Figures of consumers: ages, work, leases, checkpoints.

use super::*;

#[test]
fn iterator_ages_come_from_reads_and_from_records_that_nobody_reads() {
    let none = billing(&measured([]));
    assert_eq!((none.iterator_age_p50_ms, none.iterator_age_max_ms), (None, None));
    let reads: Vec<_> = (0..100).map(|n| (1 + n / 20, read(S0, ONE, 0, n))).collect();
    let calls = billing(&measured(reads.clone()));
    assert_eq!((calls.iterator_age_p50_ms, calls.iterator_age_p99_ms), (Some(49), Some(98)));
    assert_eq!((calls.iterator_age_max_ms, calls.millis_behind_latest_max_ms), (Some(99), Some(104)));
    // A record in the other shard waits from second 1 to the end: seen at second 30.
    let waits = reads.into_iter().chain([(5, accepted(S1, 0, "a", 1)), (39, Event::RunEnded {})]);
    assert_eq!(billing(&measured(waits)).iterator_age_max_ms, Some(25_000));
    // The first read after a long time ends a wait: it is as long as it was, not as long as the last look saw it.
    let late = billing(&measured([(0, read(S1, ONE, 0, 0)), (5, accepted(S1, 0, "a", 1)), (38, read(S1, ONE, 1, 0))]));
    assert_eq!(late.iterator_age_max_ms, Some(33_000));
}

#[test]
fn a_shard_that_is_read_does_not_wait_and_old_records_are_not_owed_by_a_new_consumer() {
    let events = (0..60).flat_map(|s| [(s, accepted(S1, s, "a", 1)), (s, read(S1, ONE, s + 1, 3))]);
    assert_eq!(billing(&measured(events)).iterator_age_max_ms, Some(3));
    let mut late = measures();
    let (starts, others): (Vec<_>, Vec<_>) =
        declarations().into_iter().partition(|e| matches!(e, Event::WorkerStarted { .. }));
    others.iter().for_each(|e| late.on(SimTime::ZERO, e));
    late.on(SimTime::from_secs(1), &accepted(S1, 0, "a", 1));
    starts.iter().for_each(|e| late.on(SimTime::from_secs(2), e));
    late.on(SimTime::from_secs(60), &Event::RunEnded {});
    assert_eq!(billing(&late).iterator_age_max_ms, None);
}

#[test]
fn processing_counts_duplicates_and_skips() {
    let skipped = Event::RecordsSkipped {
        consumer: BILLING,
        host: ONE,
        shard: S0,
        from: 12,
        to: 15,
        fault: ProcessorFault::Threw,
    };
    let events = [(1, processed(S0, ONE, 0, 10)), (2, processed(S0, TWO, 6, 12)), (3, skipped)];
    let measures = measured(events);
    let figures = billing(&measures);
    assert_eq!((figures.records_processed, figures.duplicates, figures.records_skipped), (16, 4, 3));
    assert_eq!(measures.occurrences(Occurrence::DuplicateProcessed), 4);
    assert_eq!((figures.library, figures.store, figures.workers), ("kcl-2", "plain", 2));
}

#[test]
fn leases_are_taken_stolen_moved_and_lost() {
    let lost = Event::LeaseLost { consumer: BILLING, host: ONE, shard: S0 };
    let failed = Event::LeaseRenewalFailed { consumer: BILLING, host: ONE, shard: S0 };
    let measures = measured([
        (1, gained(S0, ONE, LeaseGain::Available)),
        (1, gained(S1, ONE, LeaseGain::Available)),
        (2, gained(S0, TWO, LeaseGain::Stolen)),
        (3, lost),
        (3, failed),
        (4, gained(S1, ONE, LeaseGain::Resumed)),
    ]);
    let figures = billing(&measures);
    assert_eq!((figures.leases_taken, figures.leases_stolen, figures.leases_moved), (4, 1, 1));
    assert_eq!((figures.leases_lost, figures.renewals_failed), (1, 1));
    assert_eq!(figures.leases["shardId-000000000000"].owner.as_deref(), Some("billing-2"));
    assert_eq!(measures.occurrences(Occurrence::LeaseStolen), 1);
    assert_eq!(measures.occurrences(Occurrence::LeaseMoved), 1);
}

#[test]
fn checkpoints_and_effects_count() {
    let attempt = Event::CheckpointAttempted { consumer: BILLING, host: ONE, shard: S0, sequence_number: None, to: 8 };
    let refused = Event::CheckpointRefused { consumer: BILLING, host: ONE, shard: S0 };
    let applied = Event::EffectsApplied { consumer: BILLING, host: ONE, shard: S0, from: 0, to: 10, duplicates: 2 };
    let fenced = Event::EffectsFenced { consumer: BILLING, host: ONE, shard: S0 };
    let events = [(1, attempt.clone()), (2, attempt), (2, refused), (3, applied), (3, fenced)];
    let figures = billing(&measured(events));
    assert_eq!((figures.checkpoints, figures.checkpoints_refused), (1, 1));
    assert_eq!((figures.effects_applied, figures.effects_duplicate, figures.effects_fenced), (10, 2, 1));
    assert!(figures.leases.is_empty(), "a shard that nobody owned or processed has no lease");
}

#[test]
fn a_lease_is_where_its_last_checkpoint_that_was_not_refused_is() {
    let attempt = |host, to| {
        let sequence_number = Some(crate::base::SequenceNumber::new(S0, 0, to, 0));
        Event::CheckpointAttempted { consumer: BILLING, host, shard: S0, sequence_number, to }
    };
    let refused = Event::CheckpointRefused { consumer: BILLING, host: ONE, shard: S0 };
    let events = [
        (1, started(S0, ONE)),
        (2, attempt(ONE, 10)),
        (3, attempt(ONE, 30)),
        (3, attempt(TWO, 12)),
        (4, refused),
        (5, accepted(S0, 39, "a", 1)),
    ];
    let lease = billing(&measured(events)).leases["shardId-000000000000"].clone();
    assert_eq!((lease.checkpoint, lease.end, lease.is_finished), (12, 40, false));
}

#[test]
fn nothing_is_owed_to_a_deleted_stream() {
    let status = crate::base::event::StreamStatus::Deleted;
    let deleted = Event::StreamStatusChanged { stream: STREAM, status };
    let ended = Event::ProcessingEnded { consumer: BILLING, host: ONE, shard: S0, reason: ProcessingEnd::LeaseLost };
    let events =
        [(1, accepted(S0, 0, "a", 1)), (1, started(S0, ONE)), (5, deleted), (6, ended), (90, Event::RunEnded {})];
    let measures = measured(events);
    assert_eq!((billing(&measures).iterator_age_max_ms, billing(&measures).unowned_s_total), (None, 0.0));
    assert_eq!(clicks(&measures).shards_open, 0);
}

#[test]
fn unowned_and_double_processing_times_are_measured() {
    let ended = |host, reason| Event::ProcessingEnded { consumer: BILLING, host, shard: S0, reason };
    let figures = billing(&measured([
        (10, started(S0, ONE)),
        (20, Event::HostCrashed { host: ONE }),
        (32, started(S0, TWO)),
        (40, started(S0, ONE)),
        (43, ended(TWO, ProcessingEnd::LeaseLost)),
        (50, ended(ONE, ProcessingEnd::Requested)),
        (55, Event::RunEnded {}),
    ]));
    assert_eq!((figures.unowned_s_max, figures.unowned_s_total), (12.0, 17.0));
    assert_eq!((figures.double_processing_s_max, figures.double_processing_s_total), (3.0, 3.0));
    let closed = Event::ShardClosed { stream: STREAM, shard: S0, end: 0 };
    let events =
        [(1, started(S0, ONE)), (2, closed), (3, ended(ONE, ProcessingEnd::ShardEnd)), (9, Event::RunEnded {})];
    assert_eq!(billing(&measured(events)).unowned_s_total, 0.0, "a finished shard needs no owner");
}

#[test]
fn reads_are_measured_against_what_a_shard_gives_and_refused_ones_count() {
    // 8 calls a second for a minute: 5 answered, 3 refused.
    let refused = || Event::ReadRefused { stream: STREAM, shard: S0, host: ONE, reason: ReadRefusal::CallRate };
    let calls = (0..60).flat_map(|s| (0..8).map(move |n| (s, if n < 5 { read(S0, ONE, 0, 0) } else { refused() })));
    let measures = measured(calls.chain([(60, Event::RunEnded {})]));
    let consumer = billing(&measures);
    assert_eq!((consumer.reads_throttled, consumer.read_calls_limit_peak_minute_percent), (180, 160.0));
    let stream = clicks(&measures);
    assert_eq!((stream.readers, stream.read_calls_limit_peak_minute_percent), (1, 160.0));
    let remedy = stream.read_remedy.expect("too much");
    assert!(remedy.contains("1 application asks for 160 % of the 5 calls/s"), "{remedy}");
    assert_eq!(clicks(&measured([(0, read(S0, ONE, 0, 0))])).read_remedy, None);
}

#[test]
fn catching_up_is_measured_from_a_faults_end_until_every_shard_is_at_its_tip() {
    let began = |fault, what: &str| Event::FaultBegan { fault, what: what.into() };
    let at_tip = |shard| read(shard, ONE, 0, 0);
    let behind = |shard| read(shard, ONE, 0, 5_000);
    let events = [
        (10, began(0, "pause of billing-1 for 20s")),
        (30, Event::FaultEnded { fault: 0 }),
        (31, at_tip(S0)),
        (35, behind(S1)),
        (47, at_tip(S1)),
        (50, began(1, "crash of billing-2 for 1m")),
        (60, Event::FaultEnded { fault: 1 }),
        (61, at_tip(S0)),
        (90, Event::RunEnded {}),
    ];
    let consumer = billing(&measured(events));
    let told: Vec<_> =
        consumer.catch_ups.iter().map(|c| (c.after.as_str(), c.fault_ended_at_s, c.catch_up_s)).collect();
    assert_eq!(told, [("pause of billing-1 for 20s", 30.0, Some(17.0)), ("crash of billing-2 for 1m", 60.0, None)]);
    assert_eq!(consumer.catch_up_s_max, Some(30.0), "what goes on at the end counts for as long as it has lasted");
    assert_eq!(billing(&measured([])).catch_up_s_max, None);
}

#[test]
fn records_that_a_second_start_at_latest_passes_over_are_counted_until_somebody_processes_them() {
    let latest = |host| {
        let position = crate::base::Position::Latest;
        Event::IteratorRequested { consumer: BILLING, host, shard: S0, position }
    };
    let read_from = |host, start| {
        let mut event = read(S0, host, start, 0);
        if let Event::RecordsRead { from, .. } = &mut event {
            *from = start;
        }
        event
    };
    let mut events = vec![(1, latest(ONE)), (2, read_from(ONE, 10)), (3, processed(S0, ONE, 10, 20))];
    let skipped = |events: &[(u64, Event)]| billing(&measured(events.to_vec())).records_skipped_at_latest;
    assert_eq!(skipped(&events), 0, "the first start passes over what the user chose");
    events.extend([(4, latest(TWO)), (5, read_from(TWO, 50)), (6, read_from(TWO, 70))]);
    assert_eq!(skipped(&events), 30);
    events.push((7, processed(S0, ONE, 20, 25)));
    assert_eq!(skipped(&events), 25, "the first worker was not done yet");
}
