//! Shapes of requests: types and constraints, as an operation's model declares them, and their checks.
//!
//! AWS checks in two rounds: a member of a wrong type is a SerializationException at once; then all violated
//! constraints are told in one ValidationException. Texts follow what production answers, as kinesalite observed it
//! (<https://github.com/mhart/kinesalite>, `validations/index.js`).

use std::fmt;

use super::WireError;
use super::value::{Fields, Value};

/// A member of a structure.
pub(crate) struct Member {
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether it must be there.
    pub(crate) is_required: bool,
}

/// A member that must be there.
pub(crate) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, is_required: true }
}

/// A member that may be absent.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, is_required: false }
}

/// What a member holds.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A text of so many characters that matches a pattern.
    Text {
        min: usize,
        max: usize,
        pattern: Option<Pattern>,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number in this range.
    Integer {
        min: i64,
        max: i64,
    },
    Boolean,
    /// Bytes, at most so many.
    Blob {
        max: usize,
    },
    /// A point in time.
    Timestamp,
    /// A list of so many elements.
    List {
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    /// A map from texts to texts with so many entries.
    TextMap {
        key: &'static Shape,
        value: &'static Shape,
        min: usize,
        max: usize,
    },
    /// Anything: checked elsewhere.
    Any,
    Structure(&'static [Member]),
}

/// A pattern: the text AWS shows, and the test.
#[derive(Clone, Copy)]
pub(crate) struct Pattern {
    /// The regular expression of the model.
    pub text: &'static str,
    /// Whether a text matches all of it.
    pub matches: fn(&str) -> bool,
}

/// Checks a body against an operation's members.
///
/// # Errors
/// SerializationException for the first wrong type; else ValidationException for all violated constraints.
pub(crate) fn check(members: &'static [Member], body: &Value<'_>) -> Result<(), WireError> {
    types_of_structure(members, body)?;
    let mut violations = Violations::default();
    violations.of_structure(members, body, &Path::Whole);
    violations.into_result()
}

// ---- types ----

fn types_of_structure(members: &'static [Member], value: &Value<'_>) -> Result<(), WireError> {
    match value {
        Value::Map(_) => {}
        Value::List(_) => return Err(WireError::serialization("Unrecognized collection type class")),
        _ => return Err(WireError::serialization("Unexpected field type")),
    }
    members.iter().try_for_each(|member| value.get(member.name).map_or(Ok(()), |value| types_of(&member.shape, value)))
}

fn types_of(shape: &Shape, value: &Value<'_>) -> Result<(), WireError> {
    let mismatch = || {
        let text = format!("{} can not be converted to {}", java_value(value), java_type(shape));
        WireError::serialization(text)
    };
    match (shape, value) {
        (Shape::Structure(members), _) => types_of_structure(members, value),
        (Shape::List { of, .. }, Value::List(elements)) => elements.iter().try_for_each(|e| types_of(of, e)),
        (Shape::List { .. }, Value::Map(_)) => Err(found_structure()),
        (Shape::List { .. }, _) => Err(WireError::serialization("Unexpected field type")),
        (Shape::TextMap { key: _, value: of, .. }, Value::Map(entries)) => {
            entries.iter().try_for_each(|(_, value)| types_of(of, value))
        }
        (Shape::TextMap { .. }, Value::List(_)) => Err(unrecognized_collection("java.util.Map")),
        (Shape::TextMap { .. }, _) => Err(WireError::serialization("Unexpected field type")),
        (Shape::Any, _) | (_, Value::Null) => Ok(()),
        (Shape::Text { .. } | Shape::Word(_), Value::Text(_)) => Ok(()),
        (Shape::Integer { .. } | Shape::Timestamp, Value::Float(number)) if !number.is_finite() => Err(mismatch()),
        (Shape::Integer { .. }, Value::Int(_) | Value::Float(_)) => Ok(()),
        (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Timestamp, Value::Int(_) | Value::Float(_) | Value::Time(_)) => Ok(()),
        (Shape::Blob { .. }, Value::Bytes(_)) => Ok(()),
        (Shape::Blob { .. }, Value::Text(text)) => base64_is_whole(text),
        (_, Value::Map(_)) => Err(found_structure()),
        (_, Value::List(_)) => Err(unrecognized_collection(java_class(shape))),
        _ => Err(mismatch()),
    }
}

fn found_structure() -> WireError {
    WireError::serialization("Start of structure or map found where not expected.")
}

fn unrecognized_collection(class: &str) -> WireError {
    WireError::serialization(format!("Unrecognized collection type class {class}"))
}

fn base64_is_whole(text: &str) -> Result<(), WireError> {
    match text.len() % 4 {
        0 => Ok(()),
        _ => Err(WireError::serialization(format!(
            "'{text}' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but \
             found: {}",
            text.len()
        ))),
    }
}

fn java_value(value: &Value<'_>) -> &'static str {
    match value {
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Int(_) => "NUMBER_VALUE",
        Value::Float(_) | Value::Time(_) => "DECIMAL_VALUE",
        _ => "STRING_VALUE",
    }
}

fn java_type(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text { .. } | Shape::Word(_) => "String",
        Shape::Integer { .. } => "Integer",
        Shape::Boolean => "Boolean",
        Shape::Blob { .. } => "a Blob",
        Shape::Timestamp => "Date",
        Shape::List { .. } | Shape::TextMap { .. } | Shape::Structure(_) | Shape::Any => "a collection",
    }
}

fn java_class(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text { .. } | Shape::Word(_) => "java.lang.String",
        Shape::Integer { .. } => "java.lang.Integer",
        Shape::Boolean => "java.lang.Boolean",
        Shape::Timestamp => "java.util.Date",
        _ => "java.nio.ByteBuffer",
    }
}

// ---- constraints ----

/// More violations than this are not told.
const VIOLATIONS_MAX: usize = 10;
/// Longer values are cut in messages.
const SHOWN_CHARS_MAX: usize = 2048;

#[derive(Default)]
struct Violations {
    texts: Vec<String>,
}

impl Violations {
    fn into_result(self) -> Result<(), WireError> {
        let errors = match self.texts.len() {
            0 => return Ok(()),
            1 => "1 validation error".to_owned(),
            n => format!("{n} validation errors"),
        };
        Err(WireError::validation(format!("{errors} detected: {}", self.texts.join("; "))))
    }

    fn add(&mut self, value: impl fmt::Display, path: &Path<'_>, constraint: impl fmt::Display) {
        if self.texts.len() < VIOLATIONS_MAX {
            self.texts
                .push(format!("Value {value} at '{path}' failed to satisfy constraint: Member must {constraint}"));
        }
    }

    fn of_structure(&mut self, members: &'static [Member], value: &Value<'_>, path: &Path<'_>) {
        for member in members {
            let path = Path::Member(path, member.name);
            match value.get(member.name) {
                Some(value) => self.of(&member.shape, value, &path),
                None if member.is_required => self.add("null", &path, "not be null"),
                None => {}
            }
        }
    }

    fn of(&mut self, shape: &Shape, value: &Value<'_>, path: &Path<'_>) {
        match (shape, value) {
            (Shape::Text { min, max, pattern }, Value::Text(text)) => self.of_text(text, path, (*min, *max), *pattern),
            (Shape::Word(words), Value::Text(text)) if !words.contains(&&**text) => {
                let set = format!("satisfy enum value set: [{}]", words.join(", "));
                self.add(Quoted(text), path, set);
            }
            (Shape::Integer { min, max }, Value::Int(number)) => {
                self.of_range(*number, path, format_args!("'{number}'"), (*min, *max), "value");
            }
            (Shape::Integer { min, max }, Value::Float(number)) => {
                self.of_range(*number as i64, path, format_args!("'{number}'"), (*min, *max), "value");
            }
            (Shape::Blob { max }, _) => {
                let len = blob_len(value);
                let shown = format_args!("'java.nio.HeapByteBuffer[pos=0 lim={len} cap={len}]'");
                self.of_range(len as i64, path, shown, (0, *max as i64), "length");
            }
            (Shape::List { of, min, max }, Value::List(elements)) => {
                self.of_range(elements.len() as i64, path, ShownList(elements), (*min as i64, *max as i64), "length");
                for (n, element) in elements.iter().take(max.saturating_add(1)).enumerate() {
                    self.of(of, element, &Path::Element(path, n));
                }
            }
            (Shape::TextMap { key, value: of, min, max }, Value::Map(entries)) => {
                self.of_range(entries.len() as i64, path, ShownMap(entries), (*min as i64, *max as i64), "length");
                for (name, value) in entries {
                    self.of(key, &Value::Text(name.clone()), &Path::Key(path));
                    self.of(of, value, &Path::Entry(path, name));
                }
            }
            (Shape::Structure(members), _) => self.of_structure(members, value, path),
            _ => {}
        }
    }

    fn of_text(&mut self, text: &str, path: &Path<'_>, (min, max): (usize, usize), pattern: Option<Pattern>) {
        if let Some(pattern) = pattern.filter(|pattern| !(pattern.matches)(text)) {
            self.add(Quoted(text), path, format_args!("satisfy regular expression pattern: {}", pattern.text));
        }
        // A byte is at most a character, so most texts need no counting.
        let chars = if text.len() <= max && min <= 1 { text.len() } else { text.chars().count() };
        self.of_range(chars as i64, path, Quoted(text), (min as i64, max as i64), "length");
    }

    fn of_range(&mut self, found: i64, path: &Path<'_>, shown: impl fmt::Display, (min, max): (i64, i64), what: &str) {
        if found < min {
            self.add(&shown, path, format_args!("have {what} greater than or equal to {min}"));
        }
        if found > max {
            self.add(&shown, path, format_args!("have {what} less than or equal to {max}"));
        }
    }
}

// ---- texts of violations: written only when there is one, because every record of every request is checked ----

/// Where a value stands in its body.
enum Path<'a> {
    Whole,
    Member(&'a Path<'a>, &'static str),
    Element(&'a Path<'a>, usize),
    Key(&'a Path<'a>),
    Entry(&'a Path<'a>, &'a str),
}

impl fmt::Display for Path<'_> {
    /// `StreamName` is told as `streamName`, `StreamARN` as `streamARN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Member(Self::Whole, name) => f.write_str(&lower_camel(name)),
            Self::Member(of, name) => write!(f, "{of}.{}", lower_camel(name)),
            Self::Element(of, n) => write!(f, "{of}.{}.member", n + 1),
            Self::Key(of) => write!(f, "{of}.key"),
            Self::Entry(of, name) => write!(f, "{of}.{name}.member"),
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN_CHARS_MAX) {
            Some((end, _)) => write!(f, "'{}...'", &self.0[..end]),
            None => write!(f, "'{}'", self.0),
        }
    }
}

