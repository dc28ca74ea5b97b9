//! `partition`: hosts and services cannot reach each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{LinkFault, Unheeded, Way};
use super::service::called;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::world::LinkEffect;

/// Whose messages are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Partition(LinkFault);

impl Kind for Partition {
    const ABOUT: About = About {
        key: "partition",
        breaks: "messages between `hosts` and a `service` are cut, both ways or one `way`",
        acts_through: "a link rule",
        still_holds: "all safety checks; after healing every shard is owned again",
        ends: Ends::InTime,
        example: r#"partition = { hosts = ["billing-1"], service = "dynamodb" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        self.0.refuse("partition", &[Unheeded::Rate, Unheeded::By], problems);
        self.0.make("partition", self.0.way.into(), LinkEffect::Lose(1.0), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "partitions of a consumer host from DynamoDB or Kinesis, both ways or one way, and of what delivery streams call"
    }
    fn stream(&self) -> &'static str {
        "partition"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        if let Some(service) = called(random, cast) {
            return DrawnFault::of(Partition(LinkFault { service: Some(service), ..LinkFault::default() }));
        }
        let service = pick(random, &["dynamodb".to_owned(), "kinesis".to_owned()]);
        let way = [Way::Both, Way::Requests, Way::Replies][random.below(3) as usize];
        let host = pick(random, &cast.consumer_hosts())?;
        DrawnFault::of(Partition(LinkFault { hosts: vec![host], service, way, ..LinkFault::default() }))
    }
}
