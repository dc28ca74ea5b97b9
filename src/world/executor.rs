//! The world itself: what is due when, the hosts and their tasks, the calls in flight.

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use slab::Slab;

use super::asked::Listeners;
use super::backend::Backend;
use super::call::CallSlot;
use super::carrier::Carrier;
use super::due::{Due, What};
use super::host::{Host, HostState};
use super::link::{self, Fate, Passing, RuleInForce};
use super::witness::Witness;
use crate::base::event::HostRole;
use crate::base::{Chance, Event, Fold, HostId, SimDuration, SimTime};

/// What a world is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What every random stream of the world derives from.
    pub chance: Chance,
    /// Wall-clock time at the start, milliseconds since the Unix epoch.
    pub epoch_unix_ms: u64,
    /// Names of the services behind the network. They become the first hosts.
    pub services: Vec<Arc<str>>,
    /// One-way latency, drawn uniformly for every message.
    pub(crate) latency: (SimDuration, SimDuration),
}

/// The simulated machine room.
pub struct World<B: Backend> {
    pub(super) shared: Rc<Shared<B>>,
}

pub(super) struct Shared<B: Backend> {
    pub now: Cell<SimTime>,
    pub current: Cell<TaskId>,
    pub state: RefCell<State<B>>,
    pub backend: RefCell<B>,
    pub(crate) tasks: RefCell<Slab<TaskSlot>>,
    pub observer: Rc<RefCell<dyn Fold>>,
    pub settings: Settings,
    /// What carries calls instead of the world's links.
    pub(crate) carrier: OnceCell<Rc<dyn Carrier<B>>>,
    pub(super) witness: OnceCell<Rc<dyn Witness<B>>>,
    pub(super) listeners: Listeners,
}

/// A task, and which use of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TaskId {
    pub index: u32,
    pub(crate) generation: u32,
}

impl TaskId {
    pub(crate) const NONE: Self = Self { index: u32::MAX, generation: 0 };
}

pub(super) struct TaskSlot {
    pub id: TaskId,
    pub host: HostId,
    /// Taken out while the task runs.
    pub future: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

pub(super) struct State<B: Backend> {
    due: BinaryHeap<Reverse<Due>>,
    sequence: u64,
    generation: u32,
    /// When it is woken for the backend, the next time last: each of them is one thing in `due`.
    backend_due: Vec<SimTime>,
    pub ready: VecDeque<TaskId>,
    pub hosts: Vec<HostState<B>>,
    pub(crate) calls: Slab<CallSlot<B>>,
    pub(super) rules: Vec<RuleInForce>,
    events: Vec<Event>,
}

impl<B: Backend> State<B> {
    pub(crate) fn schedule(&mut self, at: SimTime, what: What) {
        self.sequence += 1;
        self.due.push(Reverse(Due { at, sequence: self.sequence, what }));
    }
    pub(crate) fn next_generation(&mut self) -> u32 {
        self.generation += 1;
        self.generation
    }
    /// Draws what becomes of a message on a link of the world: `latency` is the world's.
    fn fate(&mut self, message: Passing, latency: (SimDuration, SimDuration)) -> Fate {
        let host = &mut self.hosts[message.client.index()];
        let latency = host.latency.unwrap_or(latency);
        link::fate(&self.rules, message, latency, &mut host.link_random)
    }
    /// What faults do to a message that something else has carried.
    fn fate_of_carried(&mut self, message: Passing) -> Fate {
        let none = (SimDuration::ZERO, SimDuration::ZERO);
        link::fate(&self.rules, message, none, &mut self.hosts[message.client.index()].link_random)
    }
}

impl<B: Backend> World<B> {
    /// A world whose events go to `observer`.
    pub fn new(settings: Settings, backend: B, observer: Rc<RefCell<dyn Fold>>) -> Self {
        let state = State {
            due: BinaryHeap::new(),
            sequence: 0,
            generation: 0,
            backend_due: Vec::new(),
            ready: VecDeque::new(),
            hosts: Vec::new(),
            calls: Slab::new(),
            rules: Vec::new(),
            events: Vec::new(),
        };
        let services = settings.services.clone();
        let world = Self {
            shared: Rc::new(Shared {
                now: Cell::new(SimTime::ZERO),
                current: Cell::new(TaskId::NONE),
                state: RefCell::new(state),
                backend: RefCell::new(backend),
                tasks: RefCell::new(Slab::new()),
                observer,
                settings,
                carrier: OnceCell::new(),
                witness: OnceCell::new(),
                listeners: Listeners::default(),
            }),
        };
        for name in services {
            let host = world.add_host(&name, HostRole::Service, |_| {});
            world.start(host);
        }
        world
    }

