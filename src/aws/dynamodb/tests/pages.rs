//! Pages of Query and Scan.

use crate::aws::dynamodb::Request;
use std::collections::BTreeSet;

use super::*;
use crate::aws::dynamodb::operations::{DeleteItem, PutItem, Query, Scan};

fn filled(count: u32) -> Bench {
    let mut bench = Bench::plain();
    for n in 0..count {
        bench.ok(put(lease(&format!("shardId-{n:012}"), "w", n.into())));
    }
    bench
}

/// All keys, page by page.
fn all_pages(bench: &mut Bench, segment: Option<(u32, u32)>, limit: Option<u32>) -> Vec<String> {
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let page = Page { consistent: true, limit, start, ..Page::default() };
        let (keys, next) =
            bench.page(Request::Scan(Scan { table: leases(), index: None, filter: None, segment, page }));
        found.extend(keys);
        start = next;
        if start.is_none() {
            return found;
        }
    }
}

#[test]
fn scan_order_is_fixed_and_not_key_order() {
    let mut bench = filled(100);
    let keys = all_pages(&mut bench, None, None);
    assert_eq!(keys.len(), 100);
    assert!(!keys.is_sorted());
    let mut reversed = Bench::plain();
    for n in (0..100).rev() {
        reversed.ok(put(lease(&format!("shardId-{n:012}"), "w", n)));
    }
    assert_eq!(all_pages(&mut reversed, None, Some(7)), keys, "whatever the order of writes and the size of pages");
}

#[test]
fn segments_of_a_parallel_scan_share_out_the_items() {
    let mut bench = filled(200);
    let segments: Vec<Vec<String>> = (0..7).map(|n| all_pages(&mut bench, Some((n, 7)), Some(10))).collect();
    assert!(segments.iter().all(|segment| (10..60).contains(&segment.len())), "roughly evenly");
    assert_eq!(segments.concat(), all_pages(&mut bench, None, None), "each once, in the same order");
    for segment in [(7, 7), (0, 0), (0, 1_000_001)] {
        let request = Request::Scan(Scan {
            table: leases(),
            index: None,
            filter: None,
            segment: Some(segment),
            page: consistent(),
        });
        assert!(matches!(bench.ask(request), Err(Error::Validation(_))), "{segment:?}");
    }
}

#[test]
fn a_page_ends_at_a_megabyte_before_the_filter() {
    let mut bench = Bench::plain();
    for n in 0..30 {
        bench.ok(put(lease_of(&n.to_string(), 100 * 1024)));
    }
    let filter = Some(Condition::Exists("nothing".into()));
    let reply =
        bench.ok(Request::Scan(Scan { table: leases(), index: None, filter, segment: None, page: consistent() }));
    let Response::Items { items, scanned, last_evaluated, .. } = reply else { panic!("not a page") };
    assert_eq!((items.len(), scanned), (0, 10));
    assert!(last_evaluated.is_some());
    assert_eq!(all_pages(&mut bench, None, None).len(), 30);
}

#[test]
fn a_limit_counts_what_is_evaluated_and_is_at_least_one() {
    let mut bench = filled(10);
    let filter = Some(Condition::Not(Box::new(counter_is(3))));
    let page = Page { limit: Some(10), ..consistent() };
    let reply = bench.ok(Request::Scan(Scan { table: leases(), index: None, filter, segment: None, page }));
    let Response::Items { items, scanned, last_evaluated, .. } = reply else { panic!("not a page") };
    assert_eq!((items.len(), scanned), (9, 10));
    assert!(last_evaluated.is_some(), "a page that ends at its limit does not know whether more follows");
    assert!(matches!(bench.ask(scan(Page { limit: Some(0), ..consistent() })), Err(Error::Validation(_))));
}

#[test]
fn a_scan_goes_on_after_an_item_that_is_gone() {
    let mut bench = filled(20);
    let (first, start) = bench.page(scan(Page { limit: Some(5), ..consistent() }));
    bench.ok(delete(&first[4]));
    let (rest, end) = bench.page(scan(Page { start, ..consistent() }));
    assert_eq!(end, None);
    assert_eq!(first.iter().chain(&rest).collect::<BTreeSet<_>>().len(), 20);
}

