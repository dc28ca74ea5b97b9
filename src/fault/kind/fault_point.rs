//! Faults that act through a service's fault points.

use crate::aws::{self, kinesis};
use crate::fault::stage::{Effect, Stage};

/// A fault point of a service, for as long as the fault is in force.
#[derive(Clone, Debug)]
pub(super) struct AtService(pub aws::Fault);

impl Effect for AtService {
    fn loses_zone(&self) -> Option<u8> {
        match &self.0 {
            aws::Fault::Kinesis(kinesis::api::Fault::ZoneOutage { zone, .. }) => Some(*zone),
            _ => None,
        }
    }
    fn begin(&self, stage: &Stage<'_>) {
        stage.operator().with_backend(|cloud, now, events| cloud.inject(now, stage.fault(), self.0.clone(), events));
    }
    fn end(&self, stage: &Stage<'_>) {
        stage.operator().with_backend(|cloud, now, events| cloud.heal(now, stage.fault(), events));
    }
}
