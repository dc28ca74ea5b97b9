//! PutRecord and PutRecords.

use super::api::{
    Error, Placed, PutEntry, PutFailure, RecordDistributionStrategy, Reply, Response, StreamStatus, ordering_refused,
};
use super::faults::{Injected, PUT_RECORD, PUT_RECORDS};
use super::limits;
use super::log::Entry;
use super::service::{At, Kinesis};
use super::shard::OverLimit;
use crate::aws::protocol::operation::Operation;
use crate::base::event::{RoutedBy, WriteRefusal};
use crate::base::units::KIB;
use crate::base::{Event, SequenceNumber, ShardId, StreamId, StreamName};

impl PutEntry {
    /// Data and partition key: what counts toward record size and throughput.
    pub fn size_bytes(&self) -> u64 {
        u64::from(self.data.len()) + u64::from(self.partition_key.size_bytes())
    }
}

/// What a put needs to know of its stream.
struct Target {
    id: StreamId,
    unix_s: u32,
    /// Zones that store it, or `None` when too few are in service.
    zones: Option<u8>,
    operation: Operation,
    has_faults: bool,
    /// Whether the shard's limits are asked.
    is_limited: bool,
    record_bytes_max: u64,
    /// Records go round the shards, whatever their keys.
    is_auto: bool,
}

impl Target {
    /// The record's size, and that it has a key where keys matter. `place` is the entry of PutRecords, from 1.
    fn check_entry(&self, entry: &PutEntry, place: Option<usize>) -> Result<(), Error> {
        if entry.size_bytes() > self.record_bytes_max {
            let path = place.map_or_else(|| "data".to_owned(), |place| format!("records.{place}.member.data"));
            let text = format!(
                "1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must have \
                 length less than or equal to {}, partition key included",
                self.record_bytes_max
            );
            return Err(Error::Validation(text.into()));
        }
        if !self.is_auto && entry.partition_key.is_absent() {
            let text = "PartitionKey is needed by a stream with RecordDistributionStrategy USER_PARTITION_KEY";
            return Err(Error::InvalidArgument(text.into()));
        }
        Ok(())
    }
}

impl Kinesis {
    pub(super) fn put_record(
        &mut self,
        at: &mut At<'_>,
        stream: &StreamName,
        entry: PutEntry,
        after: Option<SequenceNumber>,
    ) -> Reply {
        let target = self.put_target(at, stream, PUT_RECORD)?;
        self.check_ordering(stream, after, &target)?;
        self.need_key(target.id)?;
        target.check_entry(&entry, None)?;
        let is_encrypted = self.stream(target.id).encryption_key_id.is_some();
        let result = self.put_one(at, &target, &entry, after);
        let failed = u32::from(result.is_err());
        at.events.push(Event::PutAnswered { stream: target.id, host: at.caller, is_batch: false, records: 1, failed });
        match result {
            Ok(placed) => Ok(Response::RecordPut { placed, is_encrypted }),
            Err(PutFailure::InternalFailure) => Err(Error::InternalFailure),
            Err(PutFailure::ProvisionedThroughputExceeded { shard }) => {
                let account = &self.settings.account;
                let text = format!("Rate exceeded for shard {shard} in stream {stream} under account {account}.");
                Err(Error::ProvisionedThroughputExceeded(text.into()))
            }
        }
    }

    pub(super) fn put_records(&mut self, at: &mut At<'_>, stream: &StreamName, entries: &[PutEntry]) -> Reply {
        check_batch(entries)?;
        let mut target = self.put_target(at, stream, PUT_RECORDS)?;
        self.need_key(target.id)?;
        (1..).zip(entries).try_for_each(|(place, entry)| target.check_entry(entry, Some(place)))?;
        let is_encrypted = self.stream(target.id).encryption_key_id.is_some();
        let records = entries.len() as u32;
        let mut failed = 0;
        let mut results = Vec::with_capacity(entries.len());
        at.events.reserve(entries.len() + 1);
        for (place, entry) in entries.iter().enumerate() {
            target.is_limited = place == 0 || self.settings.planted.are_limits_asked_for_each_record();
            let result = self.put_one(at, &target, entry, None);
            failed += u32::from(result.is_err());
            results.push(result);
        }
        at.events.push(Event::PutAnswered { stream: target.id, host: at.caller, is_batch: true, records, failed });
        Ok(Response::RecordsPut { failed, results, is_encrypted })
    }

    /// SequenceNumberForOrdering may be of any stream, but not of the future, nor the end of a shard.
    fn check_ordering(&self, stream: &StreamName, after: Option<SequenceNumber>, target: &Target) -> Result<(), Error> {
        let is_wrong = |number: &SequenceNumber| number.time_unix_s() > target.unix_s;
        match after.filter(is_wrong) {
            None => Ok(()),
            Some(number) => {
                Err(Error::InvalidArgument(ordering_refused(stream.as_str(), number, &self.settings.account).into()))
            }
        }
    }

    /// What holds for the whole call: the stream's state, injected faults.
    fn put_target(&mut self, at: &At<'_>, stream: &StreamName, operation: Operation) -> Result<Target, Error> {
        let id = self.find(stream)?;
        self.need_serving(id)?;
        Ok(Target {
            id,
            unix_s: (self.unix_ms(at.now) / 1000) as u32,
            zones: self.zones.for_writing(self.settings.planted),
            operation,
            has_faults: self.faults.hit_records(),
            is_limited: true,
            record_bytes_max: u64::from(self.stream(id).options.max_record_size_kib) * KIB,
            is_auto: self.stream(id).options.distribution == RecordDistributionStrategy::Auto,
        })
    }

