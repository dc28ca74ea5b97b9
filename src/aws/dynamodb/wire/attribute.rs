//! Attribute values: `{"S": "text"}` to typed values and back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::aws::dynamodb::api::{AttributeName, AttributeValue, Item};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::{Fields, Value};

fn invalid(text: impl Into<Cow<'static, str>>) -> WireError {
    WireError::validation(text)
}

fn invalid_parameter(text: &str) -> WireError {
    invalid(format!("One or more parameter values were invalid: {text}"))
}

/// A typed value.
pub(in crate::aws::dynamodb) fn read(value: &Value<'_>) -> Result<AttributeValue, WireError> {
    let Value::Map(members) = value else { return Err(WireError::serialization("Unexpected field type")) };
    let mut present = members.iter().filter(|(kind, value)| *value != Value::Null && KINDS.contains(&&**kind));
    let Some((kind, value)) = present.next() else {
        return Err(invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"));
    };
    let read = of_kind(kind, value)?;
    // What is wrong with one of several is told before that there are several.
    let mut others = present.map(|(kind, value)| of_kind(kind, value)).collect::<Result<Vec<_>, _>>()?.into_iter();
    match others.next() {
        None => Ok(read),
        Some(_) => {
            let text = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the \
                        supported datatypes";
            Err(invalid(text))
        }
    }
}

const KINDS: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];

fn of_kind(kind: &str, value: &Value<'_>) -> Result<AttributeValue, WireError> {
    Ok(match kind {
        "S" => AttributeValue::S(text(value)?.into()),
        "N" => AttributeValue::N(number(value)?),
        "B" => AttributeValue::B(value.blob()?.into()),
        "BOOL" => AttributeValue::Bool(value.as_bool().ok_or_else(unexpected)?),
        "NULL" => match value.as_bool() {
            Some(true) => AttributeValue::Null,
            Some(false) => return Err(invalid_parameter("Null attribute value types must have the value of true")),
            None => return Err(unexpected()),
        },
        "SS" => AttributeValue::Ss(set(value, "string", |value| text(value).map(Into::into))?),
        "NS" => AttributeValue::Ns(set(value, "number", number)?),
        "BS" => AttributeValue::Bs(set(value, "binary", |value| value.blob().map(Into::into))?),
        "L" => {
            let elements = value.as_list().ok_or_else(unexpected)?;
            AttributeValue::L(elements.iter().map(read).collect::<Result<_, _>>()?)
        }
        _ => AttributeValue::M(entries(value)?.collect::<Result<BTreeMap<_, _>, _>>()?),
    })
}

fn unexpected() -> WireError {
    WireError::serialization("Unexpected field type")
}

fn text<'a>(value: &'a Value<'_>) -> Result<&'a str, WireError> {
    value.as_text().ok_or_else(unexpected)
}

fn number(value: &Value<'_>) -> Result<crate::base::item::Number, WireError> {
    let text = text(value)?;
    text.parse().map_err(|_| invalid(number_problem(text)))
}

/// Why a text is no number that can be stored.
fn number_problem(text: &str) -> String {
    if text.is_empty() {
        return "The parameter cannot be converted to a numeric value".to_owned();
    }
    match magnitude(text) {
        None => format!("The parameter cannot be converted to a numeric value: {text}"),
        Some((at, _)) if at > 125 => {
            "Number overflow. Attempting to store a number with magnitude larger than supported range".to_owned()
        }
        Some((at, _)) if at < -130 => {
            "Number underflow. Attempting to store a number with magnitude smaller than supported range".to_owned()
        }
        Some(_) => "Attempting to store more than 38 significant digits in a Number".to_owned(),
    }
}

/// The decimal place of a number's first significant digit, and how many of them there are.
fn magnitude(text: &str) -> Option<(i64, usize)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, "0"), |parts| parts);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let exponent_digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if !is_number || exponent_digits.is_empty() || !exponent_digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let limit = if exponent.starts_with('-') { -100_000 } else { 100_000 };
    let exponent: i64 = exponent.parse::<i64>().unwrap_or(limit).clamp(-100_000, 100_000);
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    Some((exponent + whole.len() as i64 - zeros as i64 - 1, digits.trim_matches('0').len()))
}

