//! Queries in jq that find partition keys in records
//! (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html>).
//!
//! Queries are compiled where a configuration comes in, so that an unknown filter is told there. What would ask the
//! machine, such as `now`, `env` and `input`, is not there. Not modelled: regular expressions (`test`, `sub`, ...),
//! dates but for `strftime` and `todate`, functions of mathematics, a bound on how long a query may take.

use std::fmt;
use std::sync::Arc;

use base64_simd::STANDARD;
use jaq_core::data::JustLut;
use jaq_core::load::parse::Def;
use jaq_core::load::{Arena, Error as LoadError, File, Loader};
use jaq_core::native::{Fun, bome, run, unary, v};
use jaq_core::{Compiler, Ctx, Error as JqError, Filter, ValT as _, Vars, unwrap_valr};
use jaq_json::Val;
use jaq_std::ValT as _;
use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::Value;

type Data = JustLut<Val>;

/// MetadataExtraction: names of partition keys with the queries that find them.
#[derive(Clone, Default)]
pub(crate) struct Queries {
    written: Arc<[(Box<str>, Box<str>)]>,
    compiled: Arc<[Filter<Data>]>,
}

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// It cannot be read from here on.
    Syntax {
        /// The query.
        query: Box<str>,
        /// The rest of it.
        at: Box<str>,
    },
    /// A filter or variable that there is not.
    Undefined {
        /// The query.
        query: Box<str>,
        /// The filter's name.
        name: Box<str>,
    },
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { query, at } if at.is_empty() => write!(f, "the query {query} ends too early"),
            Self::Syntax { query, at } => write!(f, "the query {query} cannot be read from {at} on"),
            Self::Undefined { query, name } => write!(f, "the query {query} has {name}, which there is not here"),
        }
    }
}
impl std::error::Error for QueryError {}

impl fmt::Debug for Queries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.fmt(f)
    }
}
impl PartialEq for Queries {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

/// Definitions of the standard library whose native part is not there, with the number of their arguments where the
/// others of that name are there.
const LEFT_OUT: &[(&str, Option<usize>)] = &[
    ("debug", None),
    ("stderr", None),
    ("halt_error", None),
    ("logb", None),
    ("significand", None),
    ("drem", None),
    ("pow10", None),
    ("nexttoward", None),
    ("scalb", None),
    ("gamma", None),
    ("test", None),
    ("match", None),
    ("capture", None),
    ("scan_", None),
    ("scan", None),
    ("splits", None),
    ("split", Some(2)),
    ("sub", None),
    ("gsub", None),
    ("fromdate", None),
    ("@html", None),
    ("@htmld", None),
    ("@uri", None),
    ("@urid", None),
];

fn is_there(def: &Def<&'static str>) -> bool {
    let is = |(name, args): &(&str, Option<usize>)| *name == def.name && args.is_none_or(|n| n == def.args.len());
    !LEFT_OUT.iter().any(is)
}

/// Filters that are the same on every machine, in place of those that the library draws a larger tree for.
fn own_filters() -> impl Iterator<Item = Fun<Data>> {
    let filters: [jaq_core::native::Filter<jaq_core::RunPtr<Data>>; 4] = [
        ("strftime", v(1), |cv| unary(cv, |time, format| strftime(&time, &format))),
        ("todateiso8601", v(0), |cv| bome(strftime(&cv.1, &Val::from("%Y-%m-%dT%H:%M:%SZ".to_owned())))),
        ("encode_base64", v(0), |cv| {
            bome(cv.1.try_as_utf8_bytes().map(|bytes| Val::from(STANDARD.encode_to_string(bytes))))
        }),
        ("decode_base64", v(0), |cv| {
            let decode = |bytes: &[u8]| STANDARD.decode_to_vec(bytes).map_err(JqError::str);
            bome(cv.1.try_as_utf8_bytes().and_then(decode).map(Val::from_utf8_bytes))
        }),
    ];
    filters.into_iter().map(|filter| run::<Data>(filter))
}

/// Seconds since 1970 in words, in UTC.
fn strftime(time: &Val, format: &Val) -> Result<Val, JqError<Val>> {
    let seconds = time.as_f64().ok_or_else(|| JqError::typ(time.clone(), "number"))?;
    let stamp = Timestamp::from_millisecond((seconds * 1000.0) as i64).map_err(JqError::str)?;
    let format = std::str::from_utf8(format.try_as_utf8_bytes()?).map_err(JqError::str)?;
    strtime::format(format, stamp).map(Val::from).map_err(JqError::str)
}

fn compiled(query: &str) -> Result<Filter<Data>, QueryError> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).filter(is_there);
    let funs = jaq_core::funs().chain(jaq_std::base_funs()).chain(jaq_json::funs()).chain(own_filters());
    let arena = Arena::default();
    let syntax = |at: &str| QueryError::Syntax { query: query.into(), at: at.into() };
    let modules = Loader::new(defs).load(&arena, File { code: query, path: () }).map_err(|errors| {
        match errors.into_iter().next().map(|(_, error)| error) {
            Some(LoadError::Lex(errors)) => syntax(errors.first().map_or("", |(_, at)| at)),
            Some(LoadError::Parse(errors)) => syntax(errors.first().map_or("", |(_, at)| at)),
            Some(LoadError::Io(errors)) => syntax(errors.first().map_or("", |(at, _)| at)),
            None => syntax(query),
        }
    })?;
    Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
        QueryError::Undefined { query: query.into(), name: first.map_or("", |(name, _)| name).into() }
    })
}

