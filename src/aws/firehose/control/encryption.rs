//! StartDeliveryStreamEncryption and StopDeliveryStreamEncryption.

use super::delivery::Delivery;
use super::state::Control;
use crate::aws::firehose::api::{Encryption, EncryptionStatus, Error, Failure, Key, Response, SourceDescription};
use crate::base::{DeliveryName, SimDuration, SimTime};

/// Calls of both operations together, in 24 hours.
const CALLS_PER_DAY: usize = 25;
const DAY: SimDuration = SimDuration::from_hours(24);

impl Control {
    /// StartDeliveryStreamEncryption.
    pub(in crate::aws::firehose) fn start_encryption(
        &mut self,
        now: SimTime,
        name: &DeliveryName,
        key: Key,
    ) -> Result<Response, Error> {
        let source = self.active(name)?.source.clone();
        self.need_key_fits(&source, Some(&key))?;
        let failure = self.failure_of(&key);
        self.begin(now, name, move |encryption| {
            encryption.status = EncryptionStatus::Enabling;
            encryption.key = Some(key);
            encryption.failure = failure;
        })
    }

    /// StopDeliveryStreamEncryption.
    pub(in crate::aws::firehose) fn stop_encryption(
        &mut self,
        now: SimTime,
        name: &DeliveryName,
    ) -> Result<Response, Error> {
        let source = self.active(name)?.source.clone();
        self.need_key_fits(&source, Some(&Key::Owned))?;
        self.begin(now, name, |encryption| {
            encryption.status = EncryptionStatus::Disabling;
            encryption.failure = None;
        })
    }

    fn begin(
        &mut self,
        now: SimTime,
        name: &DeliveryName,
        change: impl FnOnce(&mut Encryption),
    ) -> Result<Response, Error> {
        let delivery = self.active(name)?;
        if matches!(delivery.encryption.status, EncryptionStatus::Enabling | EncryptionStatus::Disabling) {
            let text = format!("Firehose {name} is {} and cannot be changed.", delivery.encryption.status.word());
            return Err(Error::ResourceInUse(text.into()));
        }
        delivery.encryption_calls.retain(|called| now.since(*called) < DAY);
        if delivery.encryption_calls.len() >= CALLS_PER_DAY {
            let text = format!("Encryption of Firehose {name} was changed {CALLS_PER_DAY} times in 24 hours.");
            return Err(Error::LimitExceeded(text.into()));
        }
        delivery.encryption_calls.push(now);
        change(&mut delivery.encryption);
        let ends = self.drawn(now, self.settings.transitions.encryption);
        self.active(name)?.encryption_ends = ends;
        Ok(Response::Done)
    }

    /// Only records that are put are encrypted, and with a key of this account and region.
    pub(super) fn need_key_fits(&self, source: &SourceDescription, key: Option<&Key>) -> Result<(), Error> {
        match (source, key) {
            (_, None) => Ok(()),
            (SourceDescription::Stream { .. }, Some(_)) => {
                let text = "Server-side encryption is only for delivery streams whose source is DirectPut: the source \
                            stream's own protects its records.";
                Err(Error::InvalidArgument(text.into()))
            }
            (SourceDescription::DirectPut { .. }, Some(Key::Owned)) => Ok(()),
            (SourceDescription::DirectPut { .. }, Some(Key::Managed(arn))) => {
                let here = format!(":kms:{}:", self.settings.region);
                match arn.contains(&here) {
                    true => Ok(()),
                    false => Err(Error::InvalidKmsResource(format!("Invalid arn {arn}").into())),
                }
            }
        }
    }

    /// Why a key cannot be used, which shows only when it is.
    fn failure_of(&self, key: &Key) -> Option<Failure> {
        let (Key::Managed(arn), Some(keys)) = (key, &self.settings.kms_keys) else { return None };
        let name = arn.rsplit_once("key/").map_or(&**arn, |(_, name)| name);
        let is_there = keys.iter().any(|known| {
            let known = known.split_once('=').map_or(&**known, |(_, key)| key);
            known == &**arn || known == name || known.strip_prefix("key/") == Some(name)
        });
        let details = || format!("Key '{arn}' does not exist").into();
        (!is_there).then(|| Failure { kind: "KMS_KEY_NOT_FOUND", details: details() })
    }

    /// Encryption that CreateDeliveryStream asks for is there when the delivery stream is, or neither is.
    pub(super) fn encrypt_from_creation(&self, delivery: &mut Delivery, key: Key) {
        delivery.failure = self.failure_of(&key);
        delivery.encryption.failure = delivery.failure.clone();
        delivery.encryption.status = EncryptionStatus::Enabling;
        delivery.encryption.key = Some(key);
        delivery.encryption_ends = delivery.status_ends;
    }
}

impl Delivery {
    /// ENABLING or DISABLING is over, if its time has come. A key that cannot be used leaves the one before in use.
    pub(super) fn finish_encryption(&mut self, now: SimTime) {
        if now < self.encryption_ends {
            return;
        }
        self.encryption_ends = SimTime::MAX;
        self.encryption.status = match self.encryption.status {
            EncryptionStatus::Enabling if self.encryption.failure.is_some() => EncryptionStatus::EnablingFailed,
            EncryptionStatus::Enabling => {
                self.key_in_use = self.encryption.key.clone();
                EncryptionStatus::Enabled
            }
            EncryptionStatus::Disabling => {
                self.key_in_use = None;
                self.encryption.key = None;
                EncryptionStatus::Disabled
            }
            status => status,
        };
    }
}
