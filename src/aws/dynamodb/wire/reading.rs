//! Expressions of a request, read with its placeholders.

use super::grammar::{self, Syntax};
use super::key_conditions;
use super::problem::{Input, Parsed};
use super::scope::{Scope, invalid};
use crate::aws::dynamodb::api::{AttributeName, Condition, KeyCondition, Path, Update};
use crate::aws::protocol::WireError;

/// Longest expression, in bytes.
const EXPRESSION_BYTES_MAX: usize = 4096;

impl Scope {
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
        parser: impl FnOnce(&Syntax<'_>, &mut Input<'_>) -> Parsed<T>,
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
}
