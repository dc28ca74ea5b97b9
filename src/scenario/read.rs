//! Reads TOML into the types of a file, and finds everything that the types refuse in one go.
//!
//! Two passes: the text becomes a tree of values with their places, then serde builds the typed file from the tree.
//! A mistake hides its key and the second pass is made again, so that the next mistake comes to light. What a section
//! refuses arrives as a [`Refusal`], by way of serde's own hooks, and is told with its place.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, SeqDeserializer};
use serde::de::{
    self, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess, Unexpected, VariantAccess, Visitor,
};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::advice;
use super::diagnostic::Problem;
use super::twice::{both_names, first_of};
use crate::base::nearest::nearest;

/// The typed value of a TOML text, or everything that its types refuse.
pub(super) fn read<T: for<'de> Deserialize<'de>>(source: &str) -> Result<T, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    if !errors.is_empty() {
        let problem =
            |error: toml::de::Error| Refusal::NotToml(error.message().to_owned()).told(&[], error.span(), source);
        return Err(without_consequences(errors.into_iter().map(problem).collect()));
    }
    let root = Spanned::new(0..source.len(), DeValue::Table(table.into_inner()));
    read_tree(&root, source)
}

/// A section that stands twice brings its keys with it.
fn without_consequences(problems: Vec<Problem>) -> Vec<Problem> {
    let is_section = |problem: &Problem| problem.title.starts_with("section ");
    let follows = |problem: &Problem| problem.title.starts_with("key ") && problem.also.is_none();
    match problems.iter().any(is_section) {
        true => problems.into_iter().filter(|problem| !follows(problem)).collect(),
        false => problems,
    }
}

fn read_tree<'de, T: Deserialize<'de>>(root: &'de Spanned<DeValue<'de>>, source: &str) -> Result<T, Vec<Problem>> {
    let mut hidden = Vec::new();
    let mut problems = Vec::new();
    loop {
        let error = match T::deserialize(Reader { value: root, hidden: &hidden }) {
            Ok(value) if problems.is_empty() => return Ok(value),
            Ok(_) => return Err(problems),
            Err(error) => error,
        };
        if !error.is_consequence {
            problems.push(error.refusal.told(&error.path(), error.span.clone(), source));
        }
        match error.hide {
            Some(key) => hidden.push(key),
            None => return Err(problems),
        }
    }
}

/// What the types of a file refuse.
#[derive(Clone, Debug, PartialEq)]
enum Refusal {
    /// The text is not TOML.
    NotToml(String),
    /// A key that the section does not have.
    UnknownKey { found: String, known: &'static [&'static str] },
    /// A key that must be there is not.
    MissingKey(&'static str),
    /// A word that is none of those that fit.
    UnknownWord { found: String, known: &'static [&'static str] },
    /// A value of another type.
    WrongType { found: String, expected: String },
    /// A key that stands under both of its names.
    BothNames(&'static str),
    /// A value that does not have the form, as its own type tells.
    WrongForm(String),
}

impl Refusal {
    fn title(&self) -> String {
        match self {
            Self::NotToml(what) => what.replace('\n', " "),
            Self::UnknownKey { found, .. } => format!("unknown key `{found}`"),
            Self::MissingKey(key) => format!("`{key}` is missing"),
            Self::UnknownWord { found, .. } => format!("`{found}` is not one of the words for this key"),
            Self::WrongType { found, expected } => format!("{found} is not {expected}"),
            Self::BothNames(key) => format!("`{key}` stands twice"),
            Self::WrongForm(what) => what.clone(),
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::UnknownKey { .. } => "not a key of this section",
            Self::MissingKey(_) => "this section needs it",
            Self::WrongType { .. } => "a value of another type",
            Self::BothNames(_) => "in this section",
            Self::NotToml(_) | Self::UnknownWord { .. } | Self::WrongForm(_) => "here",
        }
    }

    /// What to do about it, at a path of the file.
    fn help(&self, path: &[&str]) -> Option<String> {
        match self {
            Self::UnknownKey { found, known } => Some(advice::of_unknown_key(path, found, known)),
            Self::UnknownWord { found, known } => Some(advice::of_unknown_word(found, known)),
            Self::MissingKey(key) => Some(advice::of_missing_key(path, key)),
            Self::WrongType { found, expected } => Some(advice::of_wrong_type(path, found, expected)),
            Self::NotToml(_) => Some("texts stand in double quotes; https://toml.io has the syntax".to_owned()),
            Self::BothNames(_) => Some("leave one of them out".to_owned()),
            Self::WrongForm(_) => None,
        }
    }

