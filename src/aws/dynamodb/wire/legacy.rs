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
            check_count(operator, given(expected).count())?;
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

/// Of Expected, one value may stand for a list of one.
fn given<'v>(of: &'v Value<'_>) -> impl Iterator<Item = &'v Value<'v>> {
    let list = of.get("AttributeValueList").and_then(Value::as_list).unwrap_or_default().iter();
    list.chain(of.get("Value"))
}

fn operator<'a>(of: &'a Value<'_>) -> &'a str {
    of.get("ComparisonOperator").and_then(Value::as_text).unwrap_or_default()
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

fn check_count(operator: &str, found: usize) -> Result<(), WireError> {
    let fits = match operator {
        "NULL" | "NOT_NULL" => found == 0,
        "IN" => found > 0,
        "BETWEEN" => found == 2,
        _ => found == 1,
    };
    match fits {
        true => Ok(()),
        false => Err(invalid(format_args!("Invalid number of argument(s) for the {operator} ComparisonOperator"))),
    }
}

/// Which types an operator takes.
fn takes(operator: &str, kind: AttributeType) -> bool {
    use AttributeType as T;
    match operator {
        "EQ" | "NE" => true,
        "BEGINS_WITH" => matches!(kind, T::S | T::B),
        "CONTAINS" | "NOT_CONTAINS" => matches!(kind, T::S | T::N | T::B | T::Bool | T::Null),
        _ => matches!(kind, T::S | T::N | T::B),
    }
}

/// The operands of an operator, and what they must be, in this order.
fn arguments(of: &Value<'_>) -> Result<Vec<AttributeValue>, WireError> {
    let operator = operator(of);
    let values = given(of).map(attribute::read).collect::<Result<Vec<_>, _>>()?;
    check_count(operator, values.len())?;
    let kinds: Vec<AttributeType> = values.iter().map(AttributeType::of).collect();
    if kinds.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(invalid("AttributeValues inside AttributeValueList must be of same type"));
    }
    if let Some(kind) = kinds.first().filter(|kind| !takes(operator, **kind)) {
        let kind = kind.name();
        return Err(invalid(format_args!("ComparisonOperator {operator} is not valid for {kind} AttributeValue type")));
    }
    let is_reversed = match values.as_slice() {
        [AttributeValue::S(low), AttributeValue::S(high)] => low.as_bytes() > high.as_bytes(),
        [AttributeValue::N(low), AttributeValue::N(high)] => low > high,
        [AttributeValue::B(low), AttributeValue::B(high)] => low > high,
        _ => false,
    };
    if operator == "BETWEEN" && is_reversed {
        let text = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound";
        return Err(WireError::validation(text));
    }
    Ok(values)
}

/// `ComparisonOperator` with its `AttributeValueList`.
fn comparison(attribute: &str, of: &Value<'_>) -> Result<Condition, WireError> {
    let path = || name(attribute).into();
    let operand = || Operand::Path(path());
    let arguments = arguments(of)?;
    let is_in = operator(of) == "IN";
    let mut all = arguments.into_iter().map(Operand::from);
    if is_in {
        return Ok(Condition::In(operand(), all.collect()));
    }
    Ok(match (operator(of), all.next(), all.next()) {
        ("NULL", ..) => Condition::NotExists(path()),
        ("BEGINS_WITH", Some(prefix), _) => Condition::BeginsWith(operand(), prefix),
        ("CONTAINS", Some(part), _) => Condition::Contains(operand(), part),
        ("NOT_CONTAINS", Some(part), _) => {
            let contains = Condition::Contains(operand(), part);
            Condition::And(vec![Condition::Exists(path()), Condition::Not(Box::new(contains))])
        }
        ("BETWEEN", Some(low), Some(high)) => Condition::Between(operand(), low, high),
        (other, Some(value), _) => Condition::Compare(operand(), comparator(other).unwrap_or(Comparator::Eq), value),
        _ => Condition::Exists(path()),
    })
}

/// `KeyConditions`.
pub(in crate::aws::dynamodb) fn key_conditions(
    body: &Value<'_>,
) -> Result<Vec<(AttributeName, KeyCondition)>, WireError> {
    let map = body.get("KeyConditions").and_then(Value::as_map);
    let one = |attribute: &str, of: &Value<'_>| {
        let mut all = arguments(of)?.into_iter();
        let condition = match (operator(of), all.next(), all.next()) {
            ("BETWEEN", Some(low), Some(high)) => KeyCondition::Between(low, high),
            ("BEGINS_WITH", Some(prefix), _) => KeyCondition::BeginsWith(prefix),
            (other, Some(value), _) => match comparator(other).filter(|of| *of != Comparator::Ne) {
                Some(comparator) => KeyCondition::Compare(comparator, value),
                None => KeyCondition::NotIndexable,
            },
            _ => KeyCondition::NotIndexable,
        };
        Ok((name(attribute), condition))
    };
    map.into_iter().flatten().map(|(attribute, of)| one(attribute, of)).collect()
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
