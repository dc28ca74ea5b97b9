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
    let mut present = members.iter().filter(|(_, value)| *value != Value::Null);
    let Some((kind, value)) = present.next() else {
        return Err(invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"));
    };
    if present.next().is_some() {
        let text = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                    datatypes";
        return Err(invalid(text));
    }
    Ok(match &**kind {
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
        "M" => AttributeValue::M(entries(value)?.collect::<Result<BTreeMap<_, _>, _>>()?),
        _ => {
            let text = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
            return Err(invalid(text));
        }
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
    text.parse().map_err(|_| match text.bytes().any(|b| b.is_ascii_digit()) && !text.bytes().any(is_no_number) {
        true => invalid("Number overflow. Attempting to store a number with magnitude or digits out of range"),
        false => invalid(format!("The parameter cannot be converted to a numeric value: {text}")),
    })
}

fn is_no_number(byte: u8) -> bool {
    !(byte.is_ascii_digit() || b"+-.eE".contains(&byte))
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
