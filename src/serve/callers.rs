//! Who called what: clients by what they say of themselves (`User-Agent`), with the operations that they called on each
//! stream or table.
//!
//! Not here: which of two processes of one program it was, for both say the same.

use std::collections::BTreeMap;

use hyper::header::{HeaderMap, USER_AGENT};
use serde::Serialize;

use super::log::code;
use crate::aws::Answer;
use crate::aws::protocol::operation::Operation;
use crate::base::SimTime;
use crate::http::headers;

/// More rows than this are not kept.
const ROWS_MAX: usize = 1000;
/// Longer names of clients are cut.
const NAME_CHARS_MAX: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    client: String,
    operation: &'static str,
    about: String,
}

#[derive(Clone, Debug, Default)]
struct Calls {
    count: u64,
    refused: u64,
    last_at: SimTime,
    last_error: Option<String>,
}

/// All calls so far.
#[derive(Debug, Default)]
pub(super) struct Callers(BTreeMap<Key, Calls>);

/// A row, as the state shows it.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    client: &'a str,
    operation: &'static str,
    /// The stream or table.
    about: &'a str,
    calls: u64,
    /// Calls answered with an error, or not answered at all.
    refused: u64,
    last_at_s: f64,
    last_error: Option<&'a str>,
}

impl Callers {
    /// Notes a call and its answer; `None` when a fault lost that.
    pub(super) fn note(
        &mut self,
        client: String,
        operation: Option<Operation>,
        about: Option<&str>,
        answer: Option<&Answer>,
        now: SimTime,
    ) {
        let Some(operation) = operation.map(Operation::name) else { return };
        let key = Key { client, operation, about: about.unwrap_or_default().to_owned() };
        if self.0.len() >= ROWS_MAX && !self.0.contains_key(&key) {
            return;
        }
        let calls = self.0.entry(key).or_default();
        calls.count += 1;
        calls.last_at = now;
        if let Some(error) = error(answer) {
            calls.refused += 1;
            calls.last_error = Some(error);
        }
    }

    /// All rows, in order of client, operation, and what was called about.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        self.0.iter().map(|(key, calls)| Row::of(key, calls)).collect()
    }
}

impl<'a> Row<'a> {
    fn of(key: &'a Key, calls: &'a Calls) -> Self {
        Self {
            client: &key.client,
            operation: key.operation,
            about: &key.about,
            calls: calls.count,
            refused: calls.refused,
            last_at_s: calls.last_at.since(SimTime::ZERO).as_secs_f64(),
            last_error: calls.last_error.as_deref(),
        }
    }
}

fn error(answer: Option<&Answer>) -> Option<String> {
    match answer {
        None => Some("the answer was lost".to_owned()),
        Some(Answer::Whole(answer)) if answer.status >= 400 => {
            Some(code(answer).unwrap_or_else(|| answer.status.to_string()))
        }
        Some(_) => None,
    }
}

/// What a client says of itself, in short: the program, what it is built on, and the name its user gave it.
///
/// AWS's SDKs write `Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux ... app/orders`, the KCL adds itself.
pub(super) fn client(head: &HeaderMap) -> String {
    let Some(agent) = headers::text(head, &USER_AGENT) else { return "a client without a name".to_owned() };
    let mut words = agent.split_ascii_whitespace();
    let is_telling = |word: &&str| word.starts_with("app/") || word.to_ascii_lowercase().contains("kinesis-");
    let first = words.next().unwrap_or_default();
    let name = std::iter::once(first).chain(words.filter(is_telling)).collect::<Vec<_>>().join(" ");
    name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::protocol::HttpResponse;
    use hyper::header::HeaderValue;

    fn named(agent: &'static str) -> String {
        client(&HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(agent))]))
    }

    #[test]
    fn a_client_is_called_what_it_says_of_itself() {
        assert_eq!(named("Boto3/1.44.5 ua/2.1 api/kinesis#1 os/linux app/orders"), "Boto3/1.44.5 app/orders");
        let library = "aws-sdk-java/2.31 amazon-kinesis-client-library-java-2.6";
        assert_eq!(named(library), library);
        assert_eq!(client(&HeaderMap::new()), "a client without a name");
    }

    #[test]
    fn calls_are_counted_by_client_operation_and_stream() {
        let mut callers = Callers::default();
        let refused = HttpResponse { status: 400, content_type: "application/json", rest: None, body: b"{}".to_vec() };
        for answer in [None, Some(Answer::Whole(refused))] {
            let operation = Some(Operation::write("PutRecord"));
            callers.note("a".to_owned(), operation, Some("orders"), answer.as_ref(), SimTime::from_secs(1));
        }
        callers.note("a".to_owned(), None, None, None, SimTime::ZERO);
        let rows = callers.rows();
        assert_eq!(rows.len(), 1, "there is no such operation");
        let Row { operation, about, calls, refused, last_error, .. } = &rows[0];
        assert_eq!((*operation, *about, *calls, *refused, *last_error), ("PutRecord", "orders", 2, 2, Some("400")));
    }
}
