//! Expressions of a request, read with its placeholders.

use super::grammar::{self, Read};
use super::key_conditions;
use super::meaning::Meaning;
use super::precedence;
use super::problem::Parsed;
use super::scope::{Scope, invalid};
use super::tokens::{Token, tokens};
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
        self.parse(kind, text, |tokens| {
            let Read { tree, is_redundant } = grammar::condition(tokens)?;
            let mut meaning = Meaning::new(self, is_redundant);
            let condition = meaning.condition(&tree);
            meaning.finish(precedence::CONDITION, condition.unwrap_or(Condition::Or(Vec::new())))
        })
    }
    /// An UpdateExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn update(&self, text: &str) -> Result<Vec<Update>, WireError> {
        self.parse("UpdateExpression", text, |tokens| {
            let Read { tree, is_redundant } = grammar::update(tokens)?;
            let mut meaning = Meaning::new(self, is_redundant);
            let updates = meaning.update(&tree);
            meaning.finish(precedence::UPDATE, updates)
        })
    }
    /// A ProjectionExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn projection(&self, text: &str) -> Result<Vec<Path>, WireError> {
        self.parse("ProjectionExpression", text, |tokens| {
            let Read { tree, is_redundant } = grammar::projection(tokens)?;
            let mut meaning = Meaning::new(self, is_redundant);
            let paths = meaning.projection(&tree);
            meaning.finish(precedence::PROJECTION, paths)
        })
    }
    /// A KeyConditionExpression.
    ///
    /// # Errors
    /// ValidationException that says what is wrong with it.
    pub fn key_conditions(&self, text: &str) -> Result<Vec<(AttributeName, KeyCondition)>, WireError> {
        key_conditions::key_conditions(&self.condition("KeyConditionExpression", text)?)
    }

    fn parse<T>(&self, kind: &str, text: &str, parser: impl FnOnce(&[Token<'_>]) -> Parsed<T>) -> Result<T, WireError> {
        if text.trim_ascii().is_empty() {
            return Err(invalid(format!("Invalid {kind}: The expression can not be empty;")));
        }
        if text.len() > EXPRESSION_BYTES_MAX {
            let len = text.len();
            return Err(invalid(format!(
                "Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {len}"
            )));
        }
        parser(&tokens(text)).map_err(|problem| invalid(format!("Invalid {kind}: {problem}")))
    }
}
