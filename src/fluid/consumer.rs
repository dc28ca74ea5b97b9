//! A consumer: how it reads, where it is in each shard, and what was counted of it.

use std::rc::Rc;

use super::amount::{SECOND, Us, amount, us};
use super::leases::Held;
use super::reader::{Begin, Reader, Rule};
use super::tally::Tally;
use crate::aws::kinesis::limits::{READ_BYTES_PER_S, READ_CALLS_PER_S, SUBSCRIPTION_EVENT_EVERY_MIN};
use crate::base::{SimDuration, StreamName};
use crate::client::Retrieval;
use crate::client::kcl::KclSettings;
use crate::client::kcl::assignment::kcl2::kcl2_pause;
use crate::client::kcl::config::EVENTS_MAX;
use crate::client::poller::{InitialPosition, PollerSettings};
use crate::client::processor::ProcessorSettings;
use crate::client::sdk::RetryMode;
use crate::scenario::plan::Plan;

/// What a consumer of the fluid is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of this number among the plan's pollers.
    Poller(usize),
    /// Of this number among the plan's KCL applications.
    Kcl(usize),
}

/// Calls at a parent's end: its children's rows and its own.
const PARENT_CALLS: u64 = 6;
/// Calls of a child before its first read: its parents' rows, its own, and its iterator.
const CHILD_CALLS: u64 = 3;

/// What the library holds of events.
const EVENTS: (usize, u64, u64) = (EVENTS_MAX, u64::MAX, u64::MAX);

/// When the workers of a KCL application look for leases to take.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    pub(super) jobs: Vec<Us>,
    pub(super) period: Us,
    pub(super) dispatch_poll: Us,
}

/// A consumer while the fluid runs.
pub(super) struct Consumer {
    pub(super) kind: Kind,
    pub(super) stream: StreamName,
    pub(super) rule: Rule,
    /// When its records begin to wait.
    began: Us,
    /// For a poller, when its first calls reach the service.
    first_call: Us,
    /// Who holds the leases of the shards that were there when the run began.
    pub(super) held: Option<Rc<Held>>,
    pub(super) taking: Option<Taking>,
    pub(super) readers: Vec<Reader>,
    pub(super) tally: Tally,
}

