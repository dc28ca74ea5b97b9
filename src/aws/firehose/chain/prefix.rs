//! Prefixes of objects' names, with their expressions
//! (<https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html>).
//!
//! A prefix is read once, where a configuration comes in, so that nothing can be wrong with it when an object is named.
//! What a prefix needs of the rest of its configuration is asked in `check.rs`. AWS's page says that `yyyy/MM/DDD/HH/`
//! is appended where there is no time, with the day of the year; its examples and S3 itself have the day of the month,
//! and so has this.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::time_pattern::{PatternError, TimePattern};
use crate::base::seed::Random;

/// A Prefix or an ErrorOutputPrefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefix {
    text: Arc<str>,
    parts: Arc<[Part]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// `!{firehose:random-string}`.
    Random,
    /// `!{firehose:error-output-type}`.
    ErrorType,
    /// `!{timestamp:...}`.
    Time(TimePattern),
    /// `!{partitionKeyFromQuery:...}`.
    Query(Box<str>),
    /// `!{partitionKeyFromLambda:...}`.
    Function(Box<str>),
}

/// Why a text is no prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrefixError {
    /// `!{` without its `}`.
    Unclosed(Box<str>),
    /// An expression without a colon.
    NoValue(Box<str>),
    /// A namespace that there is not.
    Namespace(Box<str>),
    /// A value that `firehose` has not.
    Value(Box<str>),
    /// A partition key without a name.
    NoKey,
    /// What is wrong with the pattern of a time.
    Pattern(Box<str>, PatternError),
    /// Longer than a prefix may be.
    TooLong(usize),
}

impl fmt::Display for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed(at) => write!(f, "the expression {at} has no closing brace"),
            Self::NoValue(at) => write!(f, "!{{{at}}} needs a namespace and a value: !{{timestamp:yyyy}}"),
            Self::Namespace(name) => write!(
                f,
                "there is no namespace {name}: firehose, timestamp, partitionKeyFromQuery or partitionKeyFromLambda"
            ),
            Self::Value(value) => write!(f, "firehose has random-string and error-output-type, but no {value}"),
            Self::NoKey => f.write_str("the name of a partition key is missing behind the colon"),
            Self::Pattern(pattern, error) => write!(f, "{pattern} is no pattern of a time: {error}"),
            Self::TooLong(len) => write!(f, "a prefix has at most {LENGTH_MAX} characters, not {len} at least"),
        }
    }
}
impl std::error::Error for PrefixError {}

/// Characters of a prefix when its expressions are evaluated.
pub(super) const LENGTH_MAX: usize = 512;

/// What is appended where no time is.
const DEFAULT_TIME: &str = "yyyy/MM/dd/HH/";

/// Characters of a random string.
const RANDOM_LEN: usize = 11;

/// What expressions are evaluated with.
pub(super) struct Values<'a> {
    /// Arrival of the oldest record.
    pub(super) oldest_unix_ms: u64,
    pub(super) offset_minutes: i32,
    pub(super) error_type: Option<&'static str>,
    /// By name.
    pub(super) keys: &'a [(Box<str>, Box<str>)],
    pub(super) random: &'a mut Random,
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((literal, from)) = rest.split_once("!{") {
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.into()));
            }
            let unclosed = || PrefixError::Unclosed(format!("!{{{from}").into());
            let (expression, behind) = from.split_once('}').ok_or_else(unclosed)?;
            parts.push(Part::of(expression)?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        let prefix = Self { text: text.into(), parts: parts.into() };
        match prefix.length_min() {
            length if length > LENGTH_MAX => Err(PrefixError::TooLong(length)),
            _ => Ok(prefix),
        }
    }
}

