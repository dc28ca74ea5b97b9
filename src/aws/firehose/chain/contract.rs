//! What a function must answer (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>), and which
//! error a record has for which breach
//! (<https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>).
//!
//! Every record that was sent ends as exactly one of well, dropped or failed. Assumptions, where AWS says only that a
//! mismatch is a failed transformation: a breach that is a record's own (its id lost or returned twice, no data,
//! another word) fails that record and leaves the others, and an id that was never sent is passed over. Of answers over
//! 6 MB, which Lambda itself turns into an error, Firehose knows no more than that the function failed.

use std::collections::BTreeMap;

use crate::aws::firehose::record::Carried;
use crate::aws::lambda::{Answer, Transformed, Verdict};
use crate::base::Payload;

/// `errorCode` of a record that a function left out of its answer.
pub(in crate::aws::firehose) const MISSING_ID: &str = "Lambda.MissingRecordId";

/// A record that came back well: its index among those sent, its new data, and the function's partition keys.
pub(in crate::aws::firehose) type Well = (usize, Payload, BTreeMap<Box<str>, Box<str>>);

/// What an answer means for the records that were sent.
#[derive(Debug, Default)]
pub(in crate::aws::firehose) struct Judged {
    /// In the order in which they were sent.
    pub ok: Vec<Well>,
    /// Indices of those that the function dropped.
    pub dropped: Vec<usize>,
    /// Indices of those that failed, with `errorCode` and `errorMessage`.
    pub failed: Vec<(usize, &'static str, Box<str>)>,
}

/// `errorCode` and `errorMessage`.
type Breach = (&'static str, &'static str);

const MISSING: Breach = (
    "Lambda.MissingRecordId",
    "One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.",
);
const DUPLICATED: Breach = (
    "Lambda.DuplicatedRecordId",
    "Multiple records were returned with the same record ID. Ensure that the Lambda function returns unique record \
     IDs for each record.",
);
const PROCESSING_FAILED: Breach = ("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record");
const INVALID_STRUCTURE: Breach = (
    "Lambda.FunctionError",
    "The Lambda function was successfully invoked but it returned an invalid output structure: an Ok record needs its \
     data, and a result is Ok, Dropped or ProcessingFailed.",
);
const JUNK: Breach = (
    "Lambda.JsonProcessingException",
    "There was an error parsing returned records from the Lambda function. Ensure that the returned records follow \
     the status model that is required by Amazon Data Firehose.",
);
const TIMED_OUT: Breach =
    ("Lambda.FunctionTimedOut", "The Lambda function timed out. Increase the Timeout setting in the Lambda function.");
const FUNCTION_ERROR: &str = "Lambda.FunctionError";
const ERROR_RESULT: &str = "The Lambda function was successfully invoked but it returned an error result.";
const TOO_LARGE: &str = "Response payload size exceeded maximum allowed payload size (6291456 bytes).";

/// Holds an answer against the contract. The `recordId` of a record is its index among those sent.
pub(in crate::aws::firehose) fn judge(sent: &[Carried], answer: &Answer) -> Judged {
    match answer {
        Answer::Records(records) => judge_records(sent, records),
        Answer::Failed(told) => all_failed(sent, FUNCTION_ERROR, &format!("{ERROR_RESULT} {told}")),
        Answer::Junk(_) => all_failed(sent, JUNK.0, JUNK.1),
        Answer::TooLarge => all_failed(sent, FUNCTION_ERROR, &format!("{ERROR_RESULT} {TOO_LARGE}")),
        Answer::TimedOut => all_failed(sent, TIMED_OUT.0, TIMED_OUT.1),
    }
}

fn all_failed(sent: &[Carried], code: &'static str, message: &str) -> Judged {
    let failed = (0..sent.len()).map(|index| (index, code, message.into())).collect();
    Judged { failed, ..Judged::default() }
}

/// What came back for a record.
#[derive(Clone, Copy)]
enum Back<'a> {
    Nothing,
    Once(&'a Transformed),
    Twice,
}

fn judge_records(sent: &[Carried], records: &[Transformed]) -> Judged {
    let mut back = vec![Back::Nothing; sent.len()];
    for record in records {
        let slot = usize::try_from(record.id).ok().and_then(|index| back.get_mut(index));
        if let Some(slot) = slot {
            *slot = if let Back::Nothing = slot { Back::Once(record) } else { Back::Twice };
        }
    }
    let mut judged = Judged::default();
    for (index, back) in back.into_iter().enumerate() {
        let breach = match back {
            Back::Nothing => MISSING,
            Back::Twice => DUPLICATED,
            Back::Once(record) => match (record.result, &record.data) {
                (Verdict::Ok, Some(data)) => {
                    judged.ok.push((index, data.clone(), record.partition_keys.clone()));
                    continue;
                }
                (Verdict::Dropped, _) => {
                    judged.dropped.push(index);
                    continue;
                }
                (Verdict::ProcessingFailed, _) => PROCESSING_FAILED,
                (Verdict::Ok, None) | (Verdict::Unknown, _) => INVALID_STRUCTURE,
            },
        };
        judged.failed.push((index, breach.0, breach.1.into()));
    }
    judged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::SimTime;

    fn sent(count: u64) -> Vec<Carried> {
        let one = |ordinal| Carried {
            data: Payload::from(vec![b'x'; 5]),
            source: None,
            arrived: SimTime::ZERO,
            ordinal,
            lane: 0,
            part: 0,
        };
        (0..count).map(one).collect()
    }

    fn back(id: u64, result: Verdict, data: Option<&str>) -> Transformed {
        let data = data.map(|data| Payload::from(data.as_bytes().to_vec()));
        Transformed { id, result, data, partition_keys: BTreeMap::new() }
    }

    /// What becomes of each of three records.
    fn judged(answer: Answer) -> [String; 3] {
        let mut told = [const { String::new() }; 3];
        let judged = judge(&sent(3), &answer);
        judged.ok.iter().for_each(|(index, data, _)| told[*index] += &String::from_utf8_lossy(&data.bytes()));
        judged.dropped.iter().for_each(|index| told[*index] += "dropped");
        judged.failed.iter().for_each(|(index, code, _)| told[*index] += code);
        told
    }

    #[test]
    fn records_that_came_back_well_and_dropped_ones_are_done() {
        let keys = BTreeMap::from([("user".into(), "7".into())]);
        let mut well = back(0, Verdict::Ok, Some("A"));
        well.partition_keys.clone_from(&keys);
        let answer = vec![back(2, Verdict::Dropped, None), back(1, Verdict::Ok, Some("")), well];
        assert_eq!(judged(Answer::Records(answer.clone())), ["A", "", "dropped"]);
        let judged = judge(&sent(3), &Answer::Records(answer));
        let indices: Vec<_> = judged.ok.iter().map(|(index, ..)| *index).collect();
        assert_eq!(indices, [0, 1], "the order in which they were sent");
        assert_eq!(judged.ok[0].2, keys);
    }

    #[test]
    fn a_record_that_failed_by_the_functions_word_fails_alone() {
        let answer = (0..3).map(|id| back(id, [Verdict::Ok, Verdict::ProcessingFailed][(id % 2) as usize], Some("A")));
        assert_eq!(judged(Answer::Records(answer.collect())), ["A", "Lambda.ProcessingFailedStatus", "A"]);
    }

    #[test]
    fn every_id_must_come_back_exactly_once() {
        let answer = [0, 2, 2].map(|id| back(id, Verdict::Ok, Some("A"))).into();
        assert_eq!(judged(Answer::Records(answer)), ["A", "Lambda.MissingRecordId", "Lambda.DuplicatedRecordId"]);
    }

    #[test]
    fn an_id_that_was_never_sent_stands_for_no_record() {
        let answer = [0, 1, u64::MAX].map(|id| back(id, Verdict::Ok, Some("A"))).into();
        assert_eq!(judged(Answer::Records(answer)), ["A", "A", "Lambda.MissingRecordId"]);
    }

    #[test]
    fn a_record_that_is_well_needs_data_and_a_result_is_one_of_three_words() {
        let answer = vec![
            back(0, Verdict::Ok, None),
            back(1, Verdict::Unknown, Some("A")),
            back(2, Verdict::Dropped, Some("A")),
        ];
        let wrong = "Lambda.FunctionError";
        assert_eq!(judged(Answer::Records(answer)), [wrong, wrong, "dropped"]);
    }

    #[test]
    fn an_answer_that_is_none_fails_every_record() {
        for (answer, code) in [
            (Answer::Failed("TypeError: x".into()), "Lambda.FunctionError"),
            (Answer::TooLarge, "Lambda.FunctionError"),
            (Answer::TimedOut, "Lambda.FunctionTimedOut"),
            (Answer::Junk([0xff].into()), "Lambda.JsonProcessingException"),
            (Answer::Records(Vec::new()), "Lambda.MissingRecordId"),
        ] {
            assert_eq!(judged(answer), [code; 3]);
        }
    }

    fn any_answer() -> impl Strategy<Value = Transformed> {
        let words = [Verdict::Ok, Verdict::Dropped, Verdict::ProcessingFailed, Verdict::Unknown];
        (0u64..12, prop::sample::select(words.to_vec()), any::<bool>())
            .prop_map(|(id, result, has_data)| back(id, result, has_data.then_some("A")))
    }

    proptest! {
        #[test]
        fn whatever_is_answered_every_record_ends_as_exactly_one_thing(
            count in 0u64..10, answers in prop::collection::vec(any_answer(), 0..20),
        ) {
            let judged = judge(&sent(count), &Answer::Records(answers));
            let well = judged.ok.iter().map(|(index, ..)| *index);
            let failed = judged.failed.iter().map(|(index, ..)| *index);
            let mut all: Vec<_> = well.chain(judged.dropped.iter().copied()).chain(failed).collect();
            all.sort_unstable();
            prop_assert_eq!(all, Vec::from_iter(0..count as usize));
        }
    }
}
