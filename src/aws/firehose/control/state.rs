//! What the control plane holds, what it is asked about, and what comes about in it.

use std::collections::BTreeMap;

use super::delivery::Delivery;
use super::quotas::{Quota, Quotas};
use crate::aws::firehose::api::{DeliveryStatus, Description, Error, Response, Settings, SourceDescription};
use crate::aws::firehose::configuration::{Configuration, Places, Tables, conversion_table};
use crate::aws::firehose::pipeline::{Pipeline, Source};
use crate::aws::protocol::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Chance, DeliveryName, SimDuration, SimTime};

/// Something came about that the rest of the service must act on.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::aws::firehose) struct Became {
    pub(in crate::aws::firehose) at: SimTime,
    pub(in crate::aws::firehose) name: DeliveryName,
    pub(in crate::aws::firehose) what: Change,
}

/// What came about.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::aws::firehose) enum Change {
    /// It is there, at version 1, and accepts or reads records from now on.
    Active(Box<Pipeline>),
    /// Records are delivered like this from now on.
    Updated(Box<Pipeline>, u32),
    /// It is gone, with whatever it held.
    Gone,
}

/// The control plane of all delivery streams of one account in one region.
pub(in crate::aws::firehose) struct Control {
    pub(super) settings: Settings,
    pub(super) deliveries: BTreeMap<DeliveryName, Delivery>,
    pub(super) durations: Random,
    pub(super) quotas: Quotas,
    pub(super) tables: Tables,
    /// The earliest thing that comes about by itself.
    pub(super) next_deadline: SimTime,
}

impl Control {
    /// No delivery streams.
    pub(in crate::aws::firehose) fn new(settings: &Settings, chance: &Chance) -> Self {
        Self {
            settings: settings.clone(),
            deliveries: BTreeMap::new(),
            durations: chance.stream("transitions"),
            quotas: Quotas::new(),
            tables: settings.tables.clone(),
            next_deadline: SimTime::MAX,
        }
    }

    /// Sets up a delivery stream that is there when the run begins: ACTIVE at once, outside all quotas.
    ///
    /// # Panics
    /// When one of that name is there already.
    pub(in crate::aws::firehose) fn provision(&mut self, now: SimTime, name: &DeliveryName, pipeline: &Pipeline) {
        let Settings { account, region, .. } = &self.settings;
        let places = Places { account, region, name: name.as_str() };
        let source = match &pipeline.source {
            Source::DirectPut => SourceDescription::DirectPut { hint_mb_per_s: None },
            Source::Stream(stream) => SourceDescription::Stream {
                stream: stream.clone(),
                arn: format!("arn:aws:kinesis:{region}:{account}:stream/{stream}").into(),
                role: places.role().into(),
                started_unix_ms: Some(self.unix_ms(now)),
            },
        };
        let configuration = Configuration::of_pipeline(pipeline, places);
        if let Some(conversion) = &pipeline.processing.convert {
            self.tables.insert(conversion_table(name.as_str()), conversion.columns.clone());
        }
        let before = self.deliveries.insert(name.clone(), Delivery::new(now, source, configuration));
        assert!(before.is_none(), "delivery stream {name} is provisioned once");
    }

    /// Counts a call of an operation, or refuses it.
    pub(in crate::aws::firehose) fn admit(
        &mut self,
        now: SimTime,
        operation: Operation,
        quota: Quota,
    ) -> Result<(), Error> {
        match self.settings.control_plane_quotas {
            true => self.quotas.admit(now, operation, quota),
            false => Ok(()),
        }
    }

    /// Whether records that are put now are encrypted.
    ///
    /// # Errors
    /// When none can be put.
    pub(in crate::aws::firehose) fn may_put(&self, name: &DeliveryName) -> Result<bool, Error> {
        let delivery = self.find(name)?;
        let is_open = match delivery.status {
            DeliveryStatus::Active => true,
            DeliveryStatus::Deleting => self.settings.deleting_accepts,
            DeliveryStatus::Creating | DeliveryStatus::CreatingFailed => false,
        };
        if !is_open {
            return Err(self.not_found(name));
        }
        match delivery.source {
            SourceDescription::DirectPut { .. } => Ok(delivery.key_in_use.is_some()),
            SourceDescription::Stream { .. } => {
                let text = "This operation is not permitted on KinesisStreamAsSource delivery stream type.";
                Err(Error::InvalidSource(text.into()))
            }
        }
    }

    /// DescribeDeliveryStream.
    pub(in crate::aws::firehose) fn describe(
        &self,
        name: &DeliveryName,
        after: Option<&str>,
    ) -> Result<Response, Error> {
        let delivery = self.find(name)?;
        let destination = after.is_none_or(|after| after < DESTINATION_ID).then(|| delivery.configuration.described());
        Ok(Response::Described(Box::new(Description {
            name: name.clone(),
            status: delivery.status,
            failure: delivery.failure.clone(),
            encryption: delivery.encryption.clone(),
            version: delivery.version,
            created_unix_ms: self.unix_ms(delivery.created),
            updated_unix_ms: delivery.updated.map(|at| self.unix_ms(at)),
            source: delivery.source.clone(),
            destination,
        })))
    }

    /// ListDeliveryStreams: those of a kind, after a name.
    pub(in crate::aws::firehose) fn list(
        &self,
        kind: Option<&str>,
        after: Option<&DeliveryName>,
        limit: usize,
    ) -> Response {
        let is_listed = |(name, delivery): &(&DeliveryName, &Delivery)| {
            after.is_none_or(|after| *name > after) && kind.is_none_or(|kind| kind == delivery.source.kind())
        };
        let mut rest = self.deliveries.iter().filter(is_listed).map(|(name, _)| name.clone());
        let names = rest.by_ref().take(limit).collect();
        Response::Listed { names, has_more: rest.next().is_some() }
    }

    /// When something comes about by itself.
    pub(in crate::aws::firehose) fn next_deadline(&self) -> Option<SimTime> {
        (self.next_deadline != SimTime::MAX).then_some(self.next_deadline)
    }

    pub(super) fn wake_at(&mut self, at: SimTime) {
        self.next_deadline = self.next_deadline.min(at);
    }
    pub(super) fn drawn(&mut self, now: SimTime, (low, high): (SimDuration, SimDuration)) -> SimTime {
        let at = now.saturating_add(self.durations.duration(low, high));
        self.wake_at(at);
        at
    }
    pub(super) fn unix_ms(&self, at: SimTime) -> u64 {
        self.settings.epoch_unix_ms + at.as_millis()
    }
    pub(super) fn find(&self, name: &DeliveryName) -> Result<&Delivery, Error> {
        self.deliveries.get(name).ok_or_else(|| self.not_found(name))
    }
    pub(in crate::aws::firehose) fn not_found(&self, name: &DeliveryName) -> Error {
        let text = format!("Firehose {name} under account {} not found.", self.settings.account);
        Error::ResourceNotFound(text.into())
    }
    /// One that is there and ACTIVE.
    pub(super) fn active(&mut self, name: &DeliveryName) -> Result<&mut Delivery, Error> {
        let missing = self.not_found(name);
        let account = &self.settings.account;
        let delivery = self.deliveries.get_mut(name).ok_or(missing)?;
        delivery.need_active(name, account)?;
        Ok(delivery)
    }
}

/// The id of a delivery stream's one destination.
pub(in crate::aws::firehose) const DESTINATION_ID: &str = "destinationId-000000000001";
