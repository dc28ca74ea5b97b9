//! A run that goes on for as long as somebody drives it, with a door for requests from outside.
//!
//! The same world as any run (a scenario's producers, consumers, faults and all), plus one host, the gateway, through
//! which foreign clients call the services. It has no clock: whoever drives it says what time it is, so the same
//! requests at the same times give the same answers and the same trace hash.

use std::cell::RefCell;
use std::rc::Rc;

use super::build::{Built, build};
use super::director::Director;
use super::folds::Folds;
use super::outside;
use super::outside::{Outside, Told, ToldError, Worker};
use super::result::RunResult;
use crate::aws::kinesis::api::{ConsumerRef, Error, SubscriptionPoll};
use crate::aws::protocol::outside::Came;
use crate::aws::{Cloud, Outbound, Reply, Request};
use crate::base::event::HostRole;
use crate::base::{Event, Fold, ShardId, SimDuration, SimTime, StreamName, TableName};
use crate::check::CheckResult;
use crate::client::Cx;
use crate::fault::{FaultPlan, Form};
use crate::measure::Figures;
use crate::scenario::LiveFaults;
use crate::scenario::plan::Plan;
use crate::world::{CallId, Service, World};

/// The name of the host through which foreign clients call.
pub(crate) const GATEWAY: &str = "gateway";

/// A foreign client gives up long before this.
const CALL_TIMEOUT: SimDuration = SimDuration::from_mins(10);

/// A run that is driven from outside.
pub(crate) struct Live {
    world: World<Cloud>,
    folds: Rc<RefCell<Folds>>,
    gateway: Cx,
    director: Rc<Director>,
    outside: Outside,
}

impl Live {
    /// Builds the world of a plan, at its beginning. Further folds may listen.
    pub(crate) fn new(plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Self {
        let asked = Rc::default();
        let Built { world, folds, director } = build(plan, listeners, &outside::boot(&asked));
        let host = world.add_host(GATEWAY, HostRole::Operator, |_| {});
        world.start(host);
        let gateway = world.host(host);
        // Foreign clients have a real network before them, and a clock that stands still must not hold their calls up.
        gateway.set_latency(SimDuration::ZERO, SimDuration::ZERO);
        let outside = Outside::new(plan, &gateway, asked);
        Self { world, folds, gateway, director, outside }
    }

    /// Returns how far the world has come in simulated time.
    pub(crate) fn now(&self) -> SimTime {
        self.world.now()
    }
    /// When something next happens by itself.
    pub(crate) fn next_due(&self) -> Option<SimTime> {
        self.world.next_due()
    }
    /// Lets everything up to then happen. A time before now changes nothing.
    pub(crate) fn run_until(&self, until: SimTime) {
        self.world.run_until(until.max(self.world.now()));
    }

    /// Sends a request at the present instant: from the host of a worker outside, or through the gateway. `answered`
    /// gets the reply when it arrives, which may be at once, later, or, when a fault loses it, never within ten
    /// minutes: then `None`. It is dropped when the worker's host is down.
    pub(crate) fn request(
        &self,
        by: Option<&Worker>,
        request: Request,
        answered: impl FnOnce(Option<Reply>) + 'static,
    ) {
        let caller = by.map_or(&self.gateway, Worker::host).clone();
        by.into_iter().for_each(Worker::note_call);
        if !caller.is_up() {
            return;
        }
        let calling = caller.clone();
        caller.spawn(async move {
            answered(calling.call(request, CALL_TIMEOUT).await.ok());
        });
        self.run_until(self.now());
    }

    /// Workers whose code runs outside, in the scenario's order.
    pub(crate) fn workers(&self) -> &[Rc<Worker>] {
        self.outside.workers()
    }
    /// Takes what a worker outside says that it has done.
    ///
    /// # Errors
    /// When it cannot have done that.
    pub(crate) fn tell(&self, by: &Worker, told: &Told) -> Result<(), ToldError> {
        let events = self.look(|cloud| by.events(cloud, told))?;
        events.into_iter().for_each(|event| by.host().emit(event));
        Ok(())
    }

    /// Ends the run, and judges it by its plan; one that ended early is judged by what was due until then.
    pub(crate) fn conclude(&self, plan: Plan) -> RunResult {
        let now = self.now();
        let mut folds = self.folds.borrow_mut();
        folds.on(now, &Event::RunEnded {});
        folds.conclude(&plan.ended_at(now))
    }

    /// What a subscription that was begun by a worker outside, or through the gateway, has to say.
    ///
    /// # Errors
    /// The error that ends it.
    pub(crate) fn poll_subscription(
        &self,
        by: Option<&Worker>,
        consumer: &ConsumerRef,
        shard: ShardId,
        subscription: u64,
    ) -> Result<SubscriptionPoll, Error> {
        let caller = by.map_or(&self.gateway, Worker::host).id();
        self.world.with_backend(|cloud, now, events| {
            cloud.kinesis.advance(now, events);
            cloud.kinesis.poll_subscription(now, caller, consumer, shard, subscription, events)
        })
    }

    /// What functions and sinks outside are asked, and nobody has taken to them yet.
    pub(crate) fn take_asked(&self) -> Vec<(CallId, Outbound)> {
        self.world.with_backend(|cloud, now, _| cloud.take_outside(now))
    }
    /// Brings what came back from outside. What comes too late is noted, and told nobody.
    pub(crate) fn take_note(&self, call: CallId, came: &Came) {
        self.world.with_backend(|cloud, now, events| cloud.came(now, call, came, events));
        self.run_until(self.now());
    }

    /// Begins a fault now. Returns its number, by which it is healed.
    pub(crate) fn begin_fault(&self, fault: FaultPlan) -> u32 {
        self.director.begin_now(fault)
    }
    /// Reads a fault that is written as in a scenario file, about what is there now.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read_json_fault(&self, faults: &LiveFaults, value: serde_json::Value) -> Result<FaultPlan, String> {
        let (streams, tables) = self.streams_and_tables();
        faults.read(value, streams, tables)
    }
    /// What can be said of faults now.
    pub(crate) fn fault_forms(&self, faults: &LiveFaults) -> Vec<Form> {
        let (streams, tables) = self.streams_and_tables();
        faults.forms(streams, tables)
    }
    fn streams_and_tables(&self) -> (Vec<StreamName>, Vec<TableName>) {
        self.look(|cloud| {
            (cloud.kinesis.stream_names().cloned().collect(), cloud.dynamodb.table_names().cloned().collect())
        })
    }
    /// Ends a fault. Returns whether it was in force.
    pub(crate) fn heal_fault(&self, id: u32) -> bool {
        self.director.heal(id)
    }
    /// Faults in force, those of the scenario included.
    pub(crate) fn active_faults(&self) -> Vec<(u32, FaultPlan)> {
        self.director.active()
    }

    /// What the checks say so far.
    pub(crate) fn checks(&self) -> Vec<CheckResult> {
        self.folds.borrow().check_results()
    }
    /// The figures so far.
    pub(crate) fn figures(&self) -> Figures {
        self.folds.borrow().figures()
    }
    /// The hash of all events so far.
    pub(crate) fn trace_hash(&self) -> u64 {
        self.folds.borrow().trace_hash()
    }
    /// The host of this name, if there is one.
    #[cfg(test)]
    pub(super) fn host(&self, name: &str) -> Option<Cx> {
        self.gateway.find(name).map(|id| self.gateway.other(id))
    }
    /// Looks at the services without calling them.
    pub(crate) fn look<R>(&self, at: impl FnOnce(&Cloud) -> R) -> R {
        self.world.with_backend(|cloud, _, _| at(cloud))
    }
}
