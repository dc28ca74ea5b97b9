//! What a KeyConditionExpression may say, of what its grammar can.

use crate::aws::dynamodb::api::{AttributeName, Comparator, Condition, KeyCondition, Operand, Path};
use crate::aws::protocol::WireError;

/// The conditions of a KeyConditionExpression: one or two, joined by AND, each on one attribute.
pub(super) fn key_conditions(condition: Condition) -> Result<Vec<(AttributeName, KeyCondition)>, WireError> {
    let parts = match condition {
        Condition::And(parts) => parts.into_iter().flat_map(flatten).collect(),
        one => vec![one],
    };
    let conditions: Vec<(AttributeName, KeyCondition)> =
        parts.into_iter().map(key_condition).collect::<Option<_>>().ok_or_else(|| {
            WireError::validation("Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression")
        })?;
    let is_twice = conditions.iter().enumerate().any(|(at, (name, _))| conditions[..at].iter().any(|(n, _)| n == name));
    match is_twice {
        true => Err(WireError::validation(
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
        )),
        false => Ok(conditions),
    }
}

fn flatten(condition: Condition) -> Vec<Condition> {
    match condition {
        Condition::And(parts) => parts.into_iter().flat_map(flatten).collect(),
        one => vec![one],
    }
}

fn key_condition(condition: Condition) -> Option<(AttributeName, KeyCondition)> {
    let name = |path: Path| path.steps.is_empty().then_some(path.name);
    Some(match condition {
        Condition::Compare(Operand::Path(path), comparator, Operand::Value(value)) if comparator != Comparator::Ne => {
            (name(path)?, KeyCondition::Compare(comparator, value))
        }
        Condition::Compare(Operand::Value(value), Comparator::Eq, Operand::Path(path)) => {
            (name(path)?, KeyCondition::Compare(Comparator::Eq, value))
        }
        Condition::Between(Operand::Path(path), Operand::Value(low), Operand::Value(high)) => {
            (name(path)?, KeyCondition::Between(low, high))
        }
        Condition::BeginsWith(Operand::Path(path), Operand::Value(prefix)) => {
            (name(path)?, KeyCondition::BeginsWith(prefix))
        }
        _ => return None,
    })
}
