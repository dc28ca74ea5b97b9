//! What is counted of a producer, over all its hosts.

use std::sync::Arc;

use super::figures::{ProducerFigures, percent};
use super::histogram::Histogram;
use super::peak::Peak;
use crate::base::{DeliveryName, StreamName};

pub(crate) struct ProducerMeasure {
    pub name: Arc<str>,
    /// That it puts to.
    pub(crate) stream: Option<StreamName>,
    /// Or else the delivery stream.
    pub(crate) delivery: Option<DeliveryName>,
    pub hosts: u64,
    pub counts: ProducerCounts,
}

#[derive(Default)]
pub(super) struct ProducerCounts {
    pub ok: u64,
    pub(crate) given_up: u64,
    pub attempts: u64,
    pub took_ms: Histogram,
    pub(super) took_most: Peak,
}

impl ProducerMeasure {
    pub(super) fn figures(&self) -> ProducerFigures {
        let counts = &self.counts;
        let offered = counts.ok + counts.given_up;
        ProducerFigures {
            stream: self.stream.as_ref().map(ToString::to_string).unwrap_or_default(),
            delivery: self.delivery.as_ref().map(ToString::to_string).unwrap_or_default(),
            hosts: self.hosts,
            records_offered: offered,
            records_ok: counts.ok,
            records_given_up: counts.given_up,
            given_up_percent: percent(counts.given_up as f64, offered as f64),
            attempts: counts.attempts,
            put_latency_p50_ms: counts.took_ms.percentile(50),
            put_latency_p99_ms: counts.took_ms.percentile(99),
            put_latency_max_ms: counts.took_ms.max(),
            put_latency_max_at_s: counts.took_most.at_s(),
        }
    }
}