impl Consumer {
    pub(super) fn poller(plan: &Plan, at: usize, one_way: Us) -> Self {
        let settings: &PollerSettings = &plan.pollers[at];
        let rule = Rule {
            idle: us(settings.idle),
            records_max: u64::from(settings.records_max),
            checkpoint_writes: 0,
            pauses: pauses(RetryMode::Standard),
            ..rule(plan, &settings.processor, settings.initial_position, one_way)
        };
        Self {
            kind: Kind::Poller(at),
            stream: settings.stream.clone(),
            rule,
            began: us(settings.start),
            first_call: us(settings.start) + 5 * one_way,
            held: None,
            taking: None,
            readers: Vec::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn kcl(plan: &Plan, at: usize, held: Rc<Held>, one_way: Us) -> Self {
        let settings: &KclSettings = &plan.kcl[at];
        let writes = if settings.processor.is_checkpoint_prepared { 2 } else { 1 };
        let batches = settings.prefetch_batches_max.max(1) as usize;
        let (idle, records_max, prefetch) = match settings.retrieval {
            Retrieval::Polling => {
                let cache = (batches, settings.prefetch_bytes_max, settings.prefetch_records_max);
                (us(settings.idle_between_reads), u64::from(settings.records_max), cache)
            }
            Retrieval::FanOut => (us(SUBSCRIPTION_EVENT_EVERY_MIN), u64::from(u32::MAX), EVENTS),
        };
        let rule = Rule {
            retrieval: settings.retrieval,
            idle,
            records_max,
            checkpoint_writes: writes,
            pauses: pauses(RetryMode::JavaLegacy),
            prefetch: Some(prefetch),
            ..rule(plan, &settings.processor, settings.initial_position, one_way)
        };
        Self {
            kind: Kind::Kcl(at),
            stream: settings.stream.clone(),
            rule,
            began: held.start_up.began,
            first_call: 0,
            taking: Some(Taking {
                jobs: held.start_up.workers.iter().map(|start| start.jobs).collect(),
                period: us(kcl2_pause(settings.failover, settings.epsilon)) + 2 * one_way,
                dispatch_poll: us(settings.dispatch_poll).max(1),
            }),
            held: Some(held),
            readers: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// What the plan calls it.
    pub(super) fn name<'a>(&self, plan: &'a Plan) -> &'a str {
        match self.kind {
            Kind::Poller(at) => &plan.pollers[at].name,
            Kind::Kcl(at) => &plan.kcl[at].name,
        }
    }

    /// When every shard has been read, as it looks before anything was; `None` for what begins after the run did, and
    /// where a shard is never read.
    pub(super) fn started(&self) -> Option<Us> {
        let last = self.readers.iter().map(|reader| reader.next).max();
        last.filter(|last| self.began == 0 && *last < self.rule.end).map(|last| last + 1)
    }

    /// Reads one more shard, which was there when the run began.
    pub(super) fn add_first(&mut self) {
        let reader = match &self.held {
            Some(held) => Reader::of_lease(self.began, &held.tenures[self.readers.len()]),
            None => Reader::new(self.began, self.first_call),
        };
        self.readers.push(reader);
    }

    /// Reads one more shard, which is opened now, when its parents are done.
    pub(super) fn add_child(&mut self, opened: Us) {
        self.readers.push(Reader::of_child(opened));
    }

    /// When a child's first call reaches the service, if its parents are done at this time. A poller begins at once;
    /// of the KCL the next worker that looks takes the new lease, and its dispatcher starts the consumer.
    pub(super) fn child_call(rule: &Rule, taking: &Option<Taking>, parents_done: Us) -> Us {
        let round_trip = 2 * rule.one_way;
        let Some(taking) = taking else { return parents_done + round_trip + rule.one_way };
        let made = parents_done + PARENT_CALLS * round_trip;
        let look = |jobs: &Us| jobs.saturating_add(made.saturating_sub(*jobs).div_ceil(taking.period) * taking.period);
        let (looked, jobs) = taking.jobs.iter().map(|jobs| (look(jobs), *jobs)).min().unwrap_or((made, 0));
        let gained = looked.saturating_add(2 * round_trip);
        let poll = taking.dispatch_poll;
        let dispatched = jobs.saturating_add(gained.saturating_sub(jobs).div_ceil(poll) * poll);
        dispatched.saturating_add(CHILD_CALLS * round_trip + rule.one_way)
    }

    /// Checkpoints so far, as writes to the lease table.
    pub(super) fn table_writes(&self) -> u64 {
        self.tally.all_checkpoints() * self.rule.checkpoint_writes
    }
}

fn rule(plan: &Plan, processor: &ProcessorSettings, begins: InitialPosition, one_way: Us) -> Rule {
    Rule {
        retrieval: Retrieval::Polling,
        idle: 0,
        records_max: 0,
        time_per_record: us(processor.time_per_record),
        checkpoint: processor.checkpoint,
        checkpoint_writes: 0,
        one_way,
        visibility_lag: us(plan.services.kinesis.visibility_lag),
        pauses: Vec::new(),
        prefetch: None,
        checkpoint_wait: 0,
        is_limited: plan.services.kinesis.data_plane_limits,
        down: Vec::new(),
        faults: Vec::new(),
        begin: match begins {
            InitialPosition::TrimHorizon => Begin::Oldest,
            InitialPosition::Latest => Begin::Latest,
            InitialPosition::AtTimestampAgo(ago) => Begin::Ago(us(ago)),
        },
        end: us(plan.duration),
    }
}

fn pauses(mode: RetryMode) -> Vec<Us> {
    mode.throttle_retries().pauses.into_iter().map(|pause: SimDuration| us(pause)).collect()
}

/// Whether readers with these rules are far from what a shard gives when so much is written to it.
pub(super) fn is_roomy(rules: &[&Rule], bytes_rate_milli: u64) -> bool {
    let polling = || rules.iter().filter(|rule| rule.retrieval == Retrieval::Polling);
    let calls: u64 = polling().map(|rule| SECOND * 1000 / (rule.idle + 2 * rule.one_way).max(1000)).sum();
    let bytes = bytes_rate_milli / 1000 * polling().count() as u64;
    let longest = polling().map(|rule| rule.idle).max().unwrap_or(0);
    calls < READ_CALLS_PER_S * 900
        && bytes < READ_BYTES_PER_S * 9 / 10
        && amount(bytes_rate_milli / 1000, longest) < READ_BYTES_PER_S * 9 / 10
}
