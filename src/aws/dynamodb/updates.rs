//! The changes of an UpdateItem: SET, REMOVE, ADD, DELETE.
//!
//! All operands are read from the item as it was before, so the order of the changes does not matter
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>).

use std::borrow::Cow;
use std::cmp::Reverse;

use super::api::{AttributeValue, Error, Item, Path, SetOperand, Step, Update};
use crate::base::item::Number;

fn invalid(text: impl Into<Box<str>>) -> Error {
    Error::Validation(text.into())
}

const WRONG_TYPE: &str = "An operand in the update expression has an incorrect data type";

fn wrong_type() -> Error {
    invalid(WRONG_TYPE)
}

/// The same error of AttributeUpdates.
pub(super) fn of_older(error: Error) -> Error {
    match error {
        Error::Validation(text) if *text == *WRONG_TYPE => invalid("Type mismatch for attribute to update"),
        other => other,
    }
}

fn wrong_path() -> Error {
    invalid("The document path provided in the update expression is invalid for update")
}

fn missing() -> Error {
    invalid("The provided expression refers to an attribute that does not exist in the item")
}

/// Nothing may be changed twice.
pub(super) fn check_paths(updates: &[Update]) -> Result<(), Error> {
    let paths: Vec<&Path> = updates.iter().map(Update::path).collect();
    match Path::clash(&paths, "overlap").or_else(|| Path::clash(&paths, "conflict")) {
        Some(text) => Err(invalid(format!("Invalid UpdateExpression: {text}"))),
        None => Ok(()),
    }
}

/// Applies all changes to `item`, which is as it was before.
pub(super) fn apply(item: &mut Item, updates: &[Update]) -> Result<(), Error> {
    let [update] = updates else { return apply_all(item, updates) };
    match outcome(item, update)? {
        Some(value) => put(item, update.path(), value),
        None => remove(item, update.path()),
    }
}

fn apply_all(item: &mut Item, updates: &[Update]) -> Result<(), Error> {
    let outcomes = updates.iter().map(|update| outcome(item, update).map(|value| (update.path(), value)));
    let mut outcomes: Vec<(&Path, Option<AttributeValue>)> = outcomes.collect::<Result<_, _>>()?;
    // Elements are put from the front, so that those beyond the end follow one another, and removed from the back, so
    // that the positions of others stay.
    if outcomes.iter().any(|(path, _)| !path.steps.is_empty()) {
        outcomes.sort_by_key(|(path, value)| {
            let last = match path.steps.last() {
                Some(Step::Index(index)) => i64::from(*index),
                _ => 0,
            };
            match value {
                Some(_) => (0, Reverse(-last)),
                None => (1, Reverse(last)),
            }
        });
    }
    for (path, value) in outcomes {
        match value {
            Some(value) => put(item, path, value)?,
            None => remove(item, path)?,
        }
    }
    Ok(())
}

/// What a change leaves at its path: a value or nothing.
fn outcome(item: &Item, update: &Update) -> Result<Option<AttributeValue>, Error> {
    match update {
        Update::Set(_, operand) => value_of(operand, item).map(|value| Some(value.into_owned())),
        Update::Remove(_) => Ok(None),
        Update::Add(path, value) => add(path.of(item), value).map(Some),
        Update::DeleteFromSet(_, elements) if !is_set(elements) => Err(wrong_type()),
        Update::DeleteFromSet(path, elements) => path.of(item).map_or(Ok(None), |present| without(present, elements)),
    }
}

