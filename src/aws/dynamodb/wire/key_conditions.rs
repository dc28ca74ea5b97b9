//! What a KeyConditionExpression may say, of what its grammar can.

use crate::aws::dynamodb::api::{AttributeName, AttributeValue, Comparator, Condition, KeyCondition, Operand, Path};
use crate::aws::protocol::WireError;

type Keys = Vec<(AttributeName, KeyCondition)>;

/// The conditions of a KeyConditionExpression, joined by AND, each on one attribute.
pub(super) fn key_conditions(condition: &Condition) -> Result<Keys, WireError> {
    let mut keys = Keys::new();
    add(condition, &mut keys)?;
    Ok(keys)
}

fn add(condition: &Condition, keys: &mut Keys) -> Result<(), WireError> {
    use Condition as C;
    let (name, condition) = match condition {
        C::And(parts) => return parts.iter().try_for_each(|part| add(part, keys)),
        C::Or(_) => return Err(wrong_operator("OR")),
        C::Not(_) => return Err(wrong_operator("NOT")),
        C::Exists(_) => return Err(wrong_operator("attribute_exists")),
        C::NotExists(_) => return Err(wrong_operator("attribute_not_exists")),
        C::IsType(..) => return Err(wrong_operator("attribute_type")),
        C::Contains(..) => return Err(wrong_operator("contains")),
        C::Compare(_, Comparator::Ne, _) => return Err(wrong_operator("<>")),
        C::Compare(a, comparator, b) => compare(a, *comparator, b)?,
        // What is in a list of one equals that.
        C::In(value, any_of) => match any_of.as_slice() {
            [one] => compare(value, Comparator::Eq, one)?,
            _ => return Err(wrong_operator("IN")),
        },
        C::Between(of, low, high) => {
            need_key_first(&[of, low, high], "BETWEEN")?;
            let name = one_name(&[of, low, high])?;
            let [Some(low), Some(high)] = [low, high].map(value) else { return Err(no_key()) };
            (name, KeyCondition::Between(low, high))
        }
        C::BeginsWith(of, prefix) => {
            need_key_first(&[of, prefix], "begins_with")?;
            let name = one_name(&[of, prefix])?;
            (name, KeyCondition::BeginsWith(value(prefix).ok_or_else(no_key)?))
        }
    };
    if keys.iter().any(|(known, _)| *known == name) {
        let text = "KeyConditionExpressions must only contain one condition per key";
        return Err(WireError::validation(text));
    }
    keys.push((name, condition));
    Ok(())
}

/// An attribute and a value, in either order.
fn compare(a: &Operand, comparator: Comparator, b: &Operand) -> Result<(AttributeName, KeyCondition), WireError> {
    need_plain(&[a, b])?;
    let name = one_name(&[a, b])?;
    match (value(a), value(b)) {
        (None, Some(value)) => Ok((name, KeyCondition::Compare(comparator, value))),
        (Some(value), None) => Ok((name, KeyCondition::Compare(comparator.mirrored(), value))),
        _ => Err(no_key()),
    }
}

fn need_plain(operands: &[&Operand]) -> Result<(), WireError> {
    match operands.iter().any(|operand| matches!(operand, Operand::Size(_))) {
        true => Err(WireError::validation("KeyConditionExpressions cannot contain nested operations")),
        false => Ok(()),
    }
}

fn need_key_first(operands: &[&Operand], operator: &str) -> Result<(), WireError> {
    need_plain(operands)?;
    match operands {
        [Operand::Path(_), ..] => Ok(()),
        _ => Err(wrong(format_args!("{operator} operator must have the key attribute as its first operand"))),
    }
}

/// The one attribute that a condition is about.
fn one_name(operands: &[&Operand]) -> Result<AttributeName, WireError> {
    let mut found: Option<&Path> = None;
    for operand in operands {
        let Operand::Path(path) = operand else { continue };
        if found.is_some() {
            return Err(wrong("Multiple attribute names used in one condition"));
        }
        if !path.steps.is_empty() {
            let text = "KeyConditionExpressions cannot have conditions on nested attributes";
            return Err(WireError::validation(text));
        }
        found = Some(path);
    }
    found.map(|path| path.name.clone()).ok_or_else(no_key)
}

fn value(operand: &Operand) -> Option<AttributeValue> {
    match operand {
        Operand::Value(value) => Some(value.clone()),
        Operand::Path(_) | Operand::Size(_) => None,
    }
}

fn no_key() -> WireError {
    wrong("No key attribute specified")
}

fn wrong(text: impl std::fmt::Display) -> WireError {
    WireError::validation(format!("Invalid condition in KeyConditionExpression: {text}"))
}

fn wrong_operator(operator: &str) -> WireError {
    let text = "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: ";
    WireError::validation(format!("{text}{operator}"))
}
