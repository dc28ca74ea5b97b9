//! Promises of the story: what a failure is followed back to, and how short it stays.

use super::*;
use crate::base::event::{Event, Fold, HostRole, LeaseGain, ReadRefusal, TableThrottle};
use crate::base::{ConsumerId, HostId, ShardId, SimTime, StreamId, TableId};

const BILLING: ConsumerId = ConsumerId(0);
const ONE: HostId = HostId(1);
const TWO: HostId = HostId(2);

fn at(s: u64) -> SimTime {
    SimTime::from_secs(s)
}

/// A consumer of `clicks` with lease table `leases`.
fn consumer(consumer: ConsumerId, name: &str) -> Event {
    Event::ConsumerDeclared {
        consumer,
        name: name.into(),
        stream: "clicks".parse().expect("a name"),
        library: crate::base::event::ConsumerLibrary::Kcl2,
        store: crate::base::event::StoreKind::Plain,
        lease_table: Some("leases".parse().expect("a name")),
        failover_ms: 10_000,
        start: crate::base::event::DeclaredStart::TrimHorizon,
    }
}

/// Two workers of `billing` on stream `clicks` with lease table `leases`, and what happened to them.
fn chronicle(events: impl IntoIterator<Item = (u64, Event)>) -> Chronicle {
    let mut chronicle = Chronicle::default();
    let host = |host, name: &str| Event::HostDeclared { host, name: name.into(), role: HostRole::Consumer };
    let name = || "clicks".parse().expect("a name");
    let table = Event::TableDeclared {
        table: TableId(0),
        name: "leases".parse().expect("a name"),
        read_units: 5,
        write_units: 5,
    };
    let started = |host| Event::WorkerStarted { consumer: BILLING, host };
    let declared = [
        host(ONE, "billing-1"),
        host(TWO, "billing-2"),
        Event::StreamDeclared { stream: StreamId(0), name: name(), retention_hours: 24 },
        table,
        consumer(BILLING, "billing"),
        started(ONE),
        started(TWO),
    ];
    declared.iter().for_each(|event| chronicle.on(at(0), event));
    events.into_iter().for_each(|(s, event)| chronicle.on(at(s), &event));
    chronicle
}

fn gained(host: HostId, shard: u32, from: Option<&str>) -> Event {
    let how = LeaseGain::Available;
    Event::LeaseGained { consumer: BILLING, host, shard: ShardId(shard), how, from: from.map(Into::into) }
}

fn told(chronicle: &Chronicle, from: u64, until: u64, what: &str) -> Vec<String> {
    let about = Subject::named_in(what, chronicle.names());
    let failure = Failure { from: at(from), until: at(until), about, what: what.into() };
    chronicle.timeline(&failure).iter().map(|moment| format!("{} {}", moment.at, moment.what)).collect()
}

#[test]
fn a_lease_that_moved_is_followed_back_to_the_pause_and_its_fault() {
    let chronicle = chronicle([
        (5, gained(ONE, 2, None)),
        (6, gained(TWO, 3, None)),
        (100, Event::FaultBegan { fault: 0, what: "pause of billing-1 for 30s".into() }),
        (100, Event::HostPaused { host: ONE }),
        (115, gained(TWO, 2, Some("billing-1"))),
        (130, Event::FaultEnded { fault: 0 }),
        (130, Event::HostResumed { host: ONE }),
        (131, Event::LeaseLost { consumer: BILLING, host: ONE, shard: ShardId(2) }),
    ]);
    let timeline = told(&chronicle, 131, 131, "billing-1 processed shardId-000000000002 after it lost the lease");
    assert_eq!(
        timeline,
        [
            "0:01:40.000 FAULT pause of billing-1 for 30s: until 0:02:10.000",
            "0:01:40.000 billing-1 stood still: until 0:02:10.000",
            "0:01:55.000 billing-2 took the lease of shard 2, which billing-1 had not renewed",
            "0:02:11.000 billing-1 saw that the lease of shard 2 was no longer its own",
            "0:02:11.000 billing-1 processed shardId-000000000002 after it lost the lease",
        ]
    );
}

