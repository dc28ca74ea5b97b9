//! Reads the events that a run left behind, and picks those that a question is about.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::events_file::{FILE_NAME, text_of};
use crate::base::{ShardId, SimTime};

/// An exported event: its members in the order of the file.
#[derive(Debug, PartialEq)]
pub(crate) struct Line(Vec<(String, Value)>);

impl Line {
    /// What kind of event.
    pub(crate) fn kind(&self) -> &str {
        self.get("event").and_then(Value::as_str).unwrap_or_default()
    }
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
    fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Line;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Line, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Line(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Which events are asked for; what is not said lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// About this shard: it stands in any member, in a lease row as well.
    pub(crate) shard: Option<ShardId>,
    /// Made by or about this host.
    pub(crate) host: Option<String>,
    pub(crate) stream: Option<String>,
    pub(crate) consumer: Option<String>,
    pub(crate) table: Option<String>,
    /// Parts of events' names, in any case: any of them.
    pub(crate) kinds: Vec<String>,
    pub(crate) from: Option<SimTime>,
    /// Inclusive.
    pub(crate) until: Option<SimTime>,
}

/// The lines of an events file, given itself or by the folder that it stands in.
pub(crate) fn open_events(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    let file: PathBuf = if path.is_dir() { path.join(FILE_NAME) } else { path.into() };
    let opened = File::open(&file).map_err(|error| {
        let help = "`kinesim run FILE --out DIR` leaves an events file in DIR";
        io::Error::new(error.kind(), format!("{}: {error}; {help}", file.display()))
    });
    Ok(text_of(opened?).lines())
}

impl Wanted {
    /// The event of a line, if it is asked for.
    pub(crate) fn pick(&self, line: &str) -> Option<Line> {
        let event: Line = serde_json::from_str(line).ok()?;
        self.takes(&event).then_some(event)
    }

    /// Whether nothing later can be asked for.
    pub(crate) fn is_over(&self, line: &str) -> bool {
        let Some(until) = self.until else { return false };
        let after = line.strip_prefix("{\"time_ns\":").and_then(|rest| rest.split(',').next()?.parse::<u64>().ok());
        after.is_some_and(|time_ns| time_ns > until.as_nanos())
    }

    fn takes(&self, event: &Line) -> bool {
        let at = event.get("time_ns").and_then(Value::as_u64).map(SimTime::from_nanos).unwrap_or_default();
        let is_in_time = self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at <= until);
        let member_is = |key: &str, wanted: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| event.get(key).and_then(Value::as_str) == Some(wanted))
        };
        let name = event.kind().to_lowercase();
        is_in_time
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| name.contains(&kind.to_lowercase())))
            && member_is("stream", &self.stream)
            && member_is("consumer", &self.consumer)
            && member_is("table", &self.table)
            && self.host.as_deref().is_none_or(|host| event.values().any(|value| has(value, host)))
            && self.shard.is_none_or(|shard| {
                let id = shard.to_string();
                event.values().any(|value| has(value, &id))
            })
    }
}

/// Whether a text stands in a value, or in an item within it.
fn has(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Object(members) => members.values().any(|value| has(value, text)),
        Value::Array(values) => values.iter().any(|value| has(value, text)),
        _ => false,
    }
}

/// An event in a line: `0:00:24.432  LeaseGained  consumer=billing host=billing-3 shard=0`.
pub(crate) fn told(event: &Line) -> String {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or("?");
    let members =
        event.0.iter().filter(|(key, value)| !["time_ns", "time", "event"].contains(&&**key) && !value.is_null());
    let members: Vec<String> = members.map(|(key, value)| format!("{key}={}", short(value))).collect();
    format!("{:>12}  {:<22} {}", text("time"), text("event"), members.join(" ")).trim_end().to_owned()
}

/// A value without quotes where it needs none, and a shard by its number.
fn short(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    if let Ok(shard) =
        text.parse::<ShardId>().map_err(|_| ()).and_then(|s| (s.to_string() == *text).then_some(s).ok_or(()))
    {
        return shard.0.to_string();
    }
    if text.contains(char::is_whitespace) { value.to_string() } else { text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAINED: &str = concat!(
        r#"{"time_ns":24432028974,"time":"0:00:24.432","event":"LeaseGained","consumer":"billing","#,
        r#""host":"billing-3","shard":"shardId-000000000000","how":"very old","from":null}"#
    );
    const ROW: &str = concat!(
        r#"{"time_ns":25000000000,"time":"0:00:25.000","event":"ItemWritten","table":"leases","host":"billing-1","#,
        r#""after":{"leaseKey":"shardId-000000000000","leaseOwner":"billing-3"}}"#
    );

    fn wanted(change: impl FnOnce(&mut Wanted)) -> Wanted {
        let mut wanted = Wanted::default();
        change(&mut wanted);
        wanted
    }

    #[test]
    fn events_are_picked_by_whom_they_are_about_and_by_kind_and_time() {
        let takes = |wanted: Wanted| [GAINED, ROW].map(|line| wanted.pick(line).is_some());
        assert_eq!(takes(Wanted::default()), [true, true]);
        assert_eq!(takes(wanted(|w| w.shard = Some(ShardId(0)))), [true, true], "a lease row is about its shard");
        assert_eq!(takes(wanted(|w| w.shard = Some(ShardId(1)))), [false, false]);
        assert_eq!(takes(wanted(|w| w.host = Some("billing-3".into()))), [true, true], "and about its owner");
        assert_eq!(takes(wanted(|w| w.host = Some("billing-1".into()))), [false, true]);
        assert_eq!(takes(wanted(|w| w.kinds = vec!["lease".into()])), [true, false]);
        let kind = |line| Wanted::default().pick(line).map(|event| event.kind().to_owned());
        assert_eq!([GAINED, ROW].map(kind), ["LeaseGained", "ItemWritten"].map(|kind| Some(kind.to_owned())));
        assert_eq!(takes(wanted(|w| w.table = Some("leases".into()))), [false, true]);
        assert_eq!(takes(wanted(|w| w.from = Some(SimTime::from_secs(25)))), [false, true]);
        let early = wanted(|w| w.until = Some(SimTime::from_millis(24_500)));
        assert_eq!((takes(early.clone()), early.is_over(GAINED), early.is_over(ROW)), ([true, false], false, true));
    }

    #[test]
    fn an_event_is_told_in_a_line() {
        let event = Wanted::default().pick(GAINED).expect("an event");
        let line = " 0:00:24.432  LeaseGained            consumer=billing host=billing-3 shard=0 how=\"very old\"";
        assert_eq!(told(&event), line);
    }
}
