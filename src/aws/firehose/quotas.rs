//! Quotas of what is put directly: records, requests and bytes a second of each delivery stream
//! (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).

use super::api::Settings;
use crate::base::{SimTime, TokenBucket};

/// What a delivery stream may still take.
pub(super) struct Quotas {
    are_enforced: bool,
    records: TokenBucket,
    requests: TokenBucket,
    bytes: TokenBucket,
}

impl Quotas {
    /// All of it. Buckets hold a second's worth: AWS publishes no shape.
    pub(super) fn new(settings: &Settings) -> Self {
        let full = |per_s: u64| TokenBucket::full(per_s, per_s);
        Self {
            are_enforced: settings.data_plane_limits,
            records: full(settings.records_per_s),
            requests: full(settings.requests_per_s),
            bytes: full(settings.bytes_per_s),
        }
    }
    /// Returns whether there is room for a request.
    pub(super) fn take_request(&mut self, now: SimTime) -> bool {
        !self.are_enforced || self.requests.try_take(now, 1)
    }
    /// Returns whether there is room for a record.
    pub(super) fn take_record(&mut self, now: SimTime, bytes: u64) -> bool {
        !self.are_enforced
            || self.records.has(now, 1) && self.bytes.try_take(now, bytes) && self.records.try_take(now, 1)
    }
}
