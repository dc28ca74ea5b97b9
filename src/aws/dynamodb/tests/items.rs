//! Single items: conditions, updates, keys, sizes and returned values.

use super::*;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::operations::row::Row;
use crate::aws::dynamodb::operations::{DeleteItem, DescribeTable, GetItem, PutItem, UpdateItem};

fn set_if_not_exists(name: &'static str, value: i64) -> Update {
    let value = Box::new(SetOperand::Value(AttributeValue::n(value)));
    Update::Set(name.into(), SetOperand::IfNotExists(name.into(), value))
}

#[test]
fn an_update_creates_a_missing_item_with_its_key() {
    let mut bench = Bench::plain();
    let add = vec![Update::Add("leaseCounter".into(), AttributeValue::n(1))];
    let new = bench.item(update("a", add, None)).expect("ALL_NEW");
    assert_eq!(new.get_s("leaseKey").map(|key| &**key), Some("a"));
    assert_eq!(new.get_i64("leaseCounter"), Some(1), "ADD counts from 0");
    assert_eq!(bench.item(get("a", true)), Some(new));
}

#[test]
fn all_changes_of_an_update_are_applied_together_or_not_at_all() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w1", 1)));
    let changes = vec![
        Update::set("checkpoint", AttributeValue::s("TRIM_HORIZON")),
        Update::Add("leaseOwner".into(), AttributeValue::n(1)),
    ];
    assert!(matches!(bench.ask(update("a", changes, None)), Err(Error::Validation(_))), "ADD to a string");
    assert_eq!(bench.item(get("a", true)).as_deref(), Some(&lease("a", "w1", 1)));
}

#[test]
fn sets_grow_shrink_and_vanish_when_empty() {
    let set = |members: &[&str]| AttributeValue::Ss(members.iter().map(|member| Arc::from(*member)).collect());
    let mut bench = Bench::plain();
    let step = |bench: &mut Bench, change| bench.item(update("a", vec![change], None)).expect("ALL_NEW");
    let parents = "parentShardId";
    step(&mut bench, Update::Add(parents.into(), set(&["1", "2"])));
    let item = step(&mut bench, Update::Add(parents.into(), set(&["2", "3"])));
    assert_eq!(item.get(parents), Some(&set(&["1", "2", "3"])));
    let item = step(&mut bench, Update::DeleteFromSet(parents.into(), set(&["1", "9"])));
    assert_eq!(item.get(parents), Some(&set(&["2", "3"])));
    let item = step(&mut bench, Update::DeleteFromSet(parents.into(), set(&["2", "3"])));
    assert_eq!(item.get(parents), None);
    let item = step(&mut bench, set_if_not_exists("x", 1));
    assert_eq!(item.get_i64("x"), Some(1));
    let item = step(&mut bench, set_if_not_exists("x", 2));
    assert_eq!(item.get_i64("x"), Some(1));
    assert_eq!(step(&mut bench, Update::Remove("x".into())).get("x"), None);
}

#[test]
fn keys_cannot_be_changed_and_paths_cannot_overlap() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w1", 1)));
    let refused = [
        vec![Update::set("leaseKey", AttributeValue::s("b"))],
        vec![Update::Remove("leaseKey".into())],
        vec![Update::Remove("x".into()), Update::set("x", AttributeValue::n(1))],
        vec![Update::DeleteFromSet("missing".into(), AttributeValue::n(1))],
    ];
    for changes in refused {
        let text = format!("{changes:?}");
        assert!(matches!(bench.ask(update("a", changes, None)), Err(Error::Validation(_))), "{text}");
    }
}

#[test]
fn a_key_must_be_whole_and_of_a_type_that_keys_have() {
    let mut bench = Bench::plain();
    let keys =
        [Key::of("leaseKey", AttributeValue::Bool(true)), key_of(""), key_of("a").and("x", AttributeValue::s("b"))];
    for key in keys {
        let text = format!("{key:?}");
        let refused = bench.ask(Request::GetItem(GetItem {
            table: leases(),
            key: key.clone(),
            consistent: true,
            shown: Vec::new(),
        }));
        assert!(matches!(refused, Err(Error::Validation(_))), "GetItem {text}");
        let page = Page { start: Some(key), ..consistent() };
        assert!(matches!(bench.ask(scan(page)), Err(Error::Validation(_))), "Scan {text}");
    }
    assert!(matches!(bench.ask(put(Item::new().with("x", AttributeValue::n(1)))), Err(Error::Validation(_))));
}

