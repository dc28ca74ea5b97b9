//! Types of a body's members. Two families of services word their refusals differently.
//!
//! The first wrong member in the order of the model is told, without its path. Texts are those that kinesalite and
//! dynalite observed (<https://github.com/mhart/kinesalite>, <https://github.com/mhart/dynalite>), with the names of
//! found types that production gives since.

use super::WireError;
use super::shape::{self, Member, Shape};
use super::value::{Value, word_as_bool};

/// Which family's words a refusal has.
#[derive(Clone, Copy)]
pub(crate) enum Dialect {
    /// Of services that speak JSON 1.1.
    Json11,
    /// Of those that speak JSON 1.0, which name the class that a member would become. Which that is, is told by the
    /// member's name.
    Json10 { class_of: fn(&str) -> String },
}

/// What stands where another type was wanted.
enum Found {
    Scalar,
    List,
    Map,
}

/// Where a value stands: as a member of a structure, by name, or in a list or map of that name.
#[derive(Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    is_element: bool,
}

/// Checks a body against an operation's members.
///
/// # Errors
/// SerializationException for the first wrong type; else ValidationException for all violated constraints.
pub(crate) fn check(members: &'static [Member], body: &Value<'_>, dialect: Dialect) -> Result<(), WireError> {
    check_types(members, body, dialect)?;
    check_constraints(members, body)
}

/// The second round alone.
///
/// # Errors
/// ValidationException for all violated constraints.
pub(crate) fn check_constraints(members: &'static [Member], body: &Value<'_>) -> Result<(), WireError> {
    shape::constraints(members, body)
}

/// The first round alone.
///
/// # Errors
/// SerializationException for the first wrong type.
pub(crate) fn check_types(members: &'static [Member], body: &Value<'_>, dialect: Dialect) -> Result<(), WireError> {
    match (body, dialect) {
        (Value::Map(_), _) => dialect.members(members, body),
        (Value::List(_), Dialect::Json11) => Err(WireError::serialization(LIST)),
        (Value::List(_), Dialect::Json10 { .. }) => Err(WireError::serialization("Unrecognized collection type class")),
        _ => Err(WireError::serialization_without_message()),
    }
}

pub(super) const LIST: &str = "Start of list found where not expected";
/// What messages call the elements of a map's lists by.
pub(crate) const LISTED: &str = "listed";
/// Found in a list of maps, or in a map of lists.
const CAST: &str = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class \
                    java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class \
                    are in module java.base of loader 'bootstrap')";

impl Dialect {
    fn members(self, members: &'static [Member], value: &Value<'_>) -> Result<(), WireError> {
        let check = |member: &Member| {
            let place = Place { name: member.name, is_element: false };
            value.get(member.name).map_or(Ok(()), |value| self.value(&member.shape, value, place))
        };
        members.iter().try_for_each(check)
    }

    fn value(self, shape: &Shape, value: &Value<'_>, place: Place<'_>) -> Result<(), WireError> {
        let element = Place { is_element: true, ..place };
        match (shape, value) {
            (_, Value::Null) => Ok(()),
            (Shape::Structure(members), Value::Map(_)) => self.members(members, value),
            (Shape::List { of, .. }, Value::List(elements)) => {
                elements.iter().try_for_each(|e| self.value(of, e, element))
            }
            (Shape::TextMap { value: of, .. }, Value::Map(entries)) => {
                let is_listed = matches!(of, Shape::List { .. });
                let element = if is_listed { Place { name: LISTED, is_element: true } } else { element };
                entries.iter().try_for_each(|(_, value)| self.value(of, value, element))
            }
            (Shape::Text { .. } | Shape::Word(_), Value::Text(_)) => Ok(()),
            (Shape::Integer { .. } | Shape::Share | Shape::Timestamp, Value::Float(number)) if !number.is_finite() => {
                Err(self.refusal(shape, value, place))
            }
            (Shape::Integer { .. } | Shape::Share, Value::Int(_) | Value::Float(_)) => Ok(()),
            (Shape::Boolean, Value::Bool(_)) => Ok(()),
            (Shape::Boolean, Value::Text(text)) if word_as_bool(text).is_some() => Ok(()),
            (Shape::Timestamp, Value::Int(_) | Value::Float(_) | Value::Time(_)) => Ok(()),
            (Shape::Blob { .. }, Value::Bytes(_)) => Ok(()),
            (Shape::Blob { .. }, Value::Text(text)) => self.blob(text),
            _ => Err(self.refusal(shape, value, place)),
        }
    }

