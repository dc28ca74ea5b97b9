//! What a run's story is made of: the events that others follow from.

use std::sync::Arc;

use crate::base::event::{Event, LeaseGain, ProcessorFault, ReadRefusal, TableThrottle, WriteRefusal, ZoneState};
use crate::base::{ConsumerId, HostId, Position, ShardId, SimTime, StreamId, TableId};

/// Something that happened once, or again and again with little time between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When it began.
    pub from: SimTime,
    /// When it ended, or happened last; [`SimTime::MAX`] while it lasts.
    pub until: SimTime,
    /// How often it happened.
    pub times: u64,
    /// What happened.
    pub what: What,
}

/// What tells entries of one kind and subject from others.
pub(super) type Key = (u8, u32, u32);

/// What happened, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A fault was in force.
    Fault { number: u32, text: Arc<str> },
    /// The operator did something, or was refused.
    Action { text: Arc<str>, outcome: Arc<str> },
    /// A host lost its memory and stopped.
    Crashed { host: HostId },
    /// A host began again.
    Restarted { host: HostId },
    /// A host stood still.
    Paused { host: HostId },
    /// Messages of a host were lost.
    MessagesLost { host: HostId },
    /// A worker began.
    Started { consumer: ConsumerId, host: HostId },
    /// A worker stopped as it was asked to.
    Stopped { consumer: ConsumerId, host: HostId },
    /// A worker got a lease.
    LeaseGained { consumer: ConsumerId, host: HostId, shard: ShardId, how: LeaseGain, from: Option<Arc<str>> },
    /// A worker found that it no longer had a lease.
    LeaseLost { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// A worker could not renew its leases.
    RenewalFailed { consumer: ConsumerId, host: HostId },
    /// Hash keys without a lease were found.
    LeaseHole { consumer: ConsumerId },
    /// A record processor began to process a shard.
    ProcessingStarted { consumer: ConsumerId, host: HostId, shard: ShardId, start: Position },
    /// A checkpoint was not stored.
    CheckpointRefused { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// A record processor failed.
    Skipped { consumer: ConsumerId, host: HostId, shard: ShardId, fault: ProcessorFault },
    /// The application's store refused a writer without the lease.
    Fenced { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// The application's store took effects that it had already.
    EffectAgain { consumer: ConsumerId, host: HostId, shard: ShardId },
    /// An iterator was used too late.
    IteratorExpired { host: HostId, stream: StreamId, shard: ShardId },
    /// Records were not accepted.
    WriteRefused { stream: StreamId, shard: ShardId, reason: WriteRefusal },
    /// GetRecords was not served.
    ReadRefused { stream: StreamId, shard: ShardId, reason: ReadRefusal },
    /// A producer gave records up.
    GaveUp { host: HostId },
    /// A shard takes records.
    ShardOpened { stream: StreamId, shard: ShardId, parent: Option<ShardId>, adjacent_parent: Option<ShardId> },
    /// A shard takes no more.
    ShardClosed { stream: StreamId, shard: ShardId },
    /// Records left retention.
    Trimmed { stream: StreamId, shard: ShardId },
    /// A stream's retention changed.
    Retention { stream: StreamId, hours: u32 },
    /// A zone's storage changed state.
    Zone { zone: u8, state: ZoneState },
    /// A table call was throttled.
    TableThrottled { table: TableId, reason: TableThrottle },
    /// A table's capacity changed.
    Capacity { table: TableId, read_units: u32, write_units: u32 },
}

impl Entry {
    /// Whether it was so at some time from `from` to `until`.
    pub(super) fn overlaps(&self, from: SimTime, until: SimTime) -> bool {
        self.from <= until && self.until >= from
    }
}

impl What {
    /// What an event adds to the story, if anything; what has a beginning and an end is told elsewhere.
    pub(super) fn of(event: &Event) -> Option<Self> {
        Self::of_clients(event).or_else(|| Self::of_services(event))
    }

    fn of_clients(event: &Event) -> Option<Self> {
        Some(match *event {
            Event::HostCrashed { host } => Self::Crashed { host },
            Event::HostRestarted { host } => Self::Restarted { host },
            Event::WorkerStarted { consumer, host } => Self::Started { consumer, host },
            Event::WorkerStopped { consumer, host } => Self::Stopped { consumer, host },
            Event::LeaseGained { consumer, host, shard, how, ref from } => {
                Self::LeaseGained { consumer, host, shard, how, from: from.clone() }
            }
            Event::LeaseLost { consumer, host, shard } => Self::LeaseLost { consumer, host, shard },
            Event::LeaseRenewalFailed { consumer, host, .. } => Self::RenewalFailed { consumer, host },
            Event::LeaseHoleFound { consumer, .. } => Self::LeaseHole { consumer },
            Event::ProcessingStarted { consumer, host, shard, start } => {
                Self::ProcessingStarted { consumer, host, shard, start }
            }
            Event::CheckpointRefused { consumer, host, shard } => Self::CheckpointRefused { consumer, host, shard },
            Event::RecordsSkipped { consumer, host, shard, fault, .. } => {
                Self::Skipped { consumer, host, shard, fault }
            }
            Event::EffectsFenced { consumer, host, shard } => Self::Fenced { consumer, host, shard },
            Event::EffectsApplied { consumer, host, shard, .. } => Self::EffectAgain { consumer, host, shard },
            Event::IteratorExpired { host, stream, shard, .. } => Self::IteratorExpired { host, stream, shard },
            Event::PutFinished { host, .. } => Self::GaveUp { host },
            Event::MessageLost { from, is_reply: false, .. } => Self::MessagesLost { host: from },
            Event::MessageLost { to, .. } => Self::MessagesLost { host: to },
            _ => return None,
        })
    }

    fn of_services(event: &Event) -> Option<Self> {
        Some(match *event {
            Event::RecordRefused { stream, shard, reason, .. } => Self::WriteRefused { stream, shard, reason },
            Event::ReadRefused { stream, shard, reason, .. } => Self::ReadRefused { stream, shard, reason },
            Event::ShardOpened { stream, shard, parent: parent @ Some(_), adjacent_parent, .. } => {
                Self::ShardOpened { stream, shard, parent, adjacent_parent }
            }
            Event::ShardClosed { stream, shard, .. } => Self::ShardClosed { stream, shard },
            Event::RecordsTrimmed { stream, shard, .. } => Self::Trimmed { stream, shard },
            Event::RetentionChanged { stream, retention_hours: hours } => Self::Retention { stream, hours },
            Event::ZoneChanged { zone, state } => Self::Zone { zone, state },
            Event::TableThrottled { table, reason, .. } => Self::TableThrottled { table, reason },
            Event::TableCapacityChanged { table, read_units, write_units } => {
                Self::Capacity { table, read_units, write_units }
            }
            _ => return None,
        })
    }

    /// The same for what is one entry when it happens again; `None` for what always is an entry of its own.
    pub(super) fn key(&self) -> Option<Key> {
        let of = |kind: u8, a: usize, b: usize| Some((kind, a as u32, b as u32));
        match *self {
            Self::MessagesLost { host } => of(1, host.index(), 0),
            Self::RenewalFailed { consumer, host } => of(2, consumer.index(), host.index()),
            Self::CheckpointRefused { host, shard, .. } => of(3, host.index(), shard.index()),
            Self::Skipped { host, shard, .. } => of(4, host.index(), shard.index()),
            Self::Fenced { host, shard, .. } => of(5, host.index(), shard.index()),
            Self::EffectAgain { host, shard, .. } => of(6, host.index(), shard.index()),
            Self::IteratorExpired { host, shard, .. } => of(7, host.index(), shard.index()),
            Self::WriteRefused { stream, shard, reason } => of(16 + reason as u8, stream.index(), shard.index()),
            Self::ReadRefused { stream, shard, reason } => of(32 + reason as u8, stream.index(), shard.index()),
            Self::GaveUp { host } => of(8, host.index(), 0),
            Self::Trimmed { stream, shard } => of(9, stream.index(), shard.index()),
            Self::TableThrottled { table, reason } => of(48 + reason as u8, table.index(), 0),
            Self::LeaseHole { consumer } => of(10, consumer.index(), 0),
            _ => None,
        }
    }
}

/// Whom an entry is about.
impl What {
    /// A number for the kind of entry.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Fault { .. } => 0,
            Self::Action { .. } => 1,
            Self::Crashed { .. } => 2,
            Self::Restarted { .. } => 3,
            Self::Paused { .. } => 4,
            Self::MessagesLost { .. } => 5,
            Self::Started { .. } => 6,
            Self::Stopped { .. } => 7,
            Self::LeaseGained { .. } => 8,
            Self::LeaseLost { .. } => 9,
            Self::RenewalFailed { .. } => 10,
            Self::LeaseHole { .. } => 11,
            Self::ProcessingStarted { .. } => 12,
            Self::CheckpointRefused { .. } => 13,
            Self::Skipped { .. } => 14,
            Self::Fenced { .. } => 15,
            Self::EffectAgain { .. } => 16,
            Self::IteratorExpired { .. } => 17,
            Self::WriteRefused { .. } => 18,
            Self::ReadRefused { .. } => 19,
            Self::GaveUp { .. } => 20,
            Self::ShardOpened { .. } => 21,
            Self::ShardClosed { .. } => 22,
            Self::Trimmed { .. } => 23,
            Self::Retention { .. } => 24,
            Self::Zone { .. } => 25,
            Self::TableThrottled { .. } => 26,
            Self::Capacity { .. } => 27,
        }
    }
    pub(super) fn host(&self) -> Option<HostId> {
        match self {
            Self::Crashed { host }
            | Self::Restarted { host }
            | Self::Paused { host }
            | Self::MessagesLost { host }
            | Self::Started { host, .. }
            | Self::Stopped { host, .. }
            | Self::LeaseGained { host, .. }
            | Self::LeaseLost { host, .. }
            | Self::RenewalFailed { host, .. }
            | Self::ProcessingStarted { host, .. }
            | Self::CheckpointRefused { host, .. }
            | Self::Skipped { host, .. }
            | Self::Fenced { host, .. }
            | Self::EffectAgain { host, .. }
            | Self::IteratorExpired { host, .. }
            | Self::GaveUp { host } => Some(*host),
            _ => None,
        }
    }
    pub(super) fn consumer(&self) -> Option<ConsumerId> {
        match self {
            Self::Started { consumer, .. }
            | Self::Stopped { consumer, .. }
            | Self::LeaseGained { consumer, .. }
            | Self::LeaseLost { consumer, .. }
            | Self::RenewalFailed { consumer, .. }
            | Self::LeaseHole { consumer }
            | Self::ProcessingStarted { consumer, .. }
            | Self::CheckpointRefused { consumer, .. }
            | Self::Skipped { consumer, .. }
            | Self::Fenced { consumer, .. }
            | Self::EffectAgain { consumer, .. } => Some(*consumer),
            _ => None,
        }
    }
    pub(super) fn shard(&self) -> Option<ShardId> {
        match self {
            Self::LeaseGained { shard, .. }
            | Self::LeaseLost { shard, .. }
            | Self::ProcessingStarted { shard, .. }
            | Self::CheckpointRefused { shard, .. }
            | Self::Skipped { shard, .. }
            | Self::Fenced { shard, .. }
            | Self::EffectAgain { shard, .. }
            | Self::IteratorExpired { shard, .. }
            | Self::WriteRefused { shard, .. }
            | Self::ReadRefused { shard, .. }
            | Self::ShardOpened { shard, .. }
            | Self::ShardClosed { shard, .. }
            | Self::Trimmed { shard, .. } => Some(*shard),
            _ => None,
        }
    }
    pub(super) fn stream(&self) -> Option<StreamId> {
        match self {
            Self::IteratorExpired { stream, .. }
            | Self::WriteRefused { stream, .. }
            | Self::ReadRefused { stream, .. }
            | Self::ShardOpened { stream, .. }
            | Self::ShardClosed { stream, .. }
            | Self::Trimmed { stream, .. }
            | Self::Retention { stream, .. } => Some(*stream),
            _ => None,
        }
    }
    pub(super) fn table(&self) -> Option<TableId> {
        match self {
            Self::TableThrottled { table, .. } | Self::Capacity { table, .. } => Some(*table),
            _ => None,
        }
    }
}