impl Queries {
    /// Reads queries.
    ///
    /// # Errors
    /// What is wrong with the first that is none.
    pub(crate) fn new(written: impl Into<Arc<[(Box<str>, Box<str>)]>>) -> Result<Self, QueryError> {
        let written = written.into();
        let compiled = written.iter().map(|(_, query)| compiled(query)).collect::<Result<_, _>>()?;
        Ok(Self { written, compiled })
    }
    /// Names with their queries, as they were written.
    pub(crate) fn written(&self) -> &[(Box<str>, Box<str>)] {
        &self.written
    }
    /// What each query finds first in a value: its name, and the text of what was found, if that is a text, a number or
    /// true or false.
    pub(super) fn find(&self, value: &Value) -> impl Iterator<Item = (&str, Option<Box<str>>)> {
        let value = val_of(value);
        let found = move |filter: &Filter<Data>| {
            let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
            let first = filter.id.run((context, value.clone())).map(unwrap_valr).next();
            first.and_then(Result::ok).and_then(|found| text_of(&found))
        };
        self.written.iter().zip(self.compiled.iter()).map(move |((name, _), filter)| (&**name, found(filter)))
    }
}

/// By hand, from what `serde_json` reads: it is strict, and bounds how deep a value is.
fn val_of(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(is) => Val::Bool(*is),
        Value::Number(number) => Val::from_num(&number.to_string()).unwrap_or_default(),
        Value::String(text) => Val::from(text.clone()),
        Value::Array(values) => values.iter().map(val_of).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (Val::from(name.clone()), val_of(value)));
            Val::from_map(members).unwrap_or_default()
        }
    }
}

fn text_of(found: &Val) -> Option<Box<str>> {
    match found {
        Val::Bool(_) | Val::Num(_) => Some(found.to_string().into()),
        Val::TStr(_) => found.as_utf8_bytes().map(|bytes| String::from_utf8_lossy(bytes).into()),
        Val::Null | Val::BStr(_) | Val::Arr(_) | Val::Obj(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(query: &str, value: &Value) -> Option<String> {
        let queries = Queries::new([("key".into(), query.into())]).unwrap_or_else(|error| panic!("{error}"));
        queries.find(value).next().and_then(|(_, found)| found).map(Into::into)
    }

    /// The record of AWS's page.
    fn record() -> Value {
        json!({
            "type": { "device": "mobile", "event": "user_clicked_submit_button" },
            "customer_id": "1234567890",
            "event_timestamp": 1_565_382_027,
            "region": "sample_region",
        })
    }

    #[test]
    fn the_pages_queries_find_what_it_shows() {
        for (query, found) in [
            (".customer_id", "1234567890"),
            (".type.device", "mobile"),
            (".event_timestamp| strftime(\"%Y\")", "2019"),
            (".event_timestamp| strftime(\"%m\")", "08"),
            (".event_timestamp| strftime(\"%d\")", "09"),
            (".event_timestamp| strftime(\"%H\")", "20"),
        ] {
            assert_eq!(find(query, &record()).as_deref(), Some(found), "{query}");
        }
    }

    #[test]
    fn jqs_usual_filters_are_there() {
        for (query, found) in [
            (".region | ascii_upcase", "SAMPLE_REGION"),
            (".region | split(\"_\") | .[0]", "sample"),
            (".customer_id | tonumber | . % 10", "0"),
            (".customer_id[0:3]", "123"),
            ("if .type.event | startswith(\"user\") then \"user\" else \"other\" end", "user"),
            (".missing // \"none\"", "none"),
            ("[.type[]] | length | tostring", "2"),
            (".type | keys | join(\"+\")", "device+event"),
            (".region | @base64", "c2FtcGxlX3JlZ2lvbg=="),
            (".event_timestamp | todate", "2019-08-09T20:20:27Z"),
            (".type.device == \"mobile\"", "true"),
            (".event_timestamp", "1565382027"),
        ] {
            assert_eq!(find(query, &record()).as_deref(), Some(found), "{query}");
        }
    }

    #[test]
    fn what_is_missing_or_no_single_value_is_not_found() {
        for query in [".missing", ".type", ".region | tonumber", "empty", "[1]", ".customer_id.x"] {
            assert_eq!(find(query, &record()), None, "{query}");
        }
    }

    #[test]
    fn what_is_no_query_is_told_where_it_is_written() {
        let wrong = |query: &str| Queries::new([("key".into(), query.into())]).expect_err(query).to_string();
        assert_eq!(wrong(".a | nosuch"), "the query .a | nosuch has nosuch, which there is not here");
        assert_eq!(wrong(".a | test(\"x\")"), "the query .a | test(\"x\") has test, which there is not here");
        assert!(wrong(".a | ]").contains("cannot be read from"), "{}", wrong(".a | ]"));
        assert!(wrong("{").contains("the query {"), "{}", wrong("{"));
    }

    #[test]
    fn no_query_asks_the_machine() {
        for query in ["now", "env", "$ENV", "input", "inputs", "debug", "input_filename", "halt_error", "localtime"] {
            assert!(Queries::new([("key".into(), query.into())]).is_err(), "{query}");
        }
    }
}
