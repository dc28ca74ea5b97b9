//! `producers-are-honest`: what a producer says it has put was accepted, once, and it keeps account of the rest.
//!
//! A producer gives each record a number. What it counts as put must have been accepted. A record may be accepted
//! twice only after a call that timed out or a message that was delivered twice. A producer that puts one record after
//! the other has growing numbers in each shard. And every number is accounted for: accepted, given up, or waiting;
//! waiting ends within the catch-up bound unless the service refuses the producer's records. What was in a host's
//! memory when it crashed is nobody's. Producers whose records do not bear their numbers, such as the user's own, are
//! not judged.

use std::collections::BTreeMap;

use crate::base::{Event, EventKind, HostId, RangeSet, ShardId, SimDuration, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// A time-out or a duplicated message this long ago may still explain a second copy: calls are tried again for minutes,
/// and delayed messages are late.
const EXCUSED_FOR: SimDuration = SimDuration::from_mins(10);
/// After its records were last refused, a producer may be waiting to send them again for this long.
const REFUSED_LATELY: SimDuration = SimDuration::from_mins(2);
/// So many numbers below the newest are known one by one; older ones only as accounted for.
const KNOWN: u64 = 1 << 16;
/// The newest number is noted this often in the catch-up bound.
const MARKS_PER_BOUND: u64 = 16;

/// One host of a producer. Its numbers are counted from 0, in steps of 1.
#[derive(Default)]
struct Producer {
    first: u64,
    step: u64,
    is_ordered: bool,
    accepted: RangeSet,
    /// Accepted, given up, or lost in a crash.
    settled: RangeSet,
    newest: u64,
    newest_at: SimTime,
    /// The newest number with its time, back to the catch-up bound.
    marks: Vec<(u64, SimTime)>,
    accepted_count: u64,
    told_ok: u64,
    told_given_up: u64,
    given_up: u64,
    /// When a call last timed out or a message was last doubled.
    excused_at: Option<SimTime>,
    refused_at: Option<SimTime>,
    last_in_shard: BTreeMap<ShardId, u64>,
    /// Whether records came without a number: then nothing is known.
    is_unknown: bool,
}

/// What is remembered of the run to judge this.
pub(super) struct ProducersAreHonest {
    bound: SimDuration,
    producers: Vec<Option<Producer>>,
    findings: Findings,
    judged: u64,
}

impl Producer {
    fn place(&self, number: u64) -> u64 {
        number.saturating_sub(self.first) / self.step.max(1)
    }
    fn number(&self, place: u64) -> u64 {
        self.first + place * self.step.max(1)
    }
    fn start(&mut self, first: u64, step: u64) {
        (self.first, self.step) = (first % step.max(1), step);
        let place = self.place(first);
        self.settled.insert(0..place);
        self.newest = self.newest.max(place);
    }
    /// Accepts a number; returns whether it was accepted before.
    #[inline]
    fn accept(&mut self, place: u64) -> bool {
        if self.accepted.insert(place..place + 1) > 0 {
            return true;
        }
        self.accepted_count += 1;
        self.settled.insert(place..place + 1);
        if self.accepted_count.is_multiple_of(KNOWN) {
            self.accepted.remove_below(self.newest.saturating_sub(KNOWN));
        }
        false
    }
    #[inline]
    fn advance(&mut self, at: SimTime, place: u64, bound: SimDuration) {
        self.newest = self.newest.max(place + 1);
        self.newest_at = at;
        if self.marks.last().is_none_or(|(_, then)| at.since(*then) >= bound / MARKS_PER_BOUND) {
            let gone = self.marks.partition_point(|(_, then)| *then + bound <= at).saturating_sub(1);
            self.marks.drain(..gone);
            self.marks.push((self.newest, at));
        }
    }
    fn is_excused(&self, at: SimTime) -> bool {
        self.excused_at.is_some_and(|excused| at.since(excused) <= EXCUSED_FOR)
    }
    /// One past the newest number that was there at `time`.
    fn newest_by(&self, time: SimTime) -> u64 {
        if self.newest_at <= time {
            return self.newest;
        }
        match self.marks.partition_point(|(_, at)| *at <= time).checked_sub(1) {
            Some(i) => self.marks[i].0,
            None => 0,
        }
    }
}

impl ProducersAreHonest {
    fn producer(&mut self, host: HostId) -> Option<&mut Producer> {
        self.producers.get_mut(host.index())?.as_mut()
    }

    fn on_accepted(&mut self, lens: &Lens, at: SimTime, host: HostId, shard: ShardId, number: Option<u32>) {
        let bound = self.bound;
        let Some(producer) = self.producers.get_mut(host.index()).and_then(Option::as_mut) else { return };
        let Some(number) = number else {
            producer.is_unknown = true;
            return;
        };
        self.judged += 1;
        let place = producer.place(number.into());
        let is_second = producer.accept(place);
        producer.advance(at, place, bound);
        if is_second && !producer.is_excused(at) {
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!("{host} put its record {number} once more, into {shard}, although no call timed out")
            });
        } else if producer.is_ordered {
            self.judge_order(lens, at, host, shard, number);
        }
    }

    fn judge_order(&mut self, lens: &Lens, at: SimTime, host: HostId, shard: ShardId, number: u32) {
        let Some(producer) = self.producers.get_mut(host.index()).and_then(Option::as_mut) else { return };
        let last = producer.last_in_shard.insert(shard, number.into());
        if let Some(last) = last.filter(|last| u64::from(number) <= *last && !producer.is_excused(at)) {
            let host = lens.names.host(host);
            self.findings
                .fail(at, || format!("{host} puts in order, but its record {number} came into {shard} after {last}"));
        }
    }

    fn on_finished(&mut self, lens: &Lens, at: SimTime, host: HostId, ok: u32, given_up: u32) {
        let Some(producer) = self.producer(host) else { return };
        producer.told_ok += u64::from(ok);
        producer.told_given_up += u64::from(given_up);
        let Producer { told_ok, told_given_up, accepted_count, given_up, is_unknown, .. } = *producer;
        if is_unknown {
            return;
        }
        if told_ok > accepted_count {
            // Once is enough: what is told too much stays so.
            producer.is_unknown = true;
            let host = lens.names.host(host);
            self.findings
                .fail(at, || format!("{host} says that it has put {told_ok} records; {accepted_count} were accepted"));
        } else if told_given_up != given_up {
            producer.is_unknown = true;
            let host = lens.names.host(host);
            self.findings.fail(at, || {
                format!("{host} says that it has given up {told_given_up} records; it gave up {given_up}")
            });
        }
    }

    fn on_end(&mut self, lens: &Lens, at: SimTime) {
        let is_calm = lens.healing.trouble(SimTime::ZERO, SimTime::ZERO, at) > self.bound;
        for (host, producer) in self.producers.iter().enumerate().filter_map(|(i, p)| p.as_ref().map(|p| (i, p))) {
            let is_refused = producer.refused_at.is_some_and(|refused| at.since(refused) <= REFUSED_LATELY);
            if !is_calm || is_refused || producer.is_unknown {
                continue;
            }
            let by_then = producer.newest_by(at.saturating_sub(self.bound));
            if let Some(missing) = producer.settled.first_missing(0..by_then) {
                let (host, number) = (lens.names.host(HostId(host as u16)), producer.number(missing.start));
                let (count, bound) = (missing.end - missing.start, self.bound);
                self.findings.fail(at, || {
                    format!(
                        "{host} has not accounted for its record {number} and the {} after it: neither accepted nor \
                         given up within {bound}",
                        count - 1
                    )
                });
            }
        }
    }
}

