//! `unavailable`: a service answers ServiceUnavailable at a rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::service::{ServiceFault, target};
use crate::aws::protocol::fault_points::Trouble;
use crate::aws::{dynamodb, kinesis};
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};

/// Whose calls are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Unavailable(ServiceFault);

impl Kind for Unavailable {
    const ABOUT: About = About {
        key: "unavailable",
        breaks: "a `stream`, `table`, `service` or `operation` answers with ServiceUnavailable at a `rate`",
        acts_through: "services' fault points",
        still_holds: "limits and safety; liveness after healing",
        ends: Ends::InTime,
        example: r#"unavailable = { service = "kinesis", rate = "10%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let of_kinesis = |target, rate| kinesis::api::Fault::Unavailable { target, rate };
        let of_dynamodb = |target, rate| dynamodb::api::Fault::Unavailable { target, rate };
        self.0.make("unavailable", of_kinesis, Some(of_dynamodb), Some(Trouble::Unavailable), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a tenth of calls to Kinesis, a lease table or what delivery streams call fails with ServiceUnavailable"
    }
    fn stream(&self) -> &'static str {
        "unavailable"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        DrawnFault::of(Unavailable(ServiceFault { rate: "10%".parse().ok(), ..target(random, cast, false) }))
    }
}
