//! Updates and conditions inside maps and lists.

use super::*;
use crate::aws::dynamodb::api::{AttributeType, Operand, Path, SetOperand, Step};

fn list(values: &[i64]) -> AttributeValue {
    AttributeValue::L(values.iter().map(|n| AttributeValue::n(*n)).collect())
}

fn map(entries: &[(&'static str, AttributeValue)]) -> AttributeValue {
    AttributeValue::M(entries.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

fn field(name: &'static str, field: &'static str) -> Path {
    Path { name: name.into(), steps: vec![Step::Field(field.into())] }
}

fn element(name: &'static str, index: u32) -> Path {
    Path { name: name.into(), steps: vec![Step::Index(index)] }
}

fn value(value: AttributeValue) -> SetOperand {
    SetOperand::Value(value)
}

/// A table with the item `{leaseKey: a, l: [0, 1, 2, 3], m: {n: 5}, n: 7}`.
fn bench() -> Bench {
    let mut bench = Bench::plain();
    let item = Item::new().with("leaseKey", AttributeValue::s("a")).with("l", list(&[0, 1, 2, 3]));
    bench.ok(put(item.with("m", map(&[("n", AttributeValue::n(5))])).with("n", AttributeValue::n(7))));
    bench
}

fn after(updates: Vec<Update>) -> Result<Arc<Item>, Error> {
    match bench().ask(update("a", updates, None)) {
        Ok(Response::Item(item, _)) => Ok(item.expect("the new item")),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    }
}

#[test]
fn operands_are_read_from_the_item_as_it_was() {
    let swap = vec![
        Update::Set("n".into(), SetOperand::Path(field("m", "n"))),
        Update::Set(field("m", "n"), SetOperand::Path("n".into())),
    ];
    let item = after(swap).expect("an item");
    assert_eq!(item.get("n"), Some(&AttributeValue::n(5)));
    assert_eq!(item.get("m"), Some(&map(&[("n", AttributeValue::n(7))])));
}

#[test]
fn numbers_are_added_and_subtracted_and_lists_appended() {
    let (n, five) = (SetOperand::Path("n".into()), value(AttributeValue::n(5)));
    let minus = SetOperand::Minus(Box::new(n), Box::new(five));
    let append = SetOperand::ListAppend(Box::new(SetOperand::Path("l".into())), Box::new(value(list(&[9]))));
    let item = after(vec![Update::Set("n".into(), minus), Update::Set("l".into(), append)]).expect("an item");
    assert_eq!((item.get_i64("n"), item.get("l")), (Some(2), Some(&list(&[0, 1, 2, 3, 9]))));
}

#[test]
fn positions_of_a_list_mean_those_before_the_update() {
    let item = after(vec![
        Update::Remove(element("l", 0)),
        Update::Remove(element("l", 2)),
        Update::Set(element("l", 1), value(AttributeValue::n(10))),
        Update::Set(element("l", 50), value(AttributeValue::n(11))),
        Update::Set(element("l", 51), value(AttributeValue::n(12))),
    ]);
    assert_eq!(item.expect("an item").get("l"), Some(&list(&[10, 3, 11, 12])));
}

#[test]
fn paths_that_lead_nowhere_overlap_or_conflict_are_refused() {
    let refused = [
        vec![Update::Set(field("none", "x"), value(AttributeValue::Null))],
        vec![Update::Set(field("l", "x"), value(AttributeValue::Null))],
        vec![Update::Set("x".into(), SetOperand::Path("none".into()))],
        vec![Update::Remove("m".into()), Update::Remove(field("m", "n"))],
        vec![Update::Remove(element("m", 0)), Update::Remove(field("m", "n"))],
    ];
    for updates in refused {
        let text = format!("{updates:?}");
        assert!(matches!(after(updates), Err(Error::Validation(_))), "{text}");
    }
}

#[test]
fn conditions_reach_into_documents() {
    let holds = |condition: Condition| {
        let request = update("a", vec![Update::set("x", AttributeValue::Null)], Some(condition));
        bench().ask(request).is_ok()
    };
    assert!(holds(Condition::compare(field("m", "n"), Comparator::Eq, AttributeValue::n(5))));
    assert!(holds(Condition::compare(element("l", 3), Comparator::Gt, AttributeValue::n(2))));
    assert!(holds(Condition::Compare(Operand::Path(field("m", "n")), Comparator::Lt, "n".into())));
    assert!(holds(Condition::NotExists(element("l", 4))));
    assert!(holds(Condition::IsType("l".into(), AttributeType::L)));
    assert!(!holds(Condition::IsType("l".into(), AttributeType::M)));
    assert!(holds(Condition::Compare(Operand::Size("l".into()), Comparator::Eq, AttributeValue::n(4).into())));
}
