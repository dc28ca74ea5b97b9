//! `crash`: a host loses its memory and stops.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::fault::stage::{Effect, Stage};

/// The host of delivery streams.
const FIREHOSE: &str = "firehose";

/// The host that crashes: that of a producer or consumer, such as `billing-1`, or `firehose`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Crash(String);

impl Kind for Crash {
    const ABOUT: About = About {
        key: "crash",
        breaks: "a host loses its memory and stops; `restart_after` starts it again",
        acts_through: "world: the host's tasks are dropped, calls in flight still arrive",
        still_holds: "all safety checks; after healing every shard is owned again",
        ends: Ends::ByRestart,
        example: "crash = \"billing-1\"",
    };

    fn make(&self, lasts: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let host = match self.0 == FIREHOSE && !cast.deliveries.is_empty() {
            true => FIREHOSE.into(),
            false => cast.host(&self.0, "", problems),
        };
        Made::new(Down { host, restarts: lasts.is_some() }, format!("crash of {}", self.0))
    }
}

/// A host that is down.
#[derive(Debug)]
struct Down {
    host: Arc<str>,
    restarts: bool,
}

impl Effect for Down {
    fn keeps_down(&self) -> Option<&str> {
        self.restarts.then_some(&*self.host)
    }
    fn crashes(&self) -> Option<&str> {
        Some(&*self.host)
    }
    /// A later crash takes the host over: it stays down for as long as that one says.
    fn begin(&self, stage: &Stage<'_>) {
        let host = stage.host(&self.host);
        stage.take_over(Crash::ABOUT.key, host.id());
        host.crash();
    }
    fn end(&self, stage: &Stage<'_>) {
        if !self.restarts {
            return;
        }
        let host = stage.host(&self.host);
        if stage.let_go(Crash::ABOUT.key, host.id()) && !host.is_up() {
            host.boot();
        }
    }
}

/// With a restart.
#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "crashes of consumer hosts, and of the host of delivery streams, with restart"
    }
    fn stream(&self) -> &'static str {
        "crash"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let firehose = (!cast.deliveries.is_empty()).then(|| FIREHOSE.to_owned());
        let hosts: Vec<String> = cast.consumer_hosts().into_iter().chain(firehose).collect();
        pick(random, &hosts).and_then(|host| DrawnFault::with_restart(Crash(host)))
    }
}

/// For good.
#[derive(Default)]
pub(super) struct DrawnForGood;

impl Drawing for DrawnForGood {
    fn meaning(&self) -> &'static str {
        "crashes of consumer hosts for good; one host is always left"
    }
    fn stream(&self) -> &'static str {
        "crash for good"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let hosts = cast.consumer_hosts();
        pick(random, hosts.get(1..).unwrap_or_default()).and_then(|host| DrawnFault::for_good(Crash(host)))
    }
}
