//! A small scene and short ways to write events, for the checks' tests.

use std::sync::Arc;

use super::lens::Lens;
use super::{Check, CheckResult, CheckSettings, History, LivenessBounds};
use crate::aws::kinesis::api::ThrottleWindow;
use crate::base::event::{
    ConsumerLibrary, DeclaredStart, HostRole, LeaseGain, Output, ProcessingEnd, ProcessorFault, PutKind, Replaced,
    RoutedBy, SinkKind, Stage, StoreKind,
};
use crate::base::item::{AttributeValue, Item};
use crate::base::{
    ConsumerId, DeliveryId, Event, HashKey, HashKeyRange, HostId, PartitionKey, SequenceNumber, ShardId, SimDuration,
    SimTime, StreamId, TableId,
};

pub(super) const CLICKS: StreamId = StreamId(0);
pub(super) const LEASES: TableId = TableId(0);
pub(super) const BILLING: ConsumerId = ConsumerId(0);
pub(super) const WORKER_1: HostId = HostId(13);
pub(super) const WORKER_2: HostId = HostId(14);
pub(super) const OPERATOR: HostId = HostId(15);
pub(super) const WEB: HostId = HostId(16);
pub(super) const S0: ShardId = ShardId(0);
pub(super) const S1: ShardId = ShardId(1);
pub(super) const S2: ShardId = ShardId(2);

/// Events with their time in milliseconds.
pub(super) type Script = Vec<(u64, Event)>;

/// A stream `clicks` of 24 hours, and a consumer `billing` with two workers and a lease table.
pub(super) fn scene() -> Vec<Event> {
    scene_with(StoreKind::Plain)
}

pub(super) fn scene_with(store: StoreKind) -> Vec<Event> {
    scene_of(ConsumerLibrary::Kcl2, store)
}

pub(super) fn scene_of(library: ConsumerLibrary, store: StoreKind) -> Vec<Event> {
    let host = |host, name: &str, role| Event::HostDeclared { host, name: name.into(), role };
    vec![
        host(WORKER_1, "billing-1", HostRole::Consumer),
        host(WORKER_2, "billing-2", HostRole::Consumer),
        host(OPERATOR, "operator", HostRole::Operator),
        host(WEB, "web-1", HostRole::Producer),
        Event::StreamDeclared { stream: CLICKS, name: "clicks".parse().expect("a name"), retention_hours: 24 },
        Event::TableDeclared { table: LEASES, name: "billing".parse().expect("a name"), read_units: 0, write_units: 0 },
        Event::ConsumerDeclared {
            consumer: BILLING,
            name: "billing".into(),
            stream: "clicks".parse().expect("a name"),
            library,
            store,
            lease_table: Some("billing".parse().expect("a name")),
            failover_ms: 10_000,
            start: DeclaredStart::Latest,
        },
        Event::WorkerStarted { consumer: BILLING, host: WORKER_1 },
        Event::WorkerStarted { consumer: BILLING, host: WORKER_2 },
        Event::TableDeclared {
            table: CLIENTS,
            name: "payments".parse().expect("a name"),
            read_units: 0,
            write_units: 0,
        },
    ]
}

/// The check's result over the scene followed by `script`.
pub(super) fn judge(check: impl Check, script: impl IntoIterator<Item = (u64, Event)>) -> CheckResult {
    judge_in(scene(), check, script)
}

pub(super) fn judge_in(
    scene: Vec<Event>,
    mut check: impl Check,
    script: impl IntoIterator<Item = (u64, Event)>,
) -> CheckResult {
    let mut lens = Lens::default();
    let script = script.into_iter().map(|(ms, event)| (SimTime::from_millis(ms), event));
    for (at, event) in scene.into_iter().map(|event| (SimTime::ZERO, event)).chain(script) {
        lens.on(at, &event);
        check.on(at, &event, &lens);
    }
    check.result(&lens)
}

/// Limits are enforced, every bound is a minute, and 10 s is young.
pub(super) fn settings() -> CheckSettings {
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
        epoch_unix_ms: 1_767_225_600_000,
        history: History::default(),
        liveness,
        paces: Vec::new(),
    }
}

