//! Server-side encryption with a simulated KMS key.
//!
//! Writers need GenerateDataKey and readers Decrypt: while a stream is encrypted, every put and get meets the state
//! of the key (<https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html>). Not modelled: the data
//! key's cache of about five minutes, so a key's state shows at once.

use super::api::{Error, KmsKeyState, Reply, Response, Settings, StreamStatus};
use super::limits::ENCRYPTION_CHANGES_PER_DAY;
use super::service::{At, Kinesis};
use super::stream::{Transition, calls_of_last_day};
use crate::base::{SimTime, StreamId, StreamName};

impl KmsKeyState {
    /// The error that a use of the key meets.
    fn check(self) -> Result<(), Error> {
        Err(match self {
            Self::Enabled => return Ok(()),
            Self::Disabled => Error::KmsDisabled,
            Self::PendingDeletion => Error::KmsInvalidState,
            Self::Deleted => Error::KmsNotFound("The KMS key does not exist".into()),
            Self::AccessDenied => Error::KmsAccessDenied,
            Self::Throttled => Error::KmsThrottling,
            Self::OptInRequired => Error::KmsOptInRequired,
        })
    }
}

impl Kinesis {
    /// Encrypted streams need a usable key.
    pub(super) fn need_key(&self, id: StreamId) -> Result<(), Error> {
        match self.stream(id).encryption_key_id {
            Some(_) => self.faults.key_state().check(),
            None => Ok(()),
        }
    }

    pub(super) fn start_encryption(&mut self, at: &mut At<'_>, stream: &StreamName, key_id: Box<str>) -> Reply {
        let id = self.find(stream)?;
        self.need_encryption_change(id)?;
        self.need_existing_key(&key_id)?;
        self.faults.key_state().check()?;
        count_change(&mut self.stream_mut(id).encryption_starts, at.now)?;
        self.begin_encryption_change(at, id, Some(key_id));
        Ok(Response::Done)
    }

    pub(super) fn stop_encryption(&mut self, at: &mut At<'_>, stream: &StreamName, key_id: &str) -> Reply {
        let id = self.find(stream)?;
        self.need_encryption_change(id)?;
        match self.stream(id).encryption_key_id.as_deref() {
            None => return Err(Error::InvalidArgument("The stream is not encrypted".into())),
            Some(present) if self.key_of(present) != self.key_of(key_id) => {
                return Err(Error::InvalidArgument("The stream is encrypted with another key".into()));
            }
            Some(_) => {}
        }
        count_change(&mut self.stream_mut(id).encryption_stops, at.now)?;
        self.begin_encryption_change(at, id, None);
        Ok(Response::Done)
    }

    /// The key that AWS manages is always there; of others, those that the settings name.
    fn need_existing_key(&self, key_id: &str) -> Result<(), Error> {
        let Some(keys) = &self.settings.kms_keys else { return Ok(()) };
        let wanted = self.key_of(key_id);
        let is_managed = wanted == Some("alias/aws/kinesis");
        let exists = |named: &str| self.key_of(parts(named).1) == wanted;
        match is_managed || (wanted.is_some() && keys.iter().any(|named| exists(named))) {
            true => Ok(()),
            false if key_id.starts_with("arn:") => {
                Err(Error::KmsNotFound(format!("Key '{key_id}' does not exist").into()))
            }
            false => Err(Error::KmsNotFound(format!("Invalid keyId {key_id}").into())),
        }
    }

    /// The id of the key that an id, an alias or the ARN of one names; `None` when it is of another region or account.
    fn key_of<'k>(&'k self, key_id: &'k str) -> Option<&'k str> {
        let name = if key_id.starts_with("arn:") {
            let Settings { region, account, .. } = &self.settings;
            key_id.strip_prefix(&format!("arn:aws:kms:{region}:{account}:"))?
        } else {
            key_id
        };
        let named = self.settings.kms_keys.iter().flatten().find(|named| parts(named).0 == Some(name));
        let key = named.map_or(name, |named| parts(named).1);
        Some(key.strip_prefix("key/").unwrap_or(key))
    }

    fn need_encryption_change(&self, id: StreamId) -> Result<(), Error> {
        self.stream(id).need_active(&self.settings.account)
    }

    fn begin_encryption_change(&mut self, at: &mut At<'_>, id: StreamId, key_id: Option<Box<str>>) {
        let (low, high) = self.settings.transitions.encryption;
        let ends = at.now + self.durations.duration(low, high);
        self.begin_transition(id, StreamStatus::Updating, ends, Transition::Encrypt { key_id }, at.events);
    }
}

/// The alias, if it has one, and the key of a setting: `alias/NAME=KEY` or `KEY`.
fn parts(named: &str) -> (Option<&str>, &str) {
    named.split_once('=').map_or((None, named), |(alias, key)| (Some(alias), key))
}

fn count_change(calls: &mut Vec<SimTime>, now: SimTime) -> Result<(), Error> {
    if calls_of_last_day(calls, now) >= ENCRYPTION_CHANGES_PER_DAY {
        return Err(Error::LimitExceeded("25 encryption changes of that kind in a rolling 24 hours".into()));
    }
    calls.push(now);
    Ok(())
}