fn stolen(host: HostId, shard: u32, from: &str) -> Event {
    let (consumer, how) = (BILLING, LeaseGain::Stolen);
    Event::LeaseGained { consumer, host, shard: ShardId(shard), how, from: Some(from.into()) }
}

#[test]
fn a_lease_that_moved_back_is_followed_to_what_had_moved_it_away() {
    let chronicle = chronicle([
        (5, gained(ONE, 2, None)),
        (100, Event::FaultBegan { fault: 0, what: "crash of billing-1 for 1m".into() }),
        (100, Event::HostCrashed { host: ONE }),
        (115, gained(TWO, 2, Some("billing-1"))),
        (160, Event::FaultEnded { fault: 0 }),
        (160, Event::HostRestarted { host: ONE }),
        (170, Event::WorkerStarted { consumer: BILLING, host: ONE }),
        (200, stolen(ONE, 2, "billing-2")),
        (203, Event::LeaseLost { consumer: BILLING, host: TWO, shard: ShardId(2) }),
    ]);
    let timeline = told(&chronicle, 204, 204, "billing-2 stored a checkpoint of shardId-000000000002");
    let expected = [
        "0:01:40.000 FAULT crash of billing-1 for 1m: until 0:02:40.000",
        "0:01:40.000 billing-1 crashed",
        "0:01:55.000 billing-2 took the lease of shard 2, which billing-1 had not renewed",
        "0:02:50.000 billing-1 began to work for billing",
        "0:03:20.000 billing-1 stole the lease of shard 2 from billing-2 to balance",
        "0:03:23.000 billing-2 saw that the lease of shard 2 was no longer its own",
        "0:03:24.000 billing-2 stored a checkpoint of shardId-000000000002",
    ];
    assert_eq!(timeline, expected);
}

#[test]
fn who_shares_a_lease_table_is_told_as_the_thief() {
    let (reports, thief) = (ConsumerId(1), HostId(3));
    let chronicle = chronicle([
        (0, Event::HostDeclared { host: thief, name: "reports-1".into(), role: HostRole::Consumer }),
        (0, consumer(reports, "reports")),
        (5, gained(ONE, 2, None)),
        (50, Event::WorkerStarted { consumer: reports, host: thief }),
        (
            60,
            Event::LeaseGained {
                consumer: reports,
                host: thief,
                shard: ShardId(2),
                how: LeaseGain::Stolen,
                from: Some("billing-1".into()),
            },
        ),
        (63, Event::LeaseLost { consumer: BILLING, host: ONE, shard: ShardId(2) }),
    ]);
    let timeline = told(&chronicle, 70, 300, "billing did not process shardId-000000000002");
    assert!(timeline.iter().any(|line| line.starts_with("0:01:00.000 reports-1 ")), "{timeline:#?}");
    assert!(timeline.iter().any(|line| line.starts_with("0:00:50.000 reports-1 ")), "{timeline:#?}");
}

#[test]
fn an_expired_iterator_is_followed_back_to_the_action_that_took_the_tables_capacity() {
    let throttled = || Event::TableThrottled {
        table: TableId(0),
        host: ONE,
        operation: "UpdateItem",
        reason: TableThrottle::TableWrite,
    };
    let expired = Event::IteratorExpired {
        stream: StreamId(0),
        shard: ShardId(1),
        host: ONE,
        iterator_lived: crate::base::SimDuration::from_secs(301),
    };
    let chronicle = chronicle([
        (5, gained(ONE, 1, None)),
        (60, Event::ActionTaken { what: "capacity of leases to 1/1".into(), outcome: "ok".into(), stream: None }),
        (65, Event::TableCapacityChanged { table: TableId(0), read_units: 1, write_units: 1 }),
        (70, throttled()),
        (80, throttled()),
        (90, throttled()),
        (400, expired),
    ]);
    let timeline = told(&chronicle, 400, 400, "an iterator for shardId-000000000001 of billing expired");
    assert_eq!(
        timeline[1..4],
        [
            "0:01:00.000 ACTION capacity of leases to 1/1",
            "0:01:05.000 table leases gives 1 read and 1 write units",
            "0:01:10.000 table leases throttled (TableWriteProvisionedThroughputExceeded), 3 times until 0:01:30.000",
        ]
    );
}

