//! `records-lie-in-their-shard`: a record's hash key lies in the range of the shard that accepted it.
//!
//! The hash key is MD5 of the partition key, or the ExplicitHashKey in its place
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>). A record that went elsewhere is read
//! out of the order of its key, and by another worker.

use crate::base::{Event, EventKind, SimTime};
use crate::check::findings::Findings;
use crate::check::lens::Lens;
use crate::check::{Check, CheckResult, CheckSettings, Invariant};

/// The check.
#[derive(Default)]
pub(super) struct RecordsLieInTheirShard {
    findings: Findings,
    judged: u64,
}

impl Invariant for RecordsLieInTheirShard {
    const NAME: &'static str = "records-lie-in-their-shard";
    const PROMISE: &'static str = "a record's hash key lies in the range of the shard that accepted it";
    const HEARS: &'static [EventKind] = &[EventKind::RecordAccepted];

    fn new(_: &CheckSettings) -> Self {
        Self::default()
    }
}

impl Check for RecordsLieInTheirShard {
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens) {
        let Event::RecordAccepted { stream, shard, ordinal, key, routed_by, .. } = event else { return };
        let Some(range) = lens.shards.get(*stream, *shard).and_then(|shard| shard.range) else { return };
        self.judged += 1;
        let hash_key = routed_by.hash_key(key);
        if !range.contains(hash_key) {
            let stream = lens.names.stream(*stream);
            let range = format!("{}-{}", range.start, range.end);
            self.findings.fail(at, || {
                format!("{stream} {shard} ({range}) accepted record {ordinal}, whose hash key is {hash_key}")
            });
        }
    }
    fn result(&self, _: &Lens) -> CheckResult {
        self.findings.result(Self::NAME, self.judged, || format!("{} records went where they belong", self.judged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::RoutedBy;
    use crate::base::{HashKey, PartitionKey};
    use crate::check::Verdict;
    use crate::check::test_events::*;

    /// A record with this partition key, and with this explicit hash key.
    fn record(name: &str, explicit: Option<HashKey>) -> Event {
        let Event::RecordAccepted { stream, shard, ordinal, index, size_bytes, zones, host, .. } = accepted(S0, 0)
        else {
            unreachable!("a record")
        };
        let key = PartitionKey::new(name).expect("a key");
        let routed_by = explicit.map_or(RoutedBy::PartitionKey, |hash_key| RoutedBy::HashKey(Box::new(hash_key)));
        Event::RecordAccepted { stream, shard, ordinal, index, key, routed_by, size_bytes, zones, host, number: None }
    }

    fn judged(part: u8, record: Event) -> CheckResult {
        judge(RecordsLieInTheirShard::default(), [(1, opened(S0, part, None)), (2, record)])
    }

    #[test]
    fn a_record_in_its_range_is_fine() {
        // MD5 of "a" begins with 0x0c, of "k" with 0x8c.
        assert_eq!(judged(0, record("a", None)).verdict, Verdict::Pass);
        assert_eq!(judged(1, record("k", None)).verdict, Verdict::Pass);
        assert_eq!(judged(1, record("a", Some(HashKey::MAX))).verdict, Verdict::Pass);
        assert_eq!(judge(RecordsLieInTheirShard::default(), []).verdict, Verdict::Unknown);
    }

    #[test]
    fn a_record_that_went_elsewhere_is_found() {
        let text = evidence(&judged(1, record("a", None)));
        assert!(text.contains("accepted record 0, whose hash key is 16955237001963240173058271559858726497"), "{text}");
        assert_eq!(judged(0, record("a", Some(HashKey::MAX))).verdict, Verdict::Fail);
    }
}
