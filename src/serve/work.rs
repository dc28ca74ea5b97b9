//! `POST processed` and `POST effect`: what an application says that it has done, which nothing else can tell.
//!
//! It becomes the same events as what code inside a simulation tells, so the same checks judge it. What names a record
//! that is not there is refused, and counts as a mistake of the application.

use std::rc::Rc;

use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::app::App;
use super::replies::{error, json};
use crate::base::{SequenceNumber, ShardId};
use crate::http::body::Body;
use crate::run::{Told, Worker};

/// What one worker says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Said {
    /// The consumer; may be left out where there is one.
    consumer: Option<String>,
    /// The worker; may be left out where the consumer has one.
    worker: Option<String>,
    stream: Option<String>,
    shard_id: Option<String>,
    sequence_number: Option<String>,
    #[serde(default)]
    sequence_numbers: Vec<String>,
    /// What the application calls an effect: no two have the same.
    #[serde(alias = "key")]
    id: Option<String>,
}

/// Takes records that were processed.
pub(super) fn processed(app: &App, body: &[u8]) -> Response<Body> {
    take(app, body, PROCESSED, |worker, said| {
        if said.id.is_some() {
            return Err("a record that was processed has no `id`: an effect has, at POST effect".to_owned());
        }
        let numbers = said.numbers(app, worker)?;
        if numbers.is_empty() {
            return Err("`sequenceNumber`, or `sequenceNumbers`, is missing".to_owned());
        }
        numbers.into_iter().try_for_each(|number| app.tell(worker, &Told::Processed(number)))
    })
}

/// Takes an effect that was made.
pub(super) fn effect(app: &App, body: &[u8]) -> Response<Body> {
    take(app, body, EFFECT, |worker, said| {
        let of = said.numbers(app, worker)?;
        let id = said.id.ok_or("`id` is missing: what you call the effect, and no other")?;
        app.tell(worker, &Told::Effect(id.into(), of))
    })
}

const PROCESSED: &str = r#"{"consumer": "orders", "shardId": "shardId-000000000000", "sequenceNumbers": ["4966..."]}"#;
const EFFECT: &str = r#"{"consumer": "orders", "id": "order 7", "sequenceNumber": "4966..."}"#;

/// Takes one thing, or several in their order up to the first that is refused.
fn take(
    app: &App,
    body: &[u8],
    example: &str,
    mut one: impl FnMut(&Worker, Said) -> Result<(), String>,
) -> Response<Body> {
    let read = serde_json::from_slice(body).and_then(|value| match value {
        Value::Array(many) => many.into_iter().map(serde_json::from_value::<Said>).collect(),
        one => serde_json::from_value(one).map(|one| vec![one]),
    });
    let all = match read {
        Ok(all) => all,
        Err(problem) => return refused(&format!("write {example}, or a list of such: {problem}")),
    };
    let mut taken = 0;
    for said in all {
        let done = worker(app, &said).and_then(|worker| one(&worker, said));
        if let Err(problem) = done {
            return refused(&problem);
        }
        taken += 1;
    }
    json(&serde_json::json!({ "taken": taken }))
}

fn refused(problem: &str) -> Response<Body> {
    error(StatusCode::BAD_REQUEST, problem)
}

/// The worker that speaks.
fn worker(app: &App, said: &Said) -> Result<Rc<Worker>, String> {
    let is_meant = |worker: &&Rc<Worker>| {
        said.consumer.as_deref().is_none_or(|name| *worker.application == *name)
            && said.worker.as_deref().is_none_or(|name| *worker.name == *name)
    };
    let workers = app.live.workers();
    let mut meant = workers.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err("which worker? Say its name as `worker`: `kinesim exec` gives it as KINESIM_WORKER \
                                   to each, and it is NAME-1, NAME-2, ... of the consumer's"
            .to_owned()),
        (None, _) if workers.is_empty() => Err("no consumer of the scenario has its code outside: give one \
                                                `library = \"app\"`, or start the code with `kinesim exec`"
            .to_owned()),
        (None, _) => {
            let names: Vec<&str> = workers.iter().map(|worker| &*worker.name).collect();
            Err(format!("no worker is called so; there are {}", names.join(", ")))
        }
    }
}

impl Said {
    /// The numbers that are said, all of the worker's stream and of the shard that is said.
    fn numbers(&self, app: &App, worker: &Worker) -> Result<Vec<SequenceNumber>, String> {
        if let Some(stream) = self.stream.as_deref().filter(|stream| *stream != worker.stream.as_str()) {
            return Err(format!("{} reads {}, and not {stream}", worker.application, worker.stream));
        }
        let shard = self.shard_id.as_deref();
        let shard: Option<ShardId> =
            shard.map(|text| text.parse().map_err(|_| format!("{text} is no shard"))).transpose()?;
        let said = self.sequence_number.iter().chain(&self.sequence_numbers);
        let number = |text: &String| match text.parse::<SequenceNumber>() {
            Ok(number) if shard.is_none_or(|shard| shard == number.shard()) => Ok(number),
            Ok(number) => Err(format!("record {text} is of {}", number.shard())),
            Err(_) => Err(format!("no record is called {text}")),
        };
        said.map(number).collect::<Result<_, String>>().inspect_err(|problem| app.mistake(worker, problem))
    }
}
