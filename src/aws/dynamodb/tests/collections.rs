//! Item collections: the items of one hash key, in a table with local indexes.

use super::*;
use crate::aws::dynamodb::operations::DeleteItem;

/// A table of orders by customer, with a local index that shows everything, whose collections have this limit.
fn bench(limit: u64, is_local: bool) -> Bench {
    let settings = Settings { item_collection_bytes_max: limit, ..exact() };
    let by_day = IndexSchema {
        is_local,
        name: "by-day".into(),
        hash_key: "customer".into(),
        range_key: Some("day".into()),
        capacity: None,
        warm: None,
        projection: Projection::All,
    };
    let mut bench = Bench::new(settings, ON_DEMAND, Vec::new());
    let plain = CreateTable::plain(name("orders"), "customer".into(), ON_DEMAND);
    bench.ok(Request::CreateTable(CreateTable { range_key: Some("number".into()), indexes: vec![by_day], ..plain }));
    bench.settle();
    bench
}

fn order(customer: &str, number: i64, day: Option<&str>) -> Item {
    let item = Item::new().with("customer", AttributeValue::s(customer)).with("number", AttributeValue::n(number));
    match day {
        Some(day) => item.with("day", AttributeValue::s(day)),
        None => item,
    }
}

fn put_order(item: Item) -> Request {
    Request::PutItem(PutItem { table: name("orders"), item, condition: None, returns: Returns::default() })
}

#[test]
fn a_collection_takes_what_its_limit_allows_with_its_entries_in_local_indexes() {
    let one = order("c", 1, Some("monday")).size_bytes();
    let mut bench = self::bench(4 * one, true);
    bench.ok(put_order(order("c", 1, Some("monday"))));
    bench.ok(put_order(order("c", 2, Some("monday"))));
    let more = |number| put_order(order("c", number, None));
    assert_eq!(bench.ask(more(3)).map(drop), Err(Error::ItemCollectionSizeLimitExceeded));
    bench.ok(put_order(order("d", 1, Some("monday"))));
    bench.ok(put_order(order("c", 2, Some("tueday"))));
    let key = Key::of("customer", AttributeValue::s("c")).and("number", AttributeValue::n(1));
    let returns = Returns::default();
    bench.ok(Request::DeleteItem(DeleteItem { table: name("orders"), key, condition: None, returns }));
    bench.ok(more(3));
}

#[test]
fn a_table_without_local_indexes_has_no_such_limit() {
    let mut bench = self::bench(1, false);
    bench.ok(put_order(order("c", 1, Some("monday"))));
}