/// A table with a range key, holding numbers 0 to 19 of user "u" and some of others.
fn ranged() -> (Bench, TableName) {
    let (mut bench, table) = (Bench::plain(), name("ranged"));
    let plain = CreateTable::plain(table.clone(), "user".into(), ON_DEMAND);
    bench.ok(Request::CreateTable(CreateTable { range_key: Some("n".into()), ..plain }));
    bench.settle();
    for (user, n) in (0..20).map(|n| ("u", n)).chain([("v", 1), ("uu", 2)]) {
        let item = Item::new().with("user", AttributeValue::s(user)).with("n", AttributeValue::n(n));
        let request =
            Request::PutItem(PutItem { table: table.clone(), item, condition: None, returns: Returns::default() });
        bench.ok(request);
    }
    (bench, table)
}

fn query(table: &TableName, range: Option<KeyCondition>, forward: bool, page: Page) -> Request {
    query_of(table, AttributeValue::s("u"), range, forward, page)
}

fn query_of(
    table: &TableName,
    hash: AttributeValue,
    range: Option<KeyCondition>,
    forward: bool,
    page: Page,
) -> Request {
    let mut keys = vec![("user".into(), KeyCondition::Compare(Comparator::Eq, hash))];
    keys.extend(range.map(|range| ("n".into(), range)));
    Request::Query(Query { table: table.clone(), index: None, keys, filter: None, forward, page })
}

fn numbers(bench: &mut Bench, request: Request) -> (Vec<i64>, Option<Key>) {
    match bench.ok(request) {
        Response::Items { items, last_evaluated, .. } => {
            (items.iter().filter_map(|item| item.get_i64("n")).collect(), last_evaluated)
        }
        other => panic!("not a page: {other:?}"),
    }
}

#[test]
fn a_query_gives_one_hash_key_in_order_of_the_range_key() {
    let (mut bench, table) = ranged();
    let n = AttributeValue::n;
    let cases = [
        (None, (0..20).collect::<Vec<_>>()),
        (Some(KeyCondition::Compare(Comparator::Ge, n(15))), (15..20).collect()),
        (Some(KeyCondition::Compare(Comparator::Lt, n(3))), (0..3).collect()),
        (Some(KeyCondition::Between(n(9), n(11))), (9..12).collect()),
        (Some(KeyCondition::Compare(Comparator::Eq, n(99))), Vec::new()),
    ];
    for (range, expected) in cases {
        let text = format!("{range:?}");
        assert_eq!(numbers(&mut bench, query(&table, range.clone(), true, consistent())).0, expected, "{text}");
        let reversed: Vec<i64> = expected.into_iter().rev().collect();
        assert_eq!(numbers(&mut bench, query(&table, range, false, consistent())).0, reversed, "{text} backwards");
    }
}

#[test]
fn pages_of_a_query_go_on_after_an_item_that_is_gone() {
    for forward in [true, false] {
        let (mut bench, table) = ranged();
        let page = Page { limit: Some(8), ..consistent() };
        let (mut found, start) = numbers(&mut bench, query(&table, None, forward, page));
        let key = start.clone().expect("more follows");
        let returns = Returns::default();
        bench.ok(Request::DeleteItem(DeleteItem { table: table.clone(), key, condition: None, returns }));
        let (rest, end) = numbers(&mut bench, query(&table, None, forward, Page { start, ..consistent() }));
        assert_eq!(end, None);
        found.extend(rest);
        let mut expected: Vec<i64> = (0..20).collect();
        if !forward {
            expected.reverse();
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn a_query_that_keys_cannot_answer_is_refused() {
    let (mut bench, table) = ranged();
    let ne = KeyCondition::Compare(Comparator::Ne, AttributeValue::n(1));
    assert!(matches!(bench.ask(query(&table, Some(ne), true, consistent())), Err(Error::Validation(_))));
    let request = |table: TableName, hash, range, start| {
        let page = Page { start, ..consistent() };
        query_of(&table, hash, range, true, page)
    };
    let user = AttributeValue::s("u");
    let elsewhere = Key::of("user", AttributeValue::s("v")).and("n", AttributeValue::n(1));
    let any = KeyCondition::BeginsWith(AttributeValue::s(""));
    let refused = [
        request(table.clone(), AttributeValue::Bool(true), None, None),
        request(table.clone(), user.clone(), None, Some(Key::of("user", AttributeValue::s("u")))),
        request(table, user.clone(), None, Some(elsewhere)),
        request(leases(), user, Some(any), None),
    ];
    for request in refused {
        let text = format!("{request:?}");
        assert!(matches!(bench.ask(request), Err(Error::Validation(_))), "{text}");
    }
}
