//! `exactly-once-effects`: a store that promises it has the effect of every record exactly once.
//!
//! For consumers with an idempotent or transactional store. An effect that is there twice fails at once; at the end
//! of the run, so does every record that the store never got although it has later ones of the shard. Counted from
//! where the consumer first began in the shard; records that left retention before anyone got to them are excused.
//! A batch that the processor failed at and the library passed over leaves such a gap.
//!
//! A transactional store takes effects from the newest owner of a lease alone. Whoever makes the first effect after
//! another's has therefore begun to process the shard after that one, or the store has let a zombie in.
//!
//! The user's own code gives its effects names; each may be made once.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::event::StoreKind;
use crate::base::{ConsumerId, Event, EventKind, HostId, RangeSet, ShardId, SimTime, StreamId};
use crate::check::findings::{Findings, records};
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What the store has of a shard.
#[derive(Default)]
struct Contents {
    /// Ordinals whose effects are there, or that nobody could get any more.
    settled: RangeSet,
    /// Ordinals that the library passed over because the processor failed.
    skipped: RangeSet,
    /// One past the highest ordinal applied.
    reached: u64,
    /// Who applied last, and when.
    last: Option<(HostId, SimTime)>,
}

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct ExactlyOnceEffects {
    contents: Grid<Contents>,
    /// When each worker began to process a shard, by host and shard.
    began: Grid<SimTime>,
    findings: Findings,
    applied: u64,
    /// Effects that the user's own code has made.
    made: BTreeSet<(ConsumerId, Arc<str>)>,
}

impl ExactlyOnceEffects {
    fn promises(&self, lens: &Lens, consumer: ConsumerId) -> bool {
        lens.names.info(consumer).is_some_and(|c| c.store != StoreKind::Plain)
    }

    fn on_applied(&mut self, lens: &Lens, consumer: ConsumerId, shard: ShardId, from: u64, to: u64) {
        let trimmed = lens.names.stream_of(consumer).map_or(0, |stream| lens.shards.trimmed(stream, shard));
        let contents = self.contents.at(consumer.index(), shard.index());
        if contents.reached == 0 {
            contents.settled.insert(0..trimmed);
        }
        contents.settled.insert(from..to);
        contents.reached = contents.reached.max(to);
        self.applied += to - from;
    }

    /// The writer is the newest owner, if the store is fenced.
    fn judge_owner(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, shard: ShardId) {
        let last = self.contents.at(consumer.index(), shard.index()).last.replace((host, at));
        let Some((other, last_at)) = last.filter(|(other, _)| *other != host && lens.names.is_transactional(consumer))
        else {
            return;
        };
        let began = *self.began.at(host.index(), shard.index());
        if began < last_at {
            let (host, other) = (lens.names.host(host), lens.names.host(other));
            self.findings.fail(at, || {
                format!("{host} still made effects of {shard}, which it began at {began} and {other} had taken over")
            });
        }
    }

    /// Records below `to` are gone; nobody who has not reached them will.
    fn on_trimmed(&mut self, lens: &Lens, stream: StreamId, shard: ShardId, to: u64) {
        for (consumer, _) in lens.names.consumers() {
            if lens.names.stream_of(consumer) == Some(stream) && self.promises(lens, consumer) {
                let contents = self.contents.at(consumer.index(), shard.index());
                let unreached = contents.reached..to;
                contents.settled.insert(unreached);
            }
        }
    }

    fn on_made(&mut self, lens: &Lens, at: SimTime, consumer: ConsumerId, host: HostId, id: &Arc<str>) {
        self.applied += 1;
        if !self.made.insert((consumer, id.clone())) {
            let host = lens.names.host(host);
            self.findings.fail(at, || format!("{host} made the effect `{id}` once more"));
        }
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        for (row, column, contents) in self.contents.cells_mut() {
            let (consumer, shard) = (ConsumerId(row as u16), ShardId(column as u32));
            if lens.names.stream_of(consumer).is_none() {
                continue;
            }
            let mut from = lens.starts.first(consumer, shard).unwrap_or(0);
            while let Some(missing) = contents.settled.first_missing(from..contents.reached) {
                from = missing.end;
                let (again, name) = (lens.starts.again_at_latest(consumer), lens.names.consumer(consumer));
                let is_skipped = contents.skipped.first_missing(missing.clone()).is_none();
                let why = if is_skipped { ", which its workers skipped" } else { "" };
                let missing = records(&missing);
                self.findings.fail(at, || format!("the store of {name} never got {missing} of {shard}{why}{again}"));
            }
        }
    }
}