impl Invariant for ProducersAreHonest {
    const NAME: &'static str = "producers-are-honest";
    const PROMISE: &'static str =
        "what a producer says it has put was accepted, once, and it keeps account of the rest";
    const HEARS: &'static [EventKind] = &[
        EventKind::ProducerStarted,
        EventKind::RecordAccepted,
        EventKind::RecordRefused,
        EventKind::RecordGivenUp,
        EventKind::PutFinished,
        EventKind::CallTimedOut,
        EventKind::MessageDuplicated,
        EventKind::RunEnded,
    ];

    fn new(settings: &CheckSettings) -> Self {
        let bound = settings.liveness.caught_up_within;
        Self { bound, producers: Vec::new(), findings: Findings::default(), judged: 0 }
    }
}

impl Check for ProducersAreHonest {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        match *event {
            Event::RecordAccepted { host, shard, number, .. } => self.on_accepted(lens, at, host, shard, number),
            Event::ProducerStarted { host, first, step, is_ordered } => {
                if self.producers.len() <= host.index() {
                    self.producers.resize_with(host.index() + 1, || None);
                }
                let producer = self.producers[host.index()].get_or_insert_default();
                producer.start(first, step);
                producer.is_ordered = is_ordered;
            }
            Event::RecordGivenUp { host, number } => {
                let bound = self.bound;
                if let Some(producer) = self.producer(host) {
                    let place = producer.place(number.into());
                    producer.given_up += 1;
                    producer.settled.insert(place..place + 1);
                    producer.advance(at, place, bound);
                }
            }
            Event::PutFinished { host, records_ok, records_given_up, .. } => {
                self.on_finished(lens, at, host, records_ok, records_given_up);
            }
            Event::RecordRefused { host, .. } => {
                if let Some(producer) = self.producer(host) {
                    producer.refused_at = Some(at);
                }
            }
            Event::CallTimedOut { host, .. } | Event::MessageDuplicated { from: host, .. } => {
                if let Some(producer) = self.producer(host) {
                    producer.excused_at = Some(at);
                }
            }
            Event::RunEnded {} => self.on_end(lens, at),
            _ => {}
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} records were put as told", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::check::test_events::*;

