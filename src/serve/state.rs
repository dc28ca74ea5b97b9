//! `GET state`: what there is now, and what was counted so far.

use std::collections::BTreeMap;

use serde::Serialize;

use super::app::App;
use super::callers::Row;
use super::readers::{Reads, ShardReads};
use crate::aws::Cloud;
use crate::aws::kinesis::{Seen, Unread};
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ShardId, SimTime, StreamId, TableName};
use crate::measure::Figures;

/// The clock, as routes show it.
#[derive(Serialize)]
pub(super) struct ClockState {
    now: String,
    unix_ms: u64,
    seconds: f64,
    pace: String,
    /// Of functions and sinks outside.
    answers_awaited: usize,
}

/// Everything that the page shows, but events, records and checks.
#[derive(Serialize)]
pub(super) struct State<'a> {
    clock: ClockState,
    #[serde(flatten)]
    figures: Figures,
    /// Rows of tables that look like lease tables, by table.
    leases: BTreeMap<String, Vec<Lease>>,
    /// Streams, delivery streams and tables that exist. Their figures have the same names; others are of what was
    /// deleted.
    existing: Existing,
    /// Who called what.
    callers: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Lease {
    lease: String,
    owner: Option<String>,
    counter: Option<i64>,
    checkpoint: Option<String>,
    /// The stream that the checkpoint is of; absent when it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    /// Records behind the checkpoint; absent when the record that it names cannot be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread_records: Option<u64>,
    /// How long the first of them has been there.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread_age_ms: Option<u64>,
}

#[derive(Serialize)]
struct Existing {
    streams: BTreeMap<String, Stream>,
    deliveries: Vec<String>,
    tables: Vec<String>,
}

#[derive(Serialize)]
struct Stream {
    /// As calls name it.
    name: String,
    status: &'static str,
    mode: String,
    retention_hours: u32,
    is_encrypted: bool,
    fan_out: Vec<FanOut>,
    /// By shard that somebody has read.
    reads: BTreeMap<String, ShardRead>,
}

/// A consumer with enhanced fan-out.
#[derive(Serialize)]
struct FanOut {
    name: String,
    status: String,
    subscriptions: usize,
}

#[derive(Serialize)]
struct ShardRead {
    /// With GetRecords.
    polled: Option<Read>,
    /// Through subscriptions.
    pushed: Option<Read>,
}

#[derive(Serialize)]
struct Read {
    answers: u64,
    records: u64,
    last_at_s: f64,
    /// What the slowest reader has before it.
    unread_records: u64,
    /// How long the first of that has been there: what CloudWatch would show as the iterator's age.
    iterator_age_ms: u64,
}

/// The clock now.
pub(super) fn clock(app: &App) -> ClockState {
    let now = app.live.now();
    let unix_ms = app.door.epoch_unix_ms + now.as_millis();
    let pace = app.clock.borrow().pace().to_string();
    ClockState { now: now.to_string(), unix_ms, seconds: seconds(now), pace, answers_awaited: app.awaited.get() }
}

