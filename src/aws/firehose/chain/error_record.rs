//! Records of the error output: one line of JSON each.

use crate::aws::firehose::record::Carried;

/// What an error record tells besides the record.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Told<'a> {
    pub attempts: u32,
    pub error: &'a str,
    pub message: &'a str,
    /// Wall-clock milliseconds at which the last attempt ended.
    pub ended_unix_ms: u64,
    pub epoch_unix_ms: u64,
    /// `lambdaArn`, of what a function failed for.
    pub lambda_arn: Option<&'a str>,
    pub besides: &'a [(&'static str, Box<str>)],
}

/// The line of a record.
pub(in crate::aws::firehose) fn line(record: &Carried, told: &Told<'_>) -> Vec<u8> {
    let Told { attempts, error, message, .. } = told;
    let arrived = told.epoch_unix_ms + record.arrived.as_nanos() / 1_000_000;
    format!(
        "{{\"attemptsMade\":{attempts},\"arrivalTimestamp\":{arrived},\"errorCode\":\"{error}\",\
         \"errorMessage\":\"{message}\",\"attemptEndingTimestamp\":{}}}\n",
        told.ended_unix_ms
    )
    .into_bytes()
}