/// The result's one piece of evidence, as reports write it.
pub(super) fn evidence(result: &CheckResult) -> String {
    assert_eq!(result.evidence.len(), 1, "{result:?}");
    format!("{} {}", result.evidence[0].at, result.evidence[0].what)
}

pub(super) fn accepted(shard: ShardId, ordinal: u64) -> Event {
    accepted_of(shard, ordinal, 100)
}

pub(super) fn accepted_of(shard: ShardId, ordinal: u64, size_bytes: u32) -> Event {
    let key = PartitionKey::new("k").expect("a key");
    Event::RecordAccepted {
        stream: CLICKS,
        shard,
        ordinal,
        index: ordinal * 3,
        key,
        routed_by: RoutedBy::PartitionKey,
        size_bytes,
        zones: 0b111,
        host: WEB,
        number: Some(ordinal as u32),
    }
}

/// Ordinals `0..count`, one a millisecond from `ms` on.
pub(super) fn accepted_many(ms: u64, shard: ShardId, count: u64) -> Script {
    (0..count).map(|i| (ms + i, accepted(shard, i))).collect()
}

pub(super) fn read(host: HostId, shard: ShardId, from: u64, to: u64, lived_ms: u64) -> Event {
    read_behind(host, shard, from, to, lived_ms, 0)
}

pub(super) fn read_behind(
    host: HostId,
    shard: ShardId,
    from: u64,
    to: u64,
    lived_ms: u64,
    behind_latest_ms: u64,
) -> Event {
    Event::RecordsRead {
        stream: CLICKS,
        shard,
        host,
        from,
        to,
        size_bytes: (to - from) * 100,
        behind_latest_ms,
        iterator_age_ms: 0,
        iterator_lived: SimDuration::from_millis(lived_ms),
    }
}

/// An operator's subscription to the first shard, which begins at its oldest record.
pub(super) fn subscribed(subscription: u64, ordinal: u64) -> Event {
    subscribed_at(crate::base::Position::TrimHorizon, subscription, ordinal)
}

pub(super) fn subscribed_at(position: crate::base::Position, subscription: u64, ordinal: u64) -> Event {
    Event::SubscriptionBegan { stream: CLICKS, shard: S0, host: OPERATOR, position, ordinal, subscription }
}

pub(super) fn subscription_read(subscription: u64, from: u64, to: u64) -> Event {
    let (size_bytes, behind_latest_ms) = ((to - from) * 100, 1);
    let (stream, shard, host) = (CLICKS, S0, OPERATOR);
    Event::SubscriptionRead { stream, shard, host, from, to, size_bytes, behind_latest_ms, subscription }
}

pub(super) fn trimmed(shard: ShardId, to: u64) -> Event {
    Event::RecordsTrimmed { stream: CLICKS, shard, to }
}

/// A shard of the lower (0), upper (1) or whole (2) hash key space.
pub(super) fn opened(shard: ShardId, part: u8, parent: Option<ShardId>) -> Event {
    Event::ShardOpened { stream: CLICKS, shard, range: part_range(part), parent, adjacent_parent: None }
}

pub(super) fn part_range(part: u8) -> HashKeyRange {
    const HALF: u128 = 1 << 127;
    match part {
        0 => HashKeyRange { start: HashKey::MIN, end: HashKey::new(HALF - 1) },
        1 => HashKeyRange { start: HashKey::new(HALF), end: HashKey::MAX },
        _ => HashKeyRange::FULL,
    }
}

pub(super) fn closed(shard: ShardId, end: u64) -> Event {
    Event::ShardClosed { stream: CLICKS, shard, end }
}

/// A worker begins from what its lease row says.
pub(super) fn started(host: HostId, shard: ShardId, checkpoint: &str) -> Event {
    let start = crate::base::lease_row::Checkpoint::parse(checkpoint).expect("a checkpoint").into();
    Event::ProcessingStarted { consumer: BILLING, host, shard, start }
}

pub(super) fn ended(host: HostId, shard: ShardId, reason: ProcessingEnd) -> Event {
    Event::ProcessingEnded { consumer: BILLING, host, shard, reason }
}

