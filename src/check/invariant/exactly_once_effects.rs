//! `exactly-once-effects`: a store that promises it has the effect of every record exactly once.
//!
//! For consumers with an idempotent or transactional store. An effect that is there twice fails at once; at the end
//! of the run, so does every record that the store never got although it has later ones of the shard. Counted from
//! where the consumer first began in the shard; records that left retention before anyone got to them are excused.
//! A batch that the processor failed at and the library passed over leaves such a gap.
//!
//! The user's own code gives its effects names; each may be made once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::findings::Findings;
use super::grid::Grid;
use super::names::Names;
use super::no_acknowledged_record_lost::records;
use super::shards::Shards;
use super::starts::Starts;
use super::{Check, CheckResult};
use crate::base::event::SinkKind;
use crate::base::{ConsumerId, Event, EventKind, Fold, HostId, RangeSet, ShardId, SimTime, StreamId};

/// What the store has of a shard.
#[derive(Default)]
struct Contents {
    /// Ordinals whose effects are there, or that nobody could get any more.
    settled: RangeSet,
    /// One past the highest ordinal applied.
    reached: u64,
}

/// The check.
#[derive(Default)]
pub struct ExactlyOnceEffects {
    names: Names,
    shards: Shards,
    starts: Starts,
    contents: Grid<Contents>,
    findings: Findings,
    applied: u64,
    /// Effects that the user's own code has made.
    made: BTreeSet<(ConsumerId, Arc<str>)>,
}

impl ExactlyOnceEffects {
    /// The events it listens to.
    pub const KINDS: &'static [EventKind] = &[
        EventKind::ProcessingStarted,
        EventKind::RecordsRead,
        EventKind::EffectsApplied,
        EventKind::EffectMade,
        EventKind::RecordsTrimmed,
        EventKind::RunEnded,
    ];

    fn promises(&self, consumer: ConsumerId) -> bool {
        self.names.info(consumer).is_some_and(|c| c.sink != SinkKind::Plain)
    }

    fn on_applied(&mut self, consumer: ConsumerId, shard: ShardId, from: u64, to: u64) {
        let trimmed = self.names.stream_of(consumer).map_or(0, |stream| self.shards.trimmed(stream, shard));
        let contents = self.contents.at(consumer.index(), shard.index());
        if contents.reached == 0 {
            contents.settled.insert(0..trimmed);
        }
        contents.settled.insert(from..to);
        contents.reached = contents.reached.max(to);
        self.applied += to - from;
    }

    /// Records below `to` are gone; nobody who has not reached them will.
    fn on_trimmed(&mut self, stream: StreamId, shard: ShardId, to: u64) {
        for (consumer, _) in self.names.consumers() {
            if self.names.stream_of(consumer) == Some(stream) && self.promises(consumer) {
                let contents = self.contents.at(consumer.index(), shard.index());
                let unreached = contents.reached..to;
                contents.settled.insert(unreached);
            }
        }
    }

    fn on_made(&mut self, at: SimTime, consumer: ConsumerId, host: HostId, id: &Arc<str>) {
        self.applied += 1;
        if !self.made.insert((consumer, id.clone())) {
            let host = self.names.host(host);
            self.findings.fail(at, || format!("{host} made the effect `{id}` once more"));
        }
    }

    fn on_end(&mut self, at: SimTime) {
        for (row, column, contents) in self.contents.cells_mut() {
            let (consumer, shard) = (ConsumerId(row as u16), ShardId(column as u32));
            if self.names.stream_of(consumer).is_none() {
                continue;
            }
            let mut from = self.starts.first(consumer, shard).unwrap_or(0);
            while let Some(missing) = contents.settled.first_missing(from..contents.reached) {
                from = missing.end;
                let consumer = self.names.consumer(consumer);
                let missing = records(&missing);
                self.findings.fail(at, || format!("the store of {consumer} never got {missing} of {shard}"));
            }
        }
    }
}

