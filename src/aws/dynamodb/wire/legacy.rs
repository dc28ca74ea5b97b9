//! The older parameters: `Expected`, `AttributeUpdates`, `KeyConditions`, `QueryFilter`, `ScanFilter`
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html>). The Kinesis
//! Client Library still uses them.

use std::borrow::Cow;

use super::attribute;
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, AttributeValue, Comparator, Condition, KeyCondition, Operand, SetOperand, Update,
};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

fn invalid(text: impl std::fmt::Display) -> WireError {
    WireError::validation(format!("One or more parameter values were invalid: {text}"))
}

/// Returns which parameters a body has.
pub(in crate::aws::dynamodb) fn present<'a>(body: &Value<'_>, parameters: &[&'a str]) -> Vec<&'a str> {
    parameters.iter().copied().filter(|name| body.get(name).is_some()).collect()
}

/// Expressions and older parameters do not go together.
pub(in crate::aws::dynamodb) fn check_not_mixed(
    body: &Value<'_>,
    older: &[&str],
    expressions: &[&str],
) -> Result<(), WireError> {
    let (mut older, expressions) = (present(body, older), present(body, expressions));
    // The older key conditions go with all expressions but their own.
    older.retain(|name| *name != "KeyConditions" || expressions.contains(&"KeyConditionExpression"));
    if older.is_empty() || expressions.is_empty() {
        return Ok(());
    }
    Err(WireError::validation(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {{{}}} Expression parameters: {{{}}}",
        older.join(", "),
        expressions.join(", ")
    )))
}

fn name(text: &str) -> AttributeName {
    Cow::Owned(text.to_owned())
}

/// The conditions of a map by attribute, joined as ConditionalOperator says.
fn joined(
    body: &Value<'_>,
    parameter: &str,
    one: impl Fn(&str, &Value<'_>) -> Result<Condition, WireError>,
) -> Result<Option<Condition>, WireError> {
    let operator = body.get("ConditionalOperator").and_then(Value::as_text);
    let Some(map) = body.get(parameter).and_then(Value::as_map).filter(|map| !map.is_empty()) else {
        return Ok(None);
    };
    let all = map.iter().map(|(attribute, value)| one(attribute, value)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(match operator {
        Some("OR") => Condition::Or(all),
        _ => Condition::And(all),
    }))
}

/// `Expected`.
pub(in crate::aws::dynamodb) fn expected(body: &Value<'_>) -> Result<Option<Condition>, WireError> {
    joined(body, "Expected", |attribute, expected| {
        let exists = expected.get("Exists").and_then(Value::as_bool);
        let (value, list) = (expected.get("Value"), expected.get("AttributeValueList"));
        let wrong = |text: &str| Err(invalid(format_args!("{text} for Attribute: {attribute}")));
        if value.is_some() && list.is_some() {
            return wrong("Value and AttributeValueList cannot be used together");
        }
        if expected.get("ComparisonOperator").is_some() {
            if exists.is_some() {
                return wrong("Exists and ComparisonOperator cannot be used together");
            }
            let operator = operator(expected);
            if value.is_none() && list.is_none() && !matches!(operator, "NULL" | "NOT_NULL") {
                return wrong(&format!("Value or AttributeValueList must be used with ComparisonOperator: {operator}"));
            }
            return comparison(attribute, expected);
        }
        if list.is_some() {
            return wrong("AttributeValueList can only be used with a ComparisonOperator");
        }
        match (exists, value.map(attribute::read).transpose()?) {
            (Some(false), None) => Ok(Condition::NotExists(name(attribute).into())),
            (Some(false), Some(_)) => wrong("Value cannot be used when Exists is false"),
            (_, Some(value)) => Ok(Condition::compare(name(attribute), Comparator::Eq, value)),
            (Some(true), None) => wrong("Value must be provided when Exists is true"),
            (None, None) => wrong("Value must be provided when Exists is null"),
        }
    })
}

/// `QueryFilter` or `ScanFilter`.
pub(in crate::aws::dynamodb) fn filter(body: &Value<'_>, parameter: &str) -> Result<Option<Condition>, WireError> {
    joined(body, parameter, comparison)
}

fn arguments(of: &Value<'_>) -> Result<Vec<AttributeValue>, WireError> {
    // Of Expected, one value may stand for a list of one.
    let list = of.get("AttributeValueList").and_then(Value::as_list).unwrap_or_default().iter();
    list.chain(of.get("Value")).map(attribute::read).collect()
}

fn operator<'a>(of: &'a Value<'_>) -> &'a str {
    of.get("ComparisonOperator").and_then(Value::as_text).unwrap_or_default()
}

fn wrong_count(operator: &str) -> WireError {
    invalid(format!("Invalid number of argument(s) for the {operator} ComparisonOperator"))
}

fn wrong_type(operator: &str) -> WireError {
    invalid(format!("One or more parameter values are not valid for the {operator} ComparisonOperator"))
}

fn comparator(operator: &str) -> Option<Comparator> {
    Some(match operator {
        "EQ" => Comparator::Eq,
        "NE" => Comparator::Ne,
        "LT" => Comparator::Lt,
        "LE" => Comparator::Le,
        "GT" => Comparator::Gt,
        "GE" => Comparator::Ge,
        _ => return None,
    })
}

fn is_ordered(value: &AttributeValue) -> bool {
    matches!(AttributeType::of(value), AttributeType::S | AttributeType::N | AttributeType::B)
}

/// `ComparisonOperator` with its `AttributeValueList`.
fn comparison(attribute: &str, of: &Value<'_>) -> Result<Condition, WireError> {
    let (operator, arguments) = (operator(of), arguments(of)?);
    let path = || name(attribute).into();
    let operand = || Operand::Path(path());
    if let Some(comparator) = comparator(operator) {
        let [value] = <[_; 1]>::try_from(arguments).map_err(|_| wrong_count(operator))?;
        return match matches!(comparator, Comparator::Eq | Comparator::Ne) || is_ordered(&value) {
            true => Ok(Condition::Compare(operand(), comparator, value.into())),
            false => Err(wrong_type(operator)),
        };
    }
    Ok(match (operator, arguments.as_slice()) {
        ("NULL", []) => Condition::NotExists(path()),
        ("NOT_NULL", []) => Condition::Exists(path()),
        ("CONTAINS", [part]) => Condition::Contains(operand(), part.clone().into()),
        ("NOT_CONTAINS", [part]) => {
            let contains = Condition::Contains(operand(), part.clone().into());
            Condition::And(vec![Condition::Exists(path()), Condition::Not(Box::new(contains))])
        }
        ("BEGINS_WITH", [prefix @ (AttributeValue::S(_) | AttributeValue::B(_))]) => {
            Condition::BeginsWith(operand(), prefix.clone().into())
        }
        ("BEGINS_WITH", [_]) => return Err(wrong_type(operator)),
        ("IN", [_, ..]) => Condition::In(operand(), arguments.into_iter().map(Into::into).collect()),
        ("BETWEEN", [low, high]) if is_ordered(low) && is_ordered(high) => {
            Condition::Between(operand(), low.clone().into(), high.clone().into())
        }
        ("BETWEEN", [_, _]) => return Err(wrong_type(operator)),
        _ => return Err(wrong_count(operator)),
    })
}

/// `KeyConditions`.
pub(in crate::aws::dynamodb) fn key_conditions(
    body: &Value<'_>,
) -> Result<Vec<(AttributeName, KeyCondition)>, WireError> {
    let map = body.get("KeyConditions").and_then(Value::as_map);
    let one = |attribute: &str, of: &Value<'_>| {
        let (operator, arguments) = (operator(of), arguments(of)?);
        let condition = match (comparator(operator), operator, arguments.as_slice()) {
            (Some(Comparator::Ne), ..) => return Err(wrong_key_operator()),
            (Some(comparator), _, [value]) => KeyCondition::Compare(comparator, value.clone()),
            (_, "BETWEEN", [low, high]) => KeyCondition::Between(low.clone(), high.clone()),
            (_, "BEGINS_WITH", [prefix]) => KeyCondition::BeginsWith(prefix.clone()),
            (Some(_), ..) | (_, "BETWEEN" | "BEGINS_WITH", _) => return Err(wrong_count(operator)),
            _ => return Err(wrong_key_operator()),
        };
        Ok((name(attribute), condition))
    };
    map.into_iter().flatten().map(|(attribute, of)| one(attribute, of)).collect()
}

