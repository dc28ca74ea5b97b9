//! What placeholders of a request's expressions stand for, and whether each is used.

use std::borrow::Cow;
use std::cell::Cell;

use super::attribute;
use crate::aws::dynamodb::api::{AttributeName, AttributeValue};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// ExpressionAttributeNames and ExpressionAttributeValues of a request.
#[derive(Debug, Default)]
pub struct Scope {
    names: Vec<(String, String, Cell<bool>)>,
    values: Vec<(String, AttributeValue, Cell<bool>)>,
}

pub(super) fn invalid(text: String) -> WireError {
    WireError::validation(text)
}

impl Scope {
    /// The placeholders of a body.
    ///
    /// # Errors
    /// ValidationException when one is no placeholder or what it stands for is none.
    pub fn of(body: &Value<'_>) -> Result<Self, WireError> {
        Self::of_names(body)?.with_values(body)
    }

    /// Those for names alone.
    pub(super) fn of_names(body: &Value<'_>) -> Result<Self, WireError> {
        let mut scope = Self::default();
        let Some(names) = body.get("ExpressionAttributeNames") else { return Ok(scope) };
        for (key, name) in names.as_map().into_iter().flatten() {
            check_placeholder("ExpressionAttributeNames", key, '#')?;
            let name = name.as_text().unwrap_or_default().to_owned();
            scope.names.push((key.to_string(), name, Cell::new(false)));
        }
        non_empty("ExpressionAttributeNames", scope.names.len())?;
        Ok(scope)
    }

    /// Those for values too: all keys are looked at before the first value.
    pub(super) fn with_values(mut self, body: &Value<'_>) -> Result<Self, WireError> {
        let Some(values) = body.get("ExpressionAttributeValues") else { return Ok(self) };
        let values = || values.as_map().into_iter().flatten();
        values().try_for_each(|(key, _)| check_placeholder("ExpressionAttributeValues", key, ':'))?;
        for (key, value) in values() {
            let value = attribute::read(value).map_err(|error| in_value(key, error))?;
            self.values.push((key.to_string(), value, Cell::new(false)));
        }
        non_empty("ExpressionAttributeValues", self.values.len())?;
        Ok(self)
    }

    /// The attribute that `#name` stands for, if it is defined.
    pub(super) fn name(&self, placeholder: &str) -> Option<AttributeName> {
        let (_, name, is_used) = self.names.iter().find(|(known, ..)| known == placeholder)?;
        is_used.set(true);
        Some(Cow::Owned(name.clone()))
    }

    /// What `:value` stands for, if it is defined.
    pub(super) fn value(&self, placeholder: &str) -> Option<AttributeValue> {
        let (_, value, is_used) = self.values.iter().find(|(known, ..)| known == placeholder)?;
        is_used.set(true);
        Some(value.clone())
    }

    /// After all expressions were read: every placeholder was used.
    ///
    /// # Errors
    /// ValidationException that lists those that were not.
    pub fn finish(self) -> Result<(), WireError> {
        let unused = |keys: Vec<&str>, what: &str| match keys.is_empty() {
            true => Ok(()),
            false => {
                Err(invalid(format!("Value provided in {what} unused in expressions: keys: {{{}}}", keys.join(", "))))
            }
        };
        let names = self.names.iter().filter(|(.., is_used)| !is_used.get()).map(|(key, ..)| key.as_str());
        unused(names.collect(), "ExpressionAttributeNames")?;
        let values = self.values.iter().filter(|(.., is_used)| !is_used.get()).map(|(key, ..)| key.as_str());
        unused(values.collect(), "ExpressionAttributeValues")
    }
}

fn non_empty(what: &str, len: usize) -> Result<(), WireError> {
    match len {
        0 => Err(invalid(format!("{what} must not be empty"))),
        _ => Ok(()),
    }
}

fn check_placeholder(what: &str, key: &str, sign: char) -> Result<(), WireError> {
    let is_one = key.strip_prefix(sign).is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    });
    match is_one {
        true => Ok(()),
        false => Err(invalid(format!("{what} contains invalid key: Syntax error; key: \"{key}\""))),
    }
}

fn in_value(key: &str, error: WireError) -> WireError {
    match error.message {
        Some(message) if error.code == "ValidationException" => {
            invalid(format!("ExpressionAttributeValues contains invalid value: {message} for key {key}"))
        }
        _ => error,
    }
}