    /// Adds a host. `boot` starts its tasks; it runs at [`Self::start`] and again at every restart.
    pub(crate) fn add_host(&self, name: &str, role: HostRole, boot: impl Fn(Host<B>) + 'static) -> HostId {
        let mut state = self.shared.state.borrow_mut();
        let id = HostId(u16::try_from(state.hosts.len()).unwrap_or_else(|_| panic!("more than 65,536 hosts")));
        state.hosts.push(HostState::new(name, role, &self.shared.settings.chance, Rc::new(boot)));
        drop(state);
        self.shared.emit(Event::HostDeclared { host: id, name: name.into(), role });
        id
    }
    /// Boots a host that was added.
    pub fn start(&self, host: HostId) {
        Host::new(self.shared.clone(), host).boot();
    }
    /// Lets calls that `carrier` wants go by it from now on.
    ///
    /// # Panics
    /// When the world has a carrier.
    pub(crate) fn carry_calls_by(&self, carrier: Rc<dyn Carrier<B>>) {
        assert!(self.shared.carrier.set(carrier).is_ok(), "a world has one carrier at most");
    }
    /// Lets `witness` watch all calls from now on.
    ///
    /// # Panics
    /// When the world has a witness.
    pub(crate) fn watch_calls(&self, witness: Rc<dyn Witness<B>>) {
        assert!(self.shared.witness.set(witness).is_ok(), "a world has one witness at most");
    }
    /// Every host, in the order in which they were added.
    pub fn hosts(&self) -> impl Iterator<Item = HostId> + use<B> {
        let count = self.shared.state.borrow().hosts.len();
        (0..count).map(|index| HostId(index as u16))
    }
    /// A handle to a host.
    pub fn host(&self, host: HostId) -> Host<B> {
        Host::new(self.shared.clone(), host)
    }
    /// Returns simulated time since the start of the run.
    pub fn now(&self) -> SimTime {
        self.shared.now.get()
    }
    /// Looks at, or acts on, the services from outside the network.
    pub(crate) fn with_backend<R>(&self, act: impl FnOnce(&mut B, SimTime, &mut Vec<Event>) -> R) -> R {
        self.shared.with_backend(act)
    }
    /// When something is next due.
    pub(crate) fn next_due(&self) -> Option<SimTime> {
        let state = self.shared.state.borrow();
        match state.ready.is_empty() {
            false => Some(self.now()),
            true => state.due.peek().map(|d| d.0.at),
        }
    }
    /// Runs everything that is due up to and including `until`, then sets the clock to `until`.
    pub(crate) fn run_until(&self, until: SimTime) {
        self.shared.run_ready();
        while self.step(until) {}
        self.shared.now.set(until);
    }
    /// Lets what is next due happen, unless that is after `until`. Returns whether anything did.
    pub(crate) fn step(&self, until: SimTime) -> bool {
        let Some(due) = self.shared.pop_due(until) else { return false };
        self.shared.now.set(due.at);
        self.shared.happen(due.what);
        self.shared.run_ready();
        true
    }
}

impl<B: Backend> Drop for World<B> {
    /// Tasks hold handles to the world: drop them, or nothing would ever be freed.
    fn drop(&mut self) {
        let tasks = std::mem::take(&mut *self.shared.tasks.borrow_mut());
        drop(tasks);
        let hosts = std::mem::take(&mut self.shared.state.borrow_mut().hosts);
        drop(hosts);
    }
}

impl<B: Backend> Shared<B> {
    /// Hands an event to the observer.
    pub(crate) fn emit(&self, event: Event) {
        self.observer.borrow_mut().on(self.now.get(), &event);
    }

    pub(crate) fn with_backend<R>(self: &Rc<Self>, act: impl FnOnce(&mut B, SimTime, &mut Vec<Event>) -> R) -> R {
        let mut events = std::mem::take(&mut self.state.borrow_mut().events);
        let mut backend = self.backend.borrow_mut();
        let result = act(&mut backend, self.now.get(), &mut events);
        let (asked, news) = (backend.poll_call(self.now.get()), backend.poll_news());
        drop(backend);
        self.observer.borrow_mut().on_all(self.now.get(), &events);
        events.clear();
        let mut state = self.state.borrow_mut();
        state.events = events;
        self.watch_backend(&mut state);
        drop(state);
        if let Some(first) = asked {
            self.carry_own_calls(first);
        }
        if let Some(first) = news {
            self.tell_news(first);
        }
        result
    }

