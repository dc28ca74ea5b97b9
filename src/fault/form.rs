//! A form for each kind of fault, for whoever begins faults by hand in a run that goes on: what can be filled in, and
//! what stands there at first.
//!
//! It comes from the kind's schema and its example, so that a new kind has its form without another word. The example
//! speaks of a consumer `billing` that reads a stream `orders`; whoever takes part in the run stands in for them.

use serde::Serialize;
use serde_json::Value;

use super::about::{About, Ends};
use super::cast::{Cast, Group, Live, placeholder};
use super::kind::{Fault, KINDS};
use crate::aws;
use crate::base::json_schema::{resolved, words};

/// Who the examples speak of.
const STREAM: &str = "orders";
const CONSUMER: &str = "billing";
const HOST: &str = "billing-1";

/// What can be said of a fault of one kind.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Form {
    /// Its key in a fault.
    pub(crate) key: &'static str,
    breaks: &'static str,
    still_holds: &'static str,
    /// What `for` means: how long it lasts, or when what broke starts again.
    lasts: &'static str,
    /// The members of the kind's value; one without a name when the value has no members.
    fields: Vec<Field>,
    /// Who must take part for such a fault, and does not.
    pub(crate) missing: Option<&'static str>,
}

/// A member of a kind's value.
#[derive(Clone, Debug, Serialize)]
struct Field {
    name: String,
    about: String,
    shape: Shape,
    is_required: bool,
    /// All that can stand here, or what is likely to.
    choices: Vec<String>,
    /// What stands there at first.
    value: Option<Value>,
}

/// What is to be written into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Text,
    Number,
    /// Texts.
    List,
    /// One of the choices.
    Choice,
}

/// The forms of all kinds, for a run with this cast.
pub(crate) fn forms(cast: &Cast) -> Vec<Form> {
    let schema = serde_json::to_value(schemars::schema_for!(Fault))
        .unwrap_or_else(|error| unreachable!("a schema is JSON: {error}"));
    KINDS.iter().map(|about| Form::of(about, &schema, cast)).collect()
}

impl Form {
    fn of(about: &About, schema: &Value, cast: &Cast) -> Self {
        let kind = resolved(&schema["properties"][about.key], schema);
        let example = example(about);
        let mut fields = match kind["properties"].as_object() {
            None => vec![Field::of("", kind, schema, Some(&example), cast)],
            Some(members) => {
                members.iter().map(|(name, member)| Field::of(name, member, schema, example.get(name), cast)).collect()
            }
        };
        let is_required = |name: &str| kind["required"].as_array().is_some_and(|all| all.iter().any(|r| r == name));
        fields.iter_mut().for_each(|field| field.is_required = field.name.is_empty() || is_required(&field.name));
        fields.retain_mut(|field| field.is_required || field.is_heeded(about.key, &example));
        fields.sort_by_key(|field| (!field.is_required, example.get(&field.name).is_none()));
        let is_missing = fields.iter().any(|field| field.is_required && field.value.is_none());
        Self {
            key: about.key,
            breaks: about.breaks,
            still_holds: about.still_holds,
            lasts: if about.ends == Ends::ByRestart { "starts again after" } else { "for" },
            fields,
            missing: is_missing.then_some("needs a host or consumer of a scenario: start with --scenario FILE"),
        }
    }

    /// The fault as it is when nothing else is filled in.
    #[cfg(test)]
    pub(crate) fn unchanged(&self) -> Value {
        let filled = self.fields.iter().filter_map(|field| Some((field.name.clone(), field.value.clone()?)));
        let value = match &self.fields[..] {
            [only] if only.name.is_empty() => only.value.clone().unwrap_or_default(),
            _ => Value::Object(filled.collect()),
        };
        serde_json::json!({ self.key: value })
    }
}

