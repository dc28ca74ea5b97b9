//! The director: lets faults begin and end at their times.
//!
//! Faults act only through the world (hosts, links, clocks) or through a service's declared fault points.
//! When the last one is over, it says so: liveness is judged from there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::base::{Event, SimTime};
use crate::client::Cx;
use crate::fault::{Claims, FaultPlan, Stage};

/// A fault's beginning or end.
#[derive(Clone, Copy)]
struct Turn {
    at: SimTime,
    fault: usize,
    begins: bool,
}

/// Lets the faults happen, from a task on the operator's host. The director takes more of them. What else disturbs the
/// run is over at `calm_from`.
pub(super) fn direct(cx: &Cx, faults: Vec<FaultPlan>, calm_from: SimTime) -> Rc<Director> {
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
        directing.cx.sleep_until(calm_from.max(directing.cx.now())).await;
        directing.is_schedule_over.set(true);
        directing.tell_if_healed();
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
    /// What they hold.
    claims: Claims,
    /// Faults that have begun and not ended.
    active: RefCell<Vec<usize>>,
    /// Whether all that the scenario has has ended.
    is_schedule_over: Cell<bool>,
}

impl Director {
    fn new(cx: Cx, faults: Vec<FaultPlan>) -> Self {
        Self {
            cx,
            faults: RefCell::new(faults),
            claims: Claims::default(),
            active: RefCell::default(),
            is_schedule_over: Cell::new(false),
        }
    }

    /// Begins a fault now; it ends after its time, or when it is healed. Returns its number.
    pub(crate) fn begin_now(self: &Rc<Self>, plan: FaultPlan) -> u32 {
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
    pub(super) fn heal(&self, id: u32) -> bool {
        let fault = id as usize;
        let is_active = self.active.borrow().contains(&fault);
        if is_active {
            self.end(fault);
        }
        is_active
    }

    /// Faults in force, with their numbers.
    pub(crate) fn active(&self) -> Vec<(u32, FaultPlan)> {
        let faults = self.faults.borrow();
        self.active.borrow().iter().map(|n| (*n as u32, faults[*n].clone())).collect()
    }

    fn begin(&self, fault: usize) {
        let (plan, id) = (&self.faults.borrow()[fault], fault as u32);
        self.active.borrow_mut().push(fault);
        self.cx.emit(Event::FaultBegan { fault: id, what: plan.text.clone() });
        plan.effect.begin(&Stage::new(&self.cx, &self.claims, id));
    }

    fn end(&self, fault: usize) {
        let (plan, id) = (&self.faults.borrow()[fault], fault as u32);
        self.active.borrow_mut().retain(|active| *active != fault);
        plan.effect.end(&Stage::new(&self.cx, &self.claims, id));
        self.cx.emit(Event::FaultEnded { fault: id });
        self.tell_if_healed();
    }

    /// Liveness is judged from here, until the next fault begins.
    fn tell_if_healed(&self) {
        if self.is_schedule_over.get() && self.active.borrow().is_empty() {
            self.cx.emit(Event::FaultsHealed {});
        }
    }
}