impl Invariant for ExactlyOnceEffects {
    const NAME: &'static str = "exactly-once-effects";
    const PROMISE: &'static str = "a store that promises it has the effect of every record exactly once";
    const HEARS: &'static [EventKind] = &[
        EventKind::EffectsApplied,
        EventKind::EffectMade,
        EventKind::ProcessingStarted,
        EventKind::RecordsSkipped,
        EventKind::RecordsTrimmed,
        EventKind::RunEnded,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for ExactlyOnceEffects {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::EffectsApplied { consumer, host, shard, from, to, duplicates } if self.promises(lens, consumer) => {
                self.on_applied(lens, consumer, shard, from, to);
                self.judge_owner(lens, at, consumer, host, shard);
                if duplicates > 0 {
                    let host = lens.names.host(host);
                    let of = records(&(from..to));
                    self.findings
                        .fail(at, || format!("{host} applied {of} of {shard}, {duplicates} of them once more"));
                }
            }
            Event::EffectMade { consumer, host, ref id } if self.promises(lens, consumer) => {
                self.on_made(lens, at, consumer, host, id);
            }
            Event::RecordsSkipped { consumer, shard, from, to, .. } if self.promises(lens, consumer) => {
                self.contents.at(consumer.index(), shard.index()).skipped.insert(from..to);
            }
            Event::ProcessingStarted { host, shard, .. } => *self.began.at(host.index(), shard.index()) = at,
            Event::RecordsTrimmed { stream, shard, to } => {
                self.on_trimmed(lens, stream, shard, to);
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings
            .result(Self::NAME, self.applied, || format!("{} records took effect, each exactly once", self.applied))
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
    fn verdict(store: StoreKind, from: u64, work: impl IntoIterator<Item = Event>) -> CheckResult {
        let mut script = vec![(1, started(WORKER_1, S0, "LATEST")), (2, read(WORKER_1, S0, from, from, 1))];
        script.extend(work.into_iter().map(|event| (3, event)));
        script.push((9, Event::RunEnded {}));
        judge_in(scene_with(store), ExactlyOnceEffects::default(), script)
    }

    #[test]
    fn every_record_once_is_fine_and_a_plain_store_promises_nothing() {
        let work = || [applied(5, 20, 0), applied(15, 40, 0)];
        assert_eq!(verdict(StoreKind::Idempotent, 5, work()).verdict, Verdict::Pass);
        assert_eq!(verdict(StoreKind::Transactional, 5, work()).verdict, Verdict::Pass);
        assert_eq!(verdict(StoreKind::Plain, 5, work()).verdict, Verdict::Unknown);
        assert_eq!(judge(ExactlyOnceEffects::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn an_effect_that_is_there_twice_is_found() {
        let text = evidence(&verdict(StoreKind::Transactional, 0, [applied(0, 20, 0), applied(15, 40, 5)]));
        assert_eq!(text, "0:00:00.003 billing-1 applied records 15 to 39 of shardId-000000000000, 5 of them once more");
    }

    #[test]
    fn a_zombie_that_a_fenced_store_lets_in_is_found() {
        let judged = |store, again: bool| {
            let by =
                |host, from, to| Event::EffectsApplied { consumer: BILLING, host, shard: S0, from, to, duplicates: 0 };
            let mut script = vec![(1, started(WORKER_1, S0, "TRIM_HORIZON")), (2, by(WORKER_1, 0, 10))];
            script.extend([(3, started(WORKER_2, S0, "TRIM_HORIZON")), (4, by(WORKER_2, 10, 20))]);
            script.extend(again.then(|| (5, started(WORKER_1, S0, "TRIM_HORIZON"))));
            script.push((6, by(WORKER_1, 20, 30)));
            judge_in(scene_with(store), ExactlyOnceEffects::default(), script)
        };
        assert_eq!(judged(StoreKind::Transactional, true).verdict, Verdict::Pass);
        assert_eq!(judged(StoreKind::Idempotent, false).verdict, Verdict::Pass);
        let text = evidence(&judged(StoreKind::Transactional, false));
        assert_eq!(
            text,
            "0:00:00.006 billing-1 still made effects of shardId-000000000000, which it began at 0:00:00.001 and \
             billing-2 had taken over"
        );
    }

    #[test]
    fn a_named_effect_that_is_made_twice_is_found() {
        let made = |id: &str| Event::EffectMade { consumer: BILLING, host: WORKER_2, id: id.into() };
        let work = || [made("order 1"), made("order 2"), made("order 1")];
        let text = evidence(&verdict(StoreKind::Idempotent, 0, work()));
        assert_eq!(text, "0:00:00.003 billing-2 made the effect `order 1` once more");
        assert_eq!(verdict(StoreKind::Idempotent, 0, [made("order 1"), made("order 2")]).verdict, Verdict::Pass);
        assert_eq!(verdict(StoreKind::Plain, 0, work()).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_gap_says_whether_it_was_skipped() {
        let text = evidence(&verdict(
            StoreKind::Idempotent,
            5,
            [applied(5, 20, 0), skipped(WORKER_1, S0, 20, 30), applied(30, 40, 0)],
        ));
        assert_eq!(
            text,
            "0:00:00.009 the store of billing never got records 20 to 29 of shardId-000000000000, which its workers \
             skipped"
        );
    }

    #[test]
    fn a_gap_is_found_at_the_end() {
        let text = evidence(&verdict(StoreKind::Idempotent, 5, [applied(5, 20, 0), applied(30, 40, 0)]));
        assert_eq!(text, "0:00:00.009 the store of billing never got records 20 to 29 of shardId-000000000000");
    }

    #[test]
    fn records_that_expire_before_anyone_reads_them_are_excused_but_not_those_passed_over() {
        let work = [applied(5, 20, 0), trimmed(S0, 30), applied(30, 40, 0)];
        assert_eq!(verdict(StoreKind::Idempotent, 5, work).verdict, Verdict::Pass);
        let work = [applied(5, 20, 0), applied(30, 40, 0), trimmed(S0, 40)];
        assert_eq!(verdict(StoreKind::Idempotent, 5, work).verdict, Verdict::Fail);
    }
}
