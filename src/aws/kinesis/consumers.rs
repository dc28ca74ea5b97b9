//! Consumers with enhanced fan-out: RegisterStreamConsumer and its family.
//! (<https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html>)

use std::collections::BTreeMap;

use super::api::{
    ConsumerDescription, ConsumerRef, ConsumerStatus, ConsumersToken, Error, Reply, Response, Settings, StreamStatus,
    Tag,
};
use super::consumer::Consumer;
use super::limits::{CONSUMERS_CREATING_MAX, CONSUMERS_MAX, CONSUMERS_MAX_ADVANTAGE, LIST_CONSUMERS_MAX};
use super::list::{check_age, check_stream, page_size};
use super::service::{At, Kinesis};
use super::tag_set::{self, Tags};
use crate::base::{Event, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn register_consumer(
        &mut self,
        at: &mut At<'_>,
        name: &StreamName,
        consumer: Box<str>,
        tags: Vec<Tag>,
    ) -> Reply {
        let id = self.find(name)?;
        self.need_serving_consumers(id)?;
        let most = if self.commitment.is_enabled { CONSUMERS_MAX_ADVANTAGE } else { CONSUMERS_MAX };
        let account = &self.settings.account;
        let consumers = &self.stream(id).consumers;
        if consumers.contains_key(&consumer) {
            let text = format!("Consumer {consumer} of stream {name} under account {account} already exists.");
            return Err(Error::ResourceInUse(text.into()));
        }
        if consumers.len() >= most {
            let text = format!("Stream {name} under account {account} has {most} consumers, the most it may have.");
            return Err(Error::LimitExceeded(text.into()));
        }
        let creating = consumers.values().filter(|c| c.status(at.now) == ConsumerStatus::Creating).count();
        if creating >= CONSUMERS_CREATING_MAX {
            return Err(Error::LimitExceeded("At most 5 consumers may be CREATING at once".into()));
        }
        let owner = tag_set::Owner { name: &consumer, account };
        let tags = tag_set::checked(tags, &Tags::new(), owner)?;
        let (low, high) = self.settings.transitions.consumer;
        let active_at = at.now + self.durations.duration(low, high);
        let new =
            Consumer { registered_at: at.now, active_at, gone_at: None, tags, policy: None, pipes: BTreeMap::new() };
        let consumers = &mut self.stream_mut(id).consumers;
        consumers.insert(consumer.clone(), new);
        at.events.push(Event::FanOutConsumersChanged { stream: id, consumers: consumers.len() as u32 });
        let reference = ConsumerRef { stream: name.clone(), name: consumer, created_unix_s: None };
        Ok(Response::ConsumerRegistered(self.describe(&reference, at.now)?))
    }

    pub(super) fn deregister_consumer(&mut self, at: &At<'_>, consumer: &ConsumerRef) -> Reply {
        let (low, high) = self.settings.transitions.consumer;
        let takes = self.durations.duration(low, high);
        let found = self.consumer_mut(consumer)?;
        if found.gone_at.is_none() {
            found.gone_at = Some(at.now + takes);
            self.wake_at(at.now + takes);
        }
        Ok(Response::Done)
    }

    pub(super) fn describe_consumer(&mut self, consumer: &ConsumerRef, now: SimTime) -> Reply {
        Ok(Response::Consumer(self.describe(consumer, now)?))
    }

    pub(super) fn list_consumers(
        &mut self,
        at: &At<'_>,
        name: &StreamName,
        after: Option<ConsumersToken>,
        max_results: Option<u32>,
    ) -> Reply {
        let size = page_size(max_results, LIST_CONSUMERS_MAX)?;
        let id = self.find(name)?;
        if let Some(token) = &after {
            check_age(token.issued_at, at.now)?;
            check_stream(token.stream_id, id)?;
        }
        let after = after.map(|token| token.after);
        let names = self.stream(id).consumers.keys();
        let mut rest = names.filter(|consumer| after.as_ref().is_none_or(|after| *consumer > after));
        let page: Vec<Box<str>> = rest.by_ref().take(size).cloned().collect();
        let next_token = match (rest.next().is_some(), page.last()) {
            (true, Some(last)) => Some(ConsumersToken { stream_id: id, issued_at: at.now, after: last.clone() }),
            _ => None,
        };
        let describe = |consumer| {
            let reference = ConsumerRef { stream: name.clone(), name: consumer, created_unix_s: None };
            self.describe(&reference, at.now)
        };
        Ok(Response::Consumers { consumers: page.into_iter().map(describe).collect::<Result<_, _>>()?, next_token })
    }

    fn describe(&mut self, consumer: &ConsumerRef, now: SimTime) -> Result<ConsumerDescription, Error> {
        let found = self.consumer_mut(consumer)?;
        let (status, registered_at) = (found.status(now), found.registered_at);
        Ok(ConsumerDescription {
            stream: consumer.stream.clone(),
            name: consumer.name.clone(),
            status,
            created_at: self.unix_ms(registered_at),
        })
    }

    /// What is done with a consumer needs it ACTIVE. `place` words where it is, which differs between calls.
    pub(super) fn need_active_consumer(
        &mut self,
        consumer: &ConsumerRef,
        now: SimTime,
        place: impl Fn(&StreamName, &str) -> String,
    ) -> Result<(), Error> {
        let found = self.describe(consumer, now)?;
        if found.status == ConsumerStatus::Active {
            return Ok(());
        }
        let text = format!(
            "Consumer {} with creation timestamp {} under {} is not in ACTIVE status.",
            found.name,
            found.created_at / 1000,
            place(&found.stream, &self.settings.account)
        );
        Err(Error::ResourceInUse(text.into()))
    }

    /// A consumer as its caller named it: by ARN or by name.
    pub(super) fn consumer_label(&self, consumer: &ConsumerRef) -> String {
        let ConsumerRef { stream, name, created_unix_s } = consumer;
        match created_unix_s {
            Some(created_unix_s) => format!("{}/consumer/{name}:{created_unix_s}", self.stream_arn(stream)),
            None => name.to_string(),
        }
    }

    pub(super) fn stream_arn(&self, stream: &StreamName) -> String {
        let Settings { region, account, .. } = &self.settings;
        format!("arn:aws:kinesis:{region}:{account}:stream/{stream}")
    }

    /// The consumer that is meant; one that was registered again is another.
    pub(super) fn consumer_mut(&mut self, consumer: &ConsumerRef) -> Result<&mut Consumer, Error> {
        let id = self.find(&consumer.stream)?;
        let epoch_unix_ms = self.settings.epoch_unix_ms;
        let is_meant = |found: &Consumer| {
            let created_unix_s = (epoch_unix_ms + found.registered_at.as_millis()) / 1000;
            consumer.created_unix_s.is_none_or(|meant| meant == created_unix_s)
        };
        let (name, account) = (&consumer.name, &self.settings.account);
        let text = format!("Consumer {}, account {account} not found.", self.consumer_label(consumer));
        let found = self.streams[id.index()].consumers.get_mut(name).filter(|found| is_meant(found));
        found.ok_or(Error::ResourceNotFound(text.into()))
    }

    /// Forgets consumers whose time has come.
    pub(super) fn forget_consumers(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for index in 0..self.streams.len() {
            let (stream, consumers) = (self.streams[index].id, &mut self.streams[index].consumers);
            let before = consumers.len();
            consumers.retain(|_, consumer| consumer.gone_at.is_none_or(|gone| gone > now));
            if consumers.len() < before {
                events.push(Event::FanOutConsumersChanged { stream, consumers: consumers.len() as u32 });
            }
            if let Some(next) = consumers.values().filter_map(|consumer| consumer.gone_at).min() {
                self.wake_at(next);
            }
        }
    }

    fn need_serving_consumers(&self, id: StreamId) -> Result<(), Error> {
        match self.stream(id).status {
            StreamStatus::Active | StreamStatus::Updating => Ok(()),
            _ => self.stream(id).need_active(&self.settings.account),
        }
    }
}
