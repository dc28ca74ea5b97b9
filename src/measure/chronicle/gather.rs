//! The fold that gathers a run's story.

use std::collections::{BTreeMap, VecDeque};

use super::entry::{Entry, Key, What};
use crate::base::event::{Event, Fold};
use crate::base::{ConsumerId, HostId, SimDuration, SimTime, TableName};
use crate::measure::by_id::ById;
use crate::measure::names::Names;

/// What happens again within this time is part of the same entry.
const GAP_MAX: SimDuration = SimDuration::from_secs(30);
/// With more entries than these the oldest go, but for faults and actions.
const ENTRIES_MAX: usize = 50_000;

/// Gathers the story of a run.
#[derive(Clone, Default)]
pub(crate) struct Chronicle {
    names: Names,
    consumers: ById<Option<Consumer>>,
    /// Faults and actions, which are never forgotten.
    from_outside: Vec<Entry>,
    /// The others, oldest first.
    entries: VecDeque<Entry>,
    /// How many entries were forgotten.
    forgotten: usize,
    /// By key, the number of the entry that goes on.
    going_on: BTreeMap<Key, usize>,
    /// The entry that went on last.
    last: Option<(Key, usize)>,
}

/// What was declared of a consumer.
#[derive(Clone)]
pub(super) struct Consumer {
    pub(super) lease_table: Option<TableName>,
    pub(super) hosts: Vec<HostId>,
}

impl Chronicle {
    /// What numbers are called.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Every entry, those from outside first; each kind in order of beginning.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.from_outside.iter().chain(&self.entries)
    }

    pub(super) fn consumer(&self, id: ConsumerId) -> Option<&Consumer> {
        self.consumers.get(id.index())?.as_ref()
    }

    fn tell(&mut self, at: SimTime, what: What) {
        let Some(key) = what.key() else {
            self.entries.push_back(Entry { from: at, until: at, times: 1, what });
            return self.forget();
        };
        if let Some(number) = self.goes_on(key)
            && let Some(entry) = self.entries.get_mut(number - self.forgotten)
            && at.since(entry.until) <= GAP_MAX
        {
            (entry.until, entry.times) = (at, entry.times + 1);
            self.last = Some((key, number));
            return;
        }
        let number = self.forgotten + self.entries.len();
        self.going_on.insert(key, number);
        self.last = Some((key, number));
        self.entries.push_back(Entry { from: at, until: at, times: 1, what });
        self.forget();
    }

    /// The number of the key's last entry, if it is not forgotten.
    fn goes_on(&self, key: Key) -> Option<usize> {
        let number = match self.last {
            Some((last, number)) if last == key => Some(number),
            _ => self.going_on.get(&key).copied(),
        };
        number.filter(|number| *number >= self.forgotten)
    }

    fn forget(&mut self) {
        if self.entries.len() > ENTRIES_MAX {
            self.entries.pop_front();
            self.forgotten += 1;
        }
    }

    fn on_outside(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { fault, what } => {
                let what = What::Fault { number: *fault, text: what.clone() };
                self.from_outside.push(Entry { from: at, until: SimTime::MAX, times: 1, what });
            }
            Event::FaultEnded { fault } => {
                let is_it = |e: &&mut Entry| {
                    e.until == SimTime::MAX && matches!(e.what, What::Fault { number, .. } if number == *fault)
                };
                if let Some(entry) = self.from_outside.iter_mut().rev().find(is_it) {
                    entry.until = at;
                }
            }
            Event::ActionTaken { what, outcome, .. } => {
                let what = What::Action { text: what.clone(), outcome: outcome.clone() };
                self.from_outside.push(Entry { from: at, until: at, times: 1, what });
            }
            Event::HostResumed { host } => {
                let paused = self.entries.iter_mut().rev().find(|e| e.what == What::Paused { host: *host });
                if let Some(entry) = paused.filter(|e| e.until == SimTime::MAX) {
                    entry.until = at;
                }
            }
            Event::HostPaused { host } => {
                let what = What::Paused { host: *host };
                self.entries.push_back(Entry { from: at, until: SimTime::MAX, times: 1, what });
                self.forget();
            }
            _ => {}
        }
    }

    fn declare(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        match event {
            Event::ConsumerDeclared { consumer, lease_table, .. } => {
                let lease_table = lease_table.clone();
                *self.consumers.slot(consumer.index()) = Some(Consumer { lease_table, hosts: Vec::new() });
            }
            Event::WorkerStarted { consumer, host } => {
                let known = self.consumers.get_mut(consumer.index()).and_then(Option::as_mut);
                if let Some(known) = known.filter(|known| !known.hosts.contains(host)) {
                    known.hosts.push(*host);
                }
            }
            _ => {}
        }
    }
}

impl Fold for Chronicle {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            // What comes often is no part of the story.
            Event::RecordAccepted { .. }
            | Event::RecordsRead { .. }
            | Event::RecordsProcessed { .. }
            | Event::UnitsConsumed { .. }
            | Event::ItemWritten { .. }
            | Event::PutAnswered { .. }
            | Event::DeliveryPutAnswered { .. }
            | Event::RecordGivenUp { .. }
            | Event::IteratorIssued { .. }
            | Event::PositionSaved { .. }
            | Event::SubscriptionRead { .. }
            | Event::SubscriptionBegan { .. }
            | Event::ProcessorThrew { .. }
            | Event::RecordsReplicated { .. }
            | Event::PutFinished { records_given_up: 0, .. }
            | Event::IteratorRequested { .. }
            | Event::CheckpointAttempted { .. }
            | Event::EffectsApplied { duplicates: 0, .. } => {}
            Event::FaultBegan { .. }
            | Event::FaultEnded { .. }
            | Event::ActionTaken { .. }
            | Event::HostPaused { .. }
            | Event::HostResumed { .. } => self.on_outside(at, event),
            _ => {
                self.declare(at, event);
                if let Some(what) = What::of(event) {
                    self.tell(at, what);
                }
            }
        }
    }
}