    fn refusal(self, shape: &Shape, value: &Value<'_>, place: Place<'_>) -> WireError {
        let found = match value {
            Value::List(_) => Found::List,
            Value::Map(_) => Found::Map,
            _ => Found::Scalar,
        };
        WireError::serialization(match self {
            Self::Json11 => json11(shape, value, &found),
            Self::Json10 { class_of } => json10(shape, value, &found, (place, class_of)),
        })
    }

    /// Text that shall be base64: its length, its characters, its padding.
    ///
    /// # Errors
    /// SerializationException.
    pub(crate) fn blob(self, text: &str) -> Result<(), WireError> {
        let told = match self {
            Self::Json11 => format!("'{text}' can not be converted to a Blob: "),
            Self::Json10 { .. } => String::new(),
        };
        let is_known = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        let padded = text.find('=').map_or("", |at| &text[at..]);
        let problem = if !text.len().is_multiple_of(4) {
            format!("Base64 encoded length is expected a multiple of 4 bytes but found: {}", text.len())
        } else if base64_simd::STANDARD.check(text.as_bytes()).is_ok() {
            return Ok(());
        } else {
            let odd = text.chars().find(|c| !is_known(*c)).or_else(|| padded.chars().find(|c| *c != '=').map(|_| '='));
            match (odd, self) {
                (Some(odd), Self::Json11) => format!("Invalid Base64 character: '{odd}'"),
                // The word is production's.
                _ => "Invalid last non-pad Base64 character dectected".to_owned(),
            }
        };
        Err(WireError::serialization(told + &problem))
    }
}

fn json11(shape: &Shape, value: &Value<'_>, found: &Found) -> String {
    let wanted = match shape {
        Shape::Text { .. } | Shape::Word(_) => "a String",
        Shape::Integer { max, .. } if *max > i64::from(i32::MAX) => "a Long",
        Shape::Integer { .. } => "an Integer",
        Shape::Share => "a Double",
        Shape::Boolean => "an Boolean",
        Shape::Blob { .. } => "a Blob",
        _ => "milliseconds since epoch",
    };
    match (shape, found, value) {
        (Shape::List { .. }, Found::Scalar, _) => "Expected list or null".to_owned(),
        (Shape::TextMap { .. }, Found::Scalar, _) => "Expected map or null".to_owned(),
        (Shape::Structure(_), Found::Scalar, _) => "Expected null".to_owned(),
        (_, Found::List, _) => LIST.to_owned(),
        (_, Found::Map, _) => "Start of structure or map found where not expected.".to_owned(),
        (Shape::Boolean, _, Value::Text(text)) => {
            format!("'{}' can not be converted to an Boolean", text.to_uppercase())
        }
        _ => format!("{} can not be converted to {wanted}", name_of(value, false)),
    }
}

