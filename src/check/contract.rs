//! What an invariant is: a fold with a verdict that says its name, its promise and what it hears.

use super::lens::Lens;
use super::settings::CheckSettings;
use super::verdict::CheckResult;
use crate::base::{Event, EventKind, SimTime, TableId};

/// An invariant at work.
pub(crate) trait Check {
    /// Takes the next event; the lens has heard it.
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens);
    /// Takes those of some events that it hears. Once for all, because a call for each costs as much as what is done.
    fn on_each(&mut self, at: SimTime, events: &[Event], heard: Heard<'_>, lens: &Lens) {
        for event in events.iter().filter(|event| heard.has(event.kind())) {
            self.on(at, event, lens);
        }
    }
    /// The verdict over the events so far.
    fn result(&self, lens: &Lens) -> CheckResult;
    /// A lease table of a real client that it has judged, if there was one.
    fn client_table(&self) -> Option<TableId> {
        None
    }
}

/// By kind of event, a bit for each of 64 checks that hears it.
pub(super) type Listeners = [u64; EventKind::ALL.len()];

/// The kinds that one check hears.
#[derive(Clone, Copy)]
pub(crate) struct Heard<'a> {
    pub(super) listeners: &'a Listeners,
    pub(super) check: u32,
}

impl Heard<'_> {
    #[inline]
    fn has(self, kind: EventKind) -> bool {
        self.listeners[kind as usize] >> self.check & 1 == 1
    }
}

/// What an invariant says of itself.
pub(crate) trait Invariant: Check + Sized + 'static {
    /// Its name, as scenario files and reports write it.
    const NAME: &'static str;
    /// What it promises, in one sentence that could go on a list.
    const PROMISE: &'static str;
    /// The events it judges; the lens hears others for it.
    const HEARS: &'static [EventKind];

    /// The check before any event.
    fn new(settings: &CheckSettings) -> Self;
    /// The events it judges in this run.
    fn hears(_: &CheckSettings) -> &'static [EventKind] {
        Self::HEARS
    }
}

/// An invariant as the list of all has it.
pub struct Registration {
    /// As scenario files and reports write it.
    pub name: &'static str,
    /// One sentence, for the list of checks.
    pub(crate) promise: &'static str,
    pub(super) hears: fn(&CheckSettings) -> &'static [EventKind],
    pub(super) begin: fn(&CheckSettings) -> Box<dyn Check>,
}

impl Registration {
    pub(crate) const fn of<I: Invariant>() -> Self {
        Self { name: I::NAME, promise: I::PROMISE, hears: I::hears, begin: |settings| Box::new(I::new(settings)) }
    }
}
