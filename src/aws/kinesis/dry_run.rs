//! DryRun: whether a call on the data plane would be permitted.

use super::api::{Error, Reply};
use super::service::Kinesis;
use crate::base::StreamName;

impl Kinesis {
    /// DryRun asks whether the caller is permitted, and everyone is. Here the stream must serve; shards, sequence
    /// numbers, the iterator's age, the size of records, consumers, keys and limits are not looked at
    /// (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>).
    pub(super) fn dry_run(&self, stream: &StreamName) -> Reply {
        self.need_serving(self.find(stream)?)?;
        Err(Error::DryRunOperation)
    }
}
