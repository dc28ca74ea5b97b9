//! `store_outage`: a consumer's store, where its record processor puts effects, cannot be reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::OnLinks;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::world::{LinkEffect, LinkWay};

/// The consumer whose store is away, such as `billing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct StoreOutage(String);

impl Kind for StoreOutage {
    const ABOUT: About = About {
        key: "store_outage",
        breaks: "a consumer's store cannot be reached: effects wait until it is back",
        acts_through: "link rules between the consumer's hosts and the store",
        still_holds: "no effect is lost, and none is doubled where the store promises exactly once; consumers catch up",
        ends: Ends::InTime,
        example: "store_outage = \"billing\"",
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let clients = cast.consumer(&self.0, "", problems);
        let (services, way, effect) = (vec!["store".into()], LinkWay::Both, LinkEffect::Lose(1.0));
        let outage = OnLinks { clients, services, way, operation: None, effect };
        Made::new(outage, format!("store outage of {}", self.0))
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "outages of a consumer's store"
    }
    fn stream(&self) -> &'static str {
        "store_outage"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let consumers: Vec<String> = cast.consumers.iter().map(|group| group.name.clone()).collect();
        pick(random, &consumers).and_then(|consumer| DrawnFault::of(StoreOutage(consumer)))
    }
}
