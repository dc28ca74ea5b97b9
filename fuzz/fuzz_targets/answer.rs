//! Whatever a function answers, each record that it was asked about ends as one thing: delivered, dropped or failed.
//!
//! The first byte says how many records there are, whether Lambda says that the function failed, and how the status
//! is; the rest is the answer.
#![no_main]

mod firehose;

use kinesim::aws::lambda::wire::read_reply;
use libfuzzer_sys::fuzz_target;

const S3: &str = r#"{
    "RoleARN": "arn:aws:iam::000000000000:role/firehose", "BucketARN": "arn:aws:s3:::lake",
    "ErrorOutputPrefix": "bad/!{firehose:error-output-type}/", "Prefix": "k=!{partitionKeyFromLambda:k}/",
    "DynamicPartitioningConfiguration": {"Enabled": true}, "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "Lambda", "Parameters": [
        {"ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:us-east-1:000000000000:function:f"},
        {"ParameterName": "NumberOfRetries", "ParameterValue": "1"}
    ]}]}
}"#;

fuzz_target!(|input: &[u8]| {
    let Some((flags, body)) = input.split_first() else { return };
    let records = [b"one".as_slice(), b"two\n", b"", &[0xff, 0], b"five", b"six", b"seven"];
    let records = &records[..usize::from(flags % 8).clamp(1, 7)];
    let status = [200, 200, 200, 500, 429, 0, 404, 413][usize::from(flags >> 4 & 7)];
    let mut desk = firehose::Desk::new(S3).expect("a right configuration");
    desk.put(records);
    let seen = desk.run(|| read_reply(status, flags & 0x80 != 0, body));
    assert_eq!(seen.delivered + seen.dropped + seen.in_error_output, records.len() as u64);
});
