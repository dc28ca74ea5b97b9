//! PutRecord and PutRecordBatch: what is put directly.

use super::api::{Error, PutFailure, RecordId, Reply, Response};
use super::operations::row::Row as _;
use super::operations::{PutRecord, PutRecordBatch};
use super::record::Carried;
use super::service::{At, Firehose};
use crate::aws::protocol::fault_points::Trouble;
use crate::aws::protocol::operation::Operation;
use crate::base::event::IngestRefusal;
use crate::base::{DeliveryId, DeliveryName, Event, Payload, SimTime};

/// What becomes of a record that is put.
enum Fate {
    Accepted,
    /// Accepted, and an error is answered all the same.
    AcceptedUnseen,
    Refused(IngestRefusal),
}

/// What became of the records of a call.
#[derive(Default)]
struct Put {
    results: Vec<Result<RecordId, PutFailure>>,
    records: Vec<Carried>,
    refused: Vec<(IngestRefusal, u32, u64)>,
}

impl Put {
    fn refuse(&mut self, why: IngestRefusal, bytes: u64) {
        match self.refused.iter_mut().find(|(of, ..)| *of == why) {
            Some((_, records, of_bytes)) => (*records, *of_bytes) = (*records + 1, *of_bytes + bytes),
            None => self.refused.push((why, 1, bytes)),
        }
    }
}

impl Firehose {
    /// PutRecord.
    pub(super) fn put_record(&mut self, at: &mut At<'_>, name: &DeliveryName, data: Payload) -> Reply {
        let (mut results, is_encrypted) = self.put(at, name, &[data], PutRecord::OPERATION)?;
        match results.pop() {
            Some(Ok(id)) => Ok(Response::RecordPut { id, is_encrypted }),
            Some(Err(PutFailure::Unavailable)) => Err(Error::ServiceUnavailable),
            Some(Err(PutFailure::Internal)) | None => Err(Error::InternalFailure),
        }
    }

    /// PutRecordBatch.
    pub(super) fn put_record_batch(&mut self, at: &mut At<'_>, name: &DeliveryName, records: &[Payload]) -> Reply {
        let (results, is_encrypted) = self.put(at, name, records, PutRecordBatch::OPERATION)?;
        let failed = results.iter().filter(|result| result.is_err()).count() as u32;
        Ok(Response::BatchPut { failed, results, is_encrypted })
    }

    fn put(
        &mut self,
        at: &mut At<'_>,
        name: &DeliveryName,
        records: &[Payload],
        operation: Operation,
    ) -> Result<(Vec<Result<RecordId, PutFailure>>, bool), Error> {
        let is_encrypted = self.control.may_put(name)?;
        let id = self.find(name)?;
        let mut put = Put::default();
        put.results.reserve(records.len());
        put.records.reserve(records.len());
        let has_room = self.streams[id.index()].quotas.take_request(at.now);
        for data in records {
            let fate =
                if has_room { self.fate(at.now, id, data, operation) } else { Fate::Refused(IngestRefusal::Quota) };
            self.put_one(at.now, id, data, &fate, &mut put);
        }
        let Put { results, records, refused } = put;
        let answered = Event::DeliveryPutAnswered {
            delivery: id,
            host: at.caller,
            is_batch: operation == PutRecordBatch::OPERATION,
            records: results.len() as u32,
            failed: results.iter().filter(|result| result.is_err()).count() as u32,
            bytes: records.iter().map(Carried::size_bytes).sum(),
        };
        for (why, records, bytes) in refused {
            at.events.push(Event::DeliveryRefused { delivery: id, host: at.caller, records, bytes, why });
        }
        at.events.push(answered);
        self.with(at.now, at.events, id, |stream, cx| stream.accept(cx, Some(at.caller), 0, records));
        Ok((results, is_encrypted))
    }

    fn fate(&mut self, now: SimTime, id: DeliveryId, data: &Payload, operation: Operation) -> Fate {
        let stream = &mut self.streams[id.index()];
        if self.faults.are_any()
            && let Some((trouble, is_carried_out)) = self.faults.draw(stream.name.as_str(), operation)
        {
            return match trouble {
                Trouble::Throttle => Fate::Refused(IngestRefusal::InjectedThrottle),
                _ if is_carried_out => Fate::AcceptedUnseen,
                _ => Fate::Refused(IngestRefusal::InternalFailure),
            };
        }
        match stream.quotas.take_record(now, u64::from(data.len())) {
            true => Fate::Accepted,
            false => Fate::Refused(IngestRefusal::Quota),
        }
    }

    fn put_one(&mut self, now: SimTime, id: DeliveryId, data: &Payload, fate: &Fate, put: &mut Put) {
        if let Fate::Refused(why) = fate {
            put.refuse(*why, data.len().into());
            put.results.push(Err(match why {
                IngestRefusal::InternalFailure => PutFailure::Internal,
                IngestRefusal::Quota | IngestRefusal::InjectedThrottle => PutFailure::Unavailable,
            }));
            return;
        }
        let stream = &mut self.streams[id.index()];
        let ordinal = stream.accepted;
        stream.accepted += 1;
        put.records.push(Carried { data: data.clone(), source: None, arrived: now, ordinal, lane: 0, part: 0 });
        put.results.push(match fate {
            Fate::AcceptedUnseen => Err(PutFailure::Internal),
            _ => Ok(RecordId(ordinal)),
        });
    }
}
