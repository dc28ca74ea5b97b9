//! A worker's jobs, each in a file of its own (the library's `Scheduler` and `LeaseCoordinator`), and their start.
//!
//! [`renew`] and [`take`] keep leases, [`dispatch`] runs a consumer for each, [`shard_sync`] fills the table, [`audit`]
//! and [`cleanup`] keep it whole and small. They share a [`Worker`] and know nothing of each other.

mod audit;
mod cleanup;
mod dispatch;
mod leadership;
mod renew;
mod shard_sync;
mod take;

use std::rc::Rc;

use self::dispatch::Dispatcher;
use self::leadership::Leadership;
use self::take::Taker;
use super::assignment::kcl2::Kcl2Assignment;
use super::config::KclSettings;
use super::lease::decoded::DecodedRows;
use super::registration;
use super::worker::Worker;
use crate::base::Event;
use crate::base::event::LeaseGain;
use crate::client::{Cx, Retrieval};

pub(crate) use self::audit::AUDITOR_DELAY;
pub(super) use self::dispatch::WorkerControl;
pub(crate) use self::renew::renewal_period;
pub(crate) use self::shard_sync::{INITIAL_POLL, INITIAL_WAIT};

/// Starts the tasks of a worker's host.
pub(super) fn boot(cx: Cx, settings: Rc<KclSettings>, decoded: Rc<DecodedRows>, control: Rc<WorkerControl>) {
    let worker = Rc::new(Worker::new(cx.clone(), settings, decoded));
    cx.spawn(run(worker, control));
}

async fn run(worker: Rc<Worker>, control: Rc<WorkerControl>) {
    let (consumer, host) = worker.identity();
    worker.cx.emit(Event::WorkerStarted { consumer, host });
    if worker.settings.retrieval == Retrieval::FanOut {
        registration::register(&worker).await;
    }
    worker.table.create_table_and_wait(&worker.cx, worker.settings.lease_table_capacity).await;
    shard_sync::initial_sync(&worker).await;
    for shard in worker.renewer.initialize(&worker.me).await {
        worker.emit_gained(shard, LeaseGain::Resumed, None);
    }
    let assignment = Kcl2Assignment::new(worker.me.clone(), &worker.settings);
    let leadership = Rc::new(Leadership::new(worker.clone()));
    let jobs = [
        worker.cx.spawn(renew::renew_for_ever(worker.clone())),
        worker.cx.spawn(Taker::new(worker.clone(), assignment).run()),
        worker.cx.spawn(audit::audit_for_ever(worker.clone(), leadership.clone())),
        worker.cx.spawn(cleanup::clean_up_for_ever(worker.clone(), leadership)),
    ];
    Dispatcher::new(worker.clone(), control).run().await;
    jobs.iter().for_each(crate::world::Task::abort);
    worker.cx.emit(Event::WorkerStopped { consumer, host });
}
