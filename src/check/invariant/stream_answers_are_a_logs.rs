//! `stream-answers-are-a-logs`: what writers and readers of a shard hear is what a log answers, that is, it is
//! linearizable.
//!
//! Judged from outside, by what clients have sent and heard: see [`history`](crate::check::history).

use crate::base::{Event, EventKind, SimTime};
use crate::check::history::History;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// What is remembered of the run to judge this.
pub(super) struct StreamAnswersAreALogs {
    history: History,
}

impl Invariant for StreamAnswersAreALogs {
    const NAME: &'static str = "stream-answers-are-a-logs";
    const PROMISE: &'static str =
        "writers and readers of a shard hear what an append-only log would answer (linearizability)";
    const HEARS: &'static [EventKind] = &[EventKind::PutAnswered];

    fn new(settings: &CheckSettings) -> Self {
        Self { history: settings.history.clone() }
    }
}

impl Check for StreamAnswersAreALogs {
    fn on(&mut self, _: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::PutAnswered { stream, host, .. } if !self.history.sees(host) => {
                self.history.stream_is_written_by_others(&lens.names.stream(stream));
            }
            _ => {}
        }
    }
    fn result(&self, lens: &Lens) -> CheckResult {
        let (findings, judged) = self.history.of_logs(lens);
        findings.result(Self::NAME, judged, || format!("{judged} acknowledgements and pages are those of a log"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::kinesis::api::{Placed, PutEntry, Response};
    use crate::aws::kinesis::{self, PutRecord};
    use crate::aws::{Reply, Request};
    use crate::base::{PartitionKey, Payload};
    use crate::check::Verdict;
    use crate::check::test_events::*;
    use crate::world::Witness;

    /// Records that were put one after the other, and what their puts heard.
    fn put(indexes: &[u64]) -> CheckResult {
        let history = History::default();
        for (second, index) in (1..).zip(indexes) {
            let (at, stream) = (SimTime::from_secs(second), "clicks".parse().expect("a name"));
            let partition_key = PartitionKey::new("k").expect("a key");
            let entry = PutEntry { partition_key, explicit_hash_key: None, data: Payload::from_wire(vec![7]) };
            let put = PutRecord { stream, entry, sequence_number_for_ordering: None };
            let request = Request::Kinesis(kinesis::Request::PutRecord(put));
            let number = history.sent(at, WEB, &request).expect("it is judged");
            let placed = Placed { shard: S0, sequence_number: number_of(*index) };
            let answer = Response::RecordPut { placed, is_encrypted: false };
            history.ended(at, number, Some(&Reply::Kinesis(Ok(answer))));
        }
        judge(StreamAnswersAreALogs { history }, [])
    }

    fn number_of(index: u64) -> crate::base::SequenceNumber {
        number(S0, index)
    }

    #[test]
    fn records_that_stand_as_they_were_put_hold() {
        let result = put(&[10, 20]);
        let words = "2 acknowledgements and pages are those of a log";
        assert_eq!((result.verdict, &*result.detail), (Verdict::Pass, words));
        assert_eq!(put(&[]).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_record_that_stands_before_an_older_one_is_found() {
        let words = "shardId-000000000000 holds record 30 behind record 20, which was put after it was acknowledged";
        assert_eq!(evidence(&put(&[10, 30, 20])), format!("0:00:03.000 {words}"));
    }

    #[test]
    fn a_stream_that_others_write_is_not_judged() {
        let history = History::default();
        history.stream_is_written_by_others("clicks");
        let result = judge(StreamAnswersAreALogs { history }, []);
        assert_eq!(result.verdict, Verdict::Unknown);
    }
}
