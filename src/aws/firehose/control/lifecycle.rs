//! CreateDeliveryStream, UpdateDestination, DeleteDeliveryStream, and what comes of them in time.

use super::delivery::Delivery;
use super::state::{Became, Change, Control, DESTINATION_ID};
use super::tags;
use crate::aws::firehose::api::{DeliveryStatus, Error, Key, Response, SourceDescription, Tag};
use crate::aws::firehose::configuration::{Configuration, pipeline};
use crate::aws::firehose::pipeline::{Pipeline, Source};
use crate::base::{DeliveryName, SimTime};

/// What CreateDeliveryStream says.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Creation {
    pub(in crate::aws::firehose) name: DeliveryName,
    pub(in crate::aws::firehose) source: SourceDescription,
    pub(in crate::aws::firehose) configuration: Configuration,
    /// The key to encrypt with.
    pub(in crate::aws::firehose) key: Option<Key>,
    pub(in crate::aws::firehose) tags: Vec<Tag>,
}

/// What UpdateDestination says.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Update {
    pub(in crate::aws::firehose) name: DeliveryName,
    /// CurrentDeliveryStreamVersionId.
    pub(in crate::aws::firehose) version: Box<str>,
    /// DestinationId.
    pub(in crate::aws::firehose) destination: Box<str>,
    pub(in crate::aws::firehose) configuration: Configuration,
}

impl Control {
    /// CreateDeliveryStream.
    pub(in crate::aws::firehose) fn create(&mut self, now: SimTime, creation: Creation) -> Result<Response, Error> {
        let Creation { name, source, configuration, key, tags } = creation;
        let configuration = configuration.filled();
        let pipeline = self.pipeline_of(&source, &configuration)?;
        self.need_key_fits(&source, key.as_ref())?;
        if self.deliveries.contains_key(&name) {
            let text = format!("Firehose {name} under accountId {} already exists", self.settings.account);
            return Err(Error::ResourceInUse(text.into()));
        }
        let quota = self.settings.delivery_streams_max;
        if self.deliveries.len() >= quota as usize {
            let text = format!("You have already consumed your firehose quota of {quota} hoses.");
            return Err(Error::LimitExceeded(text.into()));
        }
        let ends = self.drawn(now, self.settings.transitions.create);
        let mut delivery = Delivery::new(now, source, configuration);
        delivery.status = DeliveryStatus::Creating;
        delivery.status_ends = ends;
        delivery.pending = Some((ends, pipeline));
        tags::add(&mut delivery.tags, tags)?;
        if let Some(key) = key {
            self.encrypt_from_creation(&mut delivery, key);
        }
        self.deliveries.insert(name.clone(), delivery);
        Ok(Response::Created(name))
    }

    fn pipeline_of(&self, source: &SourceDescription, configuration: &Configuration) -> Result<Pipeline, Error> {
        let source = match source {
            SourceDescription::DirectPut { .. } => Source::DirectPut,
            SourceDescription::Stream { stream, .. } => Source::Stream(stream.clone()),
        };
        pipeline(source, configuration, &self.tables).map_err(Error::InvalidArgument)
    }

    /// UpdateDestination.
    pub(in crate::aws::firehose) fn update(&mut self, now: SimTime, update: Update) -> Result<Response, Error> {
        let Update { name, version, destination, configuration } = update;
        let present = self.active(&name)?;
        if present.version.to_string() != *version {
            let text = format!(
                "Cannot update firehose: {name} since the current version id: {} and specified version id: {version} \
                 do not match",
                present.version
            );
            return Err(Error::ConcurrentModification(text.into()));
        }
        if &*destination != DESTINATION_ID {
            return Err(Error::InvalidArgument(format!("Destination Id {destination} not found").into()));
        }
        let configuration = present.configuration.updated(configuration).map_err(Error::InvalidArgument)?;
        let source = present.source.clone();
        let pipeline = self.pipeline_of(&source, &configuration)?;
        let from = self.drawn(now, self.settings.transitions.update);
        let delivery = self.active(&name)?;
        delivery.configuration = configuration;
        delivery.version += 1;
        delivery.updated = Some(now);
        // An update that was not through yet is overtaken.
        delivery.pending = Some((from, pipeline));
        Ok(Response::Done)
    }

    /// DeleteDeliveryStream.
    pub(in crate::aws::firehose) fn delete(&mut self, now: SimTime, name: &DeliveryName) -> Result<Response, Error> {
        match self.find(name)?.status {
            DeliveryStatus::Creating => {
                let account = &self.settings.account;
                let text = format!("Firehose {name} under account {account} is being created and cannot be deleted.");
                return Err(Error::ResourceInUse(text.into()));
            }
            DeliveryStatus::Deleting => return Ok(Response::Done),
            DeliveryStatus::Active | DeliveryStatus::CreatingFailed => {}
        }
        let ends = self.drawn(now, self.settings.transitions.delete);
        if let Some(delivery) = self.deliveries.get_mut(name) {
            delivery.status = DeliveryStatus::Deleting;
            delivery.status_ends = ends;
        }
        Ok(Response::Done)
    }

    /// What has come about until now, in its order.
    pub(in crate::aws::firehose) fn advance(&mut self, now: SimTime) -> Vec<Became> {
        let mut became = Vec::new();
        if now < self.next_deadline {
            return became;
        }
        let epoch_unix_ms = self.settings.epoch_unix_ms;
        for (name, delivery) in &mut self.deliveries {
            delivery.finish_encryption(now);
            let mut tell = |at, what| became.push(Became { at, name: name.clone(), what });
            if delivery.pending.as_ref().is_some_and(|(at, _)| *at <= now) && delivery.failure.is_none() {
                let Some((at, pipeline)) = delivery.pending.take() else { unreachable!("it was looked at") };
                let pipeline = Box::new(pipeline);
                match delivery.status {
                    DeliveryStatus::Creating => {
                        delivery.start_reading(epoch_unix_ms + at.as_millis());
                        tell(at, Change::Active(pipeline));
                    }
                    _ => tell(at, Change::Updated(pipeline, delivery.version)),
                }
            }
            if delivery.status_ends <= now {
                delivery.end_status(tell);
            }
        }
        self.deliveries.retain(|_, delivery| delivery.status != DeliveryStatus::Deleting || delivery.status_ends > now);
        self.next_deadline = self.deliveries.values().map(Delivery::next_deadline).min().unwrap_or(SimTime::MAX);
        became.sort_by_key(|became| became.at);
        became
    }
}

impl Delivery {
    fn start_reading(&mut self, unix_ms: u64) {
        if let SourceDescription::Stream { started_unix_ms, .. } = &mut self.source {
            *started_unix_ms = Some(unix_ms);
        }
    }

    /// CREATING or DELETING is over.
    fn end_status(&mut self, mut tell: impl FnMut(SimTime, Change)) {
        match self.status {
            DeliveryStatus::Creating if self.failure.is_some() => {
                self.status = DeliveryStatus::CreatingFailed;
                self.pending = None;
                self.status_ends = SimTime::MAX;
            }
            DeliveryStatus::Creating => {
                self.status = DeliveryStatus::Active;
                self.status_ends = SimTime::MAX;
            }
            // The rest of the service never heard of one that could not be created.
            DeliveryStatus::Deleting if self.failure.is_none() => tell(self.status_ends, Change::Gone),
            DeliveryStatus::Deleting | DeliveryStatus::Active | DeliveryStatus::CreatingFailed => {}
        }
    }
}
