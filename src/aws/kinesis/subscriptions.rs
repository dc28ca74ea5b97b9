//! SubscribeToShard: the pipe from a shard to a registered consumer
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>).
//!
//! A subscription lasts five minutes. Subscribing again within five seconds is refused; later, the new subscription
//! takes the old one's place. Whoever holds the connection asks for one event after the other.
//!
//! A record takes 70 ms until an event has it, which is the mean that AWS gives for enhanced fan-out. Assumed, because
//! AWS does not say: an event holds up to 1 MiB, events come as far apart as a record takes, and an idle subscription
//! has an empty event every five seconds.

use super::api::{ConsumerRef, Error, IteratorPosition, Reply, Response, SubscriptionEvent, SubscriptionPoll};
use super::consumer::{Pipe, Subscription};
use super::limits::{
    SUBSCRIPTION_EVENT_BYTES_MAX, SUBSCRIPTION_EVENT_EVERY_MIN, SUBSCRIPTION_IDLE_EVENT_EVERY, SUBSCRIPTION_LIFETIME,
    SUBSCRIPTION_RETRY_AFTER,
};
use super::service::{At, Kinesis};
use crate::base::{Event, HostId, ShardId, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn subscribe(
        &mut self,
        at: &mut At<'_>,
        consumer: &ConsumerRef,
        shard: ShardId,
        position: IteratorPosition,
    ) -> Reply {
        let id = self.find(&consumer.stream)?;
        let place = |stream: &StreamName, account: &str| format!("stream: {stream} , account {account}");
        self.need_active_consumer(consumer, at.now, place)?;
        self.need_key(id)?;
        self.trim_shard(id, shard, at.now, at.events);
        self.need_shard(id, shard)?;
        let next_ordinal = self.position(id, shard, position, at.now)?;
        let number = self.next_subscription;
        let is_limited = self.settings.data_plane_limits;
        let pipe = self.consumer_mut(consumer)?.pipes.entry(shard).or_insert_with(Pipe::new);
        let is_too_soon = |old: &Subscription| at.now.since(old.started_at) < SUBSCRIPTION_RETRY_AFTER;
        if is_limited && pipe.current.as_ref().is_some_and(is_too_soon) {
            let text = format!(
                "Another active subscription exists for this consumer: {} on shard {shard}; subscribe again after 5 \
                 seconds",
                consumer.name
            );
            return Err(Error::ResourceInUse(text.into()));
        }
        pipe.current = Some(Subscription { number, started_at: at.now, next_ordinal, last_event_at: None });
        self.next_subscription += 1;
        at.events.push(Event::SubscriptionBegan {
            stream: id,
            shard,
            host: at.caller,
            position: position.into(),
            ordinal: next_ordinal,
            subscription: number,
        });
        Ok(Response::Subscribed { subscription: number })
    }

    /// What a subscription has to say now.
    ///
    /// # Errors
    /// The error that ends it: another subscription took its place, the consumer or stream is gone, the key cannot be
    /// used.
    pub(crate) fn poll_subscription(
        &mut self,
        now: SimTime,
        caller: HostId,
        consumer: &ConsumerRef,
        shard: ShardId,
        subscription: u64,
        events: &mut Vec<Event>,
    ) -> Result<SubscriptionPoll, Error> {
        let id = self.find(&consumer.stream)?;
        let is_limited = self.settings.data_plane_limits;
        let pipe = self.consumer_mut(consumer)?.pipes.get_mut(&shard);
        let replaced = || Error::ResourceInUse("Another subscription of this consumer to this shard has begun".into());
        let current = pipe.as_ref().and_then(|pipe| pipe.current.as_ref()).filter(|s| s.number == subscription);
        let (Some(pipe), Some(ends)) = (&pipe, current.map(|current| current.started_at + SUBSCRIPTION_LIFETIME))
        else {
            return Err(replaced());
        };
        let Some(current) = &pipe.current else { return Err(replaced()) };
        if now >= ends {
            return Ok(SubscriptionPoll::Ended);
        }
        let (next_ordinal, last_event_at) = (current.next_ordinal, current.last_event_at);
        let paced = last_event_at.map_or(now, |last| last + SUBSCRIPTION_EVENT_EVERY_MIN);
        let mut bytes = pipe.bytes.clone();
        let ready = if is_limited && bytes.in_debt(now) { paced.max(now + bytes.wait_for(now, 0)) } else { paced };
        if now < ready {
            return Ok(SubscriptionPoll::NotBefore(ready.min(ends)));
        }
        self.need_key(id)?;
        self.trim_shard(id, shard, now, events);
        self.need_shard(id, shard)?;
        let carried = self.carried_at(id, shard, next_ordinal);
        if let Some(carried) = carried.filter(|at| now < *at) {
            return Ok(SubscriptionPoll::NotBefore(carried.min(ends)));
        }
        let event = self.subscription_event(id, shard, next_ordinal, now);
        let is_over = event.continuation.is_none();
        let idle_until = last_event_at.map_or(now, |last| last + SUBSCRIPTION_IDLE_EVENT_EVERY);
        if event.records.is_empty() && !is_over && now < idle_until {
            let silent = &mut self.stream_mut(id).shards[shard.index()].silent;
            if !silent.contains(&subscription) {
                silent.push(subscription);
            }
            return Ok(SubscriptionPoll::Idle { until: idle_until.min(ends) });
        }
        let to = next_ordinal.max(self.stream(id).shards[shard.index()].log.first()) + event.records.len() as u64;
        let from = to - event.records.len() as u64;
        let size_bytes = event.records.iter().map(|record| record.size_bytes()).sum();
        if let Some(pipe) = self.consumer_mut(consumer)?.pipes.get_mut(&shard) {
            pipe.bytes.take_as_debt(now, size_bytes);
            match &mut pipe.current {
                Some(_) if is_over => pipe.current = None,
                Some(current) => (current.next_ordinal, current.last_event_at) = (to, Some(now)),
                None => {}
            }
        }
        let behind_latest_ms = event.millis_behind_latest;
        events.push(Event::SubscriptionRead {
            stream: id,
            shard,
            host: caller,
            from,
            to,
            size_bytes,
            behind_latest_ms,
            subscription,
        });
        Ok(SubscriptionPoll::Event(Box::new(event)))
    }

    /// From when on an event can have the next record; `None` when there is none.
    fn carried_at(&self, id: StreamId, shard: ShardId, next_ordinal: u64) -> Option<SimTime> {
        let log = &self.stream(id).shards[shard.index()].log;
        let next = next_ordinal.max(log.first());
        let takes = self.settings.push_lag.max(self.settings.visibility_lag);
        (next < log.end()).then(|| log.get(next).arrived_at + takes)
    }

    fn subscription_event(&self, id: StreamId, shard: ShardId, next_ordinal: u64, now: SimTime) -> SubscriptionEvent {
        let slot = &self.stream(id).shards[shard.index()];
        let from = next_ordinal.clamp(slot.log.first(), slot.log.end());
        let visible = self.visible_end(slot, now).max(from);
        let readable = slot.replicas.readable(from..visible, self.zones.in_service());
        let records = self.records_of(slot, from..readable, SUBSCRIPTION_EVENT_BYTES_MAX);
        let to = from + records.len() as u64;
        let is_ended = !slot.is_open() && to == slot.log.end();
        // Where reading goes on, also when nothing was read yet: just before the next record.
        let index = match to < slot.log.end() {
            true => slot.log.get(to).index - 1,
            false => slot.last_index,
        };
        let unix_s = (self.unix_ms(now) / 1000) as u32;
        SubscriptionEvent {
            continuation: (!is_ended).then(|| slot.sequence_number(index, unix_s)),
            millis_behind_latest: super::read::behind_latest(slot, to, visible, now).as_millis(),
            child_shards: if is_ended { self.children(id, shard) } else { Vec::new() },
            is_encrypted: self.stream(id).encryption_key_id.is_some(),
            records,
        }
    }
}