impl Fold for ExactlyOnceEffects {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.starts.on(event, &self.names);
        match *event {
            Event::EffectsApplied { consumer, host, shard, from, to, duplicates } if self.promises(consumer) => {
                self.on_applied(consumer, shard, from, to);
                if duplicates > 0 {
                    let host = self.names.host(host);
                    let of = records(&(from..to));
                    self.findings
                        .fail(at, || format!("{host} applied {of} of {shard}, {duplicates} of them once more"));
                }
            }
            Event::EffectMade { consumer, host, ref id } if self.promises(consumer) => {
                self.on_made(at, consumer, host, id);
            }
            Event::RecordsTrimmed { stream, shard, to } => {
                self.shards.on(event);
                self.on_trimmed(stream, shard, to);
            }
            Event::RunEnded {} => self.on_end(at),
            _ => self.names.on(at, event),
        }
    }
}

impl Check for ExactlyOnceEffects {
    fn name(&self) -> &'static str {
        "exactly-once-effects"
    }
    fn result(&self) -> CheckResult {
        self.findings
            .result(self.name(), self.applied, || format!("{} records took effect, each exactly once", self.applied))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn applied(from: u64, to: u64, duplicates: u32) -> Event {
        Event::EffectsApplied { consumer: BILLING, host: WORKER_1, shard: S0, from, to, duplicates }
    }

    /// billing-1 begins at `from`, `work` happens, and the run ends.
    fn verdict(sink: SinkKind, from: u64, work: impl IntoIterator<Item = Event>) -> CheckResult {
        let mut script = vec![(1, started(WORKER_1, S0, "LATEST")), (2, read(WORKER_1, S0, from, from, 1))];
        script.extend(work.into_iter().map(|event| (3, event)));
        script.push((9, Event::RunEnded {}));
        judge_in(scene_with(sink), ExactlyOnceEffects::default(), script)
    }

    #[test]
    fn every_record_once_is_fine_and_a_plain_store_promises_nothing() {
        let work = || [applied(5, 20, 0), applied(15, 40, 0)];
        assert_eq!(verdict(SinkKind::Idempotent, 5, work()).verdict, Verdict::Pass);
        assert_eq!(verdict(SinkKind::Transactional, 5, work()).verdict, Verdict::Pass);
        assert_eq!(verdict(SinkKind::Plain, 5, work()).verdict, Verdict::Unknown);
        assert_eq!(judge(ExactlyOnceEffects::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_effect_that_is_there_twice_is_found() {
        let text = evidence(&verdict(SinkKind::Transactional, 0, [applied(0, 20, 0), applied(15, 40, 5)]));
        assert_eq!(text, "0:00:00.003 billing-1 applied records 15 to 39 of shardId-000000000000, 5 of them once more");
    }

    #[test]
    fn a_named_effect_that_is_made_twice_is_found() {
        let made = |id: &str| Event::EffectMade { consumer: BILLING, host: WORKER_2, id: id.into() };
        let work = || [made("order 1"), made("order 2"), made("order 1")];
        let text = evidence(&verdict(SinkKind::Idempotent, 0, work()));
        assert_eq!(text, "0:00:00.003 billing-2 made the effect `order 1` once more");
        assert_eq!(verdict(SinkKind::Idempotent, 0, [made("order 1"), made("order 2")]).verdict, Verdict::Pass);
        assert_eq!(verdict(SinkKind::Plain, 0, work()).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_gap_is_found_at_the_end() {
        let text = evidence(&verdict(SinkKind::Idempotent, 5, [applied(5, 20, 0), applied(30, 40, 0)]));
        assert_eq!(text, "0:00:00.009 the store of billing never got records 20 to 29 of shardId-000000000000");
    }

    #[test]
    fn records_that_expire_before_anyone_reads_them_are_excused_but_not_those_passed_over() {
        let work = [applied(5, 20, 0), trimmed(S0, 30), applied(30, 40, 0)];
        assert_eq!(verdict(SinkKind::Idempotent, 5, work).verdict, Verdict::Pass);
        let work = [applied(5, 20, 0), applied(30, 40, 0), trimmed(S0, 40)];
        assert_eq!(verdict(SinkKind::Idempotent, 5, work).verdict, Verdict::Fail);
    }
}
