//! `lose`: messages are lost at a rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{LinkFault, Unheeded};
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};
use crate::world::LinkEffect;

/// Whose messages are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Lose(LinkFault);

impl Kind for Lose {
    const ABOUT: About = About {
        key: "lose",
        breaks: "messages between `hosts` and a `service` are lost at a `rate`",
        acts_through: "a link rule",
        still_holds: "all safety checks",
        ends: Ends::InTime,
        example: r#"lose = { hosts = ["billing"], rate = "10%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        self.0.refuse("loss", &[Unheeded::By], problems);
        self.0.make("lose", self.0.way.into(), LinkEffect::Lose(self.0.share()), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a tenth of all messages is lost"
    }
    fn stream(&self) -> &'static str {
        "lose"
    }
    fn draw(&mut self, _: &mut Random, _: Time, _: &Cast) -> Option<DrawnFault> {
        DrawnFault::of(Lose(LinkFault { rate: "10%".parse().ok(), ..LinkFault::default() }))
    }
}
