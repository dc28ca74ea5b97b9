//! What the checks know of the run besides the event in hand: who is who, which shards and workers there are, where
//! reading began. It hears each event before they do, once for all of them.

pub(super) mod client_rows;
pub(crate) mod deliveries;
pub(super) mod faults;
pub(crate) mod grid;
pub(super) mod names;
pub(super) mod retention;
pub(crate) mod sessions;
pub(super) mod shards;
pub(super) mod stale_rows;
pub(super) mod starts;
pub(super) mod workers;

use std::collections::BTreeMap;

use self::deliveries::Deliveries;
use self::faults::Faults;
use self::names::Names;
use self::retention::Retention;
use self::sessions::{Crowd, Sessions};
use self::shards::Shards;
use self::stale_rows::StaleRows;
use self::starts::{Start, Starts};
use self::workers::Workers;
use super::liveness::Healing;
use crate::base::{ConsumerId, Event, EventKind, Fold, SimTime};

/// What all checks look at.
#[derive(Default)]
pub(crate) struct Lens {
    /// Names, and what belongs to what.
    pub names: Names,
    /// The shards of every stream.
    pub shards: Shards,
    /// The workers of every consumer.
    pub workers: Workers,
    /// Where each consumer first began in each shard.
    pub starts: Starts,
    /// Who began on a lease row that was read stale.
    pub(crate) stale_rows: StaleRows,
    /// Delivery streams.
    pub(crate) deliveries: Deliveries,
    /// The faults that are active.
    pub faults: Faults,
    /// How long streams keep their records.
    pub(crate) retention: Retention,
    /// Whether the faults are over.
    pub(crate) healing: Healing,
    /// The consumer whose workers the event in hand has changed.
    pub(crate) crew_changed: Option<ConsumerId>,
    /// The first read of a worker, if the event in hand is one.
    pub(crate) started: Option<Start>,
    /// Where the read before the event in hand ended, if that is a read that continues it; or where its subscription
    /// was told to begin.
    pub(crate) continues: Option<u64>,
    /// Number of the call that tells the event in hand: what one call of a service tells comes together.
    pub(crate) call: u64,
    sessions: Sessions,
    crowd: Crowd,
    /// Where each subscription stands, by its number.
    subscriptions: BTreeMap<u64, u64>,
}

impl Lens {
    /// The events it learns from.
    pub(crate) const HEARS: &'static [EventKind] = &[
        EventKind::HostDeclared,
        EventKind::DeliveryDeclared,
        EventKind::DeliveryDeleted,
        EventKind::HintsDeclared,
        EventKind::StreamDeclared,
        EventKind::StreamStatusChanged,
        EventKind::RetentionChanged,
        EventKind::TableDeclared,
        EventKind::ConsumerDeclared,
        EventKind::WorkerStarted,
        EventKind::WorkerStopped,
        EventKind::HostCrashed,
        EventKind::ShardOpened,
        EventKind::ShardClosed,
        EventKind::ShardExpired,
        EventKind::RecordsTrimmed,
        EventKind::ProcessingStarted,
        EventKind::RecordsRead,
        EventKind::SubscriptionBegan,
        EventKind::SubscriptionRead,
        EventKind::IteratorIssued,
        EventKind::IteratorRequested,
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::PositionSaved,
        EventKind::ItemWritten,
        EventKind::LeaseGained,
        EventKind::StaleRead,
        EventKind::FaultBegan,
        EventKind::FaultEnded,
        EventKind::FaultsHealed,
        EventKind::RunEnded,
    ];

    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        self.deliveries.on(at, event);
        self.faults.on(at, event);
        self.stale_rows.on(at, event);
        self.healing.on(at, event);
        self.shards.on(event);
        self.retention.on(at, event);
        self.crew_changed = self.workers.on(at, event, &self.names);
        self.started = self.starts.on(at, event, &self.names, &self.shards);
        self.continues = match *event {
            Event::RecordsRead { stream, shard, host, from, to, iterator_lived, .. } if self.names.is_crowd(host) => {
                self.crowd.read(at, (stream, shard), (from, to), iterator_lived)
            }
            Event::IteratorIssued { stream, shard, host, ordinal, .. } if self.names.is_crowd(host) => {
                self.crowd.given(at, (stream, shard), ordinal);
                None
            }
            Event::RecordsRead { stream, shard, host, from, to, iterator_lived, .. } => {
                self.sessions.read(at, (stream, shard), host, (from, to), iterator_lived)
            }
            Event::SubscriptionBegan { subscription, ordinal, .. } => {
                self.subscriptions.insert(subscription, ordinal);
                None
            }
            Event::SubscriptionRead { subscription, to, .. } => self.subscriptions.insert(subscription, to),
            Event::IteratorRequested { host, shard, .. } => {
                self.sessions.restart(at, host, shard);
                None
            }
            _ => None,
        };
    }
}
