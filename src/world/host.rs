//! Hosts: machines with a name, tasks, a clock and random streams of their own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::backend::Backend;
use super::call::Call;
use super::due::What;
use super::executor::{Shared, TaskId};
use super::link::{Fate, LinkRule, Passing, RuleInForce};
use super::sync::Notify;
use crate::base::event::HostRole;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, SimDuration, SimTime};

pub(super) struct HostState<B: Backend> {
    name: Arc<str>,
    role: HostRole,
    boot: Rc<dyn Fn(Host<B>)>,
    boots: u32,
    is_up: bool,
    pub(crate) is_paused: bool,
    /// What came due while the host stood still.
    pub(crate) deferred: Vec<What>,
    wall_skew_ms: i64,
    pub(crate) link_random: Random,
    /// One-way latency of its links; that of the world when `None`.
    pub(crate) latency: Option<(SimDuration, SimDuration)>,
}

impl<B: Backend> HostState<B> {
    pub(super) fn new(name: &str, role: HostRole, chance: &Chance, boot: Rc<dyn Fn(Host<B>)>) -> Self {
        Self {
            name: name.into(),
            role,
            boot,
            boots: 0,
            is_up: false,
            is_paused: false,
            deferred: Vec::new(),
            wall_skew_ms: 0,
            link_random: chance.stream(&format!("link/{name}")),
            latency: None,
        }
    }
    /// Whether requests that arrive are answered.
    pub(crate) fn serves(&self) -> bool {
        self.is_up && !self.is_paused
    }
}

/// A handle to a host: all that its tasks know of the world. Cheap to clone.
pub struct Host<B: Backend> {
    shared: Rc<Shared<B>>,
    id: HostId,
}

impl<B: Backend> Clone for Host<B> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), id: self.id }
    }
}

/// A task that was spawned. Dropping the handle lets the task go on.
pub struct Task<B: Backend> {
    shared: Rc<Shared<B>>,
    id: TaskId,
}

impl<B: Backend> Task<B> {
    /// Ends the task and drops all it holds.
    pub(crate) fn abort(&self) {
        self.shared.abort(self.id);
    }
}

impl<B: Backend> Host<B> {
    pub(super) fn new(shared: Rc<Shared<B>>, id: HostId) -> Self {
        Self { shared, id }
    }

    // ---- what tasks may ask ----