impl Part {
    fn of(expression: &str) -> Result<Self, PrefixError> {
        let (namespace, value) = expression.split_once(':').ok_or_else(|| PrefixError::NoValue(expression.into()))?;
        let key = || if value.is_empty() { Err(PrefixError::NoKey) } else { Ok(value.into()) };
        match (namespace, value) {
            ("firehose", "random-string") => Ok(Self::Random),
            ("firehose", "error-output-type") => Ok(Self::ErrorType),
            ("firehose", other) => Err(PrefixError::Value(other.into())),
            ("timestamp", pattern) => {
                let wrong = |error| PrefixError::Pattern(pattern.into(), error);
                TimePattern::parse(pattern).map(Self::Time).map_err(wrong)
            }
            ("partitionKeyFromQuery", _) => key().map(Self::Query),
            ("partitionKeyFromLambda", _) => key().map(Self::Function),
            (other, _) => Err(PrefixError::Namespace(other.into())),
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Prefix {
    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
    /// Returns whether nothing was written.
    pub(in crate::aws::firehose) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
    pub(super) fn has_expressions(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Literal(_)))
    }
    pub(super) fn has_error_type(&self) -> bool {
        self.parts.contains(&Part::ErrorType)
    }
    /// Names of the keys that queries find, and that the function gives.
    pub(super) fn query_keys(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| if let Part::Query(name) = part { Some(&**name) } else { None })
    }
    pub(super) fn function_keys(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| if let Part::Function(name) = part { Some(&**name) } else { None })
    }
    /// Characters that it has whatever its expressions are.
    fn length_min(&self) -> usize {
        let literal = |part: &Part| if let Part::Literal(text) = part { text.chars().count() } else { 0 };
        self.parts.iter().map(literal).sum()
    }

    /// As the Prefix of an object with records: with a time, if need be at its end.
    pub(super) fn of_records(&self, values: &mut Values<'_>) -> String {
        let mut text = String::new();
        self.parts.iter().for_each(|part| part.write(values, &mut text));
        if !self.parts.iter().any(|part| matches!(part, Part::Time(_))) {
            text.push_str(&default_time(values));
        }
        cut(text)
    }
    /// As the ErrorOutputPrefix of an object with error records. One without expressions gets the type and the time at
    /// its end: documented of one that is missing, assumed of one that is written.
    pub(super) fn of_errors(&self, values: &mut Values<'_>) -> String {
        let mut text = String::new();
        self.parts.iter().for_each(|part| part.write(values, &mut text));
        if !self.has_expressions() {
            text.push_str(values.error_type.unwrap_or_default());
            text.push('/');
            text.push_str(&default_time(values));
        }
        cut(text)
    }
}

/// An assumption: what comes out too long is cut off, as the value of a partition key can be of any length.
fn cut(text: String) -> String {
    match text.char_indices().nth(LENGTH_MAX) {
        None => text,
        Some((at, _)) => text[..at].to_owned(),
    }
}

fn default_time(values: &Values<'_>) -> String {
    match TimePattern::parse(DEFAULT_TIME) {
        Ok(pattern) => pattern.text_of(values.oldest_unix_ms, values.offset_minutes),
        Err(error) => unreachable!("{DEFAULT_TIME}: {error}"),
    }
}

impl Part {
    fn write(&self, values: &mut Values<'_>, text: &mut String) {
        match self {
            Self::Literal(literal) => text.push_str(literal),
            Self::Random => text.extend((0..RANDOM_LEN).map(|_| letter(values.random.below(36)))),
            Self::ErrorType => text.push_str(values.error_type.unwrap_or_default()),
            Self::Time(pattern) => text.push_str(&pattern.text_of(values.oldest_unix_ms, values.offset_minutes)),
            // A key that is missing was none of the configuration's when the record was looked at.
            Self::Query(name) | Self::Function(name) => {
                let known = values.keys.iter().find(|(known, _)| known == name);
                text.push_str(known.map_or("", |(_, value)| value));
            }
        }
    }
}

