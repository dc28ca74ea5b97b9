//! Producers: hosts that put records, at a rate or from a trace, with buffers and retries.
//!
//! | file | what it does |
//! |---|---|
//! | [`settings`] | what a scenario says |
//! | [`trace`], [`replay`] | traffic from files |
//! | `arrivals`, `keys`, `source` | the records of a host, in order of time |
//! | `buffer` | what waits, and when a batch is due |
//!
//! This is an application with the plain SDK. Not modelled: the Kinesis Producer Library (aggregation, its
//! per-shard limiter, its shard map), and back pressure on whoever calls the application: what finds no room
//! in the backlog is dropped.

pub(crate) mod arrivals;
mod buffer;
mod calls;
pub(crate) mod keys;
pub mod replay;
pub mod settings;
mod source;
pub mod trace;
use keys::KeyTable;
pub use settings::*;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use self::buffer::Buffer;
use self::source::Source;
use crate::aws::Cloud;
use crate::aws::kinesis::api::PutEntry;
use crate::base::event::HostRole;
use crate::base::seed::Random;
use crate::base::{Event, HostId, SequenceNumber, SimDuration, SimTime};
use crate::client::sdk::Sdk;
use crate::client::{Cx, HostGroup, Stop};
use crate::world::Notify;

/// How long a call may take; the Java SDK's default read timeout.
const CALL_TIMEOUT: SimDuration = SimDuration::from_secs(30);
/// Failed entries of a PutRecords are first sent again after a time drawn between zero and this, which doubles
/// with every further time, as AWS advises
/// (<https://docs.aws.amazon.com/streams/latest/dev/developing-producers-with-sdk.html>).
pub(crate) const RESEND_BASE: SimDuration = SimDuration::from_millis(100);
/// The longest such time.
pub(crate) const RESEND_MAX: SimDuration = SimDuration::from_secs(20);

/// The hosts of a producer.
pub(crate) struct ProducerHosts {
    settings: Rc<ProducerSettings>,
    /// Keys that one of them made, all have.
    keys: KeyTable,
}

impl ProducerHosts {
    /// The hosts of the producer with these settings.
    pub(crate) fn new(settings: ProducerSettings) -> Self {
        Self { settings: Rc::new(settings), keys: KeyTable::default() }
    }
}

impl HostGroup for ProducerHosts {
    fn name(&self) -> &str {
        &self.settings.name
    }
    fn role(&self) -> HostRole {
        HostRole::Producer
    }
    fn starts(&self) -> Vec<SimDuration> {
        vec![self.settings.start; self.settings.hosts as usize]
    }
    fn declared(&self, _: u32, host: HostId) -> Option<Event> {
        let (stream, delivery) = match &self.settings.to {
            Target::Stream(stream) => (Some(stream.clone()), None),
            Target::Delivery(delivery) => (None, Some(delivery.clone())),
        };
        Some(Event::ProducerDeclared { host, producer: self.settings.name.clone(), stream, delivery })
    }
    fn boot(&self, cx: Cx, index: u32) -> Option<Rc<dyn Stop>> {
        boot(cx, self.settings.clone(), index, self.keys.clone());
        None
    }
}

fn boot(cx: Cx, settings: Rc<ProducerSettings>, host_index: u32, keys: KeyTable) {
    let source = Source::new(&cx, &settings, host_index, keys);
    // Numbers are followed into streams. What is put to a delivery stream is followed from there on.
    if settings.stream().is_some() {
        cx.emit(Event::ProducerStarted {
            host: cx.id(),
            first: source.next_number(),
            step: u64::from(settings.hosts),
            is_ordered: settings.is_ordered && matches!(settings.batching, Batching::Single { .. }),
        });
    }
    let buffer = Buffer::new(source, &settings);
    let producer = Rc::new(Producer {
        sdk: Sdk::new(cx.clone(), "kinesis", settings.retry, CALL_TIMEOUT),
        random: RefCell::new(cx.random("resend")),
        in_flight: Cell::new(0),
        slot_freed: Notify::new(&cx),
        last_sequence_number: Cell::new(None),
        settings,
        cx: cx.clone(),
    });
    cx.spawn(producer.run(buffer));
}

struct Producer {
    cx: Cx,
    settings: Rc<ProducerSettings>,
    sdk: Sdk,
    random: RefCell<Random>,
    in_flight: Cell<u32>,
    slot_freed: Notify<Cloud>,
    last_sequence_number: Cell<Option<SequenceNumber>>,
}