impl Field {
    fn of(name: &str, schema: &Value, root: &Value, example: Option<&Value>, cast: &Cast) -> Self {
        let about = schema["description"].as_str().unwrap_or_default().to_owned();
        let schema = resolved(schema, root);
        let words = words(schema);
        let is =
            |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|t| t.contains(&kind.into()));
        let shape = match () {
            () if !words.is_empty() => Shape::Choice,
            () if is("array") => Shape::List,
            () if is("integer") => Shape::Number,
            () => Shape::Text,
        };
        let choices = if words.is_empty() { likely(name, example, cast) } else { words };
        let value = example.and_then(|value| in_the_run(value, cast));
        Self { name: name.to_owned(), about, shape, is_required: false, choices, value }
    }
}

/// Texts of which every text field takes one.
const TRIED: [&str; 4] = ["5%", "1s", STREAM, CONSUMER];

impl Field {
    /// Kinds share their fields, and not every kind heeds each of them. Keeps the words that the kind takes; returns
    /// whether it takes anything.
    fn is_heeded(&mut self, key: &str, example: &Value) -> bool {
        let is_taken = |value: Value| {
            let mut of = example.as_object().cloned().unwrap_or_default();
            of.insert(self.name.clone(), value);
            let fault = serde_json::from_value::<Fault>(serde_json::json!({ "at": "0s", key: of }));
            let made = fault.map(|fault| fault.made(&cast_of_examples()));
            made.is_ok_and(|made| made.iter().flat_map(|(.., problems)| problems).all(|p| p.key != self.name))
        };
        if self.shape == Shape::Choice {
            let taken: Vec<String> =
                self.choices.iter().filter(|word| is_taken(word.as_str().into())).cloned().collect();
            self.choices = taken;
            return !self.choices.is_empty();
        }
        let texts = TRIED.iter().copied().chain(self.choices.iter().map(String::as_str));
        texts.map(Value::from).flat_map(|text| [text.clone(), vec![text].into()]).chain([Value::from(0)]).any(is_taken)
    }
}

/// Who the examples speak of, with a table besides.
fn cast_of_examples() -> Cast {
    let live = Live { streams: vec![placeholder(STREAM)], tables: vec![placeholder(CONSUMER)] };
    Cast { consumers: vec![Group { name: CONSUMER.to_owned(), hosts: 1 }], live: Some(live), ..Cast::default() }
}

/// What is likely to stand in a field of that name.
fn likely(name: &str, example: Option<&Value>, cast: &Cast) -> Vec<String> {
    let groups = || cast.producers.iter().chain(&cast.consumers).map(|group| group.name.clone());
    match (name, example.and_then(Value::as_str)) {
        ("stream", _) => streams(cast),
        ("table", _) => cast.live.iter().flat_map(|live| &live.tables).map(ToString::to_string).collect(),
        ("operation", _) => {
            let names: std::collections::BTreeSet<&str> = aws::operations().map(|operation| operation.name()).collect();
            names.into_iter().map(str::to_owned).collect()
        }
        ("hosts", _) => groups().chain(cast.hosts()).collect(),
        (_, Some(HOST)) => cast.hosts(),
        (_, Some(CONSUMER)) => cast.consumers.iter().map(|group| group.name.clone()).collect(),
        _ => Vec::new(),
    }
}

fn streams(cast: &Cast) -> Vec<String> {
    let live = cast.live.iter().flat_map(|live| &live.streams);
    live.map(|name| name.as_str().to_owned()).collect()
}

/// The value of an example, with who takes part in the run for who the example speaks of; `None` when nobody does.
fn in_the_run(value: &Value, cast: &Cast) -> Option<Value> {
    let first = |group: Option<&Group>| group.map(|group| Value::from(group.name.as_str()));
    match value {
        Value::String(text) if text == STREAM => streams(cast).into_iter().next().map(Value::from),
        Value::String(text) if text == CONSUMER => first(cast.consumers.first()),
        Value::String(text) if text == HOST => {
            let host = cast.consumer_hosts().into_iter().next().or_else(|| cast.hosts().into_iter().next());
            host.map(Value::from)
        }
        Value::Array(all) => {
            let found: Vec<Value> = all.iter().filter_map(|one| in_the_run(one, cast)).collect();
            (!found.is_empty()).then(|| found.into())
        }
        _ => Some(value.clone()),
    }
}

