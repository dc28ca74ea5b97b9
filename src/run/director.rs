//! The director: lets faults begin and end at their times.
//!
//! Faults act only through the world (hosts, links, clocks) or through a service's declared fault points.
//! When the last one is over, it says so: liveness is judged from there.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Event, HostId, SimTime};
use crate::client::Cx;
use crate::scenario::plan::{FaultKind, FaultPlan};
use crate::world::{Hosts, LinkRule};

/// A fault's beginning or end.
#[derive(Clone, Copy)]
struct Turn {
    at: SimTime,
    fault: usize,
    begins: bool,
}

/// Lets the faults happen, from a task on the operator's host. The director takes more of them.
pub(super) fn direct(cx: &Cx, faults: Vec<FaultPlan>) -> Rc<Director> {
    let turns = turns(&faults);
    let director = Rc::new(Director::new(cx.clone(), faults));
    let directing = director.clone();
    cx.spawn(async move {
        for turn in turns {
            directing.cx.sleep_until(turn.at).await;
            match turn.begins {
                true => directing.begin(turn.fault),
                // Somebody may have healed it before its time.
                false => drop(directing.heal(turn.fault as u32)),
            }
        }
        directing.cx.emit(Event::FaultsHealed {});
    });
    director
}

fn turns(faults: &[FaultPlan]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for (fault, plan) in faults.iter().enumerate() {
        turns.push(Turn { at: plan.at, fault, begins: true });
        // A fault for good (a crash without restart) is over as soon as it has happened.
        let lasts = plan.lasts.unwrap_or_default();
        turns.push(Turn { at: plan.at.saturating_add(lasts), fault, begins: false });
    }
    // Ends come first at the same instant, so that one fault can follow another on the same target.
    turns.sort_by_key(|t| (t.at, t.begins && !faults[t.fault].lasts.unwrap_or_default().is_zero(), t.fault));
    turns
}

/// Begins and ends faults.
pub(super) struct Director {
    cx: Cx,
    /// Services and links know a fault by its place here.
    faults: RefCell<Vec<FaultPlan>>,
    /// Hosts that a crash keeps down, with the crash that does; a later crash takes over.
    held_down: RefCell<Vec<(HostId, usize)>>,
    /// Faults that have begun and not ended.
    active: RefCell<Vec<usize>>,
}

impl Director {
    fn new(cx: Cx, faults: Vec<FaultPlan>) -> Self {
        Self { cx, faults: RefCell::new(faults), held_down: RefCell::default(), active: RefCell::default() }
    }

    /// Begins a fault now; it ends after its time, or when it is healed. Returns its number.
    pub fn begin_now(self: &Rc<Self>, plan: FaultPlan) -> u32 {
        let (fault, lasts) = (self.faults.borrow().len(), plan.lasts);
        self.faults.borrow_mut().push(plan);
        self.begin(fault);
        if let Some(lasts) = lasts {
            let this = self.clone();
            self.cx.spawn(async move {
                this.cx.sleep(lasts).await;
                this.heal(fault as u32);
            });
        }
        fault as u32
    }

    /// Ends a fault. Returns whether it was in force.
    pub fn heal(&self, id: u32) -> bool {
        let fault = id as usize;
        let is_active = self.active.borrow().contains(&fault);
        if is_active {
            self.end(fault);
        }
        is_active
    }

    /// Faults in force, with their numbers.
    pub fn active(&self) -> Vec<(u32, FaultPlan)> {
        let faults = self.faults.borrow();
        self.active.borrow().iter().map(|n| (*n as u32, faults[*n].clone())).collect()
    }

    fn begin(&self, fault: usize) {
        let (plan, id) = (&self.faults.borrow()[fault], fault as u32);
        self.active.borrow_mut().push(fault);
        self.cx.emit(Event::FaultBegan { fault: id, what: plan.text.clone() });
        match &plan.what {
            FaultKind::Crash { host } => self.with_host(host, |host| {
                let mut held = self.held_down.borrow_mut();
                held.retain(|(held, _)| *held != host.id());
                held.push((host.id(), fault));
                drop(held);
                host.crash();
            }),
            FaultKind::Pause { host } => self.with_host(host, |host| host.pause()),
            FaultKind::ClockSkew { host, skew_ms } => self.with_host(host, |host| host.set_wall_skew_ms(*skew_ms)),
            FaultKind::Link { clients, services, way, operation, effect } => {
                let (clients, services) = (self.hosts(clients), self.hosts(services));
                let rule = LinkRule { clients, services, way: *way, operation: operation.clone(), effect: *effect };
                self.cx.add_link_rule(id, rule);
            }
            FaultKind::Service(what) => {
                self.cx.with_backend(|cloud, now, events| cloud.inject(now, id, what.clone(), events));
            }
        }
    }

    fn end(&self, fault: usize) {
        let (plan, id) = (&self.faults.borrow()[fault], fault as u32);
        self.active.borrow_mut().retain(|active| *active != fault);
        match &plan.what {
            FaultKind::Crash { host } if plan.lasts.is_some() => self.with_host(host, |host| {
                let mut held = self.held_down.borrow_mut();
                let ours = held.iter().position(|h| *h == (host.id(), fault));
                if let Some(at) = ours {
                    held.remove(at);
                    drop(held);
                    if !host.is_up() {
                        host.boot();
                    }
                }
            }),
            FaultKind::Crash { .. } => {}
            // Another pause of the same host may go on.
            FaultKind::Pause { host } => {
                let is_paused = |other: &FaultKind| matches!(other, FaultKind::Pause { host: h } if h == host);
                if !self.is_active(is_paused) {
                    self.with_host(host, |host| host.resume());
                }
            }
            FaultKind::ClockSkew { host, .. } => {
                let skew_ms = self.latest_skew_ms(host);
                self.with_host(host, |host| host.set_wall_skew_ms(skew_ms));
            }
            FaultKind::Link { .. } => self.cx.remove_link_rule(id),
            FaultKind::Service(_) => self.cx.with_backend(|cloud, now, events| cloud.heal(now, id, events)),
        }
        self.cx.emit(Event::FaultEnded { fault: id });
    }

    fn is_active(&self, kind: impl Fn(&FaultKind) -> bool) -> bool {
        let faults = self.faults.borrow();
        self.active.borrow().iter().any(|fault| kind(&faults[*fault].what))
    }

    /// The skew that the latest fault still in force gives the host's clock.
    fn latest_skew_ms(&self, name: &str) -> i64 {
        let faults = self.faults.borrow();
        let skew = |fault: &usize| match &faults[*fault].what {
            FaultKind::ClockSkew { host, skew_ms } if **host == *name => Some(*skew_ms),
            _ => None,
        };
        self.active.borrow().iter().rev().find_map(skew).unwrap_or(0)
    }

    fn with_host(&self, name: &str, act: impl FnOnce(Cx)) {
        let Some(host) = self.cx.find(name) else { unreachable!("plans name hosts that exist, not {name}") };
        act(self.cx.other(host));
    }

    fn hosts(&self, names: &[std::sync::Arc<str>]) -> Hosts {
        match names.is_empty() {
            true => Hosts::All,
            false => Hosts::Only(names.iter().filter_map(|name| self.cx.find(name)).collect()),
        }
    }
}
