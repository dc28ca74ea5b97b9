//! The buckets, and what operations have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::api::{Error, Metadata, Object, Parts, PutObject, UploadId};
use crate::aws::protocol::fault_points::{FaultPoints, met_by_faults};
use crate::aws::protocol::outside::{Names, Outside};
use crate::base::{Chance, Event, HostId, SimTime};
use crate::world::CallId;

/// What is set about it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The buckets that there are at the beginning. `None`: a delivery stream's bucket comes into being when it first
    /// writes there.
    pub(crate) buckets: Option<BTreeSet<Arc<str>>>,
    /// Those that are outside of the simulated world: what delivery streams write is there too once it is there.
    pub(crate) outside: Names,
}

/// The service.
pub struct S3 {
    pub(super) buckets: BTreeMap<Arc<str>, Bucket>,
    /// Whether delivery streams find a bucket wherever they write.
    pub(super) makes_buckets: bool,
    /// How many uploads in parts were begun.
    pub(super) begun: u64,
    pub(super) faults: FaultPoints,
    /// Objects of delivery streams that stores outside are asked to take.
    pub(in crate::aws) outside: Outside<CallId, PutObject>,
}

/// A bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) created_at: SimTime,
    pub(super) objects: BTreeMap<Arc<str>, Object>,
    /// Uploads in parts that are neither completed nor aborted, by key and id, as they are listed.
    pub(super) uploads: BTreeMap<(Arc<str>, UploadId), Upload>,
}

/// An upload in parts that was begun.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) begun_at: SimTime,
    pub(super) metadata: Arc<Metadata>,
    pub(super) parts: Parts,
}

impl Bucket {
    pub(super) fn new(created_at: SimTime) -> Self {
        Self { created_at, ..Self::default() }
    }
}

/// When a request is carried out, for whom, and who is told.
pub(super) struct At<'a> {
    pub(super) now: SimTime,
    pub(super) host: HostId,
    pub(super) events: &'a mut Vec<Event>,
}

met_by_faults!(S3);

impl S3 {
    /// The buckets of the settings.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let makes_buckets = settings.buckets.is_none();
        let given = settings.buckets.unwrap_or_default().into_iter();
        let buckets = given.map(|name| (name, Bucket::new(SimTime::ZERO))).collect();
        let (faults, outside) = (FaultPoints::new(&chance.into()), Outside::new(settings.outside));
        Self { buckets, makes_buckets, begun: 0, faults, outside }
    }
    /// Every object, by bucket and key; for exports and tests.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.buckets.iter().flat_map(|(bucket, held)| {
            held.objects.iter().map(move |(key, object)| (bucket.as_ref(), key.as_ref(), object))
        })
    }

    pub(super) fn bucket(&self, name: &str) -> Result<&Bucket, Error> {
        self.buckets.get(name).ok_or(Error::NoSuchBucket)
    }
    pub(super) fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, Error> {
        self.buckets.get_mut(name).ok_or(Error::NoSuchBucket)
    }
    pub(super) fn object(&self, bucket: &str, key: &str) -> Result<&Object, Error> {
        self.bucket(bucket)?.objects.get(key).ok_or(Error::NoSuchKey)
    }
    /// Puts an object into a bucket that is there, and tells it.
    pub(super) fn store(
        &mut self,
        at: &mut At<'_>,
        bucket: &Arc<str>,
        key: &Arc<str>,
        object: Object,
        records: u64,
    ) -> Result<(), Error> {
        let held = self.bucket_mut(bucket)?;
        let bytes = object.body.plain_len();
        at.events.push(Event::ObjectPut { bucket: bucket.clone(), key: key.clone(), bytes, records, host: at.host });
        held.objects.insert(key.clone(), object);
        Ok(())
    }
    /// Takes an object out of a bucket that is there. One that is not there is gone already.
    pub(super) fn remove(&mut self, at: &mut At<'_>, bucket: &Arc<str>, key: &Arc<str>) -> Result<(), Error> {
        if self.bucket_mut(bucket)?.objects.remove(key).is_some() {
            at.events.push(Event::ObjectDeleted { bucket: bucket.clone(), key: key.clone(), host: at.host });
        }
        Ok(())
    }
}
