//! `shard-order`: a shard keeps its records in the order in which it accepted them.
//!
//! Per shard, ordinals and sequence indexes grow; in one reading session records come in that order; and a record
//! processor gets them so from the start of its processing to its end; so do the events of a subscription. A poller
//! whose processor threw goes back to the position that it last kept. One whose iterator expired does not.

use crate::base::{Event, EventKind, HostId, ShardId, SimTime, StreamId};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::lens::grid::Grid;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
#[derive(Default)]
pub(super) struct ShardOrder {
    /// Last ordinal and sequence index accepted, by stream and shard.
    accepted: Grid<Option<(u64, u64)>>,
    /// Where the last batch ended, by host and shard.
    delivered: Grid<u64>,
    /// The position that a poller last kept, by host and shard.
    kept: Grid<u64>,
    findings: Findings,
    judged: u64,
}

impl ShardOrder {
    fn on_accepted(&mut self, lens: &Lens, at: SimTime, stream: StreamId, shard: ShardId, record: (u64, u64)) {
        let last = self.accepted.at(stream.index(), shard.index()).replace(record);
        self.judged += 1;
        if let Some(last) = last
            && (record.0 <= last.0 || record.1 <= last.1)
        {
            let stream = lens.names.stream(stream);
            self.findings.fail(at, || {
                format!(
                    "{stream} {shard} accepted record {} (sequence index {}) after record {} (sequence index {})",
                    record.0, record.1, last.0, last.1
                )
            });
        }
    }

    fn on_delivered(&mut self, lens: &Lens, at: SimTime, host: HostId, shard: ShardId, from: u64, to: u64) {
        let last = std::mem::replace(self.delivered.at(host.index(), shard.index()), to);
        if from < last {
            let host = lens.names.host(host);
            self.findings.fail(at, || format!("{host} processed record {from} of {shard} after record {}", last - 1));
        }
    }
}

