//! Hosts on which the user's own code runs.

use std::rc::Rc;

use crate::base::event::{ConsumerLibrary, HostRole};
use crate::base::{Event, HostId, SimDuration};
use crate::client::{AppWorker, Cx, HostGroup, Stop};
use crate::scenario::plan::AppPlan;

/// Starts the user's own code on a host that was booted. Gives how it is asked to stop, where it can be.
pub(super) type AppBoot = Rc<dyn Fn(Cx, AppWorker) -> Option<Rc<dyn Stop>>>;

/// Where no application of the user's takes part, its hosts are there and do nothing.
pub(super) fn nobody() -> AppBoot {
    Rc::new(|_, _| None)
}

/// The hosts of an application.
pub(super) struct AppHosts {
    /// Which of the applications it is.
    number: usize,
    app: AppPlan,
    boot: AppBoot,
}

impl AppHosts {
    pub(super) fn new(number: usize, app: AppPlan, boot: AppBoot) -> Self {
        Self { number, app, boot }
    }
}

impl HostGroup for AppHosts {
    fn name(&self) -> &str {
        &self.app.name
    }
    fn role(&self) -> HostRole {
        HostRole::Consumer
    }
    fn starts(&self) -> Vec<SimDuration> {
        self.app.starts.clone()
    }
    fn declared(&self, index: u32, _: HostId) -> Option<Event> {
        let app = &self.app;
        (index == 0).then(|| Event::ConsumerDeclared {
            consumer: app.consumer,
            name: app.name.clone(),
            stream: app.stream.clone(),
            library: ConsumerLibrary::App,
            store: app.store,
            lease_table: None,
            failover_ms: 0,
            start: app.begins,
        })
    }
    fn boot(&self, cx: Cx, index: u32) -> Option<Rc<dyn Stop>> {
        let consumer = self.app.consumer;
        cx.emit(Event::WorkerStarted { consumer, host: cx.id() });
        (self.boot)(cx, AppWorker { app: self.number, worker: index, consumer })
    }
}
