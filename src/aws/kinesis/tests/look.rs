//! What observers see without calling.

use super::*;
use crate::base::SequenceNumber;

#[test]
fn looking_at_a_shard_shows_its_newest_records_and_changes_nothing() {
    let mut bench = Bench::quick(1);
    for _ in 0..3 {
        bench.put("k", 10).expect("stored");
    }
    let events = bench.events.len();
    let newest = bench.service.newest(&name(), ShardId(0), 2).expect("a shard");
    assert_eq!(newest.iter().map(|record| record.ordinal).collect::<Vec<_>>(), [1, 2]);
    assert!(bench.service.newest(&name(), ShardId(7), 2).is_none());
    assert!(bench.service.newest(&"nowhere".parse().expect("a name"), ShardId(0), 2).is_none());
    assert_eq!(bench.events.len(), events);
}

#[test]
fn what_is_unread_is_as_old_as_its_first_record() {
    let mut bench = Bench::quick(1);
    for ms in [0, 1000, 2000] {
        bench.at_ms(ms).put("k", 10).expect("stored");
    }
    let now = bench.at_ms(5000).now;
    let first = bench.service.newest(&name(), ShardId(0), 3).expect("a shard")[0].sequence_number;
    let (stream, unread) = bench.service.unread_after(first, now).expect("it is kept");
    assert_eq!((stream, unread.records, unread.age_ms), (&name(), 2, 4000));
    let id = bench.service.seen(now).next().expect("a stream").id;
    assert_eq!(bench.service.unread(id, ShardId(0), 3, now), Default::default(), "at the tip");
    let other = SequenceNumber::new(ShardId(0), 1, first.index(), 1);
    assert!(bench.service.unread_after(other, now).is_none(), "of no stream that there is");
}
