//! What placeholders of a request's expressions stand for, and whether each is used.

use std::borrow::Cow;
use std::cell::Cell;

use super::attribute;
use super::grammar::{self, Problem, Syntax};
use super::key_conditions;
use crate::aws::dynamodb::api::{AttributeName, AttributeValue, Condition, KeyCondition, Path, Update};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// Longest expression, in bytes.
const EXPRESSION_BYTES_MAX: usize = 4096;

/// ExpressionAttributeNames and ExpressionAttributeValues of a request.
#[derive(Debug, Default)]
pub struct Scope {
    names: Vec<(String, String, Cell<bool>)>,
    values: Vec<(String, AttributeValue, Cell<bool>)>,
}

fn invalid(text: String) -> WireError {
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

    /// A ConditionExpression or FilterExpression; `kind` is what messages call it.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn condition(&self, kind: &str, text: &str) -> Result<Condition, WireError> {
        self.parse(kind, text, |syntax, input| syntax.condition(input))
    }
    /// An UpdateExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn update(&self, text: &str) -> Result<Vec<Update>, WireError> {
        self.parse("UpdateExpression", text, |syntax, input| syntax.update(input))
    }
    /// A ProjectionExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn projection(&self, text: &str) -> Result<Vec<Path>, WireError> {
        let paths = self.parse("ProjectionExpression", text, |syntax, input| syntax.projection(input))?;
        for (at, path) in paths.iter().enumerate() {
            if let Some(other) = paths[..at].iter().find(|other| other.overlaps(path)) {
                return Err(invalid(format!(
                    "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or \
                     rewrite one of these paths; path one: {other}, path two: {path}"
                )));
            }
        }
        Ok(paths)
    }
    /// A KeyConditionExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn key_conditions(&self, text: &str) -> Result<Vec<(AttributeName, KeyCondition)>, WireError> {
        key_conditions::key_conditions(self.condition("KeyConditionExpression", text)?)
    }

    fn parse<T>(
        &self,
        kind: &str,
        text: &str,
        parser: impl FnOnce(&Syntax<'_>, &mut grammar::Input<'_>) -> grammar::Parsed<T>,
    ) -> Result<T, WireError> {
        if text.trim_ascii().is_empty() {
            return Err(invalid(format!("Invalid {kind}: The expression can not be empty;")));
        }
        if text.len() > EXPRESSION_BYTES_MAX {
            let len = text.len();
            return Err(invalid(format!(
                "Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {len}"
            )));
        }
        grammar::parse(self, text, parser).map_err(|problem| invalid(format!("Invalid {kind}: {problem}")))
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
