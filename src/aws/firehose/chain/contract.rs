//! What a function must answer (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>).

use std::collections::BTreeMap;

use crate::aws::firehose::record::Carried;
use crate::aws::lambda::{Answer, Verdict};
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

/// Holds an answer against the contract. The `recordId` of a record is its index among those sent.
pub(in crate::aws::firehose) fn judge(sent: &[Carried], answer: &Answer) -> Judged {
    let mut judged = Judged::default();
    let Answer::Records(records) = answer else {
        let failed = |index| (index, "Lambda.FunctionError", "the function failed".into());
        judged.failed = (0..sent.len()).map(failed).collect();
        return judged;
    };
    for record in records {
        let index = record.id as usize;
        match (record.result, &record.data) {
            (Verdict::Ok, Some(data)) => judged.ok.push((index, data.clone(), record.partition_keys.clone())),
            (Verdict::Dropped, _) => judged.dropped.push(index),
            _ => judged.failed.push((index, "Lambda.ProcessingFailedStatus", "ProcessingFailed status".into())),
        }
    }
    judged
}