/// The value of a kind's example.
fn example(about: &About) -> Value {
    let read = about.example.parse::<toml::Table>().ok().and_then(|mut table| table.remove(about.key));
    let value = read.and_then(|value| serde_json::to_value(value).ok());
    value.unwrap_or_else(|| unreachable!("an example is TOML: {}", about.example))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_of(key: &str, cast: &Cast) -> Form {
        forms(cast).into_iter().find(|form| form.key == key).expect("a kind")
    }

    fn cast() -> Cast {
        let live = Live { streams: vec!["clicks".parse().expect("a name")], tables: Vec::new() };
        Cast { consumers: vec![Group { name: "audit".to_owned(), hosts: 2 }], live: Some(live), ..Cast::default() }
    }

    #[test]
    fn whoever_takes_part_stands_in_for_who_the_example_speaks_of() {
        assert_eq!(form_of("crash", &cast()).unchanged(), serde_json::json!({ "crash": "audit-1" }));
        let throttle = serde_json::json!({ "throttle": { "stream": "clicks", "shard": 0, "rate": "20%" } });
        assert_eq!(form_of("throttle", &cast()).unchanged(), throttle);
        let lose = serde_json::json!({ "lose": { "hosts": ["audit"], "rate": "10%" } });
        assert_eq!(form_of("lose", &cast()).unchanged(), lose);
        let nobody = Cast { live: Some(Live::default()), ..Cast::default() };
        assert_eq!(form_of("lose", &nobody).unchanged(), serde_json::json!({ "lose": { "rate": "10%" } }));
        assert!(form_of("crash", &nobody).missing.is_some() && form_of("lose", &nobody).missing.is_none());
    }

    #[test]
    fn what_a_kind_does_not_heed_is_not_asked_for() {
        let names =
            |key: &str| -> Vec<String> { form_of(key, &cast()).fields.into_iter().map(|field| field.name).collect() };
        for (key, field) in [("partition", "rate"), ("lose", "by"), ("delay", "rate"), ("expire_iterators", "table")] {
            assert!(!names(key).contains(&field.to_owned()), "{key} has no {field}: {:?}", names(key));
        }
        assert_eq!(names("delay"), ["by", "operation", "service", "hosts", "way"]);
        assert_eq!(names("throttle"), ["rate", "shard", "stream", "operation", "service", "table"]);
        let way = form_of("lose_responses", &cast()).fields.into_iter().find(|field| field.name == "way");
        assert_eq!(way.expect("a field").choices, ["both", "replies"], "requests are not lost");
    }

    #[test]
    fn every_field_says_what_it_is_and_what_may_stand_in_it() {
        for form in forms(&cast()) {
            for field in &form.fields {
                assert!(!field.about.is_empty(), "{}.{}", form.key, field.name);
                let is_free = matches!(&*field.name, "rate" | "by" | "ahead" | "behind" | "table" | "name");
                let is_told = !field.choices.is_empty() || field.shape == Shape::Number;
                assert!(is_told != is_free, "{}.{}: {:?}", form.key, field.name, field.choices);
            }
        }
        let kms = &form_of("kms", &cast()).fields[0];
        assert_eq!((kms.shape, &*kms.choices[0], kms.choices.len()), (Shape::Choice, "disabled", 6));
        let service = form_of("partition", &cast()).fields.into_iter().find(|field| field.name == "service");
        let services: Vec<String> = aws::Cloud::hosts().iter().take(10).map(ToString::to_string).collect();
        assert_eq!(service.expect("a field").choices, services, "all services, as the schema has them");
    }
}
