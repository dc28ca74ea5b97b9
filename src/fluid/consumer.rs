//! A consumer: how it reads, where it is in each shard, and what was counted of it.

use super::amount::{Us, us};
use super::reader::{Begin, Reader, Rule};
use super::startup::StartUp;
use super::tally::Tally;
use crate::base::{SimDuration, StreamName};
use crate::client::kcl::KclSettings;
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

/// A consumer while the fluid runs.
pub(super) struct Consumer {
    pub(super) kind: Kind,
    pub(super) stream: StreamName,
    pub(super) rule: Rule,
    /// When its records begin to wait.
    began: Us,
    /// For a poller, when its first calls reach the service.
    first_call: Us,
    start_up: Option<StartUp>,
    dispatch_poll: Us,
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
            start_up: None,
            dispatch_poll: 0,
            readers: Vec::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn kcl(plan: &Plan, at: usize, start_up: StartUp, one_way: Us) -> Self {
        let settings: &KclSettings = &plan.kcl[at];
        let writes = if settings.processor.is_checkpoint_prepared { 2 } else { 1 };
        let batches = settings.prefetch_batches_max.max(1) as usize;
        let rule = Rule {
            idle: us(settings.idle_between_reads),
            records_max: u64::from(settings.records_max),
            checkpoint_writes: writes,
            pauses: pauses(RetryMode::JavaLegacy),
            prefetch: Some((batches, settings.prefetch_bytes_max, settings.prefetch_records_max)),
            ..rule(plan, &settings.processor, settings.initial_position, one_way)
        };
        Self {
            kind: Kind::Kcl(at),
            stream: settings.stream.clone(),
            rule,
            began: start_up.began,
            first_call: 0,
            start_up: Some(start_up),
            dispatch_poll: us(settings.dispatch_poll),
            readers: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Reads one more shard, which was there when the run began.
    pub(super) fn add_first(&mut self) {
        let turn = self.readers.len() as u64;
        let first_call = match &self.start_up {
            Some(start_up) => start_up.first_call(turn, self.dispatch_poll, 2 * self.rule.one_way),
            None => self.first_call,
        };
        self.readers.push(Reader::new(self.began, first_call));
    }

    /// Checkpoints so far, as writes to the lease table.
    pub(super) fn table_writes(&self) -> u64 {
        self.tally.all_checkpoints() * self.rule.checkpoint_writes
    }
}

fn rule(plan: &Plan, processor: &ProcessorSettings, begins: InitialPosition, one_way: Us) -> Rule {
    Rule {
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
