//! Sinks and functions that are outside of the simulated world: what they are asked waits here until somebody takes it
//! to them and brings the answer. How long that takes is then the outside's affair, and the time of whoever drives the
//! world.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{HostId, SimDuration, SimTime};

/// Nobody waits any longer for what was asked so long ago and never taken outside. An assumption.
const FORGOTTEN_AFTER: SimDuration = SimDuration::from_mins(5);

/// Which of a service's functions, buckets, domains, collectors, ... are outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Whatever they are called.
    pub(crate) are_all: bool,
    /// These.
    pub(crate) names: BTreeSet<Arc<str>>,
}

impl Names {
    fn have(&self, name: &str) -> bool {
        self.are_all || self.names.contains(name)
    }
}

/// What came back from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Came {
    /// An answer over HTTP.
    Answer {
        /// The status.
        status: u16,
        /// `Content-Type`.
        content_type: Option<String>,
        /// Whether it has a `Content-Encoding`.
        is_encoded: bool,
        /// Whether it has a `Content-Length`.
        has_length: bool,
        /// Whether `X-Amz-Function-Error` says that a function failed.
        #[serde(default, skip_serializing_if = "is_not")]
        is_error: bool,
        /// The body.
        #[serde(with = "body")]
        body: Vec<u8>,
    },
    /// What was asked is done: so many rows, or objects.
    Done { count: u64 },
    /// It was not done, by a code of the sink's: an SQLSTATE, the name of an error.
    Refused { code: String, message: String },
    /// No connection came about.
    Unreachable {},
    /// The connection broke before the answer; what was asked may have been done.
    Broken {},
    /// Nobody waits for it any longer.
    GivenUp {},
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_not(is: &bool) -> bool {
    !is
}

/// Bytes as base64.
mod body {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// What sinks outside of one service were asked and have not answered, by which call it is.
#[derive(Debug)]
pub(crate) struct Outside<K, R> {
    names: Names,
    asked: BTreeMap<K, Asked<R>>,
}

/// A request that went outside.
#[derive(Debug)]
pub(crate) struct Asked<R> {
    pub(crate) at: SimTime,
    is_taken: bool,
    pub(crate) caller: HostId,
    pub(crate) request: R,
    /// Whether the caller is told of the answer: a fault may lose it.
    pub(crate) is_answered: bool,
}

impl<K: Ord + Copy, R: Clone> Outside<K, R> {
    /// With those of these names outside.
    pub(crate) fn new(names: Names) -> Self {
        Self { names, asked: BTreeMap::new() }
    }
    /// Returns whether the one of this name is outside.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.have(name)
    }
    /// Something is asked.
    pub(crate) fn ask(&mut self, at: SimTime, call: K, caller: HostId, request: R, is_answered: bool) {
        self.asked.insert(call, Asked { at, is_taken: false, caller, request, is_answered });
    }
    /// What is to be taken outside: all that was asked of late and not taken yet.
    pub(crate) fn take(&mut self, now: SimTime) -> Vec<(K, R)> {
        self.asked.retain(|_, asked| asked.is_taken || now.since(asked.at) <= FORGOTTEN_AFTER);
        let fresh = self.asked.iter_mut().filter(|(_, asked)| !asked.is_taken);
        let take = |(call, asked): (&K, &mut Asked<R>)| {
            asked.is_taken = true;
            (*call, asked.request.clone())
        };
        fresh.map(take).collect()
    }
    /// An answer has come: what was asked, unless that was answered already.
    pub(crate) fn end(&mut self, call: K) -> Option<Asked<R>> {
        self.asked.remove(&call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside() -> Outside<u64, &'static str> {
        Outside::new(Names { names: ["lake".into()].into(), are_all: false })
    }

    #[test]
    fn what_is_asked_is_taken_once_and_answered_once() {
        let mut outside = outside();
        assert!(outside.has("lake") && !outside.has("other"));
        let now = SimTime::from_secs(1);
        outside.ask(now, 7, HostId(3), "put", true);
        assert_eq!(outside.take(now), [(7, "put")]);
        assert_eq!(outside.take(now), []);
        assert!(outside.end(7).is_some_and(|asked| asked.is_answered && asked.request == "put"));
        assert!(outside.end(7).is_none());
    }

    #[test]
    fn what_nobody_took_for_five_minutes_is_not_taken_and_what_was_taken_may_take_longer() {
        let mut outside = outside();
        let (now, late) = (SimTime::from_secs(1), SimTime::from_secs(302));
        outside.ask(now, 1, HostId(3), "old", true);
        assert_eq!(outside.take(now).len(), 1);
        outside.ask(now, 2, HostId(3), "never taken", true);
        assert_eq!(outside.take(late), []);
        assert!(outside.end(1).is_some() && outside.end(2).is_none());
    }

    #[test]
    fn what_came_can_be_written_down_and_read_back() {
        let all = [
            Came::Answer {
                status: 200,
                content_type: Some("application/json".into()),
                is_encoded: false,
                has_length: true,
                is_error: true,
                body: vec![0, 255],
            },
            Came::Done { count: 3 },
            Came::Refused { code: "42P01".into(), message: "no such table".into() },
            Came::Unreachable {},
            Came::Broken {},
            Came::GivenUp {},
        ];
        for came in all {
            let text = serde_json::to_string(&came).expect("text");
            assert_eq!(serde_json::from_str::<Came>(&text).expect("the same"), came, "{text}");
        }
    }
}
