//! Rows of a table in Redshift: an object in S3, a manifest that names it, a COPY of the manifest
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
//!
//! A COPY that fails is made again about every five minutes within the retry duration. After that the batch is skipped:
//! its manifest is put under `errors/manifests/`, so that somebody can load it by hand; the object stays where it is.

use std::sync::Arc;

use super::retry_clock::{FromFirstAttempt, pause};
use super::step::{Batch, Driver, Means, Step};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::chain::{body_of, naming};
use crate::aws::firehose::pipeline::{Processing, RedshiftOutput};
use crate::aws::firehose::record::holds;
use crate::aws::redshift::{CopyCommand, Location, Request as ToRedshiftRequest, StagedFile, manifest};
use crate::aws::s3::{PutObject, Request as ToS3Request};
use crate::base::event::{FailedAs, Output};
use crate::base::{Body, Holds, SimDuration};
use crate::world::{CallError, CallId};

/// "About every five minutes."
const COPY_EVERY: SimDuration = SimDuration::from_mins(5);
/// How long a COPY is waited for. An assumption: AWS publishes none.
const COPY_TIMEOUT: SimDuration = SimDuration::from_mins(15);
/// Where manifests lie. AWS names the second folder only.
const MANIFESTS: &str = "manifests/";
/// Where manifests of batches lie that were skipped.
pub(crate) const SKIPPED_MANIFESTS: &str = "errors/manifests/";

/// What comes next.
#[derive(Clone, Copy)]
enum Phase {
    Stage,
    Manifest,
    Copy,
    /// The batch is skipped: its manifest is to be put where people look.
    Skip,
}

/// Brings a batch to a table.
pub(in crate::aws::firehose) struct ToRedshift {
    output: RedshiftOutput,
    processing: Arc<Processing>,
    s3_timeout: SimDuration,
    pauses: (SimDuration, SimDuration),
    phase: Phase,
    clock: FromFirstAttempt,
    /// Failures of S3 in this phase.
    failures: u32,
    file: Option<StagedFile>,
    /// Why the last COPY failed.
    error: (&'static str, Box<str>),
}

impl ToRedshift {
    /// For one batch.
    pub(in crate::aws::firehose) fn new(
        output: &RedshiftOutput,
        processing: Arc<Processing>,
        (s3_timeout, pauses): (SimDuration, (SimDuration, SimDuration)),
    ) -> Self {
        Self {
            output: output.clone(),
            processing,
            s3_timeout,
            pauses,
            phase: Phase::Stage,
            clock: FromFirstAttempt::new(output.retry),
            failures: 0,
            file: None,
            error: ("", "".into()),
        }
    }

    /// The object with the batch's records: the same however often it is put.
    fn file(&mut self, batch: &Batch, means: &mut Means<'_>) -> StagedFile {
        let (stage, processing) = (&self.output.stage, &self.processing);
        let made = self.file.get_or_insert_with(|| {
            let key = naming::object_key(stage, processing, batch, None, means).into();
            let (body, failed) = body_of(processing, stage.coding, &batch.records);
            assert!(failed.is_empty(), "no format is converted on the way to Redshift");
            let at = Location { bucket: stage.bucket.clone(), key };
            StagedFile { at, body, holds: holds(batch.delivery, &batch.records) }
        });
        made.clone()
    }

    fn put(&self, key: Arc<str>, body: Body, (holds, output): (Holds, Output), call: CallId) -> Step {
        let is_attempt = output == Output::Staged && holds != Holds::default();
        let put = PutObject { bucket: self.output.stage.bucket.clone(), key, body, holds, output, call };
        let request = Ask::S3(ToS3Request::PutObject(put));
        Step::Ask { request, timeout: self.s3_timeout, is_attempt }
    }

    fn copy(&mut self, file: StagedFile, means: &Means<'_>) -> Step {
        self.clock.attempt(means.now);
        let RedshiftOutput { cluster, table, columns, copy_options, .. } = &self.output;
        let manifest = Location { bucket: file.at.bucket.clone(), key: format!("{MANIFESTS}{}", file.at.key).into() };
        let copy = CopyCommand {
            cluster: cluster.clone(),
            table: table.clone(),
            columns: columns.clone(),
            manifest,
            options: copy_options.clone(),
            files: [file].into(),
            call: means.call,
        };
        let request = Ask::Redshift(ToRedshiftRequest::Copy(copy));
        Step::Ask { request, timeout: COPY_TIMEOUT, is_attempt: true }
    }

    /// S3 did what was asked, or not.
    fn told_by_s3(&mut self, batch: &Batch, error: Option<&'static str>, means: &mut Means<'_>) -> Step {
        if let Some(error) = error {
            self.failures += 1;
            return Step::Retry { at: means.now + pause(self.pauses, self.failures - 1), error };
        }
        self.failures = 0;
        self.phase = match self.phase {
            Phase::Stage => Phase::Manifest,
            Phase::Manifest => Phase::Copy,
            Phase::Copy => unreachable!("S3 is asked nothing by a COPY"),
            Phase::Skip => {
                let (error, message) = std::mem::replace(&mut self.error, ("", "".into()));
                return Step::Refused { failed_as: FailedAs::Redshift, error, message, is_kept: false };
            }
        };
        self.next(batch, means)
    }

    fn copy_failed(&mut self, batch: &Batch, error: (&'static str, Box<str>), means: &mut Means<'_>) -> Step {
        let at = means.now + COPY_EVERY;
        let code = error.0;
        self.error = error;
        if self.clock.allows(at) {
            return Step::Retry { at, error: code };
        }
        self.phase = Phase::Skip;
        self.next(batch, means)
    }
}

impl Driver for ToRedshift {
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        let file = self.file(batch, means);
        let of = |folder: &str| Arc::from(format!("{folder}{}", file.at.key));
        let manifest = || Body::from(manifest::written([&file.at]));
        match self.phase {
            Phase::Stage => self.put(file.at.key, file.body, (file.holds, Output::Staged), means.call),
            Phase::Manifest => self.put(of(MANIFESTS), manifest(), (Holds::default(), Output::Staged), means.call),
            Phase::Copy => self.copy(file, means),
            Phase::Skip => self.put(of(SKIPPED_MANIFESTS), manifest(), (file.holds, Output::Errors), means.call),
        }
    }
    fn told(&mut self, batch: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step {
        match (self.phase, reply) {
            (Phase::Copy, Ok(Told::Redshift(Ok(_)))) => Step::Done { failed: Vec::new() },
            (Phase::Copy, Ok(Told::Redshift(Err(error)))) => {
                self.copy_failed(batch, (error.code(), error.to_string().into()), means)
            }
            (Phase::Copy, Err(CallError::TimedOut)) => {
                let text = "The COPY was not answered in time; it may have been carried out.".into();
                self.copy_failed(batch, ("Redshift.ConnectionFailed", text), means)
            }
            (_, Ok(Told::S3(reply))) => self.told_by_s3(batch, reply.err().map(|error| error.code()), means),
            (_, Err(CallError::TimedOut)) => self.told_by_s3(batch, Some("S3.Timeout"), means),
            (_, Ok(other)) => unreachable!("that was not asked: {other:?}"),
        }
    }
}
