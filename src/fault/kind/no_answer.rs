//! `no_answer`: a service does what it is asked, and no answer ever comes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sink::{Named, SinkFault};
use crate::aws::protocol::fault_points::Trouble;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};

/// Whose calls are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct NoAnswer(SinkFault);

impl Kind for NoAnswer {
    const ABOUT: About = About {
        key: "no_answer",
        breaks: "a `service` that delivery streams call does what it is asked and never answers, at a `rate`",
        acts_through: "services' fault points",
        still_holds: "nothing is lost; what was asked again may be there twice",
        ends: Ends::InTime,
        example: r#"no_answer = { service = "http_endpoint", rate = "10%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        self.0.make("no answer", Trouble::NoAnswer, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a fifth of calls of delivery streams to a service is carried out and not answered"
    }
    fn stream(&self) -> &'static str {
        "no_answer"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let service = Named::of(&pick(random, &cast.called)?)?;
        DrawnFault::of(NoAnswer(SinkFault { service, rate: "20%".parse().ok(), ..SinkFault::default() }))
    }
}
