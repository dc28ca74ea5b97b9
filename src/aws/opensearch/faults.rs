//! What can go wrong at a domain: with whole requests, or with single documents.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::api::{Document, RefusedDocument};
use crate::aws::protocol::fault_points;
use crate::base::seed::Random;
use crate::base::{Chance, Event, RecordKey};

/// A fault of OpenSearch.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Of whole requests.
    Call(fault_points::Fault),
    /// Of single documents.
    Documents(DocumentFault),
}

/// Documents that are not indexed while the others of their request are.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentFault {
    /// Only those of this domain.
    pub(crate) domain: Option<Box<str>>,
    /// Whether a document is refused whenever it comes (mapper_parsing_exception); otherwise each time by chance
    /// (es_rejected_execution_exception).
    pub(crate) is_for_good: bool,
    /// Share of them, 0 to 1.
    pub rate: f64,
}

struct Active {
    id: u32,
    fault: DocumentFault,
    has_met: bool,
}

/// The faults of documents that are in force, in the order in which they began.
pub(super) struct DocumentFaults {
    active: Vec<Active>,
    random: Random,
}

impl DocumentFaults {
    pub(super) fn new(chance: &Chance) -> Self {
        Self { active: Vec::new(), random: chance.stream("document faults") }
    }
    pub(super) fn begin(&mut self, id: u32, fault: DocumentFault) {
        self.active.push(Active { id, fault, has_met: false });
    }
    pub(super) fn end(&mut self, id: u32, events: &mut Vec<Event>) {
        let has_missed = self.active.iter().any(|active| active.id == id && !active.has_met);
        events.extend(has_missed.then_some(Event::FaultMissed { fault: id }));
        self.active.retain(|active| active.id != id);
    }
    /// Why a document, the `at`th of its request, is not indexed.
    pub(super) fn meet(&mut self, domain: &str, at: usize, document: &Document) -> Option<RefusedDocument> {
        let Self { active, random } = self;
        let mut aimed = active.iter_mut().filter(|of| of.fault.domain.as_deref().is_none_or(|only| only == domain));
        let met = aimed.find(|Active { id, fault, .. }| match fault.is_for_good {
            true => share(&document.record, *id) < fault.rate,
            false => random.chance(fault.rate),
        })?;
        met.has_met = true;
        Some(if met.fault.is_for_good { RefusedDocument::unreadable(at) } else { RefusedDocument::rejected(at) })
    }
}

/// Where a record stands between 0 and 1 for a fault: always the same.
fn share(record: &RecordKey, fault: u32) -> f64 {
    let RecordKey { delivery, lane, ordinal, part } = record;
    let words = [u64::from(delivery.0), u64::from(*lane), *ordinal, u64::from(*part)];
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    (xxh3_64_with_seed(&bytes, fault.into()) >> 11) as f64 / (1u64 << 53) as f64
}