fn wrong_key_operator() -> WireError {
    WireError::validation("Attempted conditional constraint is not an indexable operation")
}

/// `AttributeUpdates`.
pub(in crate::aws::dynamodb) fn updates(body: &Value<'_>) -> Result<Vec<Update>, WireError> {
    let map = body.get("AttributeUpdates").and_then(Value::as_map);
    let one = |attribute: &str, of: &Value<'_>| {
        let value = of.get("Value").map(attribute::read).transpose()?;
        let action = of.get("Action").and_then(Value::as_text).unwrap_or("PUT");
        let path = name(attribute).into();
        Ok(match (action, value) {
            ("DELETE", None) => Update::Remove(path),
            ("DELETE", Some(value @ (AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_)))) => {
                Update::DeleteFromSet(path, value)
            }
            ("PUT", Some(value)) => Update::Set(path, SetOperand::Value(value)),
            // ADD appends to lists, which the expression cannot.
            ("ADD", Some(AttributeValue::L(list))) => {
                let empty = SetOperand::Value(AttributeValue::L(Vec::new()));
                let present = SetOperand::IfNotExists(name(attribute).into(), Box::new(empty));
                let added = SetOperand::Value(AttributeValue::L(list));
                Update::Set(path, SetOperand::ListAppend(Box::new(present), Box::new(added)))
            }
            (
                "ADD",
                Some(
                    value @ (AttributeValue::N(_)
                    | AttributeValue::Ss(_)
                    | AttributeValue::Ns(_)
                    | AttributeValue::Bs(_)),
                ),
            ) => Update::Add(path, value),
            (action @ ("ADD" | "DELETE"), Some(value)) => {
                let kind = AttributeType::of(&value).name();
                let with = if action == "DELETE" { " with value" } else { "" };
                return Err(invalid(format!("{action} action{with} is not supported for the type {kind}")));
            }
            _ => {
                return Err(invalid("Only DELETE action is allowed when no attribute value is specified"));
            }
        })
    };
    map.into_iter().flatten().map(|(attribute, of)| one(attribute, of)).collect()
}
