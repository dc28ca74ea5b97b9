//! One delivery stream as the control plane knows it.

use std::collections::BTreeMap;

use crate::aws::firehose::api::{DeliveryStatus, Encryption, EncryptionStatus, Error, Failure, Key, SourceDescription};
use crate::aws::firehose::configuration::Configuration;
use crate::aws::firehose::pipeline::Pipeline;
use crate::base::{DeliveryName, SimTime};

/// A delivery stream.
pub(super) struct Delivery {
    pub(super) status: DeliveryStatus,
    pub(super) failure: Option<Failure>,
    pub(super) created: SimTime,
    pub(super) updated: Option<SimTime>,
    pub(super) version: u32,
    pub(super) source: SourceDescription,
    pub(super) configuration: Configuration,
    pub(super) tags: BTreeMap<Box<str>, Box<str>>,
    pub(super) encryption: Encryption,
    /// The key that is in use until a change of it is through, or when it failed.
    pub(super) key_in_use: Option<Key>,
    /// Calls that changed the encryption, of the last 24 hours.
    pub(super) encryption_calls: Vec<SimTime>,
    /// When CREATING or DELETING ends.
    pub(super) status_ends: SimTime,
    /// When ENABLING or DISABLING ends.
    pub(super) encryption_ends: SimTime,
    /// What it does from when on: what it was created with, then the last update.
    pub(super) pending: Option<(SimTime, Pipeline)>,
}

impl Delivery {
    pub(super) fn new(now: SimTime, source: SourceDescription, configuration: Configuration) -> Self {
        Self {
            status: DeliveryStatus::Active,
            failure: None,
            created: now,
            updated: None,
            version: 1,
            source,
            configuration,
            tags: BTreeMap::new(),
            encryption: Encryption { status: EncryptionStatus::Disabled, key: None, failure: None },
            key_in_use: None,
            encryption_calls: Vec::new(),
            status_ends: SimTime::MAX,
            encryption_ends: SimTime::MAX,
            pending: None,
        }
    }

    /// When something comes about by itself.
    pub(super) fn next_deadline(&self) -> SimTime {
        let pending = self.pending.as_ref().map_or(SimTime::MAX, |(at, _)| *at);
        self.status_ends.min(self.encryption_ends).min(pending)
    }

    /// Whoever changes it waits until it is there.
    pub(super) fn need_active(&self, name: &DeliveryName, account: &str) -> Result<(), Error> {
        match self.status {
            DeliveryStatus::Active => Ok(()),
            status => {
                let text = format!(
                    "Firehose {name} under account {account} is in state {} and cannot be changed.",
                    status.word()
                );
                Err(Error::ResourceInUse(text.into()))
            }
        }
    }
}
