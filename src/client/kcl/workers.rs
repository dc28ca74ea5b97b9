//! The workers of an application, as hosts of a run.

use std::rc::Rc;

use super::config::KclSettings;
use super::lease::decoded::DecodedRows;
use super::scheduler::{WorkerControl, boot};
use crate::base::event::{ConsumerLibrary, HostRole};
use crate::base::{Event, HostId, SimDuration};
use crate::client::{Cx, HostGroup, Stop};

/// The hosts of a KCL application.
pub(crate) struct KclWorkers {
    settings: Rc<KclSettings>,
    decoded: Rc<DecodedRows>,
}

impl KclWorkers {
    /// The workers of the application with these settings.
    pub(crate) fn new(settings: KclSettings) -> Self {
        Self { settings: Rc::new(settings), decoded: Rc::default() }
    }
}

impl HostGroup for KclWorkers {
    fn name(&self) -> &str {
        &self.settings.name
    }
    fn role(&self) -> HostRole {
        HostRole::Consumer
    }
    fn starts(&self) -> Vec<SimDuration> {
        self.settings.worker_starts.clone()
    }
    fn declared(&self, index: u32, _: HostId) -> Option<Event> {
        let settings = &self.settings;
        (index == 0).then(|| Event::ConsumerDeclared {
            consumer: settings.consumer,
            name: settings.name.clone(),
            stream: settings.stream.clone(),
            library: ConsumerLibrary::Kcl2,
            store: settings.processor.store,
            lease_table: Some(settings.lease_table.clone()),
            failover_ms: settings.failover.as_millis(),
            start: settings.initial_position.declared(),
        })
    }
    fn boot(&self, cx: Cx, _: u32) -> Option<Rc<dyn Stop>> {
        let control = Rc::new(WorkerControl::new(&cx));
        boot(cx, self.settings.clone(), self.decoded.clone(), control.clone());
        Some(control)
    }
}