    /// Reads and writes are served in ACTIVE and UPDATING, and in DELETING as the settings say.
    pub(super) fn need_serving(&self, id: StreamId) -> Result<(), Error> {
        let stream = self.stream(id);
        let serves = match stream.status {
            StreamStatus::Active | StreamStatus::Updating => true,
            StreamStatus::Deleting => self.settings.deleting_serves,
            StreamStatus::Creating | StreamStatus::Deleted => false,
        };
        let missing = || format!("Stream {} under account {} not found.", stream.name, self.settings.account);
        if serves { Ok(()) } else { Err(Error::ResourceNotFound(missing().into())) }
    }

    fn put_one(
        &mut self,
        at: &mut At<'_>,
        target: &Target,
        entry: &PutEntry,
        after: Option<SequenceNumber>,
    ) -> Result<Placed, PutFailure> {
        let stream = &mut self.streams[target.id.index()];
        let routed_by = match &entry.explicit_hash_key {
            _ if target.is_auto => RoutedBy::HashKey(Box::new(stream.next_of_auto())),
            Some(hash) => RoutedBy::HashKey(hash.clone()),
            None => RoutedBy::PartitionKey,
        };
        let shard = stream.route(routed_by.hash_key(&entry.partition_key));
        let size_bytes = entry.size_bytes();
        let hit = target.has_faults.then(|| self.faults.one_record(target.operation, &stream.name, shard));
        let refusal = hit.flatten();
        let refusal = match (refusal, target.zones) {
            (Some(Injected::Throttle), _) => Some(WriteRefusal::InjectedThrottle),
            (Some(Injected::InternalError), _) | (None, None) => Some(WriteRefusal::InternalFailure),
            (None, Some(_)) if !(self.settings.data_plane_limits && target.is_limited) => None,
            (None, Some(_)) => {
                match stream.shards[shard.index()].write.admit(self.settings.throttle_window, at.now, size_bytes) {
                    Ok(()) => None,
                    Err(OverLimit::Records) => Some(WriteRefusal::RecordRate),
                    Err(OverLimit::Bytes) => Some(WriteRefusal::ByteRate),
                }
            }
        };
        if let Some(reason) = refusal {
            return Err(refuse(at, target.id, shard, entry, reason));
        }
        let zones = target.zones.unwrap_or_default();
        let index = stream.index_after(shard, after);
        let slot = &mut stream.shards[shard.index()];
        slot.last_index = index;
        let key = entry.partition_key.clone();
        let stored = Entry { index, arrived_at: at.now, key: key.text().clone(), data: entry.data.clone() };
        let ordinal = slot.log.push(stored);
        slot.replicas.store(ordinal, zones);
        if !slot.silent.is_empty() {
            self.news.append(&mut slot.silent);
        }
        if ordinal == slot.log.first() {
            let expires = at.now + stream.retention();
            stream.next_trim = stream.next_trim.min(expires);
            self.next_deadline = self.next_deadline.min(expires);
        }
        at.events.push(Event::RecordAccepted {
            stream: target.id,
            shard,
            ordinal,
            index,
            key,
            routed_by,
            size_bytes: size_bytes as u32,
            zones,
            host: at.caller,
            number: entry.data.number(),
        });
        let sequence_number = stream.shards[shard.index()].sequence_number(index, target.unix_s);
        Ok(Placed { shard, sequence_number })
    }
}

fn refuse(at: &mut At<'_>, stream: StreamId, shard: ShardId, entry: &PutEntry, reason: WriteRefusal) -> PutFailure {
    let size_bytes = entry.size_bytes() as u32;
    let key = entry.partition_key.clone();
    at.events.push(Event::RecordRefused { stream, shard, key, size_bytes, reason, host: at.caller });
    match reason {
        WriteRefusal::InternalFailure => PutFailure::InternalFailure,
        _ => PutFailure::ProvisionedThroughputExceeded { shard },
    }
}

impl super::stream::Stream {
    /// The next sequence index of a shard, above that of SequenceNumberForOrdering.
    fn index_after(&mut self, shard: ShardId, after: Option<SequenceNumber>) -> u64 {
        let created_unix_s = self.shards[shard.index()].created_unix_s;
        let is_of_shard = |number: &SequenceNumber| {
            (number.shard(), number.shard_created_unix_s()) == (shard, created_unix_s)
                && number.index() < SequenceNumber::INDEX_MAX
        };
        let least = after.filter(is_of_shard).map_or(0, |number| number.index() + 1);
        let index = self.next_index(shard);
        if index >= least {
            return index;
        }
        self.index_groups[shard.index() / 5] = least;
        least
    }
}

fn check_batch(entries: &[PutEntry]) -> Result<(), Error> {
    if !(1..=limits::PUT_RECORDS_ENTRIES_MAX).contains(&entries.len()) {
        let text = "1 validation error detected: Value at 'records' failed to satisfy constraint: \
                    Member must have length between 1 and 500";
        return Err(Error::Validation(text.into()));
    }
    let total: u64 = entries.iter().map(PutEntry::size_bytes).sum();
    if total > limits::PUT_RECORDS_BYTES_MAX {
        return Err(Error::InvalidArgument("Records size exceeds 10 MB limit".into()));
    }
    Ok(())
}