/// Gives the state to whoever writes it down.
pub(super) fn show<R>(app: &App, write: impl FnOnce(&State<'_>) -> R) -> R {
    let (now, figures) = (app.live.now(), app.live.figures());
    let (leases, existing) = app.live.look(|cloud| (leases(cloud, now), existing(app, cloud, &figures, now)));
    let callers = app.watched.callers.borrow();
    write(&State { clock: clock(app), figures, leases, existing, callers: callers.rows() })
}

fn seconds(at: SimTime) -> f64 {
    at.since(SimTime::ZERO).as_secs_f64()
}

fn leases(cloud: &Cloud, now: SimTime) -> BTreeMap<String, Vec<Lease>> {
    let rows = |name: &TableName| {
        let items = cloud.dynamodb.items(name);
        let mut rows: Vec<Lease> = items.iter().filter_map(|item| lease(cloud, LeaseRow(item), now)).collect();
        // A table keeps its items by their hash; people look for a shard.
        rows.sort_by(|a, b| a.lease.cmp(&b.lease));
        rows
    };
    let tables = cloud.dynamodb.table_names().map(|name| (name.to_string(), rows(name)));
    tables.filter(|(_, rows)| !rows.is_empty()).collect()
}

fn lease(cloud: &Cloud, row: LeaseRow<'_>, now: SimTime) -> Option<Lease> {
    let unread = match row.checkpoint() {
        Some(Checkpoint::At(number)) => cloud.kinesis.unread_after(number, now),
        _ => None,
    };
    Some(Lease {
        lease: row.key()?.to_owned(),
        owner: row.owner().map(str::to_owned),
        counter: row.counter(),
        checkpoint: row.checkpoint_text().map(str::to_owned),
        stream: unread.map(|(stream, _)| stream.to_string()),
        unread_records: unread.map(|(_, unread)| unread.records),
        unread_age_ms: unread.map(|(_, unread)| unread.age_ms),
    })
}

fn existing(app: &App, cloud: &Cloud, figures: &Figures, now: SimTime) -> Existing {
    let readers = app.watched.readers.borrow();
    let stream = |seen: Seen<'_>| {
        let read = |(shard, reads): (ShardId, &ShardReads)| {
            (shard.to_string(), ShardRead::of(cloud, seen.id, (shard, reads), now))
        };
        let reads = readers.of(seen.id).map(read).collect();
        (latest(&figures.streams, seen.name.as_str()), Stream::of(&seen, reads))
    };
    let tables = cloud.dynamodb.table_names().map(|name| latest(&figures.tables, name.as_str())).collect();
    let deliveries = cloud.firehose.names().map(|name| latest(&figures.deliveries, name.as_str())).collect();
    Existing { streams: cloud.kinesis.seen(now).map(stream).collect(), deliveries, tables }
}

/// The name that the figures have for what was last created under a name: `name#2` when it was the second.
fn latest<F>(figures: &BTreeMap<String, F>, name: &str) -> String {
    let again = (2..).map(|n| format!("{name}#{n}")).take_while(|name| figures.contains_key(name)).last();
    again.unwrap_or_else(|| name.to_owned())
}

impl Stream {
    fn of(seen: &Seen<'_>, reads: BTreeMap<String, ShardRead>) -> Self {
        let fan_out = seen.consumers.iter().map(|consumer| FanOut {
            name: consumer.name.to_owned(),
            status: consumer.status.to_string(),
            subscriptions: consumer.subscriptions,
        });
        Self {
            name: seen.name.to_string(),
            status: seen.status.as_str(),
            mode: seen.mode.to_string(),
            retention_hours: seen.retention_hours,
            is_encrypted: seen.is_encrypted,
            fan_out: fan_out.collect(),
            reads,
        }
    }
}

impl ShardRead {
    fn of(cloud: &Cloud, stream: StreamId, (shard, reads): (ShardId, &ShardReads), now: SimTime) -> Self {
        let read = |reads: &Reads| {
            let unread = cloud.kinesis.unread(stream, shard, reads.slowest()?, now);
            Some(Read::of(reads, unread))
        };
        Self { polled: read(&reads.polled), pushed: read(&reads.pushed) }
    }
}

impl Read {
    fn of(reads: &Reads, unread: Unread) -> Self {
        let Reads { answers, records, last_at, .. } = reads;
        let Unread { records: unread_records, age_ms: iterator_age_ms } = unread;
        let last_at_s = seconds(*last_at);
        Self { answers: *answers, records: *records, last_at_s, unread_records, iterator_age_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_what_was_created_last() {
        let figures = BTreeMap::from([("a".to_owned(), ()), ("a#2".to_owned(), ()), ("b".to_owned(), ())]);
        assert_eq!((&*latest(&figures, "a"), &*latest(&figures, "b")), ("a#2", "b"));
    }
}
