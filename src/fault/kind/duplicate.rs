//! `duplicate`: requests are delivered twice at a rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{LinkFault, Unheeded, Way};
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};
use crate::world::LinkEffect;

/// Whose messages are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Duplicate(LinkFault);

impl Kind for Duplicate {
    const ABOUT: About = About {
        key: "duplicate",
        breaks: "requests of `hosts` to a `service` are delivered twice at a `rate`",
        acts_through: "a link rule",
        still_holds: "all safety checks; duplicated puts are two records, which is AWS's contract",
        ends: Ends::InTime,
        example: r#"duplicate = { service = "kinesis", operation = "PutRecords", rate = "5%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        self.0.refuse("duplication", &[Unheeded::By, Unheeded::Way(Way::Replies)], problems);
        self.0.make("duplicate", self.0.way.into(), LinkEffect::Duplicate(self.0.share()), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a tenth of all requests is delivered twice"
    }
    fn stream(&self) -> &'static str {
        "duplicate"
    }
    fn draw(&mut self, _: &mut Random, _: Time, _: &Cast) -> Option<DrawnFault> {
        DrawnFault::of(Duplicate(LinkFault { rate: "10%".parse().ok(), ..LinkFault::default() }))
    }
}
