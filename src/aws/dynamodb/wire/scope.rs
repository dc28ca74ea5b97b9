//! What placeholders of a request's expressions stand for, and whether each is used.

use std::borrow::Cow;
use std::cell::Cell;

use super::attribute;
use super::problem::Problem;
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
        let mut scope = Self::default();
        if let Some(names) = body.get("ExpressionAttributeNames") {
            for (key, name) in names.as_map().into_iter().flatten() {
                check_placeholder("ExpressionAttributeNames", key, '#')?;
                let name = name.as_text().unwrap_or_default().to_owned();
                scope.names.push((key.to_string(), name, Cell::new(false)));
            }
            non_empty("ExpressionAttributeNames", scope.names.len())?;
        }
        if let Some(values) = body.get("ExpressionAttributeValues") {
            for (key, value) in values.as_map().into_iter().flatten() {
                check_placeholder("ExpressionAttributeValues", key, ':')?;
                let value = attribute::read(value).map_err(|error| in_value(key, error))?;
                scope.values.push((key.to_string(), value, Cell::new(false)));
            }
            non_empty("ExpressionAttributeValues", scope.values.len())?;
        }
        Ok(scope)
    }

    /// The attribute that `#name` stands for.
    pub(super) fn name(&self, placeholder: &str) -> Result<AttributeName, Problem> {
        let found = self.names.iter().find(|(known, ..)| known == placeholder);
        let (_, name, is_used) = found.ok_or_else(|| {
            Problem::meaning(format!(
                "An expression attribute name used in the document path is not defined; attribute name: {placeholder}"
            ))
        })?;
        is_used.set(true);
        Ok(Cow::Owned(name.clone()))
    }

    /// What `:value` stands for.
    pub(super) fn value(&self, placeholder: &str) -> Result<AttributeValue, Problem> {
        let found = self.values.iter().find(|(known, ..)| known == placeholder);
        let (_, value, is_used) = found.ok_or_else(|| {
            Problem::meaning(format!(
                "An expression attribute value used in expression is not defined; attribute value: {placeholder}"
            ))
        })?;
        is_used.set(true);
        Ok(value.clone())
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
