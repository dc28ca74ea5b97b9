//! Every figure, from events written by hand.

mod consumers;
mod cost;
mod deliveries;

use std::sync::Arc;

use super::*;
use crate::base::event::{
    ConsumerLibrary, DeclaredStart, Event, Fold, HostRole, LeaseGain, ProcessingEnd, ProcessorFault, ReadRefusal,
    Replaced, RoutedBy, StoreKind, TableThrottle, WriteRefusal, ZoneState,
};
use crate::base::item::Item;
use crate::base::{
    ConsumerId, HashKeyRange, HostId, PartitionKey, Position, ShardId, SimDuration, SimTime, StreamId, TableId,
};

pub(crate) const STREAM: StreamId = StreamId(0);
pub(crate) const TABLE: TableId = TableId(0);
pub(crate) const BILLING: ConsumerId = ConsumerId(0);
pub(crate) const WEB: HostId = HostId(3);
pub(crate) const ONE: HostId = HostId(4);
pub(crate) const TWO: HostId = HostId(5);
const S0: ShardId = ShardId(0);
const S1: ShardId = ShardId(1);

pub(crate) fn key(text: &str) -> PartitionKey {
    PartitionKey::new(text).expect("valid")
}

/// The fold that counts, with the prices that are built in.
pub(crate) fn measures() -> Measures {
    Measures::new(Arc::default())
}

/// Stream `clicks` of two shards, table `leases` of 10 write units, producer `web`, consumer `billing` on two hosts.
pub(crate) fn declarations() -> Vec<Event> {
    let mut events = vec![
        Event::StreamDeclared { stream: STREAM, name: "clicks".parse().expect("name"), retention_hours: 24 },
        Event::TableDeclared { table: TABLE, name: "leases".parse().expect("name"), read_units: 10, write_units: 10 },
        Event::HostDeclared { host: WEB, name: "web-1".into(), role: HostRole::Producer },
        Event::HostDeclared { host: ONE, name: "billing-1".into(), role: HostRole::Consumer },
        Event::HostDeclared { host: TWO, name: "billing-2".into(), role: HostRole::Consumer },
        Event::ProducerDeclared {
            host: WEB,
            producer: "web".into(),
            stream: Some("clicks".parse().expect("name")),
            delivery: None,
        },
        Event::ConsumerDeclared {
            consumer: BILLING,
            name: "billing".into(),
            stream: "clicks".parse().expect("name"),
            library: ConsumerLibrary::Kcl2,
            store: StoreKind::Plain,
            lease_table: Some("leases".parse().expect("name")),
            failover_ms: 10_000,
            start: DeclaredStart::TrimHorizon,
        },
    ];
    for (i, range) in HashKeyRange::uniform(2).enumerate() {
        let shard = ShardId(i as u32);
        events.push(Event::ShardOpened { stream: STREAM, shard, range, parent: None, adjacent_parent: None });
    }
    for host in [ONE, TWO] {
        events.push(Event::WorkerStarted { consumer: BILLING, host });
    }
    events
}

pub(crate) fn accepted(shard: ShardId, ordinal: u64, text: &str, size_bytes: u32) -> Event {
    Event::RecordAccepted {
        stream: STREAM,
        shard,
        ordinal,
        index: ordinal,
        key: key(text),
        routed_by: RoutedBy::PartitionKey,
        size_bytes,
        zones: 7,
        host: WEB,
        number: None,
    }
}

pub(crate) fn refused(shard: ShardId, text: &str, reason: WriteRefusal) -> Event {
    Event::RecordRefused { stream: STREAM, shard, key: key(text), size_bytes: 100, reason, host: WEB }
}

pub(crate) fn read(shard: ShardId, host: HostId, to: u64, iterator_age_ms: u64) -> Event {
    Event::RecordsRead {
        stream: STREAM,
        shard,
        host,
        from: 0,
        to,
        size_bytes: 0,
        behind_latest_ms: iterator_age_ms + 5,
        iterator_age_ms,
        iterator_lived: SimDuration::ZERO,
    }
}

