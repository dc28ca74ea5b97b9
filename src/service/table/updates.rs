//! The changes of an UpdateItem: SET, REMOVE, ADD, DELETE.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>

use super::api::{AttributeName, AttributeValue, Error, Item, Update};
use crate::base::item::Number;

impl Update {
    pub(super) fn attribute(&self) -> &AttributeName {
        match self {
            Self::Set(name, _)
            | Self::SetIfNotExists(name, _)
            | Self::Remove(name)
            | Self::Add(name, _)
            | Self::DeleteFromSet(name, _) => name,
        }
    }
}

/// No attribute may be changed twice.
pub(super) fn check_paths(updates: &[Update]) -> Result<(), Error> {
    for (at, update) in updates.iter().enumerate() {
        if updates[..at].iter().any(|other| other.attribute() == update.attribute()) {
            let text = format!(
                "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of \
                 these paths; path one: [{0}], path two: [{0}]",
                update.attribute()
            );
            return Err(Error::Validation(text.into()));
        }
    }
    Ok(())
}

/// Applies all changes to `item`.
pub(super) fn apply(item: &mut Item, updates: &[Update]) -> Result<(), Error> {
    for update in updates {
        match update {
            Update::Set(name, value) => drop(item.set(name.clone(), value.clone())),
            Update::SetIfNotExists(name, value) => {
                if item.get(name).is_none() {
                    item.set(name.clone(), value.clone());
                }
            }
            Update::Remove(name) => drop(item.remove(name)),
            Update::Add(name, value) => {
                let sum = add(item.get(name), value)?;
                item.set(name.clone(), sum);
            }
            Update::DeleteFromSet(_, elements) if !is_set(elements) => return Err(wrong_type()),
            Update::DeleteFromSet(name, elements) => {
                if let Some(present) = item.get(name) {
                    match without(present, elements)? {
                        Some(rest) => drop(item.set(name.clone(), rest)),
                        None => drop(item.remove(name)),
                    }
                }
            }
        }
    }
    Ok(())
}

fn is_set(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_))
}

fn wrong_type() -> Error {
    Error::Validation("An operand in the update expression has an incorrect data type".into())
}

/// ADD: numbers from 0 when missing, sets by union.
fn add(present: Option<&AttributeValue>, value: &AttributeValue) -> Result<AttributeValue, Error> {
    use AttributeValue as V;
    match (present, value) {
        (None, V::N(_) | V::Ss(_) | V::Ns(_) | V::Bs(_)) => Ok(value.clone()),
        (Some(V::N(a)), V::N(b)) => sum(*a, *b),
        (Some(V::Ss(a)), V::Ss(b)) => Ok(V::Ss(a | b)),
        (Some(V::Ns(a)), V::Ns(b)) => Ok(V::Ns(a | b)),
        (Some(V::Bs(a)), V::Bs(b)) => Ok(V::Bs(a | b)),
        _ => Err(wrong_type()),
    }
}

fn sum(a: Number, b: Number) -> Result<AttributeValue, Error> {
    let overflow = |_| Error::Validation("Number overflow. Attempting to store a number with too many digits".into());
    a.checked_add(b).map(AttributeValue::N).map_err(overflow)
}

/// DELETE: the set without the elements; an empty set is no attribute.
fn without(present: &AttributeValue, elements: &AttributeValue) -> Result<Option<AttributeValue>, Error> {
    use AttributeValue as V;
    Ok(match (present, elements) {
        (V::Ss(a), V::Ss(b)) => Some(a - b).filter(|rest| !rest.is_empty()).map(V::Ss),
        (V::Ns(a), V::Ns(b)) => Some(a - b).filter(|rest| !rest.is_empty()).map(V::Ns),
        (V::Bs(a), V::Bs(b)) => Some(a - b).filter(|rest| !rest.is_empty()).map(V::Bs),
        _ => return Err(wrong_type()),
    })
}
