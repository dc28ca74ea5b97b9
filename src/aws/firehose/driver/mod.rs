//! How records are brought to each kind of destination: one state machine for each batch.
//!
//! A driver is told what became of what it asked, and says what it wants next. It has no clock and makes no calls: the
//! engine makes them, and asks it again when the time has come that it named.

mod http_endpoint;
mod opensearch;
mod redshift;
mod retry_clock;
mod rotation;
mod s3;
mod splunk;
pub(in crate::aws::firehose) mod step;
#[cfg(test)]
mod tests;

use self::http_endpoint::ToHttpEndpoint;
use self::opensearch::ToOpenSearch;
pub(crate) use self::redshift::SKIPPED_MANIFESTS;
use self::redshift::ToRedshift;
use self::s3::ToS3;
use self::splunk::ToSplunk;

pub(in crate::aws::firehose) use self::step::{Batch, Driver, Failed, Means, Step};

use std::sync::Arc;

use super::api::Settings;
use super::pipeline::{Destination, Pipeline, Processing};
use crate::base::event::{FailedAs, Output, Stage};

/// The driver of a batch.
pub(in crate::aws::firehose) fn driver_for(
    pipeline: &Pipeline,
    processing: &Arc<Processing>,
    stage: Stage,
    failed_as: Option<FailedAs>,
    settings: &Settings,
) -> Box<dyn Driver> {
    let means = (settings.s3_timeout, settings.retry_pause);
    match (stage, &pipeline.destination) {
        (Stage::Deliver, Destination::S3(output)) => {
            Box::new(ToS3::new(output, processing.clone(), Output::Destination, None, means))
        }
        (Stage::Deliver, Destination::Redshift(output)) => Box::new(ToRedshift::new(output, processing.clone(), means)),
        (Stage::Deliver, Destination::OpenSearch(output)) => Box::new(ToOpenSearch::new(output, settings.retry_pause)),
        (Stage::Deliver, Destination::Splunk(output)) => Box::new(ToSplunk::new(output, settings.retry_pause)),
        (Stage::Deliver, Destination::HttpEndpoint(output)) => Box::new(ToHttpEndpoint::new(output)),
        // Copies are of source records, and error records are lines already.
        (Stage::Backup, _) => {
            Box::new(ToS3::new(&pipeline.backup.to, Arc::default(), Output::Backup, failed_as, means))
        }
        _ => Box::new(ToS3::new(pipeline.errors(), Arc::default(), Output::Errors, failed_as, means)),
    }
}
