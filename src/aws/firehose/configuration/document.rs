//! Configurations as they were said: trees of members under AWS's names, checked and brought into one form.

use std::borrow::Cow;

use crate::aws::protocol::shape::{Member, Shape};
use crate::aws::protocol::value::Value;

/// A structure of a configuration.
pub(in crate::aws::firehose) type Document = Value<'static>;

/// Why a configuration is not taken.
pub(in crate::aws::firehose) type Problem = Box<str>;

/// What a value has of a shape: unknown members are left out, words become booleans and fractions whole numbers.
fn kept(shape: &Shape, value: &Value<'_>) -> Document {
    match (shape, value) {
        (Shape::Structure(members), _) => kept_members(members, value),
        (Shape::List { of, .. }, Value::List(elements)) => Value::List(elements.iter().map(|e| kept(of, e)).collect()),
        (Shape::TextMap { value: of, .. }, Value::Map(entries)) => {
            Value::Map(entries.iter().map(|(name, e)| (Cow::Owned(name.to_string()), kept(of, e))).collect())
        }
        (Shape::Boolean, _) => value.as_bool().into(),
        (Shape::Integer { .. }, _) => value.as_int().map_or(Value::Null, Value::Int),
        (Shape::Share, Value::Float(number)) => Value::Float(*number),
        (Shape::Share, _) => value.as_int().map_or(Value::Null, |number| Value::Float(number as f64)),
        _ => value.as_text().map(str::to_owned).into(),
    }
}

/// The members of a structure that these are; see [`kept`].
pub(super) fn kept_members(members: &[Member], value: &Value<'_>) -> Document {
    let present = members.iter().filter_map(|member| Some((member, value.get(member.name)?)));
    Value::Map(present.map(|(member, value)| (Cow::Borrowed(member.name), kept(&member.shape, value))).collect())
}

pub(super) fn text<'a>(document: &'a Document, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_text)
}
pub(super) fn number(document: &Document, name: &str) -> Option<u64> {
    document.get(name).and_then(Value::as_int).and_then(|number| number.try_into().ok())
}
/// Whether a member is there and true.
pub(super) fn is_on(document: &Document, name: &str) -> bool {
    document.get(name).and_then(Value::as_bool) == Some(true)
}

/// Sets a member, in the place where it was, or at the end.
pub(super) fn set(document: &mut Document, name: &'static str, value: Document) {
    let Value::Map(members) = document else { return };
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, present)) => *present = value,
        None => members.push((name.into(), value)),
    }
}

/// Takes a member away.
pub(super) fn take(document: &mut Document, name: &str) -> Option<Document> {
    let Value::Map(members) = document else { return None };
    let at = members.iter().position(|(known, _)| known == name)?;
    Some(members.remove(at).1)
}

/// Sets members that are absent.
pub(super) fn fill<const N: usize>(document: &mut Document, defaults: [(&'static str, Document); N]) {
    for (name, value) in defaults {
        if document.get(name).is_none() {
            set(document, name, value);
        }
    }
}

/// Calls a member otherwise.
pub(super) fn rename(document: &mut Document, from: &str, to: &'static str) {
    let Value::Map(members) = document else { return };
    members.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| *name = to.into());
}

/// Takes over what an update says. Of the structures `deep` only those of their members that it says; all others are
/// replaced as a whole.
pub(super) fn merge(document: &mut Document, update: Document, deep: &[&str]) {
    let (Value::Map(members), Value::Map(said)) = (document, update) else { return };
    for (name, value) in said {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, present)) if deep.contains(&&*name) => merge(present, value, &[]),
            Some((_, present)) => *present = value,
            None => members.push((name, value)),
        }
    }
}
