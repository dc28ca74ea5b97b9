//! The index: sparse, keys only, with capacity and lag of its own.

use super::*;
use crate::aws::dynamodb::Request;

fn bench(capacity: Capacity, index: Option<Capacity>) -> Bench {
    Bench::new(exact(), capacity, vec![owner_index(index)])
}

fn owned_by(bench: &mut Bench, owner: &str) -> Vec<String> {
    bench.page(query_owner(owner, Page::default())).0
}

#[test]
fn an_index_follows_its_table_and_leaves_out_items_without_its_keys() {
    let mut bench = bench(ON_DEMAND, None);
    for (key, owner) in [("c", "w1"), ("a", "w1"), ("b", "w2")] {
        bench.ok(put(lease(key, owner, 1)));
    }
    bench.ok(put(Item::new().with("leaseKey", AttributeValue::s("free"))));
    assert_eq!(owned_by(&mut bench, "w1"), ["a", "c"], "in order of the range key");
    bench.ok(update("a", vec![Update::set("leaseOwner", AttributeValue::s("w2"))], None));
    assert_eq!(owned_by(&mut bench, "w1"), ["c"]);
    assert_eq!(owned_by(&mut bench, "w2"), ["a", "b"]);
    bench.ok(update("b", vec![Update::Remove("leaseOwner".into())], None));
    bench.ok(delete("a"));
    assert_eq!(owned_by(&mut bench, "w2"), Vec::<String>::new());
}

#[test]
fn an_index_shows_keys_only() {
    let mut bench = bench(ON_DEMAND, None);
    bench.ok(put(lease("a", "w1", 1)));
    let Response::Items { items, .. } = bench.ok(query_owner("w1", Page::default())) else { panic!("not a page") };
    let names: Vec<&str> = items[0].iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["leaseKey", "leaseOwner"]);
}

#[test]
fn an_index_is_never_read_consistently() {
    let mut bench = bench(ON_DEMAND, None);
    assert!(matches!(bench.ask(query_owner("w1", consistent())), Err(Error::Validation(_))));
}

#[test]
fn renewals_cost_the_index_nothing_and_a_change_of_owner_costs_two_units() {
    let mut bench = bench(provisioned(1000, 1000), Some(provisioned(1, 1)));
    // Two units were saved for the index; a put of a new item takes one of them.
    bench.pass(SimDuration::from_secs(10));
    while bench.ask(put(lease("x", &bench.now.as_nanos().to_string(), 1))).is_ok() {
        bench.pass(SimDuration::from_nanos(1));
    }
    bench.told();
    let renew = |counter| vec![Update::set("leaseCounter", AttributeValue::n(counter))];
    let take = |owner| vec![Update::set("leaseOwner", AttributeValue::s(owner))];
    (0..50).for_each(|counter| drop(bench.ok(update("x", renew(counter), None))));
    bench.pass(SimDuration::from_millis(1000));
    let reason = bench.throttled(update("x", take("w1"), None));
    assert_eq!(reason.as_deref(), Some("IndexWriteProvisionedThroughputExceeded"));
    assert_eq!(bench.throttles(), [TableThrottle::IndexWrite]);
    let owner = bench.item(get("x", true)).and_then(|item| item.get_s("leaseOwner").cloned());
    assert_ne!(owner.as_deref(), Some("w1"), "the table's write is held back");
    bench.pass(SimDuration::from_millis(1000));
    bench.ok(update("x", take("w2"), None));
}

#[test]
fn an_index_that_is_added_later_is_filled_and_serves_when_active() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w1", 1)));
    let add_index = Some(owner_index(None));
    bench.ok(Request::UpdateTable(UpdateTable { add_index, ..UpdateTable::of(leases()) }));
    bench.ok(put(lease("b", "w1", 1)));
    assert!(bench.ask(query_owner("w1", Page::default())).is_err(), "not active yet");
    bench.settle();
    assert_eq!(owned_by(&mut bench, "w1"), ["a", "b"]);
}

#[test]
fn pages_of_an_index_go_on_after_an_item_that_is_gone() {
    let mut bench = bench(ON_DEMAND, None);
    for key in ["a", "b", "c"] {
        bench.ok(put(lease(key, "w1", 1)));
    }
    let page = Page { limit: Some(2), ..Page::default() };
    let (keys, start) = bench.page(query_owner("w1", page));
    assert_eq!(
        (keys, &start),
        (vec!["a".into(), "b".into()], &Some(key_of("b").and("leaseOwner", AttributeValue::s("w1"))))
    );
    bench.ok(delete("b"));
    let (keys, end) = bench.page(query_owner("w1", Page { start, ..Page::default() }));
    assert_eq!((keys, end), (vec!["c".into()], None));
}

#[test]
fn an_index_without_capacity_of_its_own_follows_the_table() {
    let mut bench = bench(provisioned(1000, 1000), None);
    bench.ok(Request::UpdateTable(UpdateTable::capacity(leases(), provisioned(1, 1))));
    bench.settle();
    bench.told();
    while bench.ask(query_owner("w1", Page::default())).is_ok() {}
    let throttles = bench.throttles();
    assert_eq!(throttles, [TableThrottle::IndexRead]);
}

#[test]
fn an_index_shows_what_its_projection_says() {
    let shown = |projection| {
        let index = IndexSchema { projection, ..owner_index(None) };
        let mut bench = Bench::new(exact(), ON_DEMAND, vec![index]);
        bench.ok(put(lease("a", "w1", 1).with("x", AttributeValue::n(1)).with("y", AttributeValue::n(2))));
        bench.ok(update("a", vec![Update::set("y", AttributeValue::n(3))], None));
        let Response::Items { items, consumed, .. } = bench.ok(query_owner("w1", Page::default())) else { panic!() };
        assert_eq!(consumed.indexes, [("by-owner".into(), 1, 0)]);
        items[0].iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(Projection::KeysOnly), "leaseKey=a leaseOwner=w1");
    assert_eq!(shown(Projection::Include(vec!["y".into()])), "leaseKey=a leaseOwner=w1 y=3");
    assert_eq!(shown(Projection::All), "leaseCounter=1 leaseKey=a leaseOwner=w1 x=1 y=3");
}

#[test]
fn a_write_of_what_an_index_does_not_show_costs_it_nothing() {
    let written = |projection| {
        let index = IndexSchema { projection, ..owner_index(None) };
        let mut bench = Bench::new(exact(), ON_DEMAND, vec![index]);
        bench.ok(put(lease("a", "w1", 1)));
        match bench.ok(update("a", vec![Update::set("leaseCounter", AttributeValue::n(2))], None)) {
            Response::Item(_, consumed) => consumed.indexes,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(written(Projection::KeysOnly), []);
    assert_eq!(written(Projection::All), [("by-owner".into(), 0, 1)], "an entry that stays in place is written once");
}

#[test]
fn an_index_is_deleted() {
    let mut bench = Bench::new(exact(), ON_DEMAND, vec![owner_index(None)]);
    let delete_index = Some("by-owner".into());
    bench.ok(Request::UpdateTable(UpdateTable { delete_index, ..UpdateTable::of(leases()) }));
    bench.settle();
    assert!(matches!(bench.ask(query_owner("w1", Page::default())), Err(Error::Validation(_))));
}
