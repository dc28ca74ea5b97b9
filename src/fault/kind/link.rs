//! What faults on links have in common: whose messages they hit, and which.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws;
use crate::aws::Cloud;
use crate::aws::protocol::operation::Operation;
use crate::base::Event;
use crate::base::nearest::nearest;
use crate::base::written::{DurationRange, Share};
use crate::fault::about::Made;
use crate::fault::cast::{Cast, Problems};
use crate::fault::stage::{Effect, Stage};
use crate::world::{LinkEffect, LinkRule, LinkWay};

/// A fault on links between hosts and services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkFault {
    /// Hosts (`billing-1`, or `billing` for all of them); all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// `kinesis`, `dynamodb`, `store`, `firehose` or what that calls: `s3`, `lambda`, `redshift`, `opensearch`,
    /// `splunk`, `http_endpoint`; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = [
        "kinesis", "dynamodb", "store", "firehose", "s3", "lambda", "redshift", "opensearch", "splunk", "http_endpoint",
        null
    ]))]
    pub service: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Which messages: `both`, `requests` or `replies`.
    #[serde(default)]
    pub(crate) way: Way,
    /// Share of messages; all when absent (not of a partition or a delay, which meet all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
    /// The added delay (delay only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DurationRange>,
}

/// Which messages of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    /// Both ways.
    #[default]
    Both,
    /// To the service.
    Requests,
    /// From the service.
    Replies,
}

impl From<Way> for LinkWay {
    fn from(way: Way) -> Self {
        match way {
            Way::Both => Self::Both,
            Way::Requests => Self::Requests,
            Way::Replies => Self::Replies,
        }
    }
}

/// Keys that not every kind can heed.
#[derive(Clone, Copy)]
pub(super) enum Unheeded {
    Rate,
    By,
    /// Nothing of this kind happens on this way alone.
    Way(Way),
}

impl LinkFault {
    /// The share of messages that is hit.
    pub(super) fn share(&self) -> f64 {
        self.rate.map_or(1.0, Share::fraction)
    }

    /// What is written and would change nothing is refused.
    pub(super) fn refuse(&self, word: &str, keys: &[Unheeded], problems: &mut Problems) {
        for key in keys {
            let (is_written, key, title, help) = match key {
                Unheeded::Rate => (self.rate.is_some(), "rate", "has no `rate`", "leave it out: every message is met"),
                Unheeded::By => (self.by.is_some(), "by", "has no `by`", "leave it out, or write a `delay`"),
                Unheeded::Way(way) => (self.way == *way, "way", "does not happen on this way", "leave `way` out"),
            };
            problems.need(!is_written, key, &format!("a {word} {title}"), help);
        }
    }

    /// A fault of this kind that does this to messages that go this way.
    pub(super) fn make(
        &self,
        word: &str,
        way: LinkWay,
        effect: LinkEffect,
        cast: &Cast,
        problems: &mut Problems,
    ) -> Made {
        let mut clients = Vec::new();
        for name in &self.hosts {
            clients.extend(cast.host_group(name, "hosts", problems));
        }
        let services: Vec<Arc<str>> = self.service.iter().map(|name| service(name, problems)).collect();
        let operation = operation(self.operation.as_deref(), problems, aws::operations);
        problems.need(self.share() > 0.0, "rate", "this fault would do nothing", "write a share above 0%");
        let mut text = between(word, &clients, &services);
        text.extend(self.operation.iter().map(|operation| format!(", {operation} only")));
        Made::new(OnLinks { clients, services, way, operation: operation.map(|o| o.name().into()), effect }, text)
    }
}

/// How a fault on links is told.
pub(super) fn between(word: &str, clients: &[Arc<str>], services: &[Arc<str>]) -> String {
    let names = |names: &[Arc<str>], all: &str| if names.is_empty() { all.to_owned() } else { names.join(", ") };
    format!("{word} between {} and {}", names(clients, "all hosts"), names(services, "all services"))
}

fn service(name: &str, problems: &mut Problems) -> Arc<str> {
    let known = Cloud::hosts();
    let help = format!("one of: {}", known.join(", "));
    problems.need(known.iter().any(|service| **service == *name), "service", "not a service", &help);
    name.into()
}

/// The operation of this name. A fault aimed at one that nobody has would never hit anything.
pub(super) fn operation<I: Iterator<Item = Operation>>(
    name: Option<&str>,
    problems: &mut Problems,
    known: impl Fn() -> I,
) -> Option<Operation> {
    let name = name?;
    let found = known().find(|operation| operation.name() == name);
    if found.is_none() {
        let help = match nearest(name, known().map(Operation::name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write AWS's name of an operation, such as PutRecords, GetRecords or UpdateItem".to_owned(),
        };
        let is_elsewhere = aws::operations().any(|operation| operation.name() == name);
        let label = if is_elsewhere { "another service has it" } else { "no service has it" };
        problems.add("operation", format!("there is no operation `{name}`"), label, help);
    }
    found
}

/// A rule on links for as long as the fault is in force.
#[derive(Clone, Debug)]
pub(super) struct OnLinks {
    /// The client ends; empty means all.
    pub clients: Vec<Arc<str>>,
    /// The service ends; empty means all.
    pub services: Vec<Arc<str>>,
    pub(crate) way: LinkWay,
    pub operation: Option<Box<str>>,
    pub effect: LinkEffect,
}

impl Effect for OnLinks {
    fn begin(&self, stage: &Stage<'_>) {
        let (clients, services) = (stage.hosts(&self.clients), stage.hosts(&self.services));
        let (way, operation, effect) = (self.way, self.operation.clone(), self.effect);
        stage.operator().add_link_rule(stage.fault(), LinkRule { clients, services, way, operation, effect });
    }
    fn end(&self, stage: &Stage<'_>) {
        if !stage.operator().remove_link_rule(stage.fault()) {
            stage.operator().emit(Event::FaultMissed { fault: stage.fault() });
        }
    }
}
