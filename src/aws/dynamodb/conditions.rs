//! Conditions on an item. A missing item has no attributes.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>

use std::cmp::Ordering;

use super::api::{AttributeType, AttributeValue, Comparator, Condition, Item, KeyCondition, Operand, Path};

impl Comparator {
    /// Returns whether two ordered things compare so.
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
        (AttributeValue::B(bytes), AttributeValue::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| *window == **part)
        }
        (AttributeValue::Ss(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::Ns(set), AttributeValue::N(part)) => set.contains(part),
        (AttributeValue::Bs(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::L(list), part) => list.contains(part),
        _ => false,
    }
}

impl Condition {
    /// The paths that it looks at, from the left.
    pub(super) fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Exists(path) | Self::NotExists(path) | Self::IsType(path, _) => vec![path],
            Self::Compare(a, _, b) | Self::BeginsWith(a, b) | Self::Contains(a, b) => {
                [a, b].into_iter().filter_map(Operand::path).collect()
            }
            Self::Between(value, low, high) => [value, low, high].into_iter().filter_map(Operand::path).collect(),
            Self::In(value, any_of) => [value].into_iter().chain(any_of).filter_map(Operand::path).collect(),
            Self::And(all) | Self::Or(all) => all.iter().flat_map(Self::paths).collect(),
            Self::Not(inner) => inner.paths(),
        }
    }

    /// Returns whether the condition holds for `item`.
    pub(super) fn holds(&self, item: Option<&Item>) -> bool {
        let at = |path: &Path| item.and_then(|item| path.of(item));
        match self {
            Self::Exists(path) => at(path).is_some(),
            Self::NotExists(path) => at(path).is_none(),
            Self::IsType(path, kind) => at(path).is_some_and(|value| AttributeType::of(value) == *kind),
            Self::Compare(a, comparator, b) => match (a.of(item), b.of(item)) {
                (Some(a), Some(b)) => compare(&a, *comparator, &b),
                _ => *comparator == Comparator::Ne,
            },
            Self::Between(value, low, high) => match (value.of(item), low.of(item), high.of(item)) {
                (Some(value), Some(low), Some(high)) => between(&value, &low, &high),
                _ => false,
            },
            Self::In(value, any) => {
                value.of(item).is_some_and(|value| any.iter().any(|one| one.of(item).is_some_and(|one| one == value)))
            }
            Self::BeginsWith(value, prefix) => {
                value.of(item).zip(prefix.of(item)).is_some_and(|(value, prefix)| begins_with(&value, &prefix))
            }
            Self::Contains(value, part) => {
                value.of(item).zip(part.of(item)).is_some_and(|(value, part)| contains(&value, &part))
            }
            Self::And(all) => all.iter().all(|condition| condition.holds(item)),
            Self::Or(any) => any.iter().any(|condition| condition.holds(item)),
            Self::Not(condition) => !condition.holds(item),
        }
    }
}

impl KeyCondition {
    /// The values of the condition, which have the key's type.
    pub(super) fn values(&self) -> Vec<&AttributeValue> {
        match self {
            Self::Compare(_, value) | Self::BeginsWith(value) => vec![value],
            Self::Between(low, high) => vec![low, high],
            Self::NotIndexable => Vec::new(),
        }
    }
    /// Returns whether a range key satisfies the condition.
    pub(super) fn holds(&self, key: &AttributeValue) -> bool {
        match self {
            Self::Compare(comparator, value) => compare(key, *comparator, value),
            Self::Between(low, high) => between(key, low, high),
            Self::BeginsWith(prefix) => begins_with(key, prefix),
            Self::NotIndexable => false,
        }
    }
}
