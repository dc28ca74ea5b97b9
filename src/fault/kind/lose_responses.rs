//! `lose_responses`: responses are lost at a rate: the request was applied.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{LinkFault, Unheeded, Way};
use super::service::called;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time, pick};
use crate::world::{LinkEffect, LinkWay};

/// Whose messages are hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LoseResponses(LinkFault);

impl Kind for LoseResponses {
    const ABOUT: About = About {
        key: "lose_responses",
        breaks: "responses of a `service` are lost at a `rate`: the request was applied",
        acts_through: "a link rule on replies: the write was applied",
        still_holds: "renewals recognise their own retried write; checkpoints do not (the rule of the KCL)",
        ends: Ends::InTime,
        example: r#"lose_responses = { service = "dynamodb", operation = "UpdateItem", rate = "1%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        self.0.refuse("loss of responses", &[Unheeded::By, Unheeded::Way(Way::Requests)], problems);
        self.0.make("lose responses", LinkWay::Replies, LinkEffect::Lose(self.0.share()), cast, problems)
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which a tenth of the responses of DynamoDB, Kinesis or what delivery streams call is lost"
    }
    fn stream(&self) -> &'static str {
        "lose_responses"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let usual = ["dynamodb".to_owned(), "kinesis".to_owned()];
        let service = called(random, cast).or_else(|| pick(random, &usual));
        DrawnFault::of(LoseResponses(LinkFault { service, rate: "10%".parse().ok(), ..LinkFault::default() }))
    }
}
