//! Eventually consistent reads: late by a bounded lag, and never invented.

use super::*;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::operations::Scan;

const LAG: SimDuration = SimDuration::from_millis(100);

fn bench() -> Bench {
    let settings = Settings { stale_read_lag_max: LAG, ..Settings::default() };
    Bench::new(settings, ON_DEMAND, vec![owner_index(None)])
}

fn is_told_stale(bench: &mut Bench) -> bool {
    bench.told().iter().any(|event| matches!(event, Event::StaleRead { .. }))
}

#[test]
fn an_eventually_consistent_read_may_be_late_and_says_so() {
    let mut bench = bench();
    bench.ok(put(lease("a", "w1", 1)));
    bench.pass(SimDuration::from_secs(1));
    bench.ok(put(lease("a", "w2", 2)));
    bench.pass(SimDuration::from_millis(50));
    bench.told();
    let mut late = 0;
    for _ in 0..1000 {
        let counter = bench.item(get("a", false)).and_then(|item| item.get_i64("leaseCounter"));
        assert!(counter == Some(1) || counter == Some(2));
        assert_eq!(is_told_stale(&mut bench), counter == Some(1));
        late += u32::from(counter == Some(1));
        assert_eq!(bench.item(get("a", true)).and_then(|item| item.get_i64("leaseCounter")), Some(2));
        assert!(!is_told_stale(&mut bench), "a consistent read is exact");
    }
    assert!((400..600).contains(&late), "half of the lags are above 50 ms: {late} of 1000");
    bench.pass(SimDuration::from_millis(51));
    for _ in 0..1000 {
        assert_eq!(bench.item(get("a", false)).and_then(|item| item.get_i64("leaseCounter")), Some(2));
    }
}

#[test]
fn late_scans_and_queries_miss_new_items_and_show_deleted_ones() {
    let mut bench = bench();
    bench.ok(put(lease("old", "w", 1)));
    bench.pass(SimDuration::from_secs(1));
    bench.ok(delete("old"));
    bench.ok(put(lease("new", "w", 1)));
    bench.pass(SimDuration::from_millis(50));
    for request in [scan(Page::default()), query_owner("w", Page::default())] {
        let (mut late, mut present) = (0, 0);
        for _ in 0..200 {
            bench.told();
            let keys = bench.page(request.clone()).0;
            let is_late = keys == ["old"];
            assert!(is_late || keys == ["new"], "one instant for the whole page: {keys:?}");
            assert_eq!(is_told_stale(&mut bench), is_late);
            late += u32::from(is_late);
            present += u32::from(!is_late);
        }
        assert!(late > 50 && present > 50, "{late} late, {present} not");
    }
    assert_eq!(bench.page(scan(consistent())).0, ["new"]);
}

#[test]
fn a_page_is_stale_only_by_what_it_shows() {
    let mut bench = bench();
    bench.ok(put(lease("a", "w", 1)));
    bench.told();
    let filter = Some(Condition::Exists("nothing".into()));
    for _ in 0..100 {
        bench.ok(Request::Scan(Scan {
            table: leases(),
            index: None,
            filter: filter.clone(),
            segment: None,
            page: Page::default(),
        }));
    }
    assert!(!is_told_stale(&mut bench), "the filter hides the difference");
}

#[test]
fn deleted_items_are_forgotten_once_nobody_can_see_them() {
    let mut bench = bench();
    for n in 0..1000 {
        bench.ok(put(lease(&n.to_string(), "w", 1)));
        bench.ok(delete(&n.to_string()));
        bench.pass(SimDuration::from_millis(10));
    }
    let table = &bench.service.tables[0];
    assert!(table.store.rows_kept() <= 12, "{} rows", table.store.rows_kept());
    assert!(table.indexes[0].store.rows_kept() <= 12);
    assert_eq!((table.store.count(), table.store.size_bytes()), (0, 0));
}

#[test]
fn a_service_without_lag_keeps_no_versions() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w", 1)));
    bench.ok(delete("a"));
    assert_eq!(bench.service.tables[0].store.rows_kept(), 0);
}

#[test]
fn a_write_is_seen_by_reads_as_of_its_own_instant() {
    let mut bench = bench();
    bench.ok(put(lease("a", "w", 1)));
    bench.pass(SimDuration::from_millis(10));
    bench.ok(put(lease("a", "w", 2)));
    let written = bench.now;
    let place = super::super::store::Place::of_parts(&AttributeValue::s("a"), None);
    let row = bench.service.tables[0].store.row(&place).expect("a row");
    let counter = |at| row.as_of(Some(at)).and_then(|seen| seen.item.get_i64("leaseCounter"));
    assert_eq!(counter(written), Some(2));
    assert_eq!(counter(written.saturating_sub(SimDuration::from_nanos(1))), Some(1));
    assert_eq!(counter(written.saturating_sub(SimDuration::from_millis(11))), None, "not created yet");
}