fn processed(shard: ShardId, host: HostId, from: u64, to: u64) -> Event {
    Event::RecordsProcessed { consumer: BILLING, host, shard, from, to }
}

fn started(shard: ShardId, host: HostId) -> Event {
    Event::ProcessingStarted { consumer: BILLING, host, shard, start: Position::TrimHorizon }
}

fn gained(shard: ShardId, host: HostId, how: LeaseGain) -> Event {
    Event::LeaseGained { consumer: BILLING, host, shard, how, from: None }
}

/// The fold after the declarations and these events, each at its second.
fn fold<F: Fold>(mut fold: F, events: impl IntoIterator<Item = (u64, Event)>) -> F {
    declarations().iter().for_each(|event| fold.on(SimTime::ZERO, event));
    events.into_iter().for_each(|(at_s, event)| fold.on(SimTime::from_secs(at_s), &event));
    fold
}

fn measured(events: impl IntoIterator<Item = (u64, Event)>) -> Measures {
    fold(measures(), events)
}

fn clicks(measures: &Measures) -> StreamFigures {
    measures.figures().streams["clicks"].clone()
}

fn billing(measures: &Measures) -> ConsumerFigures {
    measures.figures().consumers["billing"].clone()
}

#[test]
fn records_count_by_shard_with_means_peaks_and_shares_of_the_limit() {
    let events = (0..600u64).map(|n| (n / 300, accepted(S0, n, "a", 2048)));
    let measures = measured(events.chain([(2, accepted(S1, 0, "b", 10)), (10, Event::RunEnded {})]));
    let stream = clicks(&measures);
    assert_eq!((stream.records_acked, stream.bytes_acked, stream.shards_open), (601, 600 * 2048 + 10, 2));
    let shard = &stream.shards["shardId-000000000000"];
    assert_eq!((shard.state, shard.hash_range_share_percent), ("open", 50.0));
    assert_eq!((shard.records_per_s_mean, shard.records_per_s_peak, shard.bytes_per_s_peak), (60.0, 300, 614_400));
    assert_eq!((shard.records_limit_peak_percent, shard.bytes_limit_peak_percent), (30.0, 58.59));
    // A run of ten seconds has no full minute: the average is over what there was.
    assert_eq!((shard.records_limit_peak_minute_percent, shard.bytes_limit_peak_minute_percent), (6.0, 11.72));
}

#[test]
fn refusals_count_as_throttled_or_failed_and_make_the_verdict() {
    let mut events: Vec<_> = (0..60).map(|n| (0, accepted(S0, n, if n < 50 { "star" } else { "x" }, 100))).collect();
    events.extend((0..30).map(|_| (1, refused(S0, "star", WriteRefusal::RecordRate))));
    events.extend((0..10).map(|_| (1, refused(S0, "x", WriteRefusal::InternalFailure))));
    let measures = measured(events);
    let stream = clicks(&measures);
    assert_eq!((stream.records_throttled, stream.records_failed, stream.throttled_percent), (30, 10, 30.0));
    let minute = (stream.records_throttled_peak_per_minute, stream.records_throttled_peak_per_minute_at_s);
    assert_eq!(minute, (30, Some(0.0)));
    let shard = &stream.shards["shardId-000000000000"];
    let star = figures::KeyFigures { key: "star".into(), records: 80, share_percent: 88.89 };
    assert_eq!((shard.records_throttled, &shard.hottest_keys[0]), (30, &star));
    assert_eq!(shard.advice.verdict, ShardVerdict::HotKey);
    assert!(shard.advice.is_burst);
    assert_eq!(measures.occurrences(Occurrence::WriteThrottled), 30);
    assert_eq!(measures.occurrences(Occurrence::WriteFailed), 10);
}

