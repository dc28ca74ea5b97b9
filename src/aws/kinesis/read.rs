//! GetShardIterator and GetRecords.

use std::ops::Range;

use super::api::{
    ChildShard, Error, GetRecordsOutput, IteratorPosition, Record, Reply, Response, ShardIterator, Timestamp,
};
use super::limits;
use super::service::{At, Kinesis};
use super::shard::Shard;
use crate::base::event::ReadRefusal;
use crate::base::{Event, SequenceNumber, ShardId, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn get_shard_iterator(
        &mut self,
        at: &mut At<'_>,
        stream: &StreamName,
        shard: ShardId,
        position: IteratorPosition,
    ) -> Reply {
        let id = self.need_readable(at, stream, shard)?;
        let account = &self.settings.account;
        let slot = &mut self.streams[id.index()].shards[shard.index()];
        if self.settings.data_plane_limits && !slot.iterator_calls.try_take(at.now, 1) {
            let text = format!("Rate exceeded for shard {shard} in stream {stream} under account {account}.");
            return Err(Error::ProvisionedThroughputExceeded(text.into()));
        }
        let next_ordinal = self.position(id, shard, position, at.now)?;
        let (host, ordinal) = (at.caller, next_ordinal);
        at.events.push(Event::IteratorIssued { stream: id, shard, host, position: position.into(), ordinal });
        Ok(Response::ShardIterator(ShardIterator {
            stream: stream.clone(),
            stream_id: id,
            shard,
            next_ordinal,
            issued_at: at.now,
        }))
    }

    /// The stream, if its shard can be read. Production names the shard, whether that or the stream is missing.
    pub(super) fn need_readable(
        &mut self,
        at: &mut At<'_>,
        stream: &StreamName,
        shard: ShardId,
    ) -> Result<StreamId, Error> {
        let serving = self.names.get(stream).copied().filter(|id| self.need_serving(*id).is_ok());
        let id = serving.ok_or_else(|| self.no_shard(stream, shard))?;
        self.trim_shard(id, shard, at.now, at.events);
        self.need_shard(id, shard)?;
        Ok(id)
    }

    fn no_shard(&self, stream: &StreamName, shard: ShardId) -> Error {
        let account = &self.settings.account;
        let text = format!("Shard {shard} in stream {stream} under account {account} does not exist");
        Error::ResourceNotFound(text.into())
    }

    /// Expired shards, and those that never were, cannot be read.
    pub(super) fn need_shard(&self, id: StreamId, shard: ShardId) -> Result<(), Error> {
        let stream = self.stream(id);
        stream.shard(shard).map(|_| ()).ok_or_else(|| self.no_shard(&stream.name, shard))
    }

    /// The ordinal that a position means now. What was trimmed falls forward to the horizon.
    pub(super) fn position(
        &self,
        id: StreamId,
        shard: ShardId,
        position: IteratorPosition,
        now: SimTime,
    ) -> Result<u64, Error> {
        let stream = self.stream(id);
        let slot = &stream.shards[shard.index()];
        let check_number = |number| check_number((&stream.name, &self.settings.account), slot, number);
        match position {
            IteratorPosition::TrimHorizon => Ok(slot.log.first()),
            IteratorPosition::Latest => Ok(self.visible_end(slot, now)),
            IteratorPosition::AtTimestamp(time) => self.at_timestamp(slot, time, now),
            IteratorPosition::AtSequenceNumber(number) => {
                check_number(number)?;
                Ok(slot.log.partition_point(|entry| entry.index < number.index()))
            }
            IteratorPosition::AfterSequenceNumber(number) => {
                check_number(number)?;
                Ok(slot.log.partition_point(|entry| entry.index <= number.index()))
            }
        }
    }

    /// The first record that arrived at that time or later, by the milliseconds of its ApproximateArrivalTimestamp.
    fn at_timestamp(&self, slot: &Shard, time: Timestamp, now: SimTime) -> Result<u64, Error> {
        let now = self.unix_ms(now);
        if time > now {
            let text = format!(
                "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
                 timestampInMillis: {time}, currentTimestampInMillis: {now}"
            );
            return Err(Error::InvalidArgument(text.into()));
        }
        Ok(slot.log.partition_point(|entry| self.unix_ms(entry.arrived_at) < time))
    }

    /// One past the newest record that GetRecords shows.
    pub(super) fn visible_end(&self, slot: &Shard, now: SimTime) -> u64 {
        let lag = self.settings.visibility_lag;
        match lag.is_zero() {
            true => slot.log.end(),
            false => slot.log.partition_point(|entry| entry.arrived_at + lag <= now),
        }
    }

    pub(super) fn get_records(&mut self, at: &mut At<'_>, iterator: &ShardIterator, limit: Option<u32>) -> Reply {
        let limit = limit.unwrap_or(limits::READ_RECORDS_MAX);
        if !(1..=limits::READ_RECORDS_MAX).contains(&limit) {
            return Err(Error::InvalidArgument("Limit must be from 1 to 10000".into()));
        }
        self.need_live_iterator(at, iterator)?;
        let id = self.need_readable(at, &iterator.stream, iterator.shard)?;
        if id != iterator.stream_id {
            return Err(Error::InvalidArgument("The iterator belongs to an earlier stream of that name".into()));
        }
        self.need_key(id)?;
        self.admit_read(at, iterator)?;
        let read = self.read(at, iterator, limit)?;
        Ok(Response::Records(read))
    }

    /// An iterator may be used for 300 s: at exactly 300,000 ms it still may.
    fn need_live_iterator(&mut self, at: &mut At<'_>, iterator: &ShardIterator) -> Result<(), Error> {
        let lived = at.now.since(iterator.issued_at);
        if lived <= limits::ITERATOR_LIFETIME && !self.faults.expires_iterator(&iterator.stream, iterator.shard) {
            return Ok(());
        }
        at.events.push(Event::IteratorExpired {
            stream: iterator.stream_id,
            shard: iterator.shard,
            host: at.caller,
            iterator_lived: lived,
        });
        let text = format!(
            "Iterator expired. The iterator was created at time {} while right now it is {} which is further in the \
             future than the tolerated delay of 300000 milliseconds.",
            http_date(self.unix_ms(iterator.issued_at)),
            http_date(self.unix_ms(at.now)),
        );
        Err(Error::ExpiredIterator(text.into()))
    }

    /// Five calls a second, and no debt of bytes to pay off.
    fn admit_read(&mut self, at: &mut At<'_>, iterator: &ShardIterator) -> Result<(), Error> {
        if !self.settings.data_plane_limits {
            return Ok(());
        }
        let slot = &mut self.streams[iterator.stream_id.index()].shards[iterator.shard.index()];
        let reason = if !slot.read_calls.try_take(at.now, 1) {
            ReadRefusal::CallRate
        } else if !slot.read_bytes.admits(at.now) {
            ReadRefusal::ByteRate
        } else {
            return Ok(());
        };
        let (stream, shard) = (iterator.stream_id, iterator.shard);
        at.events.push(Event::ReadRefused { stream, shard, host: at.caller, reason });
        let (name, account) = (&iterator.stream, &self.settings.account);
        let text = format!("Rate exceeded for shard {shard} in stream {name} under account {account}.");
        Err(Error::ProvisionedThroughputExceeded(text.into()))
    }

    fn read(&mut self, at: &mut At<'_>, iterator: &ShardIterator, limit: u32) -> Result<GetRecordsOutput, Error> {
        let (id, shard) = (iterator.stream_id, iterator.shard);
        let slot = &self.stream(id).shards[shard.index()];
        let from = iterator.next_ordinal.clamp(slot.log.first(), slot.log.end());
        let visible = self.visible_end(slot, at.now);
        let wanted = visible.min(from + u64::from(limit)).max(from);
        // Only what a zone in service holds can be read.
        let readable = slot.replicas.readable(from..wanted, self.zones.in_service());
        if readable == from && wanted > from {
            return Err(Error::InternalFailure);
        }
        let records = self.records_of(slot, from..readable, limits::READ_BYTES_MAX);
        let bytes = records.iter().map(Record::size_bytes).sum();
        let to = from + records.len() as u64;
        let behind = behind_latest(slot, to, visible, at.now);
        let age = match records.last() {
            Some(last) if to < visible => at.now.since(last.arrived_at),
            _ => behind,
        };
        let is_ended = !slot.is_open() && to == slot.log.end();
        let is_false_end = records.is_empty() && self.settings.planted.is_false_end(at.now);
        let child_shards = if is_ended { self.children(id, shard) } else { Vec::new() };
        at.events.push(Event::RecordsRead {
            stream: id,
            shard,
            host: at.caller,
            from,
            to,
            size_bytes: bytes,
            behind_latest_ms: behind.as_millis(),
            iterator_age_ms: age.as_millis(),
            iterator_lived: at.now.since(iterator.issued_at),
        });
        let slot = &mut self.streams[id.index()].shards[shard.index()];
        slot.read_bytes.take(at.now, bytes);
        let next = ShardIterator { next_ordinal: to, issued_at: at.now, ..iterator.clone() };
        Ok(GetRecordsOutput {
            records,
            next: (!is_ended && !is_false_end).then_some(next),
            millis_behind_latest: behind.as_millis(),
            child_shards,
            is_encrypted: self.stream(id).encryption_key_id.is_some(),
        })
    }

    /// Records with these ordinals, up to so many bytes, but one at least.
    pub(super) fn records_of(&self, slot: &Shard, ordinals: Range<u64>, bytes_max: u64) -> Vec<Record> {
        let mut bytes = 0;
        let mut records = Vec::with_capacity((ordinals.end - ordinals.start) as usize);
        for (ordinal, entry) in ordinals.clone().zip(slot.log.iter_from(ordinals.start)) {
            bytes += entry.size_bytes();
            if bytes > bytes_max && ordinal > ordinals.start {
                break;
            }
            let unix_s = (self.unix_ms(entry.arrived_at) / 1000) as u32;
            records.push(Record {
                sequence_number: slot.sequence_number(entry.index, unix_s),
                arrived_at: entry.arrived_at,
                partition_key: entry.key.clone(),
                data: entry.data.clone(),
                ordinal,
            });
        }
        records
    }

    /// The shards that a closed shard was split into or merged into.
    pub(super) fn children(&self, id: StreamId, shard: ShardId) -> Vec<ChildShard> {
        let stream = self.stream(id);
        let describe = |child: &ShardId| {
            let child = &stream.shards[child.index()];
            let parents = [child.parent, child.adjacent_parent].into_iter().flatten().collect();
            ChildShard { id: child.id, parents, range: child.range }
        };
        stream.shards[shard.index()].children.iter().map(describe).collect()
    }
}

