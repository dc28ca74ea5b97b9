//! `clock_skew`: a host's wall clock is off.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::base::written::Duration;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::fault::stage::{Effect, Stage};

/// A host's wall clock that is `ahead` or `behind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSkew {
    /// One host by name, such as `billing-1`.
    pub(crate) host: String,
    /// How far it is ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ahead: Option<Duration>,
    /// How far it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    behind: Option<Duration>,
}

impl Kind for ClockSkew {
    const ABOUT: About = About {
        key: "clock_skew",
        breaks: "the wall clock of a `host` is `ahead` or `behind`",
        acts_through: "world: the host's wall clock",
        still_holds: "everything; only AT_TIMESTAMP positions and the fetcher's idle time see it",
        ends: Ends::InTime,
        example: "clock_skew = { host = \"billing-1\", ahead = \"30s\" }",
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let host = cast.host(&self.host, "host", problems);
        let ms = |time: Option<Duration>| time.map_or(0, |time| time.0.as_millis() as i64);
        let skew_ms = ms(self.ahead) - ms(self.behind);
        let help = "for example `ahead = \"30s\"`";
        let is_both = self.ahead.is_some() && self.behind.is_some();
        problems.need(!is_both, "behind", "a clock cannot be `ahead` and `behind` at once", "leave one of them out");
        problems.need(is_both || skew_ms != 0, "", "a skewed clock is `ahead` or `behind`", help);
        Made::new(Skewed { host, skew_ms }, format!("clock of {} off by {skew_ms} ms", self.host))
    }
}

/// A host whose wall clock is off.
#[derive(Debug)]
struct Skewed {
    host: Arc<str>,
    /// Ahead if positive.
    skew_ms: i64,
}

impl Effect for Skewed {
    fn begin(&self, stage: &Stage<'_>) {
        let host = stage.host(&self.host);
        stage.hold(ClockSkew::ABOUT.key, host.id(), self.skew_ms);
        host.set_wall_skew_ms(self.skew_ms);
    }
    /// The latest fault that is still in force says how far the clock is off.
    fn end(&self, stage: &Stage<'_>) {
        let host = stage.host(&self.host);
        stage.let_go(ClockSkew::ABOUT.key, host.id());
        host.set_wall_skew_ms(stage.latest(ClockSkew::ABOUT.key, host.id()).unwrap_or(0));
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "skewed wall clocks of consumer hosts, up to a minute"
    }
    fn stream(&self) -> &'static str {
        "clock_skew"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let by = Some(Duration(SimDuration::from_millis(random.between(1, 60_000))));
        let is_ahead = random.chance(0.5);
        let (ahead, behind) = if is_ahead { (by, None) } else { (None, by) };
        let host = pick(random, &cast.consumer_hosts())?;
        DrawnFault::of(ClockSkew { host, ahead, behind })
    }
}
