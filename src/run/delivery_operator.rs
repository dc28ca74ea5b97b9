//! What an operator does to delivery streams: changes and deletes them, and loads by hand what they could not load.

use std::sync::Arc;

use super::patience::{Failure, RETRY_EVERY, TRIES_MAX};
use crate::aws::firehose::api::{Description, Error, Response};
use crate::aws::firehose::pipeline::RedshiftOutput;
use crate::aws::firehose::{
    DeleteDeliveryStream, DescribeDeliveryStream, Pipeline, Request, SKIPPED_MANIFESTS, UpdateDestination,
};
use crate::aws::protocol::Account;
use crate::aws::protocol::error::AwsError;
use crate::aws::redshift::{CopyCommand, Location, Request as ToRedshift, manifest};
use crate::aws::s3::{DeleteObject, GetObject, ListObjectsV2, Object, Request as ToS3, Response as OfS3};
use crate::base::{DeliveryName, SimDuration};
use crate::client::Cx;
use crate::client::sdk::{RetryMode, Sdk, SdkError};

const TIMEOUT: SimDuration = SimDuration::from_secs(10);
/// A COPY takes as long as its files are large.
const COPY_TIMEOUT: SimDuration = SimDuration::from_mins(15);

/// An operator of delivery streams.
pub(super) struct DeliveryOperator {
    cx: Cx,
    account: Account,
    sdk: Sdk,
    /// For COPYs: a repeated one would load everything twice.
    copies: Sdk,
}

fn failure<E: AwsError>(error: SdkError<E>) -> Failure {
    match error {
        SdkError::TimedOut => "timed out",
        SdkError::Service(error) => error.code(),
    }
}

impl DeliveryOperator {
    pub(super) fn new(cx: Cx, account: Account) -> Self {
        let sdk = Sdk::new(cx.clone(), "operator of delivery streams", RetryMode::Standard, TIMEOUT);
        let copies = Sdk::new(cx.clone(), "operator of clusters", RetryMode::None, COPY_TIMEOUT);
        Self { cx, account, sdk, copies }
    }

    /// UpdateDestination of the version that is described.
    pub(super) async fn update(&self, delivery: &DeliveryName, pipeline: &Pipeline) -> Result<(), Failure> {
        let update = |described: &Description| {
            Request::UpdateDestination(Box::new(UpdateDestination::to(described, pipeline, &self.account)))
        };
        for _ in 0..TRIES_MAX {
            let describe = Request::DescribeDeliveryStream(DescribeDeliveryStream::of(delivery.clone()));
            let Response::Described(described) = self.sdk.firehose(describe).await.map_err(failure)? else {
                unreachable!("DescribeDeliveryStream answers a description")
            };
            match self.sdk.firehose(update(&described)).await {
                Ok(_) => return Ok(()),
                Err(error) => self.wait_after(error).await?,
            }
        }
        Err("the delivery stream stayed in use")
    }

    /// DeleteDeliveryStream.
    pub(super) async fn delete(&self, delivery: &DeliveryName) -> Result<(), Failure> {
        let request = Request::DeleteDeliveryStream(DeleteDeliveryStream { delivery: delivery.clone() });
        for _ in 0..TRIES_MAX {
            match self.sdk.firehose(request.clone()).await {
                Ok(_) => return Ok(()),
                Err(error) => self.wait_after(error).await?,
            }
        }
        Err("the delivery stream stayed in use")
    }

    /// Waits where another time is a better one.
    async fn wait_after(&self, error: SdkError<Error>) -> Result<(), Failure> {
        match error {
            SdkError::Service(Error::ResourceInUse(_) | Error::LimitExceeded(_) | Error::ConcurrentModification(_)) => {
                self.cx.sleep(RETRY_EVERY).await;
                Ok(())
            }
            error => Err(failure(error)),
        }
    }

    /// COPY of every manifest that was skipped. One that was loaded is deleted, so that nobody loads it again.
    pub(super) async fn copy_manifests(&self, to: &RedshiftOutput) -> Result<(), Failure> {
        let bucket = &to.stage.bucket;
        for key in self.keys(bucket, SKIPPED_MANIFESTS).await? {
            let manifest = Location { bucket: bucket.clone(), key };
            let object = self.object(&manifest).await?;
            let mut files = Vec::new();
            for at in manifest::read(&object.bytes()).ok_or("no manifest")? {
                let file = self.object(&at).await?;
                files.push((at, file));
            }
            let of = (to.cluster.clone(), to.table.clone());
            let found = |at: &Location| {
                let (_, file) = files.iter().find(|(of, _)| of == at)?;
                Some((file.body.clone(), file.holds.clone()))
            };
            let bytes = object.bytes();
            let copy = CopyCommand::of_manifest(of, to.copy_options.clone(), (manifest.clone(), &bytes), found);
            let copy = ToRedshift::Copy(copy.map_err(|_| "a file of a manifest is gone")?);
            self.copies.redshift(copy).await.map_err(failure)?;
            let Location { bucket, key } = manifest;
            self.sdk.s3(ToS3::DeleteObject(DeleteObject { bucket, key })).await.map_err(failure)?;
        }
        Ok(())
    }

    async fn keys(&self, bucket: &Arc<str>, prefix: &str) -> Result<Vec<Arc<str>>, Failure> {
        let (mut keys, mut after) = (Vec::new(), Box::from(""));
        loop {
            let list = ToS3::ListObjectsV2(ListObjectsV2::of_prefix(bucket.clone(), prefix, &after));
            let OfS3::Listed(page) = self.sdk.s3(list).await.map_err(failure)? else {
                unreachable!("ListObjectsV2 answers a listing")
            };
            keys.extend(page.objects.into_iter().map(|(key, _)| key));
            let Some(next) = page.next else { return Ok(keys) };
            after = next;
        }
    }

    async fn object(&self, Location { bucket, key }: &Location) -> Result<Object, Failure> {
        let get = ToS3::GetObject(GetObject { bucket: bucket.clone(), key: key.clone() });
        match self.sdk.s3(get).await.map_err(failure)? {
            OfS3::Object(object) => Ok(object),
            other => unreachable!("GetObject answers an object, not {other:?}"),
        }
    }
}
