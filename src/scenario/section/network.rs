//! The simulated network: a table, or just the word that says how built-in clients call.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::SimDuration;
use crate::base::written::DurationRange;
use crate::client;

/// The simulated network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// How built-in clients call AWS. `network = "http"` alone says this and nothing else.
    pub transport: Transport,
    /// One-way latency of a message, or of a packet.
    pub(crate) latency: DurationRange,
}

impl Default for Network {
    fn default() -> Self {
        let latency = DurationRange(SimDuration::from_millis(2), SimDuration::from_millis(8));
        Self { transport: Transport::default(), latency }
    }
}

/// How built-in clients call AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// As messages: fast, and exact to the nanosecond.
    #[default]
    Messages,
    /// As the SDK does: AWS's protocols over HTTP on simulated TCP. Slower by far; packets arrive at whole
    /// milliseconds.
    Http,
}

impl From<Transport> for client::Transport {
    fn from(written: Transport) -> Self {
        match written {
            Transport::Messages => Self::Messages,
            Transport::Http => Self::Http,
        }
    }
}

/// Both forms, for the JSON Schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::scenario) enum NetworkForm {
    Word(Transport),
    Table(Network),
}

/// Reads either form.
pub(in crate::scenario) fn word_or_table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
    struct Form;
    impl<'de> Visitor<'de> for Form {
        type Value = Network;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table such as { latency = \"2ms..8ms\" }, or \"messages\" or \"http\"")
        }
        fn visit_str<E: Error>(self, word: &str) -> Result<Network, E> {
            let transport = Transport::deserialize(word.into_deserializer())?;
            Ok(Network { transport, ..Network::default() })
        }
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Network, A::Error> {
            Network::deserialize(MapAccessDeserializer::new(members))
        }
    }
    deserializer.deserialize_any(Form)
}
