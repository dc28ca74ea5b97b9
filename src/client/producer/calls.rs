//! The calls of a producer: to a stream, or to a delivery stream.

use std::sync::Arc;

use super::Producer;
use super::settings::Target;
use crate::aws::firehose::api::Response as OfFirehose;
use crate::aws::firehose::{PutRecord as Deliver, PutRecordBatch, Request as ToFirehose};
use crate::aws::kinesis::api::{PutEntry, Response};
use crate::aws::kinesis::{PutRecord, PutRecords, Request};
use crate::base::{DeliveryName, StreamName};

impl Producer {
    /// PutRecord. Returns whether the record is put, and the attempts that it took.
    pub(super) async fn put_record(&self, entry: &PutEntry) -> (bool, u32) {
        match &self.settings.to {
            Target::Stream(stream) => self.to_stream(stream, entry).await,
            Target::Delivery(delivery) => {
                let request = Deliver { delivery: delivery.clone(), data: entry.data.clone() };
                let (answer, attempts) = self.sdk.firehose_counting(ToFirehose::PutRecord(request)).await;
                (matches!(answer, Ok(OfFirehose::RecordPut { .. })), attempts)
            }
        }
    }

    async fn to_stream(&self, stream: &StreamName, entry: &PutEntry) -> (bool, u32) {
        let sequence_number_for_ordering = self.last_sequence_number.get().filter(|_| self.settings.is_ordered);
        let (stream, entry) = (stream.clone(), entry.clone());
        let request = Request::PutRecord(PutRecord { stream, entry, sequence_number_for_ordering });
        let (answer, attempts) = self.sdk.kinesis_counting(request).await;
        let Ok(Response::RecordPut { placed, .. }) = answer else { return (false, attempts) };
        self.last_sequence_number.set(Some(placed.sequence_number));
        (true, attempts)
    }

    /// PutRecords, or PutRecordBatch. Returns the entries that failed, `None` when the whole call did, and the attempts
    /// that it took.
    pub(super) async fn put_records(&self, entries: &Arc<Vec<PutEntry>>) -> (Option<Vec<PutEntry>>, u32) {
        match &self.settings.to {
            Target::Stream(stream) => {
                let request = Request::PutRecords(PutRecords { stream: stream.clone(), entries: entries.clone() });
                let (answer, attempts) = self.sdk.kinesis_counting(request).await;
                let Ok(Response::RecordsPut { failed, results, .. }) = answer else { return (None, attempts) };
                (Some(failed_of(entries, failed, &results)), attempts)
            }
            Target::Delivery(delivery) => self.to_delivery(delivery, entries).await,
        }
    }

    async fn to_delivery(&self, delivery: &DeliveryName, entries: &Arc<Vec<PutEntry>>) -> (Option<Vec<PutEntry>>, u32) {
        let records = entries.iter().map(|entry| entry.data.clone()).collect();
        let request = PutRecordBatch { delivery: delivery.clone(), records };
        let (answer, attempts) = self.sdk.firehose_counting(ToFirehose::PutRecordBatch(request)).await;
        let Ok(OfFirehose::BatchPut { failed, results, .. }) = answer else { return (None, attempts) };
        (Some(failed_of(entries, failed, &results)), attempts)
    }
}

fn failed_of<T, E>(entries: &[PutEntry], failed: u32, results: &[Result<T, E>]) -> Vec<PutEntry> {
    if failed == 0 {
        return Vec::new();
    }
    entries.iter().zip(results).filter(|(_, result)| result.is_err()).map(|(entry, _)| entry.clone()).collect()
}