/// MillisBehindLatest: how long ago the first record that is still unread arrived; 0 at the tip.
pub(super) fn behind_latest(slot: &Shard, to: u64, visible: u64, now: SimTime) -> crate::base::SimDuration {
    match to < visible {
        true => now.since(slot.log.get(to).arrived_at),
        false => crate::base::SimDuration::ZERO,
    }
}

/// A sequence number must come from this shard of this stream.
fn check_number((stream, account): (&StreamName, &str), slot: &Shard, number: SequenceNumber) -> Result<(), Error> {
    if number.shard() != slot.id {
        let text = format!(
            "Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to a shard with {}",
            number.shard(),
            slot.id
        );
        return Err(Error::InvalidArgument(text.into()));
    }
    if number.shard_created_unix_s() != slot.created_unix_s {
        let text = format!(
            "StartingSequenceNumber {number} used in GetShardIterator on shard {} in stream {stream} under account \
             {account} is invalid because it did not come from this stream.",
            slot.id
        );
        return Err(Error::InvalidArgument(text.into()));
    }
    Ok(())
}

/// A time as Kinesis writes it in messages: `Thu Jan 01 00:00:00 UTC 2026`.
fn http_date(unix_ms: Timestamp) -> String {
    let stamp = jiff::Timestamp::from_millisecond(unix_ms as i64).unwrap_or_default();
    stamp.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}
