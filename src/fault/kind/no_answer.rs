//! `no_answer`: a service does what it is asked, and no answer ever comes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sink::SinkFault;
use crate::aws::protocol::fault_points::Trouble;
use crate::base::SimDuration;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};

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
