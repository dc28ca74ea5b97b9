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
    /// A number from 0 to 1.
    Share,
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

/// Checks the constraints of a body whose types were checked.
///
/// # Errors
/// ValidationException for all that are violated.
pub(super) fn constraints(members: &'static [Member], body: &Value<'_>) -> Result<(), WireError> {
    let mut violations = Violations::default();
    violations.of_structure(members, body, &Path::Whole);
    violations.into_result()
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
            (Shape::Integer { min, max }, _) => {
                let number = clamped(value.as_int().unwrap_or_default(), *max);
                self.of_range(number, path, format_args!("'{number}'"), (*min, *max), "value");
            }
            (Shape::Share, _) => self.of_share(value, path),
            (Shape::Blob { max }, _) => {
                let len = blob_len(value);
                let shown = format_args!("'java.nio.HeapByteBuffer[pos=0 lim={len} cap={len}]'");
                self.of_range(len as i64, path, shown, (0, *max as i64), "length");
            }
            (Shape::List { of, min, max }, Value::List(elements)) => {
                self.of_range(elements.len() as i64, path, ShownList(elements), (*min as i64, *max as i64), "length");
                match of {
                    Shape::Text { .. } => {
                        self.of_texts(ShownList(elements), path, ("Member", of), element_texts(elements))
                    }
                    _ => (elements.iter().take(max.saturating_add(1)).enumerate())
                        .for_each(|(n, element)| self.of(of, element, &Path::Element(path, n))),
                }
            }
            (Shape::TextMap { key, value: of, min, max }, Value::Map(entries)) => {
                self.of_range(entries.len() as i64, path, ShownMap(entries), (*min as i64, *max as i64), "length");
                self.of_texts(ShownMap(entries), path, ("Map keys", key), entries.iter().map(|(name, _)| &**name));
                let values = entries.iter().filter_map(|(_, value)| value.as_text());
                self.of_texts(ShownMap(entries), path, ("Map value", of), values);
                self.of_lists(entries, path, of);
                entries.iter().for_each(|(name, value)| self.of_entry(of, value, &Path::Entry(path, name)));
            }
            (Shape::Structure(members), _) => self.of_structure(members, value, path),
            _ => {}
        }
    }

    /// Texts in a list or map are told once, with all that is shown of it.
    fn of_texts<'t>(
        &mut self,
        shown: impl fmt::Display,
        path: &Path<'_>,
        (what, of): (&str, &Shape),
        mut texts: impl Iterator<Item = &'t str>,
    ) {
        let &Shape::Text { min, max, pattern } = of else { return };
        let fits = |text: &str| {
            (min..=max).contains(&text.chars().count()) && pattern.is_none_or(|pattern| (pattern.matches)(text))
        };
        if texts.all(fits) || self.texts.len() >= VIOLATIONS_MAX {
            return;
        }
        let pattern = pattern
            .map(|of| format!(", Member must satisfy regular expression pattern: {}", of.text))
            .unwrap_or_default();
        self.texts.push(format!(
            "Value {shown} at '{path}' failed to satisfy constraint: {what} must satisfy constraint: [Member must have \
             length less than or equal to {max}, Member must have length greater than or equal to {min}{pattern}]"
        ));
    }

    /// Lengths of lists in a map are told once, too.
    fn of_lists(&mut self, entries: &Fields<'_>, path: &Path<'_>, of: &Shape) {
        let &Shape::List { min, max, .. } = of else { return };
        let mut lists = entries.iter().filter_map(|(_, value)| value.as_list());
        if lists.all(|list| (min..=max).contains(&list.len())) || self.texts.len() >= VIOLATIONS_MAX {
            return;
        }
        let shown = ShownMap(entries);
        self.texts.push(format!(
            "Value {shown} at '{path}' failed to satisfy constraint: Map value must satisfy constraint: [Member must \
             have length less than or equal to {max}, Member must have length greater than or equal to {min}]"
        ));
    }

    fn of_entry(&mut self, of: &'static Shape, value: &Value<'_>, path: &Path<'_>) {
        match (of, value) {
            (Shape::Text { .. }, _) => {}
            (Shape::List { of, max, .. }, Value::List(elements)) => (elements.iter().take(max + 1).enumerate())
                .for_each(|(n, element)| self.of(of, element, &Path::Element(path, n))),
            _ => self.of(of, value, path),
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

    fn of_share(&mut self, value: &Value<'_>, path: &Path<'_>) {
        let number = match value {
            Value::Float(number) => *number,
            _ => value.as_int().unwrap_or_default() as f64,
        };
        if number < 0.0 {
            self.add(format_args!("'{number:?}'"), path, "have value greater than or equal to 0.0");
        }
        if number > 1.0 {
            self.add(format_args!("'{number:?}'"), path, "have value less than or equal to 1.0");
        }
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
            Self::Entry(of, name) => write!(f, "{of}.{name}.member"),
        }
    }
}

fn element_texts<'t>(elements: &'t [Value<'_>]) -> impl Iterator<Item = &'t str> {
    elements.iter().filter_map(Value::as_text)
}

/// A number as the service reads it, which has 32 bits for most.
fn clamped(number: i64, max: i64) -> i64 {
    let most = i64::from(i32::MAX);
    if max > most { number } else { number.clamp(-most, most) }
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
        optional("Keys", Shape::List { of: &NAME, min: 0, max: 3 }),
        optional("Tags", Shape::TextMap { key: &NAME, value: &NAME, min: 0, max: 3 }),
        optional("Type", Shape::Word(&["A", "B"])),
        optional("Data", Shape::Blob { max: 3 }),
        optional("Records", Shape::List { of: &Shape::Structure(&[required("Key", NAME)]), min: 1, max: 2 }),
    ];

    fn told(body: &str) -> String {
        match constraints(MEMBERS, &json::decode(body.as_bytes()).expect("JSON")) {
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

    #[test]
    fn texts_in_lists_and_maps_are_told_once_with_the_whole() {
        let constraint = "[Member must have length less than or equal to 4, Member must have length greater than or \
                          equal to 1, Member must satisfy regular expression pattern: [a-z]+]";
        assert_eq!(
            told(r#"{"StreamName":"ab","Keys":["a","","B"],"Tags":{"a":"B"}}"#),
            format!(
                "ValidationException: 2 validation errors detected: Value '[a, , B]' at 'keys' failed to satisfy \
                 constraint: Member must satisfy constraint: {constraint}; Value '{{a=B}}' at 'tags' failed to satisfy \
                 constraint: Map value must satisfy constraint: {constraint}"
            )
        );
        assert!(told(r#"{"StreamName":"ab","Tags":{"B":"a"}}"#).contains("Map keys must satisfy constraint"));
    }

    #[test]
    fn numbers_are_cut_to_what_32_bits_hold() {
        assert!(told(r#"{"StreamName":"ab","Limit":99999999999}"#).contains("Value '2147483647' at 'limit'"));
        assert!(told(r#"{"StreamName":"ab","Limit":11.9}"#).contains("Value '11' at 'limit'"));
    }
}
