//! `pause`: a host stands still.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::fault::stage::{Effect, Stage};

/// The host that stands still, such as `billing-1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Pause(String);

impl Kind for Pause {
    const ABOUT: About = About {
        key: "pause",
        breaks: "a host stands still, as in a long garbage collection",
        acts_through: "world: the host's wake-ups wait; time goes on",
        still_holds: "a lease that expired meanwhile is fenced; double processing stays within its bound",
        ends: Ends::InTime,
        example: "pause = \"billing-1\"",
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        Made::new(Paused { host: cast.host(&self.0, "", problems) }, format!("pause of {}", self.0))
    }
}

/// A host that stands still.
#[derive(Debug)]
struct Paused {
    host: Arc<str>,
}

impl Effect for Paused {
    fn keeps_down(&self) -> Option<&str> {
        Some(&self.host)
    }
    fn begin(&self, stage: &Stage<'_>) {
        let host = stage.host(&self.host);
        stage.hold(Pause::ABOUT.key, host.id(), 0);
        host.pause();
    }
    /// Another pause of the same host may go on.
    fn end(&self, stage: &Stage<'_>) {
        let host = stage.host(&self.host);
        stage.let_go(Pause::ABOUT.key, host.id());
        if stage.latest(Pause::ABOUT.key, host.id()).is_none() {
            host.resume();
        }
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "pauses of consumer hosts"
    }
    fn stream(&self) -> &'static str {
        "pause"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        pick(random, &cast.consumer_hosts()).and_then(|host| DrawnFault::of(Pause(host)))
    }
}