/// What became of a batch.
struct Outcome {
    records_ok: u32,
    records_given_up: u32,
    attempts: u32,
}

impl Producer {
    fn in_flight_max(&self) -> u32 {
        match self.settings.batching {
            Batching::Single { .. } if self.settings.is_ordered => 1,
            Batching::Single { in_flight_max } | Batching::Buffered { in_flight_max, .. } => in_flight_max.max(1),
        }
    }

    /// Sends batch after batch until no more records come.
    async fn run(self: Rc<Self>, mut buffer: Buffer) {
        loop {
            if self.in_flight.get() >= self.in_flight_max() {
                self.slot_freed.wait().await;
                let dropped = buffer.take_in(self.cx.now());
                if !dropped.is_empty() {
                    let outcome = Outcome { records_ok: 0, records_given_up: dropped.len() as u32, attempts: 0 };
                    dropped.iter().for_each(|entry| self.give_up(entry));
                    self.emit_finished(&outcome, self.cx.now());
                }
                continue;
            }
            match buffer.batch_due(self.cx.now()) {
                None => return,
                Some(due) if due > self.cx.now() => self.cx.sleep_until(due).await,
                Some(_) => self.send(buffer.take_batch()),
            }
        }
    }

    /// Puts a batch in a task of its own.
    fn send(self: &Rc<Self>, batch: Vec<PutEntry>) {
        self.in_flight.set(self.in_flight.get() + 1);
        let this = self.clone();
        self.cx.spawn(async move {
            let began = this.cx.now();
            let outcome = match this.settings.batching {
                Batching::Single { .. } => this.put_single(batch).await,
                Batching::Buffered { .. } => this.put_batch(batch).await,
            };
            this.emit_finished(&outcome, began);
            this.in_flight.set(this.in_flight.get() - 1);
            this.slot_freed.notify();
        });
    }

    fn give_up(&self, entry: &PutEntry) {
        if let Some(number) = entry.data.number() {
            self.cx.emit(Event::RecordGivenUp { host: self.cx.id(), number });
        }
    }

    fn emit_finished(&self, outcome: &Outcome, began: SimTime) {
        let &Outcome { records_ok, records_given_up, attempts } = outcome;
        let took_ms = self.cx.now().since(began).as_millis();
        self.cx.emit(Event::PutFinished { host: self.cx.id(), records_ok, records_given_up, attempts, took_ms });
    }

    /// PutRecord of the one record of the batch.
    async fn put_single(&self, batch: Vec<PutEntry>) -> Outcome {
        let mut outcome = Outcome { records_ok: 0, records_given_up: 0, attempts: 0 };
        for entry in batch {
            let (is_put, attempts) = self.put_record(&entry).await;
            outcome.attempts += attempts;
            if is_put {
                outcome.records_ok += 1;
            } else {
                outcome.records_given_up += 1;
                self.give_up(&entry);
            }
        }
        outcome
    }

    /// PutRecords of the batch, and again of the entries that failed, as often as settings allow. An exception
    /// of the whole call is final: the SDK has sent it again already.
    async fn put_batch(&self, batch: Vec<PutEntry>) -> Outcome {
        let records = batch.len() as u32;
        let mut entries = Arc::new(batch);
        let mut outcome = Outcome { records_ok: 0, records_given_up: 0, attempts: 0 };
        for resends in 0.. {
            let (failed, attempts) = self.put_records(&entries).await;
            outcome.attempts += attempts;
            let Some(failed) = failed else { break };
            let failed = if self.settings.planted.are_failed_entries_seen() { failed } else { Vec::new() };
            outcome.records_ok += (entries.len() - failed.len()) as u32;
            if failed.is_empty() {
                entries = Arc::default();
                break;
            }
            entries = Arc::new(failed);
            if resends == self.settings.resend_failed_max {
                break;
            }
            self.cx.sleep(self.resend_backoff(resends)).await;
        }
        entries.iter().for_each(|entry| self.give_up(entry));
        outcome.records_given_up = records - outcome.records_ok;
        outcome
    }

    fn resend_backoff(&self, resends: u32) -> SimDuration {
        let ceiling = (RESEND_BASE * (1u64 << resends.min(20))).min(RESEND_MAX);
        self.random.borrow_mut().duration(SimDuration::ZERO, ceiling)
    }
}

#[cfg(test)]
mod tests;