#[test]
fn a_record_that_is_sent_again_is_asked_for_once() {
    let remedy = |with_producer: bool| {
        let mut events: Vec<_> = (0..900).map(|n| (0, accepted(S0, n, "star", 100))).collect();
        events.extend((0..900).map(|_| (0, refused(S0, "star", WriteRefusal::RecordRate))));
        let (records_ok, records_given_up) = (900, 90);
        let put = Event::PutFinished { host: WEB, records_ok, records_given_up, attempts: 2, took_ms: 1 };
        events.extend(with_producer.then_some((0, put)));
        clicks(&measured(events)).shards["shardId-000000000000"].advice.remedy.clone()
    };
    assert!(remedy(true).contains("alone asks for 99 % of a shard: spread"), "{}", remedy(true));
    assert!(
        remedy(false).contains("alone asks for 180 % of a shard (retries included): no split"),
        "{}",
        remedy(false)
    );
}

#[test]
fn injected_throttling_blames_no_shard() {
    let measures = measured([(0, refused(S0, "a", WriteRefusal::InjectedThrottle))]);
    assert_eq!(clicks(&measures).shards["shardId-000000000000"].advice.verdict, ShardVerdict::Fine);
    assert_eq!(clicks(&measures).records_throttled, 1);
}

#[test]
fn a_split_closes_its_parent_and_gives_states() {
    let child = |n| Event::ShardOpened {
        stream: STREAM,
        shard: ShardId(n),
        range: HashKeyRange::FULL,
        parent: Some(S0),
        adjacent_parent: None,
    };
    let closed = Event::ShardClosed { stream: STREAM, shard: S0, end: 0 };
    let expired = Event::ShardExpired { stream: STREAM, shard: S0 };
    let measures = measured([(5, closed), (5, child(2)), (5, child(3)), (9, Event::RunEnded {})]);
    let stream = clicks(&measures);
    assert_eq!((stream.shards_open, stream.shards["shardId-000000000000"].state), (3, "closed"));
    assert_eq!(measures.occurrences(Occurrence::Resharded), 2);
    assert_eq!(clicks(&measured([(5, expired)])).shards["shardId-000000000000"].state, "expired");
}

#[test]
fn calls_reads_and_trims_count() {
    let put = Event::PutAnswered { stream: STREAM, host: WEB, is_batch: true, records: 2, failed: 0 };
    let refused = Event::ReadRefused { stream: STREAM, shard: S1, host: ONE, reason: ReadRefusal::CallRate };
    let expired = Event::IteratorExpired {
        stream: STREAM,
        shard: S1,
        host: ONE,
        iterator_lived: SimDuration::from_millis(300_001),
    };
    let trimmed = |to| Event::RecordsTrimmed { stream: STREAM, shard: S0, to };
    let mut events: Vec<_> = (0..10).map(|n| (0, accepted(S0, n, "a", 1))).collect();
    events.extend([(1, put), (1, refused), (1, expired), (2, read(S0, ONE, 4, 7)), (3, trimmed(3)), (4, trimmed(9))]);
    let measures = measured(events);
    let stream = clicks(&measures);
    assert_eq!((stream.put_calls, stream.get_records_calls, stream.reads_throttled), (1, 1, 1));
    assert_eq!((stream.iterators_expired, stream.records_trimmed), (1, 9));
    assert_eq!((billing(&measures).iterators_expired, billing(&measures).unread_records_trimmed), (1, 5));
    assert_eq!(measures.occurrences(Occurrence::UnreadRecordTrimmed), 5);
}

#[test]
fn producers_count_records_attempts_and_latency() {
    let put = |records_ok, records_given_up, took_ms| Event::PutFinished {
        host: WEB,
        records_ok,
        records_given_up,
        attempts: 2,
        took_ms,
    };
    let measures = measured([(1, put(9, 1, 10)), (2, put(30, 0, 40))]);
    let web = measures.figures().producers["web"].clone();
    assert_eq!((web.hosts, web.records_offered, web.records_ok, web.records_given_up), (1, 40, 39, 1));
    assert_eq!((web.given_up_percent, web.attempts), (2.5, 4));
    assert_eq!((web.put_latency_p50_ms, web.put_latency_max_ms), (Some(10), Some(40)));
    assert_eq!(measures.occurrences(Occurrence::RecordGivenUp), 1);
}

fn consumed(write_units: u32) -> Event {
    Event::UnitsConsumed { table: TABLE, host: ONE, operation: "UpdateItem", read_half_units: 1, write_units }
}