    /// Returns whether it comes from keys that were hidden: the missing key itself, or one that was meant to be it.
    fn follows_from(&self, hidden: &[&str]) -> bool {
        let Self::MissingKey(key) = self else { return false };
        hidden.iter().any(|hidden| nearest(hidden, [*key]).is_some())
    }

    /// As a problem of the file. Of a section that spans lines, its first line says enough.
    fn told(&self, path: &[&str], span: Option<Range<usize>>, source: &str) -> Problem {
        let span = span.unwrap_or(0..0);
        let start = span.start.min(source.len());
        let line_end = source[start..].find('\n').map_or(source.len(), |n| start + n);
        let span = start..span.end.clamp(start, line_end.max(start));
        let both = match self {
            Self::NotToml(what) if what == "duplicate key" => return key_twice(span, source),
            Self::BothNames(key) => both_names(source, start, key),
            _ => None,
        };
        match both {
            Some(both) => under_both_names(both),
            None => {
                let (title, label) = (self.title(), self.label().to_owned());
                Problem { title, span, label, also: None, help: self.help(path) }
            }
        }
    }
}

/// A key or a section that stands twice.
fn key_twice(span: Range<usize>, source: &str) -> Problem {
    let also = first_of(source, &span).map(|first| (first, "first here".to_owned()));
    let line = source[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let (what, name) = match source[line..].lines().next().map(str::trim) {
        Some(header) if header.starts_with('[') => ("section", header),
        _ => ("key", &source[span.clone()]),
    };
    let (title, label) = (format!("{what} `{name}` stands twice"), "and again here".to_owned());
    Problem { title, span, label, also, help: Some("leave one of them out".to_owned()) }
}

/// A key that stands under its name and an older one.
fn under_both_names([(first, place), (second, span)]: [(&'static str, Range<usize>); 2]) -> Problem {
    let title = format!("`{first}` and `{second}` are names of one key");
    let also = Some((place, "first here".to_owned()));
    Problem { title, span, label: "and again here".to_owned(), also, help: Some("leave one of them out".to_owned()) }
}

/// What serde found wrong, and where.
#[derive(Debug)]
struct ReadError {
    refusal: Refusal,
    span: Option<Range<usize>>,
    /// The keys above it, the innermost first.
    above: Vec<String>,
    /// The key (by its place) that must be hidden for the rest to be read.
    hide: Option<usize>,
    /// It follows from a key that is hidden already.
    is_consequence: bool,
}

impl ReadError {
    fn new(refusal: Refusal) -> Self {
        Self { refusal, span: None, above: Vec::new(), hide: None, is_consequence: false }
    }
    fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }
    fn below(mut self, key: &str) -> Self {
        self.above.push(key.to_owned());
        self
    }
    /// The keys above it, from the section on.
    fn path(&self) -> Vec<&str> {
        self.above.iter().rev().map(String::as_str).collect()
    }
    fn hiding(mut self, key: usize) -> Self {
        self.hide.get_or_insert(key);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.refusal.title())
    }
}
impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Refusal::WrongForm(message.to_string()))
    }
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Refusal::WrongType { found: described(found), expected: in_words(&expected.to_string()) })
    }
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }
    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(Refusal::UnknownWord { found: found.to_owned(), known })
    }
    fn duplicate_field(key: &'static str) -> Self {
        Self::new(Refusal::BothNames(key))
    }
    fn unknown_field(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(Refusal::UnknownKey { found: found.to_owned(), known })
    }
    fn missing_field(key: &'static str) -> Self {
        Self::new(Refusal::MissingKey(key))
    }
}

/// What serde expects, in the words of the file's author.
fn in_words(expected: &str) -> String {
    match expected {
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u8" | "u16" | "u64" | "usize" => "a whole number, 0 or above".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "a text in quotes".to_owned(),
        "a map" => "a table".to_owned(),
        "a sequence" => "a list in brackets".to_owned(),
        table if table.starts_with("struct ") => "a table".to_owned(),
        other => other.to_owned(),
    }
}

fn described(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => format!("the text {text:?}"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Map => "a table".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        other => other.to_string(),
    }
}

