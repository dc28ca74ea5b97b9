//! Retention: records leave exactly `retention` after they arrived; nothing else deletes one.
//!
//! At arrival + retention a record is gone for every reader: reads and iterators trim their shard first. Telling
//! observers is batched to once a second per stream at most.

use super::api::{Error, Reply, Response, StreamStatus};
use super::limits::{RETENTION_HOURS_MAX, RETENTION_HOURS_MIN};
use super::service::{At, Kinesis};
use crate::base::{Event, ShardId, SimDuration, SimTime, StreamId, StreamName};

/// Time between two rounds of trimming of a stream that nobody reads.
const TRIM_EVERY: SimDuration = SimDuration::from_secs(1);

/// The range of retention periods, the shorter end first.
fn check_retention(hours: u32) -> Result<(), Error> {
    let (bound, limit, problem) = match hours {
        ..RETENTION_HOURS_MIN => ("Minimum", RETENTION_HOURS_MIN, "short"),
        RETENTION_HOURS_MIN..=RETENTION_HOURS_MAX => return Ok(()),
        _ => ("Maximum", RETENTION_HOURS_MAX, "long"),
    };
    let text = format!(
        "{bound} allowed retention period is {limit} hours. Requested retention period ({hours} hours) is too \
         {problem}."
    );
    Err(Error::InvalidArgument(text.into()))
}

impl Kinesis {
    pub(super) fn increase_retention_period(&mut self, at: &mut At<'_>, stream: &StreamName, hours: u32) -> Reply {
        let id = self.find(stream)?;
        let present = self.stream(id).retention_hours;
        check_retention(hours)?;
        if hours >= present {
            return self.set_retention(at, id, hours);
        }
        let problem = format!(
            "Requested retention period ({hours} hours) for stream {stream} can not be shorter than existing retention \
             period ({present} hours). Use DecreaseRetentionPeriod API."
        );
        Err(Error::InvalidArgument(problem.into()))
    }

    pub(super) fn decrease_retention_period(&mut self, at: &mut At<'_>, stream: &StreamName, hours: u32) -> Reply {
        let id = self.find(stream)?;
        let present = self.stream(id).retention_hours;
        check_retention(hours)?;
        if hours <= present {
            return self.set_retention(at, id, hours);
        }
        let problem = format!(
            "Requested retention period ({hours} hours) for stream {stream} can not be longer than existing retention \
             period ({present} hours). Use IncreaseRetentionPeriod API."
        );
        Err(Error::InvalidArgument(problem.into()))
    }

    fn set_retention(&mut self, at: &mut At<'_>, id: StreamId, hours: u32) -> Reply {
        let account = self.settings.account.clone();
        let stream = self.stream_mut(id);
        stream.need_active(&account)?;
        // What expired until now is gone for good, whatever the new period says.
        stream.next_trim = at.now;
        self.trim_stream(id, at.now, at.events);
        let stream = self.stream_mut(id);
        stream.retention_hours = hours;
        stream.next_trim = at.now;
        at.events.push(Event::RetentionChanged { stream: id, retention_hours: hours });
        self.trim_stream(id, at.now, at.events);
        Ok(Response::Done)
    }

    /// Trims every stream that has something to trim.
    pub(super) fn trim_all(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for index in 0..self.streams.len() {
            self.trim_stream(StreamId(index as u16), now, events);
        }
    }

    fn trim_stream(&mut self, id: StreamId, now: SimTime, events: &mut Vec<Event>) {
        let stream = self.stream(id);
        if stream.status == StreamStatus::Deleted {
            return;
        }
        if now >= stream.next_trim {
            let mut next = SimTime::MAX;
            for shard in 0..self.stream(id).shards.len() {
                next = next.min(self.trim_shard(id, ShardId(shard as u32), now, events));
            }
            self.stream_mut(id).next_trim = if next == SimTime::MAX { next } else { next.max(now + TRIM_EVERY) };
        }
        let next = self.stream(id).next_trim;
        self.wake_at(next);
    }

    /// Trims one shard, and expires it when it was closed longer than retention ago. When it next has something
    /// to trim.
    pub(super) fn trim_shard(
        &mut self,
        id: StreamId,
        shard: ShardId,
        now: SimTime,
        events: &mut Vec<Event>,
    ) -> SimTime {
        let planted = self.settings.planted;
        let stream = &mut self.streams[id.index()];
        let retention = stream.retention();
        let Some(slot) = stream.shards.get_mut(shard.index()).filter(|slot| !slot.is_expired) else {
            return SimTime::MAX;
        };
        let is_due = slot.log.oldest_arrived_at().is_some_and(|arrived_at| arrived_at + retention <= now);
        if is_due {
            let due = slot.log.partition_point(|entry| entry.arrived_at + retention <= now);
            let to = slot.log.end().min(due + planted.trimmed_besides());
            slot.log.trim(to);
            slot.replicas.trim(to);
            events.push(Event::RecordsTrimmed { stream: id, shard, to });
        }
        if let Some(closed) = slot.closed_at {
            if closed + retention <= now {
                slot.is_expired = true;
                events.push(Event::ShardExpired { stream: id, shard });
                return SimTime::MAX;
            }
            return closed + retention;
        }
        slot.log.oldest_arrived_at().map_or(SimTime::MAX, |arrived_at| arrived_at + retention)
    }
}