fn leases(measures: &Measures) -> TableFigures {
    measures.figures().tables["leases"].clone()
}

#[test]
fn tables_count_units_throttles_conditions_and_items() {
    let throttled = |reason, operation| Event::TableThrottled { table: TABLE, host: ONE, operation, reason };
    let written = |before: Option<Arc<Item>>, after: Option<Arc<Item>>| Event::ItemWritten {
        table: TABLE,
        host: ONE,
        operation: "PutItem",
        before: before.map(Replaced),
        after,
    };
    let item = || Some(Arc::new(Item::new()));
    let measures = measured([
        (1, consumed(3)),
        (1, consumed(2)),
        (2, throttled(TableThrottle::TableWrite, "UpdateItem")),
        (2, throttled(TableThrottle::TableRead, "Scan")),
        (2, throttled(TableThrottle::Injected, "PutItem")),
        (3, Event::ConditionFailed { table: TABLE, host: ONE, operation: "UpdateItem" }),
        (3, Event::StaleRead { table: TABLE, host: ONE, operation: "Scan", is_consistent: false }),
        (3, written(None, item())),
        (3, written(None, item())),
        (3, written(item(), item())),
        (3, written(item(), None)),
        (10, Event::RunEnded {}),
    ]);
    let table = leases(&measures);
    assert_eq!((table.read_units_consumed, table.write_units_consumed), (1.0, 5));
    assert_eq!((table.write_units_per_s_mean, table.write_units_per_s_peak), (0.5, 5));
    assert_eq!((table.read_throttled, table.write_throttled), (1, 2));
    assert_eq!(table.throttled_by["TableWriteProvisionedThroughputExceeded"], 1);
    assert_eq!((table.conditions_failed, table.stale_reads, table.items), (1, 1, 1));
}

#[test]
fn headroom_is_that_of_the_worst_minute_and_negative_when_short() {
    let busy = (60..120).map(|s| (s, consumed(12)));
    let measures = measured([(1, consumed(60))].into_iter().chain(busy).chain([(180, consumed(1))]));
    let short = leases(&measures);
    assert_eq!((short.write_headroom_percent, short.write_headroom_at_s), (Some(-20.0), Some(60.0)));
    let on_demand = Event::TableCapacityChanged { table: TABLE, read_units: 0, write_units: 0 };
    assert_eq!(leases(&measured([(0, on_demand), (70, consumed(3))])).write_headroom_percent, None);
}

#[test]
fn rare_things_are_counted_as_occurrences() {
    let refused = |operation, error| Event::CallRefused { service: "kinesis", operation, host: WEB, error };
    let zone = |state| Event::ZoneChanged { zone: 1, state };
    let measures = measured([
        (1, refused("PutRecord", "KMSThrottlingException")),
        (1, refused("PutRecords", "InternalFailure")),
        (1, refused("ListShards", "InternalFailure")),
        (2, zone(ZoneState::Wiped)),
        (3, zone(ZoneState::Rebuilding)),
        (4, zone(ZoneState::Up)),
        (5, Event::LeaseHoleFound { consumer: BILLING, host: ONE }),
    ]);
    for what in
        [Occurrence::KmsRefused, Occurrence::WriteFailed, Occurrence::ZoneRebuilt, Occurrence::LeaseHoleRepaired]
    {
        assert_eq!(measures.occurrences(what), 1, "{what:?}");
    }
    assert_eq!(measures.occurrences(Occurrence::LeaseStolen), 0);
}

#[test]
fn a_window_counts_its_part_and_knows_what_was_before() {
    let window = Windowed::new(Window::Between(SimTime::from_secs(10), SimTime::from_secs(20)), measures());
    let window = fold(
        window,
        [
            (1, started(S0, ONE)),
            (5, processed(S0, ONE, 0, 10)),
            (8, Event::HostCrashed { host: ONE }),
            (12, processed(S0, TWO, 5, 12)),
            (15, consumed(5)),
            (20, processed(S0, TWO, 12, 99)),
        ],
    );
    let counted = window.inner().expect("it has begun");
    let figures = billing(counted);
    assert_eq!((figures.records_processed, figures.duplicates, figures.unowned_s_max), (7, 5, 10.0));
    assert_eq!(leases(counted).write_units_per_s_mean, 0.5);
}