    /// Returns the number that events give for the host.
    pub fn id(&self) -> HostId {
        self.id
    }
    /// Returns the name that scenario files and reports use, such as `billing-1`.
    pub fn name(&self) -> Arc<str> {
        self.shared.state.borrow().hosts[self.id.index()].name.clone()
    }
    /// Monotonic time, as Java's `nanoTime` gives it. It goes on while the host stands still.
    pub fn now(&self) -> SimTime {
        self.shared.now.get()
    }
    /// The host's wall clock, milliseconds since the Unix epoch, with its skew.
    pub(crate) fn wall_unix_ms(&self) -> u64 {
        let skew = self.shared.state.borrow().hosts[self.id.index()].wall_skew_ms;
        (self.shared.settings.epoch_unix_ms + self.now().as_millis()).saturating_add_signed(skew)
    }
    /// A random stream named after this host, its number of boots, and `name`.
    pub fn random(&self, name: &str) -> Random {
        let state = self.shared.state.borrow();
        let host = &state.hosts[self.id.index()];
        self.shared.settings.chance.stream(&format!("host/{}/{}/{name}", host.name, host.boots))
    }
    /// How often the host was booted; 1 for its first life.
    pub fn boots(&self) -> u32 {
        self.shared.state.borrow().hosts[self.id.index()].boots
    }
    /// Waits for `duration`.
    pub fn sleep(&self, duration: SimDuration) -> Sleep<B> {
        self.sleep_until(self.now().saturating_add(duration))
    }
    /// Waits until `deadline`; at once if it has passed.
    pub fn sleep_until(&self, deadline: SimTime) -> Sleep<B> {
        Sleep { shared: self.shared.clone(), deadline, is_scheduled: false }
    }
    /// Sends a request to its service and waits for the reply, at most `timeout`.
    /// The request sets out at once, not at the first poll.
    pub fn call(&self, request: B::Request, timeout: SimDuration) -> Call<B> {
        Call::new(self.shared.clone(), self.id, request, timeout)
    }
    /// Runs another task on this host.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Task<B> {
        let id = self.shared.spawn(self.id, Box::pin(future));
        Task { shared: self.shared.clone(), id }
    }
    /// Does `work` on items side by side, at most `limit` at a time, as a pool of that many threads would, until all
    /// are done. Each thread has a task of its own, so that a reply to one wakes no other.
    pub(crate) async fn run_side_by_side<T, F>(&self, items: Vec<T>, limit: usize, work: impl Fn(T) -> F + 'static)
    where
        T: 'static,
        F: Future<Output = ()> + 'static,
    {
        if items.is_empty() {
            return;
        }
        let threads = items.len().min(limit.max(1));
        let waiting = Rc::new(RefCell::new(VecDeque::from(items)));
        let work = Rc::new(work);
        let busy = Rc::new(Cell::new(threads));
        let done = Rc::new(Notify::new(self));
        for _ in 0..threads {
            let (waiting, busy, done, work) = (waiting.clone(), busy.clone(), done.clone(), work.clone());
            self.spawn(async move {
                let next = || waiting.borrow_mut().pop_front();
                while let Some(item) = next() {
                    work(item).await;
                }
                busy.set(busy.get() - 1);
                if busy.get() == 0 {
                    done.notify();
                }
            });
        }
        done.wait().await;
    }
    /// Tells observers what happened.
    pub(crate) fn emit(&self, event: Event) {
        self.shared.emit(event);
    }
    pub(super) fn shared(&self) -> &Rc<Shared<B>> {
        &self.shared
    }

    // ---- what faults and the operator do ----

    /// The host called `name`.
    pub fn find(&self, name: &str) -> Option<HostId> {
        let state = self.shared.state.borrow();
        state.hosts.iter().position(|h| &*h.name == name).map(|i| HostId(i as u16))
    }
    /// A handle to another host.
    pub fn other(&self, id: HostId) -> Self {
        Self::new(self.shared.clone(), id)
    }
    /// Returns what the host was declared as: producer, consumer, operator, service.
    pub fn role(&self) -> HostRole {
        self.shared.state.borrow().hosts[self.id.index()].role
    }
    /// Returns whether the host stands still.
    pub(crate) fn is_paused(&self) -> bool {
        self.shared.state.borrow().hosts[self.id.index()].is_paused
    }
    /// Returns whether the host runs (a paused host does).
    pub(crate) fn is_up(&self) -> bool {
        self.shared.state.borrow().hosts[self.id.index()].is_up
    }
    /// Starts the host's tasks afresh.
    pub(crate) fn boot(&self) {
        let mut state = self.shared.state.borrow_mut();
        let host = &mut state.hosts[self.id.index()];
        assert!(!host.is_up, "a host that runs is not booted");
        host.boots += 1;
        host.is_up = true;
        host.is_paused = false;
        host.deferred.clear();
        let (boot, again, role) = (host.boot.clone(), host.boots > 1, host.role);
        drop(state);
        if again {
            self.emit(Event::HostRestarted { host: self.id });
        }
        if again && role == HostRole::Service {
            self.with_backend(|backend, now, _| backend.restarted(now, self.id.index()));
        }
        boot(self.clone());
    }
    /// Stops the host at once: its tasks and memory are gone, its calls in flight still arrive.
    pub fn crash(&self) {
        let mut state = self.shared.state.borrow_mut();
        let host = &mut state.hosts[self.id.index()];
        if !host.is_up {
            return;
        }
        host.is_up = false;
        host.is_paused = false;
        let (deferred, role) = (std::mem::take(&mut host.deferred), host.role);
        drop(state);
        for task in self.shared.tasks_of(self.id) {
            self.shared.abort(task);
        }
        self.emit(Event::HostCrashed { host: self.id });
        if role == HostRole::Service {
            self.with_backend(|backend, now, _| backend.crashed(now, self.id.index()));
            // Requests that waited for the host now find nobody.
            deferred.into_iter().for_each(|what| self.shared.state.borrow_mut().schedule(self.now(), what));
        }
    }
    /// Stops the host for good after an orderly end of its tasks, without a crash.
    pub(crate) fn power_off(&self) {
        self.shared.state.borrow_mut().hosts[self.id.index()].is_up = false;
        for task in self.shared.tasks_of(self.id) {
            self.shared.abort(task);
        }
    }
    /// Lets the host stand still, as in a long garbage collection, while time goes on.
    pub fn pause(&self) {
        let mut state = self.shared.state.borrow_mut();
        let host = &mut state.hosts[self.id.index()];
        if !host.is_up || host.is_paused {
            return;
        }
        host.is_paused = true;
        drop(state);
        self.emit(Event::HostPaused { host: self.id });
    }
    /// Lets a paused host go on: everything that came due meanwhile happens now, in order.
    pub(crate) fn resume(&self) {
        let now = self.now();
        let mut state = self.shared.state.borrow_mut();
        let host = &mut state.hosts[self.id.index()];
        if !host.is_paused {
            return;
        }
        host.is_paused = false;
        for what in std::mem::take(&mut host.deferred) {
            state.schedule(now, what);
        }
        drop(state);
        self.emit(Event::HostResumed { host: self.id });
    }
    /// Sets how far the host's wall clock is ahead (or, negative, behind).
    pub(crate) fn set_wall_skew_ms(&self, skew_ms: i64) {
        self.shared.state.borrow_mut().hosts[self.id.index()].wall_skew_ms = skew_ms;
    }
    /// Gives the host's links a latency of their own.
    pub(crate) fn set_latency(&self, low: SimDuration, high: SimDuration) {
        self.shared.state.borrow_mut().hosts[self.id.index()].latency = Some((low, high));
    }
    /// Draws how long a packet that something else carries takes on this host's links.
    pub(crate) fn latency(&self) -> SimDuration {
        let mut state = self.shared.state.borrow_mut();
        let host = &mut state.hosts[self.id.index()];
        let (low, high) = host.latency.unwrap_or(self.shared.settings.latency);
        host.link_random.duration(low, high)
    }
    /// Returns whether a partition stops packets to (or, as replies, from) the service.
    pub(crate) fn is_cut_off(&self, service: HostId, is_reply: bool) -> bool {
        self.shared.state.borrow().rules.iter().any(|rule| rule.cuts(self.id, service, is_reply))
    }
    /// What becomes of a message that something else has carried: what the faults on links do to it, on top of the
    /// time it took.
    pub fn message(&self, service: HostId, operation: &'static str, is_reply: bool) -> Fate {
        self.shared.judge(Passing { client: self.id, service, operation, is_reply })
    }
    /// Puts a rule on links; the same `id` takes it away.
    pub(crate) fn add_link_rule(&self, id: u32, rule: LinkRule) {
        self.shared.state.borrow_mut().rules.push(RuleInForce::new(id, rule));
    }
    /// Takes the rules with this `id` off again. Returns whether they did something to a message.
    pub(crate) fn remove_link_rule(&self, id: u32) -> bool {
        let rules = &mut self.shared.state.borrow_mut().rules;
        let has_met = rules.iter().any(|rule| rule.is_of(id) && rule.has_met());
        rules.retain(|rule| !rule.is_of(id));
        has_met
    }
    /// Looks at the services, at the end of a run too: nothing comes of it.
    pub(crate) fn look<R>(&self, at: impl FnOnce(&B) -> R) -> R {
        at(&self.shared.backend.borrow())
    }
    /// Looks at, or acts on, the services from outside the network.
    pub(crate) fn with_backend<R>(&self, act: impl FnOnce(&mut B, SimTime, &mut Vec<Event>) -> R) -> R {
        self.shared.with_backend(act)
    }
}

/// Waits until an instant.
pub struct Sleep<B: Backend> {
    shared: Rc<Shared<B>>,
    deadline: SimTime,
    is_scheduled: bool,
}

impl<B: Backend> Future for Sleep<B> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.shared.now.get() >= self.deadline {
            return Poll::Ready(());
        }
        if !self.is_scheduled {
            self.is_scheduled = true;
            let TaskId { index, generation } = self.shared.current.get();
            self.shared.state.borrow_mut().schedule(self.deadline, What::Wake { index, generation });
        }
        Poll::Pending
    }
}