fn letter(number: u64) -> char {
    char::from_digit(number as u32, 36).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Seed;

    /// 27 August 2018, 22:30 UTC, as in the page's examples.
    const AUGUST: u64 = 1_535_409_000_000;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn with_values<T>(error_type: Option<&'static str>, evaluate: impl FnOnce(&mut Values<'_>) -> T) -> T {
        let keys = [("customer".into(), "42".into()), ("device".into(), "mobile".into())];
        let random = &mut Seed(1).stream("names");
        evaluate(&mut Values { oldest_unix_ms: AUGUST, offset_minutes: 0, error_type, keys: &keys, random })
    }

    fn of_records(text: &str) -> String {
        with_values(None, |values| prefix(text).of_records(values))
    }
    fn of_errors(text: &str) -> String {
        with_values(Some("processing-failed"), |values| prefix(text).of_errors(values))
    }

    #[test]
    fn the_pages_examples_come_out_as_it_shows_them() {
        assert_eq!(of_records(""), "2018/08/27/22/");
        assert_eq!(
            of_errors("myFirehoseFailures/!{firehose:error-output-type}/"),
            "myFirehoseFailures/processing-failed/"
        );
        assert_eq!(
            of_records(
                "myPrefix/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
            ),
            "myPrefix/year=2018/month=08/day=27/hour=22/"
        );
        assert_eq!(
            of_errors("myErrorPrefix/year=!{timestamp:yyyy}/!{firehose:error-output-type}"),
            "myErrorPrefix/year=2018/processing-failed"
        );
        assert_eq!(of_records("myFirehosePrefix/"), "myFirehosePrefix/2018/08/27/22/");
        assert_eq!(of_errors("myFirehosePrefix/"), "myFirehosePrefix/processing-failed/2018/08/27/22/");
    }

    #[test]
    fn a_random_string_has_eleven_characters_and_is_new_at_each_use() {
        let name = of_records("!{firehose:random-string}/!{firehose:random-string}/!{timestamp:yyyy}");
        let parts: Vec<_> = name.split('/').collect();
        assert_eq!((parts[0].len(), parts[1].len(), parts[2]), (11, 11, "2018"));
        assert_ne!(parts[0], parts[1]);
    }

    #[test]
    fn partition_keys_stand_where_they_are_named() {
        let text = "c=!{partitionKeyFromQuery:customer}/d=!{partitionKeyFromLambda:device}/!{timestamp:dd}/";
        assert_eq!(of_records(text), "c=42/d=mobile/27/");
        assert_eq!(prefix(text).query_keys().collect::<Vec<_>>(), ["customer"]);
        assert_eq!(prefix(text).function_keys().collect::<Vec<_>>(), ["device"]);
    }

    #[test]
    fn texts_in_patterns_are_taken_literally() {
        assert_eq!(of_records("!{timestamp:'year='yyyy'/month='MM}/"), "year=2018/month=08/");
    }

    #[test]
    fn what_is_no_prefix_is_told() {
        for (text, wanted) in [
            ("a/!{timestamp:yyyy", PrefixError::Unclosed("!{timestamp:yyyy".into())),
            ("!{timestamp}", PrefixError::NoValue("timestamp".into())),
            ("!{}", PrefixError::NoValue("".into())),
            ("!{time:yyyy}", PrefixError::Namespace("time".into())),
            ("!{firehose:random}", PrefixError::Value("random".into())),
            ("!{partitionKeyFromQuery:}", PrefixError::NoKey),
            ("!{timestamp:YYYYb}", PrefixError::Pattern("YYYYb".into(), PatternError::Unknown('b'))),
            (&"x".repeat(513), PrefixError::TooLong(513)),
        ] {
            assert_eq!(text.parse::<Prefix>(), Err(wanted), "{text}");
        }
        assert!("x".repeat(512).parse::<Prefix>().is_ok());
    }

    proptest! {
        #[test]
        fn every_text_is_a_prefix_that_can_be_evaluated_or_refused(text in "[a-z!{}:'/-]{0,40}|\\PC{0,40}") {
            if let Ok(prefix) = text.parse::<Prefix>() {
                prop_assert_eq!(prefix.as_str(), &text);
                let name = with_values(Some("splunk-failed"), |values| prefix.of_errors(values));
                prop_assert!(name.chars().count() <= LENGTH_MAX);
                with_values(None, |values| prefix.of_records(values));
            }
        }

        #[test]
        fn expressions_with_anything_in_them_do_not_break_it(
            namespace in "firehose|timestamp|partitionKeyFromQuery|[a-z]{0,5}", value in "[^}]{0,12}",
        ) {
            if let Ok(prefix) = format!("a/!{{{namespace}:{value}}}/").parse::<Prefix>() {
                with_values(None, |values| prefix.of_records(values));
            }
        }
    }
}