/// The value of what SET assigns.
fn value_of<'a>(operand: &'a SetOperand, item: &'a Item) -> Result<Cow<'a, AttributeValue>, Error> {
    match operand {
        SetOperand::Value(value) => Ok(Cow::Borrowed(value)),
        SetOperand::Path(path) => path.of(item).map(Cow::Borrowed).ok_or_else(missing),
        SetOperand::IfNotExists(path, otherwise) => match path.of(item) {
            Some(present) => Ok(Cow::Borrowed(present)),
            None => value_of(otherwise, item),
        },
        SetOperand::ListAppend(first, second) => match (&*value_of(first, item)?, &*value_of(second, item)?) {
            (AttributeValue::L(first), AttributeValue::L(second)) => {
                Ok(Cow::Owned(AttributeValue::L([first.as_slice(), second].concat())))
            }
            _ => Err(wrong_type()),
        },
        SetOperand::Plus(a, b) => number(a, item)?.checked_add(number(b, item)?).map_err(overflow).map(from_number),
        SetOperand::Minus(a, b) => {
            number(a, item)?.checked_add(number(b, item)?.negated()).map_err(overflow).map(from_number)
        }
    }
}

fn from_number<'a>(number: Number) -> Cow<'a, AttributeValue> {
    Cow::Owned(AttributeValue::N(number))
}

fn number(operand: &SetOperand, item: &Item) -> Result<Number, Error> {
    match &*value_of(operand, item)? {
        AttributeValue::N(number) => Ok(*number),
        _ => Err(wrong_type()),
    }
}

fn overflow(_: crate::base::ids::NameError) -> Error {
    invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
}

/// Puts a value at a path, whose parent must be there.
fn put(item: &mut Item, path: &Path, value: AttributeValue) -> Result<(), Error> {
    let Some((last, parents)) = path.steps.split_last() else {
        item.set(path.name.clone(), value);
        return Ok(());
    };
    match (parent(item, path, parents).ok_or_else(wrong_path)?, last) {
        (AttributeValue::M(map), Step::Field(name)) => drop(map.insert(name.clone(), value)),
        (AttributeValue::L(list), Step::Index(index)) => match list.get_mut(*index as usize) {
            Some(slot) => *slot = value,
            None => list.push(value),
        },
        _ => return Err(wrong_path()),
    }
    Ok(())
}

/// Removes what is at a path, if it is there.
fn remove(item: &mut Item, path: &Path) -> Result<(), Error> {
    let Some((last, parents)) = path.steps.split_last() else {
        item.remove(&path.name);
        return Ok(());
    };
    match (parent(item, path, parents).ok_or_else(wrong_path)?, last) {
        (AttributeValue::M(map), Step::Field(name)) => drop(map.remove(name)),
        (AttributeValue::L(list), Step::Index(index)) if (*index as usize) < list.len() => {
            list.remove(*index as usize);
        }
        (AttributeValue::L(_), Step::Index(_)) => {}
        _ => return Err(wrong_path()),
    }
    Ok(())
}

fn parent<'a>(item: &'a mut Item, path: &Path, parents: &[Step]) -> Option<&'a mut AttributeValue> {
    parents.iter().try_fold(item.get_mut(&path.name)?, |value, step| match (value, step) {
        (AttributeValue::M(map), Step::Field(name)) => map.get_mut(name),
        (AttributeValue::L(list), Step::Index(index)) => list.get_mut(*index as usize),
        _ => None,
    })
}

fn is_set(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_))
}

/// ADD: numbers from 0 when missing, sets by union.
fn add(present: Option<&AttributeValue>, value: &AttributeValue) -> Result<AttributeValue, Error> {
    use AttributeValue as V;
    match (present, value) {
        (None, V::N(_) | V::Ss(_) | V::Ns(_) | V::Bs(_)) => Ok(value.clone()),
        (Some(V::N(a)), V::N(b)) => a.checked_add(*b).map(V::N).map_err(overflow),
        (Some(V::Ss(a)), V::Ss(b)) => Ok(V::Ss(a | b)),
        (Some(V::Ns(a)), V::Ns(b)) => Ok(V::Ns(a | b)),
        (Some(V::Bs(a)), V::Bs(b)) => Ok(V::Bs(a | b)),
        _ => Err(wrong_type()),
    }
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