#[test]
fn keys_of_different_types_are_different_items() {
    let mut bench = Bench::plain();
    for hash in [AttributeValue::s("1"), AttributeValue::n(1), AttributeValue::B(Arc::from(*b"1"))] {
        bench.ok(put(Item::new().with("leaseKey", hash)));
    }
    assert_eq!(bench.service.items(&leases()).len(), 3);
}

#[test]
fn an_item_has_at_most_400_kilobytes() {
    let mut bench = Bench::plain();
    bench.ok(put(lease_of("a", 400 * 1024)));
    assert!(matches!(bench.ask(put(lease_of("b", 400 * 1024 + 1))), Err(Error::Validation(_))));
    let grow = vec![Update::set("q", AttributeValue::Null)];
    assert!(matches!(bench.ask(update("a", grow, None)), Err(Error::Validation(_))));
}

#[test]
fn a_condition_on_a_missing_item_sees_no_attributes() {
    let mut bench = Bench::plain();
    let try_with = |bench: &mut Bench, condition| {
        let returns = Returns::default();
        bench
            .ask(Request::DeleteItem(DeleteItem {
                table: leases(),
                key: key_of("a"),
                condition: Some(condition),
                returns,
            }))
            .is_ok()
    };
    assert!(try_with(&mut bench, Condition::NotExists("leaseKey".into())));
    assert!(!try_with(&mut bench, Condition::Exists("leaseKey".into())));
    assert!(!try_with(&mut bench, counter_is(0)));
    assert!(try_with(&mut bench, Condition::Not(Box::new(counter_is(0)))));
}

#[test]
fn conditions_compare_values_of_one_type_only() {
    use Comparator::*;
    let (n, s) = (AttributeValue::n, AttributeValue::s);
    let item = lease("a", "worker-1", 10);
    let compare = |name: &'static str, comparator, value| Condition::compare(name, comparator, value);
    let true_ones = [
        compare("leaseCounter", Ge, n(9)),
        compare("leaseCounter", Lt, n(11)),
        compare("leaseCounter", Ne, s("10")),
        compare("missing", Ne, n(1)),
        Condition::Between("leaseCounter".into(), n(10).into(), n(10).into()),
        Condition::In("leaseOwner".into(), vec![s("x").into(), s("worker-1").into()]),
        Condition::BeginsWith("leaseOwner".into(), s("worker").into()),
        Condition::Contains("leaseOwner".into(), s("ker-").into()),
        Condition::Compare(Operand::Size("leaseOwner".into()), Eq, n(8).into()),
        Condition::Or(vec![compare("missing", Eq, n(1)), Condition::And(Vec::new())]),
    ];
    let false_ones = [
        compare("leaseCounter", Gt, s("0")),
        compare("leaseCounter", Eq, s("10")),
        compare("missing", Le, n(1)),
        Condition::Between("leaseOwner".into(), n(0).into(), n(99).into()),
        Condition::BeginsWith("leaseCounter".into(), n(1).into()),
        Condition::Compare(Operand::Size("leaseCounter".into()), Ge, n(0).into()),
        Condition::And(vec![Condition::Exists("leaseKey".into()), compare("leaseCounter", Eq, n(9))]),
        Condition::Or(Vec::new()),
    ];
    for condition in true_ones {
        assert!(condition.holds(Some(&item)), "{condition:?}");
    }
    for condition in false_ones {
        assert!(!condition.holds(Some(&item)), "{condition:?}");
    }
}