    /// Makes sure that the world wakes up for the backend's next deadline.
    fn watch_backend(&self, state: &mut State<B>) {
        if let Some(deadline) = self.backend.borrow().next_deadline() {
            let deadline = deadline.max(self.now.get());
            if state.backend_due.last().is_none_or(|next| deadline < *next) {
                state.backend_due.push(deadline);
                state.schedule(deadline, What::Backend);
            }
        }
    }

    fn pop_due(&self, until: SimTime) -> Option<Due> {
        let due = &mut self.state.borrow_mut().due;
        match due.peek() {
            Some(next) if next.0.at <= until => due.pop().map(|d| d.0),
            _ => None,
        }
    }

    fn happen(self: &Rc<Self>, what: What) {
        match what {
            What::Wake { index, generation } => self.wake(TaskId { index, generation }),
            What::Deliver { call } => self.deliver(call),
            What::Reply { call } | What::TimeOut { call } => self.finish_call(call, what),
            What::Backend => {
                self.state.borrow_mut().backend_due.pop();
                self.with_backend(|backend, now, events| backend.advance(now, events));
            }
        }
    }

    /// Makes a task ready, or keeps its wake-up for later if its host stands still.
    pub(crate) fn wake(&self, id: TaskId) {
        let host = match self.tasks.borrow().get(id.index as usize) {
            Some(slot) if slot.id == id => slot.host,
            _ => return,
        };
        let mut state = self.state.borrow_mut();
        let host = &mut state.hosts[host.index()];
        if host.is_paused {
            host.deferred.push(What::Wake { index: id.index, generation: id.generation });
        } else {
            state.ready.push_back(id);
        }
    }

    /// Sends a request; `call` holds it.
    pub(super) fn send(&self, call: u32, message: Passing, deadline: SimTime) {
        let mut state = self.state.borrow_mut();
        let now = self.now.get();
        match state.fate(message, self.settings.latency) {
            Fate::Deliver(after) => state.schedule(now + after, What::Deliver { call }),
            Fate::Twice(first, second) => {
                let copy = state.calls[call as usize].copy_of_request();
                let copy = state.calls.insert(copy) as u32;
                state.schedule(now + first, What::Deliver { call });
                state.schedule(now + second, What::Deliver { call: copy });
                drop(state);
                let Passing { client, service, operation, .. } = message;
                self.emit(Event::MessageDuplicated { from: client, to: service, operation });
            }
            Fate::Lost => {
                state.schedule(deadline, What::TimeOut { call });
                drop(state);
                self.emit_lost(message);
            }
        }
    }

    /// What the faults on links do to a message, and tells of it.
    pub(crate) fn judge(&self, message: Passing) -> Fate {
        let fate = self.state.borrow_mut().fate_of_carried(message);
        let Passing { client, service, operation, .. } = message;
        match fate {
            Fate::Lost => self.emit_lost(message),
            Fate::Twice(..) => self.emit(Event::MessageDuplicated { from: client, to: service, operation }),
            Fate::Deliver(_) => {}
        }
        fate
    }

    fn emit_lost(&self, message: Passing) {
        let Passing { client, service, operation, is_reply } = message;
        let (from, to) = if is_reply { (service, client) } else { (client, service) };
        self.emit(Event::MessageLost { from, to, operation, is_reply });
    }

