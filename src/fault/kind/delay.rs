//! `delay`: messages take longer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{LinkFault, Unheeded};
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::base::written::DurationRange;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};
use crate::world::LinkEffect;

/// Whose messages are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Delay(LinkFault);

impl Kind for Delay {
    const ABOUT: About = About {
        key: "delay",
        breaks: "messages between `hosts` and a `service` take longer `by` so much: each request and each answer",
        acts_through: "a link rule",
        still_holds: "all safety checks",
        ends: Ends::InTime,
        example: r#"delay = { service = "kinesis", operation = "GetRecords", by = "1s..2s" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        self.0.refuse("delay", &[Unheeded::Rate], problems);
        let help = "for example `by = \"1s..2s\"`";
        problems.need(self.0.by.is_some(), "", "a delay says by how much", help);
        let by = self.0.by.unwrap_or(DurationRange(SimDuration::ZERO, SimDuration::ZERO));
        self.0.make("delay", self.0.way.into(), LinkEffect::Delay(by.0, by.1), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which messages take up to two seconds longer"
    }
    fn stream(&self) -> &'static str {
        "delay"
    }
    fn draw(&mut self, random: &mut Random, _: Time, _: &Cast) -> Option<DrawnFault> {
        let by = Some(DurationRange(SimDuration::ZERO, SimDuration::from_millis(random.between(100, 2000))));
        DrawnFault::of(Delay(LinkFault { by, ..LinkFault::default() }))
    }
}
