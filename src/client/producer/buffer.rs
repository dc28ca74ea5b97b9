//! Records that wait to be put, and when the next batch of them is due.

use std::collections::VecDeque;

use super::settings::{Batching, ProducerSettings};
use super::source::{Offered, Source};
use crate::aws::kinesis::api::PutEntry;
use crate::base::{SimDuration, SimTime};

/// The buffer of one producer host.
///
/// It looks ahead: records are drawn from the source before they arrive, so that the host need not wake for
/// each of them, only for each batch.
pub(super) struct Buffer {
    source: Source,
    waiting: VecDeque<PutEntry>,
    /// When each of them arrived.
    arrived: VecDeque<SimTime>,
    waiting_bytes: u64,
    records_max: usize,
    bytes_max: u64,
    linger: SimDuration,
    backlog_max: usize,
}

impl Buffer {
    pub(super) fn new(source: Source, settings: &ProducerSettings) -> Self {
        let (records_max, bytes_max, linger) = match settings.batching {
            Batching::Single { .. } => (1, u64::MAX, SimDuration::ZERO),
            Batching::Buffered { records_max, bytes_max, linger, .. } => (records_max, bytes_max, linger),
        };
        // A backlog of no record at all could never send one.
        let backlog_max = settings.backlog_max.max(1) as usize;
        let records_max = (records_max.max(1) as usize).min(backlog_max);
        let (waiting, arrived) = (VecDeque::new(), VecDeque::new());
        Self { source, waiting, arrived, waiting_bytes: 0, records_max, bytes_max, linger, backlog_max }
    }

    /// When the next batch is due, if a call can be made from `now` on; `None` when no record is left to come.
    pub(crate) fn batch_due(&mut self, now: SimTime) -> Option<SimTime> {
        if self.waiting.is_empty() && !self.wait_for_next() {
            return None;
        }
        let due = self.arrived.front()?.saturating_add(self.linger);
        let until = due.max(now);
        while !self.is_full() && self.source.next_at().is_some_and(|at| at <= until) && self.wait_for_next() {}
        match self.arrived.back() {
            Some(last) if self.is_full() => Some(due.min(*last)),
            _ => Some(due),
        }
    }

    /// Takes the batch that is due.
    pub(crate) fn take_batch(&mut self) -> Vec<PutEntry> {
        if self.waiting.len() <= self.records_max && self.waiting_bytes <= self.bytes_max {
            self.arrived.clear();
            self.waiting_bytes = 0;
            let room = VecDeque::with_capacity(self.waiting.len());
            return std::mem::replace(&mut self.waiting, room).into();
        }
        let mut batch = Vec::with_capacity(self.waiting.len().min(self.records_max));
        let mut batch_bytes = 0;
        while batch.len() < self.records_max {
            let Some(first) = self.waiting.front() else { break };
            let size_bytes = first.size_bytes();
            if !batch.is_empty() && batch_bytes + size_bytes > self.bytes_max {
                break;
            }
            batch.extend(self.waiting.pop_front());
            self.arrived.pop_front();
            batch_bytes += size_bytes;
        }
        self.waiting_bytes -= batch_bytes;
        batch
    }

    /// Takes in what has arrived by `now` while no call could be made, and returns the records that found no
    /// room.
    pub(crate) fn take_in(&mut self, now: SimTime) -> Vec<PutEntry> {
        let mut dropped = Vec::new();
        while self.source.next_at().is_some_and(|at| at <= now) {
            if self.waiting.len() < self.backlog_max {
                self.wait_for_next();
            } else {
                // Drawn all the same: what a record is does not depend on what became of those before it.
                dropped.extend(self.source.take().map(|offered| offered.entry));
            }
        }
        dropped
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= self.records_max || self.waiting_bytes >= self.bytes_max
    }

    /// Lets the source's next record wait here. Returns whether there was one.
    fn wait_for_next(&mut self) -> bool {
        let Some(Offered { at, entry }) = self.source.take() else { return false };
        self.waiting_bytes += entry.size_bytes();
        self.waiting.push_back(entry);
        self.arrived.push_back(at);
        true
    }
}