#[test]
fn the_window_after_healing_begins_with_the_event() {
    let begun = |events: Vec<(u64, Event)>| fold(Windowed::new(Window::AfterFaultsHeal, measures()), events);
    assert!(begun(vec![(1, consumed(5))]).inner().is_none());
    let window = begun(vec![(1, consumed(5)), (2, Event::FaultsHealed {}), (3, consumed(4))]);
    assert_eq!(window.inner().map(|counted| leases(counted).write_units_consumed), Some(4));
}

#[test]
fn the_window_after_start_up_begins_when_every_open_shard_has_been_read() {
    let begun = |events: Vec<(u64, Event)>| fold(Windowed::new(Window::AfterStartUp, measures()), events);
    let start = || vec![(1, consumed(5)), (2, read(S0, ONE, 0, 30_000))];
    assert!(begun(start()).inner().is_none());
    let rest = [(9, read(S1, TWO, 0, 40_000)), (10, consumed(4)), (11, read(S1, TWO, 0, 7))];
    let window = begun(start().into_iter().chain(rest).collect());
    let counted = window.inner().expect("both shards are read");
    assert_eq!((leases(counted).write_units_consumed, billing(counted).iterator_age_max_ms), (4, Some(7)));
}

#[test]
fn series_keep_few_points_and_who_had_which_lease() {
    let lost = Event::LeaseLost { consumer: BILLING, host: ONE, shard: S0 };
    let series = fold(
        Series::new(crate::base::SimDuration::from_mins(30)),
        [
            (3, accepted(S0, 0, "a", 1)),
            (4, gained(S0, ONE, LeaseGain::Available)),
            (11, accepted(S0, 1, "a", 1)),
            (12, refused(S0, "a", WriteRefusal::ByteRate)),
            (13, read(S0, ONE, 2, 700)),
            (20, gained(S0, TWO, LeaseGain::Stolen)),
            (21, lost),
            (33, Event::HostCrashed { host: TWO }),
        ],
    );
    assert_eq!(series.step().as_secs(), 10);
    let (_, shards) = series.streams().next().expect("a stream");
    assert_eq!((&shards[0].accepted, &shards[0].throttled), (&vec![1, 1], &vec![0, 1]));
    let (_, consumer) = series.consumers().next().expect("a consumer");
    // The record of second 3 waited until it was read at second 13.
    assert_eq!(consumer.age_max_ms, [Some(7000), Some(10_000)]);
    let until = |s| Some(SimTime::from_secs(s));
    let spans: Vec<_> = consumer.leases[0].iter().map(|s| (s.host, s.from.as_secs(), s.until)).collect();
    assert_eq!(spans, [(ONE, 4, until(20)), (TWO, 20, until(33))]);
}

#[test]
fn figures_are_found_by_their_path() {
    let measures = measured([(1, accepted(S1, 0, "a", 1))]);
    let json = serde_json::to_value(measures.figures()).expect("figures are JSON");
    let found = lookup(&json, "streams.clicks.shards.*.records_acked");
    assert_eq!(found.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [0.0, 1.0]);
    assert_eq!(lookup(&json, "consumers.billing.iterator_age_max_ms"), []);
    assert_eq!(json["streams"]["clicks"]["shards"]["shardId-000000000001"]["verdict"], "fine");
}

#[test]
fn a_stream_created_again_under_its_name_has_figures_of_its_own() {
    let again =
        Event::StreamDeclared { stream: StreamId(1), name: "clicks".parse().expect("name"), retention_hours: 24 };
    let figures = measured([(1, processed(S0, ONE, 0, 5)), (2, again), (3, processed(S0, ONE, 0, 5))]);
    assert_eq!(figures.figures().streams.keys().collect::<Vec<_>>(), ["clicks", "clicks#2"]);
    assert_eq!(billing(&figures).duplicates, 0);
}