pub(super) fn processed(host: HostId, shard: ShardId, from: u64, to: u64) -> Event {
    Event::RecordsProcessed { consumer: BILLING, host, shard, from, to }
}

pub(super) fn skipped(host: HostId, shard: ShardId, from: u64, to: u64) -> Event {
    Event::RecordsSkipped { consumer: BILLING, host, shard, from, to, fault: ProcessorFault::Threw }
}

pub(super) fn gained(host: HostId, shard: ShardId) -> Event {
    Event::LeaseGained { consumer: BILLING, host, shard, how: LeaseGain::Stolen, from: None }
}

/// The sequence number of a record.
pub(super) fn number(shard: ShardId, index: u64) -> SequenceNumber {
    SequenceNumber::new(shard, 1_767_225_600, index, 1_767_225_600)
}

pub(super) fn attempted(host: HostId, shard: ShardId, to: u64) -> Event {
    let sequence_number = Some(number(shard, to));
    Event::CheckpointAttempted { consumer: BILLING, host, shard, sequence_number, to }
}

/// A lease row; an empty owner is none.
pub(super) fn row(shard: ShardId, owner: &str, checkpoint: &str) -> Option<Arc<Item>> {
    let mut item = Item::new()
        .with("leaseKey", AttributeValue::s(&shard.to_string()))
        .with("leaseCounter", AttributeValue::n(1))
        .with("checkpoint", AttributeValue::s(checkpoint));
    if !owner.is_empty() {
        item.set("leaseOwner", AttributeValue::s(owner));
    }
    Some(Arc::new(item))
}

/// A row whose checkpoint is [`number`].
pub(super) fn row_at(shard: ShardId, owner: &str, index: u64) -> Option<Arc<Item>> {
    row(shard, owner, &number(shard, index).to_string())
}

pub(super) fn written(host: HostId, before: Option<Arc<Item>>, after: Option<Arc<Item>>) -> Event {
    Event::ItemWritten { table: LEASES, host, operation: "UpdateItem", before: before.map(Replaced), after }
}

/// The lease table of an application that nothing declares.
pub(super) const CLIENTS: TableId = TableId(1);

/// A lease row with its counter; an empty owner is none.
pub(super) fn client_row(shard: ShardId, owner: &str, counter: i64, checkpoint: &str) -> Option<Arc<Item>> {
    let mut item = row(shard, owner, checkpoint).as_deref()?.clone();
    item.set("leaseCounter", AttributeValue::n(counter));
    Some(Arc::new(item))
}

/// A write of a real client, in its own lease table.
pub(super) fn client_wrote(before: Option<Arc<Item>>, after: Option<Arc<Item>>) -> Event {
    Event::ItemWritten { table: CLIENTS, host: OPERATOR, operation: "UpdateItem", before: before.map(Replaced), after }
}

pub(super) const LAKE: DeliveryId = DeliveryId(0);

/// A delivery stream `lake` that is put to, with buffers of a minute.
pub(super) fn lake() -> Vec<Event> {
    let hints = |stage| Event::HintsDeclared {
        delivery: LAKE,
        stage,
        size_bytes: 5 << 20,
        interval: SimDuration::from_secs(60),
        tries_for: SimDuration::ZERO,
    };
    let declared = Event::DeliveryDeclared {
        delivery: LAKE,
        name: "lake".into(),
        put: PutKind::Direct,
        stream: None,
        sink: SinkKind::S3,
    };
    vec![declared, hints(Stage::Deliver), hints(Stage::Errors)]
}

/// Records that the lake accepts.
pub(super) fn taken(from: u64, to: u64) -> Event {
    taken_late(SimDuration::ZERO, from, to)
}

/// Records that the lake accepts, put so long ago.
pub(super) fn taken_late(age: SimDuration, from: u64, to: u64) -> Event {
    let (delivery, lane, bytes, host) = (LAKE, 0, (to - from) * 100, Some(WEB));
    Event::DeliveryAccepted { delivery, lane, from, to, bytes, billed_bytes: bytes, host, age }
}

/// Records that come to an output of the lake.
pub(super) fn arrived(output: Output, from: u64, to: u64) -> Event {
    Event::RecordsArrived { delivery: LAKE, output, lane: 0, from, to, part: 0 }
}