impl Invariant for ShardOrder {
    const NAME: &'static str = "shard-order";
    const PROMISE: &'static str = "a shard keeps its records in the order in which it accepted them";
    const HEARS: &'static [EventKind] = &[
        EventKind::RecordAccepted,
        EventKind::RecordsRead,
        EventKind::SubscriptionRead,
        EventKind::ProcessingStarted,
        EventKind::ProcessingEnded,
        EventKind::RecordsProcessed,
        EventKind::RecordsSkipped,
        EventKind::ProcessorThrew,
        EventKind::PositionSaved,
        EventKind::HostCrashed,
        EventKind::WorkerStarted,
    ];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for ShardOrder {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { stream, shard, ordinal, index, .. } => {
                self.on_accepted(lens, at, stream, shard, (ordinal, index));
            }
            Event::RecordsRead { shard, host, from, .. } | Event::SubscriptionRead { shard, host, from, .. } => {
                if let Some(last) = lens.continues.filter(|last| from < *last) {
                    let host = lens.names.host(host);
                    self.findings
                        .fail(at, || format!("{host} was given record {from} of {shard} after record {}", last - 1));
                }
            }
            Event::RecordsProcessed { host, shard, from, to, .. }
            | Event::RecordsSkipped { host, shard, from, to, .. } => self.on_delivered(lens, at, host, shard, from, to),
            Event::ProcessingStarted { host, shard, .. } | Event::ProcessingEnded { host, shard, .. } => {
                *self.delivered.at(host.index(), shard.index()) = 0;
            }
            Event::PositionSaved { host, shard, to, .. } => *self.kept.at(host.index(), shard.index()) = to,
            Event::ProcessorThrew { host, shard, .. } => {
                let kept = *self.kept.at(host.index(), shard.index());
                let delivered = self.delivered.at(host.index(), shard.index());
                *delivered = kept.min(*delivered);
            }
            // Of a process outside, a word may arrive after its end: what counts is that a new life begins anew.
            Event::HostCrashed { host } | Event::WorkerStarted { host, .. } => {
                self.delivered.row_mut(host.index()).fill(0);
            }
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} records kept their order", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::{ConsumerLibrary, StoreKind};
    use crate::base::{Position, SimDuration};
    use crate::check::Verdict;
    use crate::check::test_events::*;

    #[test]
    fn growing_numbers_and_steady_reads_are_in_order() {
        let mut script = accepted_many(0, S0, 20);
        script.push((100, started(WORKER_1, S0, "TRIM_HORIZON")));
        script.push((100, read(WORKER_1, S0, 0, 10, 5)));
        script.push((200, processed(WORKER_1, S0, 0, 10)));
        script.push((300, read(WORKER_1, S0, 10, 20, 200)));
        // The answer was lost, so the same iterator is used again.
        script.push((400, read(WORKER_1, S0, 10, 20, 300)));
        script.push((500, processed(WORKER_1, S0, 10, 20)));
        script.push((600, Event::HostCrashed { host: WORKER_1 }));
        // A process tells of its last record when it is gone already.
        script.push((601, processed(WORKER_1, S0, 20, 21)));
        script.push((650, Event::WorkerStarted { consumer: BILLING, host: WORKER_1 }));
        script.push((700, processed(WORKER_1, S0, 10, 20)));
        assert_eq!(judge(ShardOrder::default(), script).verdict, Verdict::Pass);
        assert_eq!(judge(ShardOrder::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_sequence_number_that_goes_back_is_found() {
        let mut script = accepted_many(0, S0, 2);
        script.push((5, accepted(S0, 1)));
        let text = evidence(&judge(ShardOrder::default(), script));
        assert!(text.contains("accepted record 1 (sequence index 3) after record 1"), "{text}");
    }

    #[test]
    fn a_session_that_goes_back_is_found() {
        let script = [(100, read(WORKER_1, S0, 0, 10, 5)), (300, read(WORKER_1, S0, 8, 20, 200))];
        let text = evidence(&judge(ShardOrder::default(), script));
        assert_eq!(text, "0:00:00.300 billing-1 was given record 8 of shardId-000000000000 after record 9");
    }

    #[test]
    fn clients_of_an_endpoint_may_read_a_shard_again_and_beside_each_other() {
        let issued = |ordinal| {
            let (stream, shard, host) = (CLICKS, S0, OPERATOR);
            Event::IteratorIssued { stream, shard, host, position: Position::TrimHorizon, ordinal }
        };
        let read_beside = |again| {
            let reads = [
                issued(5),
                read(OPERATOR, S0, 5, 12, 0),
                issued(2),
                read(OPERATOR, S0, 2, 9, 0),
                read(OPERATOR, S0, 12, 20, 0),
                read(OPERATOR, S0, again, 20, 0),
            ];
            let script = accepted_many(0, S0, 20).into_iter().chain(reads.map(|event| (100, event)));
            judge(ShardOrder::default(), script)
        };
        assert_eq!(read_beside(9).verdict, Verdict::Pass);
        let text = evidence(&read_beside(1));
        assert_eq!(text, "0:00:00.100 operator was given record 1 of shardId-000000000000 after record 1");
    }

    #[test]
    fn a_late_copy_of_a_request_is_nobodys_read() {
        let position = Position::TrimHorizon;
        let asked = Event::IteratorRequested { consumer: BILLING, host: WORKER_1, shard: S0, position };
        let script = [
            (100, read(WORKER_1, S0, 0, 10, 5)),
            (200, asked),
            // A copy with the iterator of the first read, just before the new one is issued.
            (210, read(WORKER_1, S0, 10, 20, 110)),
            (300, read(WORKER_1, S0, 10, 30, 90)),
            (310, read(WORKER_1, S0, 10, 25, 210)),
            (400, read(WORKER_1, S0, 30, 40, 100)),
        ];
        assert_eq!(judge(ShardOrder::default(), script).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_poller_that_threw_may_go_back_to_the_position_that_it_kept_and_no_further() {
        let judged = |went_wrong: Event, again| {
            let kept = Event::PositionSaved { consumer: BILLING, host: WORKER_1, shard: S0, to: 5 };
            let position = Position::AfterSequenceNumber(number(S0, 5));
            let asked = Event::IteratorRequested { consumer: BILLING, host: WORKER_1, shard: S0, position };
            let work = [kept, processed(WORKER_1, S0, 5, 8), went_wrong, asked, processed(WORKER_1, S0, again, 20)];
            let mut script = accepted_many(0, S0, 20);
            script.extend(work.map(|event| (100, event)));
            judge_in(scene_of(ConsumerLibrary::Poller, StoreKind::Plain), ShardOrder::default(), script)
        };
        let threw = || Event::ProcessorThrew { consumer: BILLING, host: WORKER_1, shard: S0 };
        assert_eq!(judged(threw(), 5).verdict, Verdict::Pass);
        assert_eq!(judged(threw(), 4).verdict, Verdict::Fail);
        let iterator_lived = SimDuration::from_secs(301);
        let expired = || Event::IteratorExpired { stream: CLICKS, shard: S0, host: WORKER_1, iterator_lived };
        assert_eq!(judged(expired(), 8).verdict, Verdict::Pass);
        let text = evidence(&judged(expired(), 5));
        assert!(text.ends_with("billing-1 processed record 5 of shardId-000000000000 after record 7"), "{text}");
    }

    #[test]
    fn a_subscription_whose_events_overlap_is_found() {
        let judged = |from| {
            let mut script = accepted_many(0, S0, 20);
            script.extend([(50, subscribed(1, 0)), (60, subscription_read(1, 0, 10)), (70, subscribed(2, 3))]);
            script.extend([(80, subscription_read(2, 3, 8)), (90, subscription_read(1, from, 20))]);
            judge(ShardOrder::default(), script)
        };
        assert_eq!(judged(10).verdict, Verdict::Pass);
        let text = evidence(&judged(9));
        assert!(text.ends_with("operator was given record 9 of shardId-000000000000 after record 9"), "{text}");
    }

    #[test]
    fn a_processor_that_gets_an_older_batch_is_found() {
        let script = [(100, processed(WORKER_1, S0, 0, 10)), (300, processed(WORKER_1, S0, 5, 20))];
        let text = evidence(&judge(ShardOrder::default(), script));
        assert_eq!(text, "0:00:00.300 billing-1 processed record 5 of shardId-000000000000 after record 9");
    }
}
