//! Workers of an application whose code runs outside the simulation, as processes of a real machine: what the world
//! says of each (whether its host is up, stands still, is asked to stop), and what it says that it has done.
//!
//! Not here: starting and killing processes. The world goes on whether anybody does.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::app_hosts::AppBoot;
use crate::aws::Cloud;
use crate::base::host_name::host_name;
use crate::base::{ConsumerId, Event, HostId, SequenceNumber, ShardId, StreamName};
use crate::client::{Cx, Stop};
use crate::scenario::plan::Plan;

/// For each host, whether it was asked to stop in its present life.
type AskedToStop = Rc<RefCell<BTreeMap<HostId, Rc<Asked>>>>;

/// Whether a worker was asked to stop.
#[derive(Default)]
pub(super) struct Asked(Cell<bool>);

impl Stop for Asked {
    fn request_shutdown(&self) {
        self.0.set(true);
    }
}

/// What happens on a host that boots: nothing, but that it can be asked to stop.
pub(super) fn boot(asked: &AskedToStop) -> AppBoot {
    let asked = asked.clone();
    Rc::new(move |cx, _| {
        let stop = Rc::new(Asked::default());
        asked.borrow_mut().insert(cx.id(), stop.clone());
        Some(stop)
    })
}

/// The workers of a run whose code runs outside.
pub(super) struct Outside {
    workers: Vec<Rc<Worker>>,
}

impl Outside {
    pub(super) fn new(plan: &Plan, operator: &Cx, asked: AskedToStop) -> Self {
        let mut workers = Vec::new();
        for app in &plan.apps {
            for number in (1..).take(app.starts.len()) {
                let name: Arc<str> = host_name(&app.name, number).into();
                let Some(host) = operator.find(&name) else { unreachable!("the plan's hosts were built") };
                let host = operator.other(host);
                // Its network is real, as that of any client outside.
                host.set_latency(Default::default(), Default::default());
                let (application, stream) = (app.name.clone(), app.stream.clone());
                let asked = asked.clone();
                let (consumer, has_called) = (app.consumer, Cell::new(false));
                workers.push(Rc::new(Worker { name, application, consumer, stream, host, asked, has_called }));
            }
        }
        Self { workers }
    }
    pub(super) fn workers(&self) -> &[Rc<Worker>] {
        &self.workers
    }
}

/// A worker whose code runs outside.
pub(crate) struct Worker {
    /// Of its host.
    pub(crate) name: Arc<str>,
    /// The consumer that it works for.
    pub(crate) application: Arc<str>,
    consumer: ConsumerId,
    /// What that reads.
    pub(crate) stream: StreamName,
    host: Cx,
    asked: AskedToStop,
    has_called: Cell<bool>,
}

/// What a worker says that it has done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// It processed the record of this number.
    Processed(SequenceNumber),
    /// It made the effect of this name, of these records.
    Effect(Arc<str>, Vec<SequenceNumber>),
    /// It ended by itself.
    Ended,
}

/// Why a worker cannot have done what it says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ToldError {
    /// No record that is still kept has this number.
    NoSuchRecord(SequenceNumber, StreamName),
}

impl fmt::Display for ToldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchRecord(number, stream) => write!(f, "record {number} is not in {stream}"),
        }
    }
}

impl Worker {
    pub(super) fn host(&self) -> &Cx {
        &self.host
    }
    pub(super) fn note_call(&self) {
        self.has_called.set(true);
    }
    /// Returns whether any call was known to be the worker's.
    pub(crate) fn has_called(&self) -> bool {
        self.has_called.get()
    }
    /// Returns whether its host runs (one that stands still does).
    pub(crate) fn is_up(&self) -> bool {
        self.host.is_up()
    }
    /// Returns whether its host stands still.
    pub(crate) fn is_paused(&self) -> bool {
        self.host.is_paused()
    }
    /// How often its host was booted.
    pub(crate) fn lives(&self) -> u32 {
        self.host.boots()
    }
    /// Returns whether it was asked to stop in its present life.
    pub(crate) fn is_asked_to_stop(&self) -> bool {
        self.asked.borrow().get(&self.host.id()).is_some_and(|asked| asked.0.get())
    }

    /// The events that say so.
    pub(super) fn events(&self, cloud: &Cloud, told: &Told) -> Result<Vec<Event>, ToldError> {
        let (consumer, host) = (self.consumer, self.host.id());
        Ok(match told {
            Told::Processed(number) => {
                let (shard, from) = self.place(cloud, *number)?;
                vec![Event::RecordsProcessed { consumer, host, shard, from, to: from + 1 }]
            }
            Told::Effect(id, of) => {
                of.iter().try_for_each(|number| self.place(cloud, *number).map(drop))?;
                vec![Event::EffectMade { consumer, host, id: id.clone() }]
            }
            Told::Ended => vec![Event::WorkerStopped { consumer, host }],
        })
    }

    fn place(&self, cloud: &Cloud, number: SequenceNumber) -> Result<(ShardId, u64), ToldError> {
        let found = cloud.kinesis.ordinal_of(&self.stream, number, None);
        found.map(|ordinal| (number.shard(), ordinal)).ok_or(ToldError::NoSuchRecord(number, self.stream.clone()))
    }
}
