//! The two families of parameters of an operation, expressions and what they replaced, and what is checked of them
//! before anything is looked for.
//!
//! An operation checks in its `decode`, line by line in AWS's order: that the families are not mixed, its values and
//! older parameters, then its expressions ([`Parameters::expressions`]).

use super::scope::{Scope, invalid};
use crate::aws::dynamodb::api::{AttributeName, Condition, KeyCondition, Path, Update};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// Which parameters an operation has, in the order in which they are told.
pub(in crate::aws::dynamodb) struct Parameters {
    older: &'static [&'static str],
    expressions: &'static [&'static str],
    /// The expressions that values may stand in.
    with_values: &'static [&'static str],
}

/// GetItem, and a table of BatchGetItem.
pub(in crate::aws::dynamodb) const OF_GET: Parameters =
    Parameters { older: &["AttributesToGet"], expressions: &["ProjectionExpression"], with_values: &[] };
/// PutItem and DeleteItem.
pub(in crate::aws::dynamodb) const OF_WRITE: Parameters =
    Parameters { older: &["Expected"], expressions: &["ConditionExpression"], with_values: &["ConditionExpression"] };
/// UpdateItem, and the parts of TransactWriteItems.
pub(in crate::aws::dynamodb) const OF_UPDATE: Parameters = Parameters {
    older: &["AttributeUpdates", "Expected"],
    expressions: &["UpdateExpression", "ConditionExpression"],
    with_values: &["UpdateExpression", "ConditionExpression"],
};
pub(in crate::aws::dynamodb) const OF_QUERY: Parameters = Parameters {
    older: &["AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"],
    expressions: &["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
    with_values: &["FilterExpression", "KeyConditionExpression"],
};
pub(in crate::aws::dynamodb) const OF_SCAN: Parameters = Parameters {
    older: &["AttributesToGet", "ScanFilter", "ConditionalOperator"],
    expressions: &["ProjectionExpression", "FilterExpression"],
    with_values: &["FilterExpression"],
};

/// The expressions of a request.
#[derive(Default)]
pub(in crate::aws::dynamodb) struct Expressions {
    pub update: Option<Vec<Update>>,
    pub condition: Option<Condition>,
    pub keys: Option<Vec<(AttributeName, KeyCondition)>>,
    pub filter: Option<Condition>,
    pub projection: Option<Vec<Path>>,
}

fn present(body: &Value<'_>, parameters: &[&'static str]) -> Vec<&'static str> {
    parameters.iter().copied().filter(|name| body.get(name).is_some()).collect()
}

impl Parameters {
    /// The families do not go together, and placeholders not without expressions.
    ///
    /// # Errors
    /// ValidationException.
    pub(in crate::aws::dynamodb) fn check_mix(&self, body: &Value<'_>) -> Result<(), WireError> {
        let (mut older, expressions) = (present(body, self.older), present(body, self.expressions));
        // The older key conditions go with all expressions but their own.
        older.retain(|name| *name != "KeyConditions" || expressions.contains(&"KeyConditionExpression"));
        if !older.is_empty() && !expressions.is_empty() {
            return Err(invalid(format!(
                "Can not use both expression and non-expression parameters in the same request: Non-expression \
                 parameters: {{{}}} Expression parameters: {{{}}}",
                older.join(", "),
                expressions.join(", ")
            )));
        }
        let has = |name: &str| body.get(name).is_some();
        if has("ExpressionAttributeNames") && expressions.is_empty() {
            let text = "ExpressionAttributeNames can only be specified when using expressions";
            return Err(WireError::validation(text));
        }
        let can_have_values = self.with_values.is_empty() || self.with_values.iter().copied().any(has);
        if has("ExpressionAttributeValues") && !can_have_values {
            let verb = if self.with_values.len() == 1 { "is" } else { "are" };
            return Err(invalid(format!(
                "ExpressionAttributeValues can only be specified when using expressions: {} {verb} null",
                self.with_values.join(" and ")
            )));
        }
        Ok(())
    }

    /// Reads the expressions: names, values, each expression, what of the placeholders is unused, and the shape of the
    /// key condition.
    ///
    /// # Errors
    /// ValidationException for the first that is wrong.
    pub(in crate::aws::dynamodb) fn expressions(&self, body: &Value<'_>) -> Result<Expressions, WireError> {
        let scope = Scope::of_names(body)?;
        let scope = if self.with_values.is_empty() { scope } else { scope.with_values(body)? };
        let text = |name: &str| body.get(name).and_then(Value::as_text).filter(|_| self.expressions.contains(&name));
        let condition = |name: &str| text(name).map(|text| scope.condition(name, text)).transpose();
        let update = text("UpdateExpression").map(|text| scope.update(text)).transpose()?;
        let of_write = condition("ConditionExpression")?;
        let of_keys = condition("KeyConditionExpression")?;
        let filter = condition("FilterExpression")?;
        let projection = text("ProjectionExpression").map(|text| scope.projection(text)).transpose()?;
        scope.finish()?;
        let keys = of_keys.map(|condition| super::key_conditions::key_conditions(&condition)).transpose()?;
        Ok(Expressions { update, condition: of_write, keys, filter, projection })
    }
}