/// A value of the document for serde.
#[derive(Clone, Copy)]
struct Reader<'a, 'de> {
    value: &'de Spanned<DeValue<'de>>,
    hidden: &'a [usize],
}

impl<'a, 'de> Reader<'a, 'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value.get_ref() {
            DeValue::String(text) => visitor.visit_borrowed_str(text),
            DeValue::Integer(number) => visit_integer(number, visitor),
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => visitor.visit_f64(number),
                Err(_) => Err(de::Error::invalid_value(Unexpected::Str(number.as_str()), &visitor)),
            },
            DeValue::Boolean(value) => visitor.visit_bool(*value),
            DeValue::Datetime(time) => visitor.visit_string(time.to_string()),
            DeValue::Array(array) => {
                let items: Vec<_> = array.iter().map(|value| Reader { value, hidden: self.hidden }).collect();
                visitor.visit_seq(SeqDeserializer::new(items.into_iter()))
            }
            DeValue::Table(table) => {
                let (mut entries, mut skipped) = (Vec::new(), Vec::new());
                for (key, value) in table.iter() {
                    match self.hidden.contains(&key.span().start) {
                        true => skipped.push(key.get_ref().as_ref()),
                        false => entries.push((key, value)),
                    }
                }
                // Mistakes are found in the order in which they stand.
                entries.sort_by_key(|(key, _)| key.span().start);
                entries.reverse();
                let entries = Entries { entries, value: None, hidden: self.hidden };
                visitor.visit_map(entries).map_err(|mut error| {
                    error.is_consequence |= error.span.is_none() && error.refusal.follows_from(&skipped);
                    error
                })
            }
        }
    }
}

fn visit_integer<'de, V: Visitor<'de>>(number: &DeInteger<'_>, visitor: V) -> Result<V::Value, ReadError> {
    if let Ok(small) = i64::from_str_radix(number.as_str(), number.radix()) {
        return visitor.visit_i64(small);
    }
    match u64::from_str_radix(number.as_str(), number.radix()) {
        Ok(large) => visitor.visit_u64(large),
        Err(_) => Err(de::Error::invalid_value(Unexpected::Str(number.as_str()), &visitor)),
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.visit(visitor).map_err(|error| error.at(self.value.span()))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let span = self.value.span();
        match self.value.get_ref() {
            DeValue::String(word) => visitor.visit_enum(Word(word)).map_err(|error| error.at(span)),
            _ => {
                let found = match self.value.get_ref() {
                    DeValue::Table(_) => Unexpected::Map,
                    DeValue::Array(_) => Unexpected::Seq,
                    DeValue::Boolean(value) => Unexpected::Bool(*value),
                    _ => Unexpected::Other("a number"),
                };
                Err(<ReadError as de::Error>::invalid_type(found, &"a word in quotes").at(span))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, ReadError> for Reader<'_, 'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

/// A table's entries, last one first.
struct Entries<'a, 'de> {
    entries: Vec<(&'de Spanned<std::borrow::Cow<'de, str>>, &'de Spanned<DeValue<'de>>)>,
    value: Option<(&'de Spanned<std::borrow::Cow<'de, str>>, &'de Spanned<DeValue<'de>>)>,
    hidden: &'a [usize],
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, value)) = self.entries.pop() else { return Ok(None) };
        let span = key.span();
        self.value = Some((key, value));
        let read = seed.deserialize(BorrowedStrDeserializer::<ReadError>::new(key.get_ref()));
        read.map(Some).map_err(|error| error.at(span.clone()).hiding(span.start))
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some((key, value)) = self.value.take() else { unreachable!("a value follows its key") };
        let read = seed.deserialize(Reader { value, hidden: self.hidden });
        read.map_err(|error| error.at(value.span()).hiding(key.span().start).below(key.get_ref()))
    }
}

/// A word of an enum.
struct Word<'de>(&'de str);

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = ReadError;
    type Variant = Self;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let word = seed.deserialize(BorrowedStrDeserializer::<ReadError>::new(self.0))?;
        Ok((word, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'de> {
    type Error = ReadError;
    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, ReadError> {
        Err(de::Error::custom("a word without a value"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, ReadError> {
        Err(de::Error::custom("a word without values"))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, ReadError> {
        Err(de::Error::custom("a word without values"))
    }
}
