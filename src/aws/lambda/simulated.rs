//! A function as a scenario describes it, or as a user wrote it.
//!
//! What it does to a record does not depend on what the record holds, but for its partition key. Not modelled: memory,
//! billing, what several invocations at a time share.

use std::fmt;
use std::sync::Arc;

use super::api::{Answer, Returned, ToTransform, Transformed, Verdict};
use super::keys::{Drawn, Keys};
use super::spread::Spread;
use super::wire::{PAYLOAD_BYTES_MAX, UNKNOWN_ID, answer_bytes};
use crate::base::seed::Random;
use crate::base::{Payload, SimDuration};

/// How a function behaves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    /// Time for each record: drawn once an invocation.
    pub(crate) per_record: Spread,
    /// Time for each invocation besides.
    pub(crate) per_invocation: Spread,
    /// What a first invocation takes longer, and one after a rest.
    pub(crate) cold_start: Spread,
    /// When Lambda ends it. 5 minutes is what Firehose waits for.
    pub timeout: SimDuration,
    /// Share of records that it drops.
    pub dropped: f64,
    /// Share of records that it says it failed for.
    pub failed: f64,
    /// What it makes of a record's size. Real bytes are cut off, or filled up with spaces.
    pub(crate) size_factor: f64,
    /// What it does wrong.
    pub(crate) wrongs: Wrongs,
    /// The partition key that it gives records.
    pub keys: Option<Keys>,
    /// Code that transforms a record instead: shares, sizes and keys above do not count then.
    pub code: Option<Code>,
}

/// What a function does wrong: shares of its invocations, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Wrongs {
    /// It throws.
    pub(crate) throws: f64,
    /// Its answer is nothing that can be read.
    pub(crate) junk: f64,
    /// Its answer has more bytes than an answer may have.
    pub(crate) too_large: f64,
    /// It answers for all records but one.
    pub(crate) lost_id: f64,
    /// It answers for one record twice.
    pub(crate) duplicated_id: f64,
    /// It answers for one record under an id that it was not given.
    pub(crate) unknown_id: f64,
    /// From so many records on, its answer has more bytes than an answer may have, whatever their sizes.
    pub(crate) too_large_from: Option<u32>,
}

/// What code does to a record.
type Transform = dyn Fn(&ToTransform) -> Transformed + Send + Sync;

/// A function as code, of users of the library. Two are the same when they are one and the same.
#[derive(Clone)]
pub(crate) struct Code(Arc<Transform>);