    fn begun(is_ordered: bool) -> Event {
        Event::ProducerStarted { host: WEB, first: 1, step: 3, is_ordered }
    }

    /// The record with that place in the host's own count.
    fn put(place: u64) -> Event {
        let mut event = accepted(S0, place);
        if let Event::RecordAccepted { number, .. } = &mut event {
            *number = Some(1 + 3 * place as u32);
        }
        event
    }

    fn finished(records_ok: u32, records_given_up: u32) -> Event {
        Event::PutFinished { host: WEB, records_ok, records_given_up, attempts: 1, took_ms: 5 }
    }

    fn given_up(place: u32) -> Event {
        Event::RecordGivenUp { host: WEB, number: 1 + 3 * place }
    }

    /// The work within a second; the run ends after five calm minutes.
    fn run(is_ordered: bool, work: impl IntoIterator<Item = Event>) -> CheckResult {
        let mut script = vec![(0, Event::FaultsHealed {}), (0, begun(is_ordered))];
        script.extend(work.into_iter().map(|event| (1000, event)));
        script.push((300_000, Event::RunEnded {}));
        judge(ProducersAreHonest::new(&settings()), script)
    }

    #[test]
    fn records_accepted_and_given_up_are_accounted_for() {
        let work = [put(0), put(2), given_up(1), finished(2, 1), put(3), finished(1, 0)];
        assert_eq!(run(true, work).verdict, Verdict::Pass);
        assert_eq!(judge(ProducersAreHonest::new(&settings()), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_producer_that_counts_a_failed_record_as_put_is_found() {
        let text = evidence(&run(false, [put(0), put(2), finished(3, 0)]));
        assert_eq!(text, "0:00:01.000 web-1 says that it has put 3 records; 2 were accepted");
    }

    #[test]
    fn a_record_that_is_neither_put_nor_given_up_is_found() {
        let text = evidence(&run(false, [put(0), put(2), finished(2, 0), put(3)]));
        assert_eq!(
            text,
            "0:05:00.000 web-1 has not accounted for its record 4 and the 0 after it: neither accepted nor given up \
             within 1m"
        );
        let text = evidence(&run(false, [put(0), finished(1, 2)]));
        assert!(text.ends_with("web-1 says that it has given up 2 records; it gave up 0"), "{text}");
    }

    #[test]
    fn a_record_that_is_put_again_without_a_reason_is_found() {
        let timed_out = Event::CallTimedOut { host: WEB, operation: "PutRecords" };
        let doubled = Event::MessageDuplicated { from: WEB, to: OPERATOR, operation: "PutRecords" };
        for reason in [timed_out, doubled] {
            assert_eq!(run(false, [put(0), reason, put(0)]).verdict, Verdict::Pass);
        }
        let text = evidence(&run(false, [put(0), put(1), put(0)]));
        assert_eq!(
            text,
            "0:00:01.000 web-1 put its record 1 once more, into shardId-000000000000, although no call timed out"
        );
    }

    #[test]
    fn only_a_producer_in_order_must_keep_it() {
        let text = evidence(&run(true, [put(0), put(2), put(1)]));
        assert_eq!(text, "0:00:01.000 web-1 puts in order, but its record 4 came into shardId-000000000000 after 7");
        assert_eq!(run(false, [put(0), put(2), put(1)]).verdict, Verdict::Pass);
    }

    #[test]
    fn what_a_crash_took_is_nobodys() {
        let again = Event::ProducerStarted { host: WEB, first: 16, step: 3, is_ordered: false };
        assert_eq!(run(false, [put(0), again.clone(), put(5)]).verdict, Verdict::Pass);
        assert_eq!(run(false, [put(0), again, put(6)]).verdict, Verdict::Fail);
    }
}
