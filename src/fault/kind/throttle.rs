//! `throttle`: a service throttles at a rate.

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
pub struct Throttle(ServiceFault);

impl Kind for Throttle {
    const ABOUT: About = About {
        key: "throttle",
        breaks: "a service throttles calls on a `stream` (and `shard`), `table`, `service` or `operation` at a `rate`",
        acts_through: "services' fault points",
        still_holds: "limits and safety; liveness after healing",
        ends: Ends::InTime,
        example: r#"throttle = { stream = "orders", shard = 0, rate = "20%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let of_kinesis = |target, rate| kinesis::api::Fault::Throttle { target, rate };
        let of_dynamodb = |target, rate| dynamodb::api::Fault::Throttle { target, rate };
        self.0.make("throttle", of_kinesis, Some(of_dynamodb), Some(Trouble::Throttle), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a fifth of records and calls on a stream, a shard, a lease table or what delivery streams call is throttled"
    }
    fn stream(&self) -> &'static str {
        "throttle"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        DrawnFault::of(Throttle(ServiceFault { rate: "20%".parse().ok(), ..target(random, cast, true) }))
    }
}