#[test]
fn a_failed_condition_changes_nothing_and_shows_the_item_if_asked() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w1", 5)));
    bench.told();
    let returns = Returns { old_on_failure: true, ..Returns::default() };
    // The change itself would be an error; the condition is judged first.
    let updates = vec![Update::Add("leaseOwner".into(), AttributeValue::n(1))];
    let table = leases();
    let request = Request::UpdateItem(UpdateItem {
        table,
        key: key_of("a"),
        updates,
        is_older: false,
        condition: Some(counter_is(4)),
        returns,
    });
    let shown = Some(Arc::new(lease("a", "w1", 5)));
    assert_eq!(bench.ask(request).err(), Some(Error::ConditionalCheckFailed(shown.clone())));
    let told = bench.told();
    assert!(told.iter().any(|event| matches!(event, Event::ConditionFailed { .. })));
    assert!(!told.iter().any(|event| matches!(event, Event::ItemWritten { .. })));
    assert_eq!(bench.item(get("a", true)), shown);
}

#[test]
fn writes_return_and_tell_what_they_replaced() {
    let mut bench = Bench::plain();
    bench.ok(put(lease("a", "w1", 1)));
    bench.told();
    let (old, new) = (Arc::new(lease("a", "w1", 1)), Arc::new(lease("a", "w2", 1)));
    let returns = Returns { old: true, ..Returns::default() };
    let item = lease("a", "w2", 1);
    let replaced = bench.item(Request::PutItem(PutItem { table: leases(), item, condition: None, returns }));
    assert_eq!(replaced.as_ref(), Some(&old));
    assert_eq!(bench.item(delete("a")).as_ref(), Some(&new));
    assert_eq!(bench.item(delete("a")), None, "there is nothing to delete");
    let of = |event: Event| match event {
        Event::ItemWritten { before, after, .. } => Some((before.map(|item| item.0), after)),
        _ => None,
    };
    let written: Vec<_> = bench.told().into_iter().filter_map(of).collect();
    assert_eq!(written, [(Some(old), Some(new.clone())), (Some(new), None)]);
}

#[test]
fn all_new_is_for_updates_only() {
    let mut bench = Bench::plain();
    let returns = Returns { new: true, ..Returns::default() };
    let refused =
        bench.ask(Request::PutItem(PutItem { table: leases(), item: lease("a", "w", 1), condition: None, returns }));
    assert!(matches!(refused, Err(Error::Validation(_))));
}

#[test]
fn half_of_the_writes_that_fail_with_an_internal_error_were_applied() {
    let mut bench = Bench::plain();
    let target = FaultTarget { operation: Some(UpdateItem::OPERATION), ..FaultTarget::default() };
    bench.service.inject(bench.now, 1, Fault::InternalError { target, rate: 1.0 }, &mut bench.events);
    for _ in 0..1000 {
        let add = vec![Update::Add("leaseCounter".into(), AttributeValue::n(1))];
        assert_eq!(bench.ask(update("a", add, None)).err(), Some(Error::InternalServerError));
    }
    let applied = bench.item(get("a", true)).and_then(|item| item.get_i64("leaseCounter"));
    assert!(applied.is_some_and(|applied| (430..=570).contains(&applied)), "{applied:?} of 1000");
    bench.service.heal(bench.now, 1, &mut bench.events);
    bench.ok(update("a", Vec::new(), None));
}

#[test]
fn faults_hit_their_target_only() {
    let mut bench = Bench::plain();
    let target = FaultTarget { table: Some(leases()), operation: Some(GetItem::OPERATION) };
    bench.service.inject(bench.now, 1, Fault::Throttle { target, rate: 1.0 }, &mut bench.events);
    assert_eq!(bench.throttled(get("a", true)), None, "a fault is short of nothing");
    assert_eq!(bench.throttles(), [TableThrottle::Injected]);
    bench.ok(put(lease("a", "w", 1)));
    let target = FaultTarget { table: Some(name("other")), operation: None };
    bench.service.inject(bench.now, 2, Fault::Unavailable { target, rate: 1.0 }, &mut bench.events);
    bench.ok(put(lease("a", "w", 1)));
    let target = FaultTarget::default();
    bench.service.inject(bench.now, 3, Fault::Unavailable { target, rate: 1.0 }, &mut bench.events);
    assert_eq!(bench.ask(put(lease("a", "w", 1))).err(), Some(Error::ServiceUnavailable));
    assert_eq!(
        bench.ask(Request::DescribeTable(DescribeTable { table: leases() })).err(),
        Some(Error::ServiceUnavailable)
    );
}