struct ShownList<'a>(&'a [Value<'a>]);

impl fmt::Display for ShownList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'[")?;
        for (n, element) in self.0.iter().take(20).enumerate() {
            let separator = if n > 0 { ", " } else { "" };
            write!(f, "{separator}{}", element.as_text().unwrap_or("..."))?;
        }
        f.write_str(if self.0.len() > 20 { ", ...]'" } else { "]'" })
    }
}

struct ShownMap<'a>(&'a Fields<'a>);

impl fmt::Display for ShownMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().take(20).map(|(k, v)| format!("{k}={}", v.as_text().unwrap_or("...")));
        write!(f, "'{{{}}}'", shown.collect::<Vec<_>>().join(", "))
    }
}

/// Bytes of a blob, without decoding it.
fn blob_len(value: &Value<'_>) -> usize {
    match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::Text(text) => text.len() / 4 * 3 - text.bytes().rev().take(2).filter(|b| *b == b'=').count(),
        _ => 0,
    }
}

fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::protocol::json;

    const NAME: Shape = Shape::Text {
        min: 1,
        max: 4,
        pattern: Some(Pattern {
            text: "[a-z]+",
            matches: |t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase()),
        }),
    };
    const MEMBERS: &[Member] = &[
        required("StreamName", NAME),
        optional("Limit", Shape::Integer { min: 1, max: 10 }),
        optional("Type", Shape::Word(&["A", "B"])),
        optional("Data", Shape::Blob { max: 3 }),
        optional("Records", Shape::List { of: &Shape::Structure(&[required("Key", NAME)]), min: 1, max: 2 }),
    ];

    fn told(body: &str) -> String {
        match check(MEMBERS, &json::decode(body.as_bytes()).expect("JSON")) {
            Ok(()) => "right".to_owned(),
            Err(error) => format!("{}: {}", error.code, error.message.unwrap_or_default()),
        }
    }

    #[test]
    fn a_right_body_passes() {
        assert_eq!(told(r#"{"StreamName":"ab","Limit":10,"Type":"B","Data":"YWJj","Records":[{"Key":"k"}]}"#), "right");
        assert_eq!(told(r#"{"StreamName":"ab","Limit":null,"Unknown":{}}"#), "right");
    }

    #[test]
    fn a_wrong_type_is_a_serialization_exception() {
        for (body, text) in [
            (r#"[]"#, "Unrecognized collection type class"),
            (r#"{"StreamName":1}"#, "NUMBER_VALUE can not be converted to String"),
            (r#"{"StreamName":true}"#, "TRUE_VALUE can not be converted to String"),
            (r#"{"StreamName":[]}"#, "Unrecognized collection type class java.lang.String"),
            (r#"{"StreamName":{}}"#, "Start of structure or map found where not expected."),
            (r#"{"Limit":"1"}"#, "STRING_VALUE can not be converted to Integer"),
            (r#"{"Records":"x"}"#, "Unexpected field type"),
            (r#"{"Records":["x"]}"#, "Unexpected field type"),
        ] {
            assert_eq!(told(body), format!("SerializationException: {text}"), "{body}");
        }
    }

    /// Only CBOR has such numbers.
    #[test]
    fn what_is_not_a_number_is_no_integer() {
        for number in [f64::NAN, f64::INFINITY] {
            let body = Value::structure([("StreamName", "ab".into()), ("Limit", Value::Float(number))]);
            let text = "DECIMAL_VALUE can not be converted to Integer";
            assert_eq!(check(MEMBERS, &body), Err(WireError::serialization(text)));
        }
    }

    #[test]
    fn all_violations_are_told_in_one_message() {
        assert_eq!(
            told("{}"),
            "ValidationException: 1 validation error detected: Value null at 'streamName' failed to satisfy \
             constraint: Member must not be null"
        );
        assert_eq!(
            told(r#"{"StreamName":"ABCDE","Limit":11,"Type":"C","Data":"YWJjZA==","Records":[{"Key":""},{}]}"#),
            "ValidationException: 8 validation errors detected: \
             Value 'ABCDE' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [a-z]+; \
             Value 'ABCDE' at 'streamName' failed to satisfy constraint: Member must have length less than or equal \
             to 4; \
             Value '11' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10; \
             Value 'C' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [A, B]; \
             Value 'java.nio.HeapByteBuffer[pos=0 lim=4 cap=4]' at 'data' failed to satisfy constraint: Member must \
             have length less than or equal to 3; \
             Value '' at 'records.1.member.key' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [a-z]+; \
             Value '' at 'records.1.member.key' failed to satisfy constraint: Member must have length greater than or \
             equal to 1; \
             Value null at 'records.2.member.key' failed to satisfy constraint: Member must not be null"
        );
    }
}
