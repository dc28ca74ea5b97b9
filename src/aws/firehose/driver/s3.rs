//! Objects in S3: one PutObject a batch, again until it succeeds.

use std::sync::Arc;

use super::step::{Batch, Driver, Failed, Means, Step};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::chain::{body_of, naming};
use crate::aws::firehose::pipeline::{Processing, S3Output};
use crate::aws::firehose::record::holds;
use crate::aws::s3::{PutObject, Request as ToS3Request};
use crate::base::event::{FailedAs, Output};
use crate::base::{Body, SimDuration};
use crate::world::CallError;

/// Brings a batch to a bucket.
pub(in crate::aws::firehose) struct ToS3 {
    output: S3Output,
    processing: Arc<Processing>,
    /// Which of the outputs it is.
    kind: Output,
    failed_as: Option<FailedAs>,
    timeout: SimDuration,
    pauses: (SimDuration, SimDuration),
    failures: u32,
    /// The same object is put again when an attempt has failed, so that a repetition changes nothing.
    put: Option<(Arc<str>, Body)>,
    failed: Vec<Failed>,
}

impl ToS3 {
    /// For one batch.
    pub(in crate::aws::firehose) fn new(
        output: &S3Output,
        processing: Arc<Processing>,
        kind: Output,
        failed_as: Option<FailedAs>,
        (timeout, pauses): (SimDuration, (SimDuration, SimDuration)),
    ) -> Self {
        Self {
            output: output.clone(),
            processing,
            kind,
            failed_as,
            timeout,
            pauses,
            failures: 0,
            put: None,
            failed: Vec::new(),
        }
    }

    fn again(&mut self, error: &'static str, means: &Means<'_>) -> Step {
        let pause = (self.pauses.0 * (1 << self.failures.min(20))).min(self.pauses.1);
        self.failures += 1;
        Step::Retry { at: means.now.saturating_add(pause), error }
    }
}

impl Driver for ToS3 {
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        if self.put.is_none() {
            let key = naming::object_key(&self.output, &self.processing, batch, self.failed_as, means);
            let (body, failed) = body_of(&self.processing, self.output.coding, &batch.records);
            self.failed = failed;
            self.put = Some((key.into(), body));
        }
        let Some((key, body)) = &self.put else { unreachable!("it was made above") };
        let put = PutObject {
            bucket: self.output.bucket.clone(),
            key: key.clone(),
            body: body.clone(),
            holds: holds(batch.delivery, &batch.records),
            output: self.kind,
            call: means.call,
        };
        Step::Ask { request: Ask::S3(ToS3Request::PutObject(put)), timeout: self.timeout, is_attempt: true }
    }
    fn told(&mut self, _: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step {
        match reply {
            Ok(Told::S3(Ok(_))) => Step::Done { failed: std::mem::take(&mut self.failed) },
            Ok(Told::S3(Err(error))) => self.again(error.code(), means),
            Ok(other) => unreachable!("S3 does not answer {other:?}"),
            Err(CallError::TimedOut) => self.again("S3.Timeout", means),
        }
    }
}
