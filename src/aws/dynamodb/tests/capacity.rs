//! What calls cost, and when they are throttled.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>

use super::*;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::operations::{BatchGetItem, BatchWriteItem, PutItem, Scan};

#[test]
fn a_write_costs_the_larger_of_the_item_before_and_after() {
    let mut bench = Bench::plain();
    bench.told();
    bench.ok(put(lease_of("a", 1024)));
    bench.ok(put(lease_of("a", 3000)));
    bench.ok(put(lease_of("a", 100)));
    bench.ok(put(lease_of("a", 2500)));
    bench.ok(delete("a"));
    bench.ok(delete("a"));
    assert_eq!(bench.units(), [(0, 1), (0, 3), (0, 3), (0, 3), (0, 3), (0, 1)]);
}

#[test]
fn a_false_condition_costs_the_larger_of_the_present_and_the_new_item() {
    let mut bench = Bench::plain();
    bench.ok(put(lease_of("a", 1500)));
    bench.told();
    let mut refuse = |item| {
        let request = Request::PutItem(PutItem {
            table: leases(),
            item,
            condition: Some(counter_is(1)),
            returns: Returns::default(),
        });
        assert_eq!(bench.ask(request).err(), Some(Error::ConditionalCheckFailed(None)));
    };
    refuse(lease_of("a", 100));
    refuse(lease_of("a", 5000));
    refuse(lease_of("new", 100));
    assert!(bench.ask(update("a", Vec::new(), Some(counter_is(1)))).is_err());
    assert_eq!(bench.units(), [(0, 2), (0, 5), (0, 1), (0, 2)]);
}

#[test]
fn reads_round_up_to_4_kilobytes_and_cost_half_when_eventually_consistent() {
    let mut bench = Bench::plain();
    bench.ok(put(lease_of("a", 4096)));
    bench.ok(put(lease_of("b", 4097)));
    bench.told();
    for (key, consistent) in [("a", true), ("a", false), ("b", true), ("b", false), ("none", true), ("none", false)] {
        bench.ok(get(key, consistent));
    }
    assert_eq!(bench.units(), [(2, 0), (1, 0), (4, 0), (2, 0), (2, 0), (1, 0)]);
}

#[test]
fn a_scan_sums_what_it_evaluates_before_rounding_and_a_filter_saves_nothing() {
    let mut bench = Bench::plain();
    for key in ["a", "b", "c", "d", "e"] {
        bench.ok(put(lease_of(key, 1000)));
    }
    bench.told();
    bench.ok(scan(consistent()));
    bench.ok(scan(Page::default()));
    let filter = Some(Condition::Exists("nothing".into()));
    let reply =
        bench.ok(Request::Scan(Scan { table: leases(), index: None, filter, segment: None, page: Page::default() }));
    assert!(matches!(reply, Response::Items { items, scanned: 5, .. } if items.is_empty()));
    assert_eq!(bench.units(), [(4, 0), (2, 0), (2, 0)]);
}

#[test]
fn a_batch_rounds_each_item_and_tells_once() {
    let mut bench = Bench::plain();
    bench.told();
    let writes = ["a", "b", "c"].map(|key| (leases(), BatchWrite::Put(lease_of(key, 100)))).to_vec();
    bench.ok(Request::BatchWriteItem(BatchWriteItem { writes }));
    let gets = ["a", "b", "c", "none"].map(|key| (leases(), key_of(key), false)).to_vec();
    let reply = bench.ok(Request::BatchGetItem(BatchGetItem { gets, shown: Vec::new() }));
    assert!(matches!(reply, Response::Got { items, unprocessed, .. } if items.len() == 3 && unprocessed.is_empty()));
    assert_eq!(bench.units(), [(0, 3), (4, 0)]);
}

#[test]
fn ten_provisioned_write_units_carry_ten_renewals_a_second() {
    let mut bench = Bench::new(exact(), provisioned(10, 10), Vec::new());
    // What was saved since the table was created, used up.
    while bench.ask(put(lease("a", "w", 1))).is_ok() {}
    bench.told();
    let mut accepted = 0;
    for _ in 0..100 * 60 {
        bench.pass(SimDuration::from_millis(10));
        accepted += u32::from(bench.ask(put(lease("a", "w", 1))).is_ok());
    }
    assert_eq!(accepted, 600);
    let throttles = bench.throttles();
    assert_eq!(throttles.len(), 5400);
    assert!(throttles.iter().all(|reason| *reason == TableThrottle::TableWrite));
}

