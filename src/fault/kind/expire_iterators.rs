//! `expire_iterators`: shard iterators are refused with ExpiredIteratorException.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::service::ServiceFault;
use crate::aws::kinesis;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};

/// Whose calls are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ExpireIterators(ServiceFault);

impl Kind for ExpireIterators {
    const ABOUT: About = About {
        key: "expire_iterators",
        breaks: "shard iterators are refused with ExpiredIteratorException at a `rate`, of a `stream` (and `shard`)",
        acts_through: "Kinesis' fault points",
        still_holds: "consumers ask again from their position: nothing is skipped",
        ends: Ends::InTime,
        example: r#"expire_iterators = { stream = "orders", rate = "50%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let of_kinesis = |target, rate| kinesis::api::Fault::ExpireIterators { target, rate };

        self.0.make("expire iterators", of_kinesis, None, None, cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which every iterator is expired with probability one half"
    }
    fn stream(&self) -> &'static str {
        "expire_iterators"
    }
    fn draw(&mut self, _: &mut Random, _: Time, _: &Cast) -> Option<DrawnFault> {
        DrawnFault::of(ExpireIterators(ServiceFault { rate: "50%".parse().ok(), ..ServiceFault::default() }))
    }
}