#[test]
fn a_timeline_has_ten_lines_at_most_and_never_leaves_the_fault_out() {
    let mut events: Vec<(u64, Event)> =
        (0..40).map(|n| (100 + n, gained([ONE, TWO][n as usize % 2], 0, None))).collect();
    events.push((139, Event::FaultBegan { fault: 0, what: "pause of billing-1 for 1s".into() }));
    for s in 100..140 {
        events.push((140 + s, Event::LeaseLost { consumer: BILLING, host: ONE, shard: ShardId(0) }));
    }
    let chronicle = chronicle(events);
    let timeline = told(&chronicle, 300, 300, "billing lost shard 0");
    assert!(timeline.len() <= 10, "{timeline:#?}");
    assert!(timeline.iter().any(|line| line.contains("FAULT pause")), "{timeline:#?}");
    assert_eq!(timeline.last().map(String::as_str), Some("0:05:00.000 billing lost shard 0"));
}

#[test]
fn what_happens_again_and_again_is_one_entry_and_the_story_stays_short() {
    let throttled = Event::TableThrottled {
        table: TableId(0),
        host: ONE,
        operation: "UpdateItem",
        reason: TableThrottle::TableWrite,
    };
    let chronicle = chronicle((0..200_000).map(|s| (s, throttled.clone())));
    let shown = chronicle.shown("tables.*.write_throttled", "leases", SimTime::ZERO, SimTime::MAX).map(|f| f.what);
    let expected = "0:00:00.000 table leases throttled (TableWriteProvisionedThroughputExceeded), 200000 times until \
                    55:33:19.000";
    assert_eq!(shown.as_deref(), Some(expected));
    assert_eq!(chronicle.shown("tables.*.write_throttled", "other", SimTime::ZERO, SimTime::MAX).map(|f| f.what), None);
}

#[test]
fn names_in_a_sentence_are_whom_it_is_about_and_parts_of_names_are_not() {
    let chronicle = chronicle([]);
    let about = Subject::named_in("billing-2 of billing stored shardId-000000000012, shard 3.", chronicle.names());
    assert_eq!((about.hosts, about.consumers, about.shards), (vec![TWO], vec![BILLING], vec![ShardId(3), ShardId(12)]));
    let about = Subject::named_in("billing-20, from 0:02:34.801 on", chronicle.names());
    assert_eq!(about, Subject::default());
}

#[test]
fn what_a_window_counts_is_told_from_where_it_begins_and_leases_have_nothing_to_do_with_it() {
    let refused = |shard| Event::ReadRefused {
        stream: StreamId(0),
        shard: ShardId(shard),
        host: ONE,
        reason: ReadRefusal::ByteRate,
    };
    let mut events: Vec<(u64, Event)> = vec![(5, gained(ONE, 1, None)), (6, gained(TWO, 2, None))];
    events.extend((20..200).map(|s| (s, refused(1))));
    events.extend((70..80).map(|s| (s, refused(2))));
    events.sort_by_key(|(s, _)| *s);
    let chronicle = chronicle(events);
    let failure = chronicle.shown("streams.*.reads_throttled", "*", at(60), at(300)).expect("reads were refused");
    assert_eq!((failure.from, failure.until), (at(60), at(60)), "not before the window");
    assert!(failure.what.starts_with("0:01:00.000 clicks refused reads of shard 1"), "{}", failure.what);
    let moments = chronicle.timeline(&failure);
    assert!(moments.iter().all(|moment| !moment.what.contains("lease")), "{moments:?}");
    assert!(moments.iter().any(|moment| moment.what.contains("refused reads of shard 1")), "{moments:?}");
}