#[test]
fn a_full_burst_bucket_gives_five_minutes_of_units_at_once() {
    let settings = Settings { burst_starts_full: true, ..exact() };
    let mut bench = Bench::new(settings, provisioned(1, 2), Vec::new());
    let accepted = (0..1000).take_while(|_| bench.ask(put(lease("a", "w", 1))).is_ok()).count();
    assert_eq!(accepted, 600);
}

#[test]
fn one_partition_serves_1000_writes_and_3000_reads_a_second() {
    let settings = Settings { burst_starts_full: true, ..exact() };
    let mut bench = Bench::new(settings, provisioned(40_000, 40_000), Vec::new());
    bench.told();
    let writes = (0..5000).take_while(|_| bench.ask(put(lease("a", "w", 1))).is_ok()).count();
    let reads = (0..5000).take_while(|_| bench.ask(get("a", true)).is_ok()).count();
    assert_eq!((writes, reads), (1000, 3000));
    let reason = bench.throttled(get("a", true));
    assert_eq!(reason.as_deref(), Some("TableReadKeyRangeThroughputExceeded"));
    assert_eq!(bench.throttles()[..2], [TableThrottle::PartitionWrite, TableThrottle::PartitionRead]);
}

#[test]
fn throttled_parts_of_a_batch_come_back_and_only_all_of_them_fail_it() {
    let mut bench = Bench::new(exact(), provisioned(1, 1), Vec::new());
    while bench.ask(put(lease("a", "w", 1))).is_ok() {}
    bench.pass(SimDuration::from_secs(2));
    let writes: Vec<_> = ["a", "b", "c"].map(|key| (leases(), BatchWrite::Put(lease(key, "w", 1)))).to_vec();
    let Response::Wrote { unprocessed, .. } =
        bench.ok(Request::BatchWriteItem(BatchWriteItem { writes: writes.clone() }))
    else {
        panic!("not a batch")
    };
    assert_eq!(unprocessed, writes[2..]);
    let reason = bench.throttled(Request::BatchWriteItem(BatchWriteItem { writes: unprocessed }));
    assert_eq!(reason.as_deref(), Some("TableWriteProvisionedThroughputExceeded"));
}

#[test]
fn batches_are_bounded_and_name_each_item_once() {
    let mut bench = Bench::plain();
    let keys = |count: u32| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    let writes = |count| keys(count).iter().map(|key| (leases(), BatchWrite::Delete(key_of(key)))).collect::<Vec<_>>();
    let gets = |count| keys(count).iter().map(|key| (leases(), key_of(key), true)).collect::<Vec<_>>();
    bench.ok(Request::BatchWriteItem(BatchWriteItem { writes: writes(25) }));
    bench.ok(Request::BatchGetItem(BatchGetItem { gets: gets(100), shown: Vec::new() }));
    let twice = vec![(leases(), BatchWrite::Delete(key_of("a"))), (leases(), BatchWrite::Put(lease("a", "w", 1)))];
    let refused = [
        Request::BatchWriteItem(BatchWriteItem { writes: writes(26) }),
        Request::BatchWriteItem(BatchWriteItem { writes: Vec::new() }),
        Request::BatchWriteItem(BatchWriteItem { writes: twice }),
        Request::BatchGetItem(BatchGetItem { gets: gets(101), shown: Vec::new() }),
    ];
    for request in refused {
        assert!(matches!(bench.ask(request), Err(Error::Validation(_))));
    }
}

#[test]
fn a_scan_larger_than_what_is_saved_leaves_a_debt() {
    let mut bench = Bench::new(exact(), provisioned(1, 1000), Vec::new());
    for n in 0..100 {
        bench.pass(SimDuration::from_millis(20));
        bench.ok(put(lease_of(&n.to_string(), 8000)));
    }
    while bench.ask(get("0", true)).is_ok() {}
    bench.pass(SimDuration::from_millis(1000));
    bench.told();
    bench.ok(scan(Page::default()));
    assert_eq!(bench.units(), [(196, 0)]);
    bench.pass(SimDuration::from_secs(96));
    assert!(bench.ask(get("0", false)).is_err(), "196 half units at 2 a second");
    bench.pass(SimDuration::from_secs(2));
    bench.ok(get("0", false));
}