fn json10(
    shape: &Shape,
    value: &Value<'_>,
    found: &Found,
    (place, class_of): (Place<'_>, fn(&str) -> String),
) -> String {
    let (wanted, class) = match shape {
        Shape::Text { .. } | Shape::Word(_) => ("String", "java.lang.String"),
        Shape::Integer { max, .. } if *max > i64::from(i32::MAX) => ("Long", "java.lang.Long"),
        Shape::Integer { .. } => ("Integer", "java.lang.Integer"),
        Shape::Share => ("Double", "java.lang.Double"),
        Shape::Boolean => ("Boolean", "java.lang.Boolean"),
        Shape::Blob { .. } => ("", "java.nio.ByteBuffer"),
        _ => ("Date", "java.util.Date"),
    };
    match (shape, found, value) {
        (Shape::Structure(_), Found::Scalar, _) if place.is_element => "Unexpected value type in payload".to_owned(),
        (Shape::List { .. } | Shape::TextMap { .. }, Found::Scalar, _) if place.is_element => CAST.to_owned(),
        (Shape::Structure(_) | Shape::List { .. } | Shape::TextMap { .. }, Found::Scalar, _) => {
            "Unexpected field type".to_owned()
        }
        (Shape::TextMap { value: Shape::List { .. }, .. }, Found::List, _) => {
            let class = class_of(LISTED);
            format!("Unrecognized collection type java.util.Map<java.lang.String, java.util.List<{class}>>")
        }
        (Shape::Structure(_), Found::List, _) => {
            format!("Unrecognized collection type class {}", class_of(place.name))
        }
        (Shape::TextMap { .. }, Found::List, _) => {
            format!("Unrecognized collection type java.util.Map<java.lang.String, {}>", class_of(place.name))
        }
        (_, Found::List, _) => format!("Unrecognized collection type class {class}"),
        (_, Found::Map, _) => "Start of structure or map found where not expected".to_owned(),
        (Shape::Boolean, _, Value::Text(_)) => "Unexpected token received from parser".to_owned(),
        (Shape::Blob { .. }, ..) => "only base-64-encoded strings are convertible to bytes".to_owned(),
        _ => format!("{} cannot be converted to {wanted}", name_of(value, true)),
    }
}

/// The name of a found type; one family tells decimals from whole numbers.
fn name_of(value: &Value<'_>, tells_decimals: bool) -> &'static str {
    match value {
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Float(_) | Value::Time(_) if tells_decimals => "DECIMAL_VALUE",
        Value::Int(_) | Value::Float(_) | Value::Time(_) => "NUMBER_VALUE",
        _ => "STRING_VALUE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::protocol::json;
    use crate::aws::protocol::shape::{optional, required};

    const TEXT: Shape = Shape::Text { min: 1, max: 4, pattern: None };
    const MEMBERS: &[Member] = &[
        required("Name", TEXT),
        optional("Limit", Shape::Integer { min: 1, max: 10 }),
        optional("Units", Shape::Integer { min: 1, max: i64::MAX }),
        optional("Is", Shape::Boolean),
        optional("Data", Shape::Blob { max: 9 }),
        optional("At", Shape::Timestamp),
        optional("Tags", Shape::TextMap { key: &TEXT, value: &TEXT, min: 0, max: 9 }),
        optional("Part", Shape::Structure(&[optional("Name", TEXT)])),
        optional("Records", Shape::List { of: &Shape::Structure(&[required("Key", TEXT)]), min: 1, max: 2 }),
    ];

    fn told(body: &str, dialect: Dialect) -> String {
        match check_types(MEMBERS, &json::decode(body.as_bytes()).expect("JSON"), dialect) {
            Ok(()) => "right".to_owned(),
            Err(error) => format!("{}: {}", error.code, error.message.unwrap_or_default()),
        }
    }

    #[test]
    fn a_wrong_type_is_told_as_json_1_1_services_do() {
        for (body, text) in [
            (r#"[]"#, LIST),
            (r#""x""#, ""),
            (r#"{"Name":1}"#, "NUMBER_VALUE can not be converted to a String"),
            (r#"{"Name":1.5}"#, "NUMBER_VALUE can not be converted to a String"),
            (r#"{"Name":true}"#, "TRUE_VALUE can not be converted to a String"),
            (r#"{"Name":[]}"#, LIST),
            (r#"{"Name":{}}"#, "Start of structure or map found where not expected."),
            (r#"{"Limit":"1"}"#, "STRING_VALUE can not be converted to an Integer"),
            (r#"{"Limit":false}"#, "FALSE_VALUE can not be converted to an Integer"),
            (r#"{"Is":"maybe"}"#, "'MAYBE' can not be converted to an Boolean"),
            (r#"{"Is":1}"#, "NUMBER_VALUE can not be converted to an Boolean"),
            (r#"{"At":"now"}"#, "STRING_VALUE can not be converted to milliseconds since epoch"),
            (r#"{"Data":1}"#, "NUMBER_VALUE can not be converted to a Blob"),
            (
                r#"{"Data":"abc"}"#,
                "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but \
                 found: 3",
            ),
            (r#"{"Data":"a*bc"}"#, "'a*bc' can not be converted to a Blob: Invalid Base64 character: '*'"),
            (r#"{"Data":"a=bc"}"#, "'a=bc' can not be converted to a Blob: Invalid Base64 character: '='"),
            (
                r#"{"Data":"YWJ="}"#,
                "'YWJ=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
            ),
            (r#"{"Records":"x"}"#, "Expected list or null"),
            (r#"{"Records":{}}"#, "Start of structure or map found where not expected."),
            (r#"{"Records":["x"]}"#, "Expected null"),
            (r#"{"Records":[[]]}"#, LIST),
            (r#"{"Tags":7}"#, "Expected map or null"),
            (r#"{"Tags":[]}"#, LIST),
        ] {
            assert_eq!(told(body, Dialect::Json11), format!("SerializationException: {text}"), "{body}");
        }
    }

    #[test]
    fn a_wrong_type_is_told_as_json_1_0_services_do() {
        let dialect = Dialect::Json10 { class_of: |name| format!("a.{name}") };
        for (body, text) in [
            (r#"{"Name":1}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"Name":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
            (r#"{"Name":[]}"#, "Unrecognized collection type class java.lang.String"),
            (r#"{"Name":{}}"#, "Start of structure or map found where not expected"),
            (r#"{"Limit":"1"}"#, "STRING_VALUE cannot be converted to Integer"),
            (r#"{"Units":"1"}"#, "STRING_VALUE cannot be converted to Long"),
            (r#"{"Units":[]}"#, "Unrecognized collection type class java.lang.Long"),
            (r#"{"Is":"maybe"}"#, "Unexpected token received from parser"),
            (r#"{"Data":true}"#, "only base-64-encoded strings are convertible to bytes"),
            (r#"{"Data":"abc"}"#, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
            (r#"{"Data":"a=bc"}"#, "Invalid last non-pad Base64 character dectected"),
            (r#"{"Part":"x"}"#, "Unexpected field type"),
            (r#"{"Part":[]}"#, "Unrecognized collection type class a.Part"),
            (r#"{"Records":"x"}"#, "Unexpected field type"),
            (r#"{"Records":{}}"#, "Start of structure or map found where not expected"),
            (r#"{"Records":["x"]}"#, "Unexpected value type in payload"),
            (r#"{"Tags":[]}"#, "Unrecognized collection type java.util.Map<java.lang.String, a.Tags>"),
        ] {
            assert_eq!(told(body, dialect), format!("SerializationException: {text}"), "{body}");
        }
    }

    #[test]
    fn words_may_stand_for_booleans_and_null_for_nothing() {
        for is in ["true", "\"TRUE\"", "\"yes\"", "\"0\"", "null"] {
            assert_eq!(told(&format!(r#"{{"Is":{is}}}"#), Dialect::Json11), "right", "{is}");
        }
    }

    /// Only CBOR has such numbers.
    #[test]
    fn what_is_not_a_number_is_no_integer() {
        for number in [f64::NAN, f64::INFINITY] {
            let body = Value::structure([("Name", "ab".into()), ("Limit", Value::Float(number))]);
            let text = "NUMBER_VALUE can not be converted to an Integer";
            assert_eq!(check_types(MEMBERS, &body, Dialect::Json11), Err(WireError::serialization(text)));
        }
    }
}
