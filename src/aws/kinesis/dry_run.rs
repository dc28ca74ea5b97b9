//! Calls that do nothing: DryRun, which asks whether a call on the data plane would be permitted, and those that are
//! refused for their members.

use super::api::{Error, Reply};
use super::operations::Refused;
use super::service::{At, Kinesis};
use crate::base::StreamName;

impl Kinesis {
    /// DryRun asks whether the caller is permitted, and everyone is. Here the stream must serve; shards, sequence
    /// numbers, the iterator's age, the size of records, consumers, keys and limits are not looked at
    /// (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>).
    pub(super) fn dry_run(&self, stream: &StreamName) -> Reply {
        self.need_serving(self.find(stream)?)?;
        Err(Error::DryRunOperation)
    }

    /// Refuses a call: for want of what it is about, else for what it says.
    pub(super) fn refuse(&mut self, at: &mut At<'_>, call: Refused) -> Reply {
        let Refused { operation, stream, shard, problem } = call;
        match shard {
            Some(shard) => self.need_readable(at, &stream, shard).map(|_| ())?,
            None if operation.name().starts_with("Put") => self.need_serving(self.find(&stream)?)?,
            None => self.find(&stream).map(|_| ())?,
        }
        Err(Error::InvalidArgument(problem))
    }
}