impl Code {
    #[cfg_attr(not(any(test, feature = "aws-sdk")), expect(dead_code, reason = "code is the library's users'"))]
    /// A function that does this to each record. It must do the same to the same record whenever it is asked.
    pub(crate) fn new(transform: impl Fn(&ToTransform) -> Transformed + Send + Sync + 'static) -> Self {
        Self(Arc::new(transform))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// After so long without an invocation the next one starts cold: an assumption, Lambda publishes no figure.
const WARM: SimDuration = SimDuration::from_secs(600);

impl Default for Function {
    fn default() -> Self {
        let ms = SimDuration::from_millis;
        Self {
            per_record: Spread::Fixed(SimDuration::from_micros(100)),
            per_invocation: Spread::Uniform(ms(10), ms(30)),
            cold_start: Spread::Fixed(ms(300)),
            timeout: SimDuration::from_mins(5),
            dropped: 0.0,
            failed: 0.0,
            size_factor: 1.0,
            wrongs: Wrongs::default(),
            keys: None,
            code: None,
        }
    }
}

/// A function that can be invoked.
pub(super) struct Invocable {
    function: Function,
    keys: Option<Drawn>,
}

impl Invocable {
    pub(super) fn new(function: Function) -> Self {
        let keys = function.keys.clone().map(Drawn::new);
        Self { function, keys }
    }

    /// What it returns. `rested` is the time since it was invoked last, if it was.
    pub(super) fn invoke(&self, records: &[ToTransform], rested: Option<SimDuration>, random: &mut Random) -> Returned {
        let Function { per_record, per_invocation, cold_start, timeout, .. } = self.function;
        let mut took = per_invocation.draw(random);
        if rested.is_none_or(|rested| rested > WARM) {
            took = took.saturating_add(cold_start.draw(random));
        }
        took = took.saturating_add(per_record.draw(random) * records.len() as u64);
        let answer = self.answer(records, random);
        match took > timeout {
            true => Returned { answer: Answer::TimedOut, took: timeout },
            false => Returned { answer, took },
        }
    }

    fn answer(&self, records: &[ToTransform], random: &mut Random) -> Answer {
        let wrongs = &self.function.wrongs;
        if random.chance(wrongs.throws) {
            return Answer::Failed("Error: the function threw, as it was told to".into());
        }
        if random.chance(wrongs.junk) {
            return Answer::Junk((*b"<html>\xff</html>").into());
        }
        let is_large = wrongs.too_large_from.is_some_and(|from| records.len() as u64 >= u64::from(from));
        if is_large || random.chance(wrongs.too_large) {
            return Answer::TooLarge;
        }
        let mut answers: Vec<_> = records.iter().map(|record| self.one(record, random)).collect();
        let some = |answers: &[Transformed], random: &mut Random| random.below(answers.len() as u64) as usize;
        if !answers.is_empty() && random.chance(wrongs.unknown_id) {
            let index = some(&answers, random);
            answers[index].id = UNKNOWN_ID;
        }
        if !answers.is_empty() && random.chance(wrongs.duplicated_id) {
            answers.push(answers[some(&answers, random)].clone());
        }
        if !answers.is_empty() && random.chance(wrongs.lost_id) {
            answers.remove(some(&answers, random));
        }
        match answer_bytes(&answers) > PAYLOAD_BYTES_MAX {
            true => Answer::TooLarge,
            false => Answer::Records(answers),
        }
    }

    fn one(&self, record: &ToTransform, random: &mut Random) -> Transformed {
        let function = &self.function;
        if let Some(Code(transform)) = &function.code {
            return transform(record);
        }
        let result = match () {
            () if random.chance(function.dropped) => Verdict::Dropped,
            () if random.chance(function.failed) => Verdict::ProcessingFailed,
            () => Verdict::Ok,
        };
        let is_ok = result == Verdict::Ok;
        let data = is_ok.then(|| resized(&record.data, function.size_factor));
        let keys = self.keys.as_ref().filter(|_| is_ok).map(|keys| keys.of(&record.data));
        Transformed { id: record.id, result, data, partition_keys: keys.unwrap_or_default() }
    }
}

fn resized(data: &Payload, factor: f64) -> Payload {
    let len = (f64::from(data.len()) * factor) as u32;
    match data {
        _ if len == data.len() => data.clone(),
        Payload::Synthetic { seed, .. } => Payload::Synthetic { seed: *seed, len },
        Payload::Bytes(bytes) => {
            let mut bytes = bytes.to_vec();
            bytes.resize(len as usize, b' ');
            Payload::from(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Seed, SimTime};

    const fn ms(n: u64) -> SimDuration {
        SimDuration::from_millis(n)
    }

    fn records(count: u64, len: u32) -> Vec<ToTransform> {
        let data = |id| Payload::Synthetic { seed: id as u32, len };
        (0..count).map(|id| ToTransform { id, arrived: SimTime::ZERO, data: data(id), source: None }).collect()
    }

    fn invoke(function: Function, records: &[ToTransform], rested: Option<SimDuration>) -> Returned {
        Invocable::new(function).invoke(records, rested, &mut Seed(1).stream("functions"))
    }

    fn answers(function: Function, sent: &[ToTransform]) -> Vec<Transformed> {
        match invoke(function, sent, None).answer {
            Answer::Records(answers) => answers,
            other => panic!("records, not {other:?}"),
        }
    }

    #[test]
    fn a_function_that_rested_starts_cold() {
        let function = Function {
            per_record: Spread::Fixed(ms(2)),
            per_invocation: Spread::Fixed(ms(10)),
            cold_start: Spread::Fixed(ms(300)),
            ..Function::default()
        };
        let took = |rested| invoke(function.clone(), &records(5, 10), rested).took;
        assert_eq!([took(None), took(Some(ms(1000))), took(Some(ms(601_000)))], [ms(320), ms(20), ms(320)]);
    }

    #[test]
    fn a_function_is_ended_at_its_time_out() {
        let slow = Function { per_record: Spread::Fixed(SimDuration::from_secs(61)), ..Function::default() };
        assert!(matches!(invoke(slow.clone(), &records(4, 10), None).answer, Answer::Records(_)));
        let returned = invoke(slow, &records(5, 10), None);
        assert!(matches!(returned.answer, Answer::TimedOut));
        assert_eq!(returned.took, SimDuration::from_mins(5));
    }

    #[test]
    fn shares_of_records_are_dropped_and_failed_and_the_others_change_their_size() {
        let function = Function { dropped: 0.2, failed: 0.1, size_factor: 1.5, ..Function::default() };
        let answers = answers(function, &records(5000, 100));
        let count = |result| answers.iter().filter(|answer| answer.result == result).count();
        assert!((900..1100).contains(&count(Verdict::Dropped)), "{}", count(Verdict::Dropped));
        assert!((340..460).contains(&count(Verdict::ProcessingFailed)), "{}", count(Verdict::ProcessingFailed));
        let well = answers.iter().filter(|answer| answer.result == Verdict::Ok);
        assert!(well.clone().all(|answer| answer.data.as_ref().is_some_and(|data| data.len() == 150)));
        assert!(answers.iter().all(|answer| (answer.result == Verdict::Ok) == answer.data.is_some()));
    }

    #[test]
    fn real_bytes_are_cut_off_or_filled_up() {
        let data = Payload::from(b"{\"a\":1}".to_vec());
        assert_eq!(resized(&data, 1.0), data);
        assert_eq!(resized(&data, 1.5), Payload::from(b"{\"a\":1}   ".to_vec()));
        assert_eq!(resized(&data, 0.5), Payload::from(b"{\"a".to_vec()));
    }

    #[test]
    fn everything_that_it_can_do_wrong_it_does_when_told_to() {
        let sent = records(10, 10);
        let wrong = |wrongs| Function { wrongs, ..Function::default() };
        let answer = |wrongs| invoke(wrong(wrongs), &sent, None).answer;
        let none = Wrongs::default();
        assert!(matches!(answer(Wrongs { throws: 1.0, ..none }), Answer::Failed(_)));
        assert!(matches!(answer(Wrongs { junk: 1.0, ..none }), Answer::Junk(_)));
        assert!(matches!(answer(Wrongs { too_large: 1.0, ..none }), Answer::TooLarge));
        assert!(matches!(answer(Wrongs { too_large_from: Some(10), ..none }), Answer::TooLarge));
        assert!(matches!(answer(Wrongs { too_large_from: Some(11), ..none }), Answer::Records(_)));
        let ids = |wrongs| -> Vec<u64> { answers(wrong(wrongs), &sent).iter().map(|answer| answer.id).collect() };
        assert_eq!(ids(none), Vec::from_iter(0..10));
        let mut twice = ids(Wrongs { duplicated_id: 1.0, ..none });
        twice.sort_unstable();
        assert_eq!((twice.len(), twice.windows(2).filter(|two| two[0] == two[1]).count()), (11, 1));
        let lost = ids(Wrongs { lost_id: 1.0, ..none });
        assert!(lost.len() == 9 && lost.is_sorted_by(|a, b| a < b));
        let unknown = ids(Wrongs { unknown_id: 1.0, ..none });
        assert_eq!((unknown.len(), unknown.iter().filter(|id| **id == UNKNOWN_ID).count()), (10, 1));
    }

    #[test]
    fn an_answer_that_grows_over_six_megabytes_is_one_too_many() {
        let function = Function { size_factor: 2.0, ..Function::default() };
        let sent = records(3000, 1000);
        assert!(matches!(invoke(Function::default(), &sent, None).answer, Answer::Records(_)));
        assert!(matches!(invoke(function, &sent, None).answer, Answer::TooLarge));
    }

    #[test]
    fn a_record_has_its_key_in_every_invocation() {
        let keys = Keys { name: "user".into(), values: 50, zipf: Some(1.0) };
        let function = Function { keys: Some(keys), ..Function::default() };
        let sent = records(100, 10);
        let (all, some) = (answers(function.clone(), &sent), answers(function, &sent[40..50]));
        assert_eq!(all[40..50], some);
        assert!(all.iter().all(|answer| answer.partition_keys.contains_key("user")));
    }

    #[test]
    fn code_of_a_user_is_asked_about_each_record() {
        let code = Code::new(|record| Transformed {
            id: record.id,
            result: if record.id == 1 { Verdict::Dropped } else { Verdict::Ok },
            data: (record.id != 1).then(|| Payload::from(record.data.bytes().to_ascii_uppercase())),
            partition_keys: Default::default(),
        });
        let function = Function { code: Some(code.clone()), dropped: 1.0, ..Function::default() };
        let answers = answers(function, &records(3, 8));
        assert_eq!(answers[0].data, Some(Payload::from(b"AAAAAAAA".to_vec())));
        assert_eq!((answers[1].result, answers[1].data.as_ref()), (Verdict::Dropped, None));
        assert_eq!(code, code.clone());
    }
}
