//! The one event type: everything that happens is an [`Event`] on one ordered stream.
//!
//! Services and clients produce events; the trace hash, checks, statistics, reports and exports are folds
//! over them. A fold sees events in order and can influence nothing.
//!
//! Events stand in files by who makes them, each with a number of its own from its maker's range. The trace hash
//! takes that number, so an event may be declared anywhere; a number is never given to another event.
//!
//! Record positions: besides its sequence number every record has an *ordinal*, its position in its shard,
//! counted from 0 without gaps. Ordinals exist for observers (ranges of them are small); clients never act
//! on them.

use std::sync::Arc;

use super::hash_key::HashKeyRange;
use super::ids::{ConsumerId, DeliveryId, DeliveryName, HostId, ShardId, StreamId, StreamName, TableId, TableName};
use super::item::Item;
use super::partition_key::PartitionKey;
use super::position::Position;
use super::sequence_number::SequenceNumber;
use super::time::{SimDuration, SimTime};

#[macro_use]
mod declare;
#[macro_use]
mod app;
#[macro_use]
mod consumer;
#[macro_use]
mod dynamodb;
#[macro_use]
mod firehose;
#[macro_use]
mod kinesis;
#[macro_use]
mod producer;
#[macro_use]
mod service;
#[macro_use]
mod sink;
#[macro_use]
mod store;
#[macro_use]
mod world;
mod field;

pub use consumer::{ConsumerLibrary, DeclaredStart, LeaseGain, ProcessingEnd, ProcessorFault};
pub use dynamodb::TableThrottle;
pub use field::{Encoder, Field, FieldVisitor, Replaced};
pub use firehose::{FailedAs, IngestRefusal, PutKind, SinkKind, Stage};
pub use kinesis::{ReadRefusal, RoutedBy, StreamStatus, WriteRefusal, ZoneState};
pub use sink::Output;
pub use store::StoreKind;
pub use world::HostRole;

/// A reader of the event stream.
pub trait Fold {
    /// Takes the next event. Times never go back.
    fn on(&mut self, at: SimTime, event: &Event);
    /// Takes the next events, which happened at one time. The same as one by one, but faster where many folds listen:
    /// each works through them before the next begins.
    fn on_all(&mut self, at: SimTime, events: &[Event]) {
        events.iter().for_each(|event| self.on(at, event));
    }
}

events_of! {
    [world_events producer_events consumer_events app_events service_events kinesis_events dynamodb_events store_events
     firehose_events sink_events]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(event: &Event) -> Vec<u8> {
        let mut out = Vec::new();
        event.encode(SimTime::ZERO, &mut out);
        out
    }

    #[test]
    fn events_stay_small() {
        assert!(size_of::<Event>() <= 96, "an event is {} bytes", size_of::<Event>());
    }

    #[test]
    fn encodings_tell_fields_and_kinds_apart() {
        let crashed = encoded(&Event::HostCrashed { host: HostId(1) });
        assert_ne!(crashed, encoded(&Event::HostCrashed { host: HostId(2) }));
        assert_ne!(crashed, encoded(&Event::HostRestarted { host: HostId(1) }));
    }

    #[test]
    fn an_encoding_is_the_time_the_number_and_the_fields() {
        let number = EventKind::HostCrashed.number().to_le_bytes();
        assert_eq!(encoded(&Event::HostCrashed { host: HostId(258) })[8..], [&number[..], &[2, 1]].concat());
    }

    /// Whoever changes a line here changes what trace hashes are made of, and raises `TRACE_VERSION`.
    /// A new event is a new line, and leaves the hashes of runs without it as they were.
    #[test]
    fn numbers_and_fields_of_events_do_not_change_unseen() {
        let lines: Vec<_> = DECLARED
            .iter()
            .map(|(number, maker, name, fields)| {
                // Compilers differ in the spaces that they write.
                let fields = fields.split_whitespace().collect::<String>().replace(':', ": ").replace(',', ", ");
                format!("{number:>4} {maker:<8} {name} {{ {fields} }}")
            })
            .collect();
        insta::with_settings!({
            snapshot_path => "../../../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!("events", lines.join("\n"));
        });
    }
}