    /// A request arrives: the service answers, and the answer sets out.
    fn deliver(self: &Rc<Self>, call: u32) {
        let mut state = self.state.borrow_mut();
        let slot = &mut state.calls[call as usize];
        let Some(request) = slot.request.take() else { unreachable!("a call is delivered once") };
        let (caller, deadline) = (slot.host, slot.deadline);
        let service = &mut state.hosts[B::service_of(&request)];
        if !service.serves() {
            self.find_nobody(&mut state, call, request);
            return;
        }
        let passing = Passing {
            client: caller,
            service: HostId(B::service_of(&request) as u16),
            operation: B::operation_of(&request),
            is_reply: true,
        };
        drop(state);
        let reply = self.with_backend(|backend, now, events| {
            backend.advance(now, events);
            backend.handle(now, caller, request, events)
        });
        let sets_out = self.now.get().saturating_add(B::time_taken(&reply));
        let mut state = self.state.borrow_mut();
        if state.calls[call as usize].nobody_waits() {
            state.calls.remove(call as usize);
            return;
        }
        match state.fate(passing, self.settings.latency) {
            Fate::Deliver(after) | Fate::Twice(after, _) if sets_out.saturating_add(after) <= deadline => {
                state.calls[call as usize].reply = Some(reply);
                state.schedule(sets_out + after, What::Reply { call });
            }
            Fate::Deliver(_) | Fate::Twice(..) => {
                let at = deadline.max(self.now.get());
                state.schedule(at, What::TimeOut { call });
            }
            Fate::Lost => {
                let at = deadline.max(self.now.get());
                state.schedule(at, What::TimeOut { call });
                drop(state);
                self.emit_lost(passing);
            }
        }
    }

    /// A request arrives at a service whose host does not serve: it waits while the host stands still, and is lost when
    /// the host is down.
    #[cold]
    fn find_nobody(&self, state: &mut State<B>, call: u32, request: B::Request) {
        let service = &mut state.hosts[B::service_of(&request)];
        if service.is_paused {
            service.deferred.push(What::Deliver { call });
            state.calls[call as usize].request = Some(request);
            return;
        }
        if state.calls[call as usize].nobody_waits() {
            state.calls.remove(call as usize);
            return;
        }
        let at = state.calls[call as usize].deadline.max(self.now.get());
        state.schedule(at, What::TimeOut { call });
    }

    /// A reply arrives at its caller, or the caller stops waiting for it.
    fn finish_call(&self, call: u32, what: What) {
        let mut state = self.state.borrow_mut();
        let slot = &mut state.calls[call as usize];
        if slot.nobody_waits() {
            state.calls.remove(call as usize);
            return;
        }
        let (host, task) = (slot.host, slot.task);
        if state.hosts[host.index()].is_paused {
            state.hosts[host.index()].deferred.push(what);
            return;
        }
        state.calls[call as usize].is_finished = true;
        drop(state);
        self.wake(task);
    }

    /// Puts a new task on a host. It first runs when the present one yields.
    pub(super) fn spawn(&self, host: HostId, future: Pin<Box<dyn Future<Output = ()>>>) -> TaskId {
        let generation = self.state.borrow_mut().next_generation();
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.vacant_entry();
        let id = TaskId { index: entry.key() as u32, generation };
        entry.insert(TaskSlot { id, host, future: Some(future) });
        drop(tasks);
        self.wake(id);
        id
    }

    /// Ends a task. A task that ends itself is dropped when it next yields.
    pub(crate) fn abort(&self, id: TaskId) {
        let mut tasks = self.tasks.borrow_mut();
        let slot = match tasks.get(id.index as usize) {
            Some(slot) if slot.id == id => tasks.remove(id.index as usize),
            _ => return,
        };
        drop(tasks);
        // Dropped outside the borrow: what a future holds may itself abort tasks or give up calls.
        drop(slot);
    }

    pub(crate) fn tasks_of(&self, host: HostId) -> Vec<TaskId> {
        self.tasks.borrow().iter().filter(|(_, slot)| slot.host == host).map(|(_, slot)| slot.id).collect()
    }

    fn run_ready(self: &Rc<Self>) {
        let mut polls = 0u64;
        loop {
            let Some(id) = self.state.borrow_mut().ready.pop_front() else { return };
            self.poll(id);
            polls += 1;
            assert!(polls < 50_000_000, "tasks run in circles at {} without letting time pass", self.now.get());
        }
    }

    fn poll(self: &Rc<Self>, id: TaskId) {
        let mut future = {
            let mut tasks = self.tasks.borrow_mut();
            match tasks.get_mut(id.index as usize) {
                Some(slot) if slot.id == id => match slot.future.take() {
                    Some(future) => future,
                    None => return,
                },
                _ => return,
            }
        };
        let before = self.current.replace(id);
        // Futures of this world ask it which task is running; no waker is needed.
        let done = future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.current.set(before);
        if done {
            self.abort(id);
            return;
        }
        let mut tasks = self.tasks.borrow_mut();
        match tasks.get_mut(id.index as usize) {
            Some(slot) if slot.id == id => slot.future = Some(future),
            // Aborted while it ran.
            _ => {
                drop(tasks);
                drop(future);
            }
        }
    }
}
