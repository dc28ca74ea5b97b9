//! Conditions on an item. A missing item has no attributes.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>

use std::cmp::Ordering;

use super::api::{AttributeValue, Comparator, Condition, Item, RangeCondition};

impl Comparator {
    /// Whether two ordered things compare so.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// The order of two values of one ordered type: strings by bytes, numbers, binaries.
pub(super) fn order(a: &AttributeValue, b: &AttributeValue) -> Option<Ordering> {
    match (a, b) {
        (AttributeValue::S(a), AttributeValue::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (AttributeValue::N(a), AttributeValue::N(b)) => Some(a.cmp(b)),
        (AttributeValue::B(a), AttributeValue::B(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn compare(a: &AttributeValue, comparator: Comparator, b: &AttributeValue) -> bool {
    match comparator {
        Comparator::Eq => a == b,
        Comparator::Ne => a != b,
        _ => order(a, b).is_some_and(|order| comparator.holds(order)),
    }
}

fn between(value: &AttributeValue, low: &AttributeValue, high: &AttributeValue) -> bool {
    compare(value, Comparator::Ge, low) && compare(value, Comparator::Le, high)
}

fn begins_with(value: &AttributeValue, prefix: &AttributeValue) -> bool {
    match (value, prefix) {
        (AttributeValue::S(value), AttributeValue::S(prefix)) => value.starts_with(&**prefix),
        (AttributeValue::B(value), AttributeValue::B(prefix)) => value.starts_with(prefix),
        _ => false,
    }
}

fn contains(value: &AttributeValue, part: &AttributeValue) -> bool {
    match (value, part) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(&**part),
        (AttributeValue::Ss(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::Ns(set), AttributeValue::N(part)) => set.contains(part),
        (AttributeValue::Bs(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::L(list), part) => list.contains(part),
        _ => false,
    }
}

/// What the function `size` gives: bytes of text (in UTF-8) and binaries, elements of collections.
fn size(value: &AttributeValue) -> Option<u64> {
    Some(match value {
        AttributeValue::S(text) => text.len() as u64,
        AttributeValue::B(bytes) => bytes.len() as u64,
        AttributeValue::Ss(set) => set.len() as u64,
        AttributeValue::Ns(set) => set.len() as u64,
        AttributeValue::Bs(set) => set.len() as u64,
        AttributeValue::L(list) => list.len() as u64,
        AttributeValue::M(map) => map.len() as u64,
        AttributeValue::N(_) | AttributeValue::Bool(_) | AttributeValue::Null => return None,
    })
}

impl Condition {
    /// Whether the condition holds for `item`.
    pub(super) fn holds(&self, item: Option<&Item>) -> bool {
        let get = |name: &str| item.and_then(|item| item.get(name));
        match self {
            Self::Exists(name) => get(name).is_some(),
            Self::NotExists(name) => get(name).is_none(),
            Self::Compare(name, comparator, value) => match get(name) {
                Some(present) => compare(present, *comparator, value),
                None => *comparator == Comparator::Ne,
            },
            Self::Between(name, low, high) => get(name).is_some_and(|value| between(value, low, high)),
            Self::In(name, values) => get(name).is_some_and(|value| values.contains(value)),
            Self::BeginsWith(name, prefix) => get(name).is_some_and(|value| begins_with(value, prefix)),
            Self::Contains(name, part) => get(name).is_some_and(|value| contains(value, part)),
            Self::Size(name, comparator, number) => {
                get(name).and_then(size).is_some_and(|size| comparator.holds(size.cmp(number)))
            }
            Self::And(all) => all.iter().all(|condition| condition.holds(item)),
            Self::Or(any) => any.iter().any(|condition| condition.holds(item)),
            Self::Not(condition) => !condition.holds(item),
        }
    }
}

impl RangeCondition {
    /// Whether a range key satisfies the condition.
    pub(super) fn holds(&self, key: &AttributeValue) -> bool {
        match self {
            Self::Compare(comparator, value) => compare(key, *comparator, value),
            Self::Between(low, high) => between(key, low, high),
            Self::BeginsWith(prefix) => begins_with(key, prefix),
        }
    }
}
