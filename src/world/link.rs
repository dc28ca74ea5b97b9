//! Links: how long a message takes, and what faults do to it.

use std::cell::Cell;

use crate::base::seed::Random;
use crate::base::{HostId, SimDuration};

/// A set of hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Every host.
    All,
    /// These hosts.
    Only(Vec<HostId>),
}

impl Hosts {
    fn contains(&self, host: HostId) -> bool {
        match self {
            Self::All => true,
            Self::Only(hosts) => hosts.contains(&host),
        }
    }
}

/// Which messages of a link a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkWay {
    /// Messages to the service.
    Requests,
    /// Replies only: the request is applied, its answer is hit.
    Replies,
    /// Requests and replies.
    Both,
}

/// What a rule does to a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkEffect {
    /// Loses it with this probability (1.0 is a partition).
    Lose(f64),
    /// Delivers a request twice with this probability.
    Duplicate(f64),
    /// Adds a delay drawn uniformly from the range.
    Delay(SimDuration, SimDuration),
}

/// A fault on links between clients and services.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinkRule {
    /// Hosts that call.
    pub clients: Hosts,
    /// Hosts that stand for services.
    pub services: Hosts,
    /// Requests, replies or both.
    pub(crate) way: LinkWay,
    /// Only messages of this operation.
    pub operation: Option<Box<str>>,
    /// What happens to them.
    pub effect: LinkEffect,
}

/// A rule for as long as its fault is in force.
#[derive(Debug)]
pub(super) struct RuleInForce {
    fault: u32,
    rule: LinkRule,
    /// Whether it has done something to a message.
    has_met: Cell<bool>,
}

impl RuleInForce {
    pub(super) fn new(fault: u32, rule: LinkRule) -> Self {
        Self { fault, rule, has_met: Cell::new(false) }
    }
    /// Returns whether it is this fault's.
    pub(super) fn is_of(&self, fault: u32) -> bool {
        self.fault == fault
    }
    pub(super) fn has_met(&self) -> bool {
        self.has_met.get()
    }
    /// Returns whether it stops everything on its way from or to the service: a partition.
    pub(super) fn cuts(&self, client: HostId, service: HostId, is_reply: bool) -> bool {
        let cuts = self.rule.cuts(client, service, is_reply);
        self.has_met.set(self.has_met.get() || cuts);
        cuts
    }
}

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Delivered after this long.
    Deliver(SimDuration),
    /// Delivered after the first delay, and again after the second.
    Twice(SimDuration, SimDuration),
    /// It never arrives, and nobody is told.
    Lost,
}

/// A message as rules see it.
#[derive(Clone, Copy)]
pub(super) struct Passing {
    pub client: HostId,
    pub service: HostId,
    pub operation: &'static str,
    pub is_reply: bool,
}

impl LinkRule {
    /// Returns whether it stops everything on its way from or to the service: a partition.
    fn cuts(&self, client: HostId, service: HostId, is_reply: bool) -> bool {
        let is_all = matches!(self.effect, LinkEffect::Lose(rate) if rate >= 1.0) && self.operation.is_none();
        is_all && self.applies(Passing { client, service, operation: "", is_reply })
    }
    fn applies(&self, message: Passing) -> bool {
        let way = match self.way {
            LinkWay::Both => true,
            LinkWay::Requests => !message.is_reply,
            LinkWay::Replies => message.is_reply,
        };
        way && self.clients.contains(message.client)
            && self.services.contains(message.service)
            && self.operation.as_deref().is_none_or(|o| o == message.operation)
    }
}

/// Asks every rule, in the order in which the faults began.
pub(super) fn fate(
    rules: &[RuleInForce],
    message: Passing,
    latency: (SimDuration, SimDuration),
    random: &mut Random,
) -> Fate {
    let mut delay = random.duration(latency.0, latency.1);
    let mut copy = None;
    for RuleInForce { rule, has_met, .. } in rules {
        if !rule.applies(message) {
            continue;
        }
        match rule.effect {
            LinkEffect::Lose(rate) if random.chance(rate) => {
                has_met.set(true);
                return Fate::Lost;
            }
            LinkEffect::Duplicate(rate) if !message.is_reply && random.chance(rate) => {
                copy = Some(random.duration(latency.0, latency.1));
            }
            LinkEffect::Delay(low, high) => delay += random.duration(low, high),
            LinkEffect::Lose(_) | LinkEffect::Duplicate(_) => continue,
        }
        has_met.set(true);
    }
    match copy {
        Some(extra) => Fate::Twice(delay, delay + extra),
        None => Fate::Deliver(delay),
    }
}
