//! What a page shows is what happened.

use super::load::worst_stretch;
use super::*;
use crate::base::event::{LeaseGain, WriteRefusal};
use crate::base::{ConsumerId, HostId, PartitionKey, ShardId, StreamId, TableId};

const STREAM: StreamId = StreamId(0);
const BILLING: ConsumerId = ConsumerId(0);

fn accepted(shard: u32, size_bytes: u32) -> Event {
    let (key, routed_by) = (PartitionKey::new("k").expect("a key"), crate::base::event::RoutedBy::PartitionKey);
    let (shard, host) = (ShardId(shard), HostId(0));
    Event::RecordAccepted {
        stream: STREAM,
        shard,
        ordinal: 0,
        index: 0,
        key,
        routed_by,
        size_bytes,
        zones: 7,
        host,
        number: None,
    }
}

fn throttled(shard: u32) -> Event {
    let key = PartitionKey::new("k").expect("a key");
    let reason = WriteRefusal::RecordRate;
    Event::RecordRefused { stream: STREAM, shard: ShardId(shard), key, size_bytes: 1, reason, host: HostId(0) }
}

fn told(events: &[(u64, Event)]) -> Detail {
    let mut detail = Detail::new(SimDuration::from_mins(20), true);
    events.iter().for_each(|(ms, event)| detail.on(SimTime::from_millis(*ms), event));
    detail
}

#[test]
fn a_second_that_throttles_is_seen_although_its_minute_is_calm() {
    let mut events: Vec<(u64, Event)> = (0..1000).map(|n| (600_000 + n / 2, accepted(1, 10))).collect();
    events.extend((0..500).map(|n| (600_500 + n / 5, throttled(1))));
    events.push((900_000, accepted(0, 524_288)));
    let detail = told(&events);
    let (_, shards) = detail.loads().streams().next().expect("a stream");
    let stretch = worst_stretch(shards, 1200, 300);
    assert_eq!(stretch, Stretch { from_s: 480, until_s: 780 }, "with as much before as after");
    let [(second, cell)] = *shards[1].seconds(stretch) else { panic!("one second") };
    assert_eq!((second, cell.throttled, cell.load_percent(1.0)), (600, 500, 100.0));
    let [(minute, cell)] = *shards[1].minutes(stretch) else { panic!("one minute") };
    assert!(minute == 10 && cell.load_percent(60.0) < 2.0, "{cell:?}");
    let all = Stretch { from_s: 0, until_s: 1200 };
    let [(_, half)] = *shards[0].seconds(all) else { panic!("one second") };
    assert_eq!(half.load_percent(1.0), 50.0, "half of what a shard takes in bytes");
}

#[test]
fn without_throttles_the_stretch_is_about_the_busiest_second_and_within_the_run() {
    let detail = told(&[(5_000, accepted(0, 10)), (1_190_000, accepted(0, 9_000))]);
    let (_, shards) = detail.loads().streams().next().expect("a stream");
    assert_eq!(worst_stretch(shards, 1200, 300), Stretch { from_s: 900, until_s: 1200 });
    assert_eq!(worst_stretch(shards, 200, 300), Stretch { from_s: 0, until_s: 200 });
}

#[test]
fn two_workers_that_believe_to_hold_a_lease_overlap_until_one_knows_better() {
    let gained =
        |host, how| Event::LeaseGained { consumer: BILLING, host: HostId(host), shard: ShardId(3), how, from: None };
    let lost = Event::LeaseLost { consumer: BILLING, host: HostId(1), shard: ShardId(3) };
    let events = [
        (1_000, gained(1, LeaseGain::Available)),
        (5_000, gained(1, LeaseGain::Resumed)),
        (60_000, gained(2, LeaseGain::Stolen)),
        (63_000, lost),
        (90_000, Event::HostCrashed { host: HostId(2) }),
    ];
    let detail = told(&events);
    let (holds, left_out) = detail.holds().of(BILLING);
    assert_eq!((holds.len(), left_out), (2, 0), "its own lease again is the same bar");
    assert_eq!(holds[1].until, Some(SimTime::from_secs(90)), "a crashed worker holds nothing");
    let found = overlaps(holds, SimTime::from_secs(1200));
    let (from, until) = (SimTime::from_secs(60), SimTime::from_secs(63));
    assert_eq!(found, [Overlap { shard: ShardId(3), hosts: (HostId(1), HostId(2)), from, until }]);
}

#[test]
fn units_are_set_against_what_is_saved_for_bursts() {
    let (table, host, operation) = (TableId(0), HostId(0), "UpdateItem");
    let name = "leases".parse().expect("a name");
    let consumed = |write_units| Event::UnitsConsumed { table, host, operation, read_half_units: 1, write_units };
    let reason = crate::base::event::TableThrottle::TableWrite;
    let events = [
        (0, Event::TableDeclared { table, name, read_units: 5, write_units: 10 }),
        (1_000, consumed(3000)),
        (11_000, consumed(40)),
        (12_000, Event::TableThrottled { table, host, operation, reason }),
    ];
    let detail = told(&events);
    let [table] = detail.tables() else { panic!("one table") };
    assert_eq!(table.points[0].writes, 3000);
    assert_eq!((table.points[1].writes, table.points[1].throttled), (40, 1));
    // Full at first, empty after 3,000 units, then 10 a second come back.
    assert_eq!((table.points[0].saved, table.points[1].saved), (Some(0), Some(70)));
}

#[test]
fn ages_have_percentiles_and_a_gap_where_nothing_was_seen() {
    let consumer = BILLING;
    let declared = Event::ConsumerDeclared {
        consumer,
        name: "billing".into(),
        stream: "clicks".parse().expect("a name"),
        library: crate::base::event::ConsumerLibrary::Poller,
        store: crate::base::event::StoreKind::Plain,
        lease_table: None,
        failover_ms: 0,
        start: crate::base::event::DeclaredStart::TrimHorizon,
    };
    let name = "clicks".parse().expect("a name");
    let read = |iterator_age_ms| Event::RecordsRead {
        stream: STREAM,
        shard: ShardId(0),
        host: HostId(1),
        from: 0,
        to: 1,
        size_bytes: 1,
        behind_latest_ms: 0,
        iterator_age_ms,
        iterator_lived: SimDuration::ZERO,
    };
    let mut events = vec![
        (0, Event::StreamDeclared { stream: STREAM, name, retention_hours: 24 }),
        (0, declared),
        (0, Event::WorkerStarted { consumer, host: HostId(1) }),
    ];
    events.extend((0..100).map(|n| (1_000, read(if n == 0 { 90 } else { 10 }))));
    events.push((600_000, read(20)));
    let detail = told(&events);
    let ages = detail.ages().of(consumer);
    assert_eq!(ages[0], Some(AgePoint { p50: 10, p99: 10, max: 90 }));
    assert_eq!((ages[10], ages[60].map(|age| age.max)), (None, Some(20)));
}
