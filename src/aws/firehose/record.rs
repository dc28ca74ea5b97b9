//! A record on its way through a delivery stream.

use std::sync::Arc;

use crate::aws::lambda;
use crate::base::{DeliveryId, Holds, Payload, RecordKey, SimTime};

/// A record, or a part of one that was taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Carried {
    /// Its data, as far as it has come.
    pub data: Payload,
    /// Where it stood in the source, when that is a stream.
    pub source: Option<Arc<lambda::Source>>,
    /// When it was put.
    pub(crate) arrived: SimTime,
    /// Its number among the records of its lane.
    pub ordinal: u64,
    /// The shard that it comes from; 0 for what was put directly.
    pub lane: u32,
    /// Which part of its record it is, where that was taken apart.
    pub part: u32,
}

impl Carried {
    /// Bytes that count towards buffers.
    pub(super) fn size_bytes(&self) -> u64 {
        u64::from(self.data.len())
    }
    /// Which record of its delivery stream it is, however often it is sent.
    pub(super) fn key(&self, delivery: DeliveryId) -> RecordKey {
        RecordKey { delivery, lane: self.lane, ordinal: self.ordinal, part: self.part }
    }
}

/// Which records they are, for observers.
pub(super) fn holds(delivery: DeliveryId, records: &[Carried]) -> Holds {
    Holds::of(delivery, records.iter().map(|record| (record.lane, record.ordinal, record.part)))
}