fn set<T: Ord>(
    value: &Value<'_>,
    kind: &str,
    element: impl Fn(&Value<'_>) -> Result<T, WireError>,
) -> Result<BTreeSet<T>, WireError> {
    let elements = value.as_list().ok_or_else(unexpected)?;
    if elements.is_empty() {
        return Err(match kind {
            "binary" => invalid_parameter("Binary sets should not be empty"),
            _ => invalid_parameter(&format!("An {kind} set  may not be empty")),
        });
    }
    let set: BTreeSet<T> = elements.iter().map(element).collect::<Result<_, _>>()?;
    if set.len() == elements.len() {
        return Ok(set);
    }
    let shown = || elements.iter().map(|e| e.as_text().unwrap_or_default()).collect::<Vec<_>>().join(", ");
    Err(match kind {
        "number" => invalid("Input collection contains duplicates"),
        "binary" => invalid_parameter(&format!("Input collection [{}]of type BS contains duplicates.", shown())),
        _ => invalid_parameter(&format!("Input collection [{}] contains duplicates.", shown())),
    })
}

type Entry = (AttributeName, AttributeValue);

/// The entries of a map of typed values.
pub(in crate::aws::dynamodb) fn entries<'v>(
    value: &'v Value<'_>,
) -> Result<impl Iterator<Item = Result<Entry, WireError>> + use<'v>, WireError> {
    let members: &Fields<'_> = value.as_map().ok_or_else(unexpected)?;
    let of = members.iter().map(|(name, value)| Ok((Cow::Owned(name.to_string()), read(value)?)));
    Ok(of.collect::<Vec<_>>().into_iter())
}

/// An item.
pub(in crate::aws::dynamodb) fn item(value: &Value<'_>) -> Result<Item, WireError> {
    entries(value)?.try_fold(Item::new(), |item, entry| entry.map(|(name, value)| item.with(name, value)))
}

/// A typed value as bodies have it.
pub(in crate::aws::dynamodb) fn write<'a>(value: &AttributeValue) -> Value<'a> {
    let texts = |texts: &mut dyn Iterator<Item = String>| Value::list(texts.map(Value::from));
    match value {
        AttributeValue::S(text) => Value::structure([("S", Value::display(text))]),
        AttributeValue::N(number) => Value::structure([("N", Value::display(number))]),
        AttributeValue::B(bytes) => Value::structure([("B", blob(bytes))]),
        AttributeValue::Bool(is) => Value::structure([("BOOL", (*is).into())]),
        AttributeValue::Null => Value::structure([("NULL", true.into())]),
        AttributeValue::Ss(set) => Value::structure([("SS", texts(&mut set.iter().map(ToString::to_string)))]),
        AttributeValue::Ns(set) => Value::structure([("NS", texts(&mut set.iter().map(ToString::to_string)))]),
        AttributeValue::Bs(set) => Value::structure([("BS", Value::list(set.iter().map(|bytes| blob(bytes))))]),
        AttributeValue::L(list) => Value::structure([("L", Value::list(list.iter().map(write)))]),
        AttributeValue::M(map) => {
            let entries = map.iter().map(|(name, value)| (Cow::Owned(name.to_string()), write(value)));
            Value::structure([("M", Value::Map(entries.collect()))])
        }
    }
}

fn blob<'a>(bytes: &[u8]) -> Value<'a> {
    Value::Bytes(Cow::Owned(bytes.to_vec()))
}

/// An item as bodies have it.
pub(in crate::aws::dynamodb) fn write_item<'a>(item: &Item) -> Value<'a> {
    Value::Map(item.iter().map(|(name, value)| (Cow::Owned(name.to_owned()), write(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_cannot_be_stored_is_told_why() {
        let told = |text: &str| number(&text.into()).map(|_| ()).map_err(|error| error.message.unwrap_or_default());
        for right in ["+3", ".123", "1e+5", "0e1000", "0001.000e-130", "9.99e125"] {
            assert_eq!(told(right), Ok(()), "{right}");
        }
        for (wrong, text) in [
            ("", "The parameter cannot be converted to a numeric value"),
            ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
            (" 1", "The parameter cannot be converted to a numeric value:  1"),
            ("1e", "The parameter cannot be converted to a numeric value: 1e"),
            ("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
            ("0.1e-130", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
            (
                "123456789012345678901234567890123456789",
                "Attempting to store more than 38 significant digits in a Number",
            ),
        ] {
            assert_eq!(told(wrong), Err(text.into()), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_member_is_told_before_that_there_are_two() {
        let told = |value: &Value<'_>| read(value).map_err(|error| error.message.unwrap_or_default().into_owned());
        let two = |number: &'static str| Value::structure([("S", "a".into()), ("N", number.into())]);
        assert!(told(&two("x")).expect_err("no number").ends_with("numeric value: x"));
        assert!(
            told(&two("1")).expect_err("two").starts_with("Supplied AttributeValue has more than one datatypes set")
        );
    }
}
