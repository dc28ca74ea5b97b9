//! `denied`: a service refuses calls for good: access is denied, a token or table is missing.

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
pub struct Denied(SinkFault);

impl Kind for Denied {
    const ABOUT: About = About {
        key: "denied",
        breaks: "a `service` that delivery streams call refuses them for good (access denied, COPY refused, invalid \
                 token), at a `rate`",
        acts_through: "services' fault points",
        still_holds: "every record is delivered after healing, or in the error output with its reason",
        ends: Ends::InTime,
        example: r#"denied = { service = "redshift", name = "warehouse" }"#,
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        self.0.make("access denied", Trouble::Denied, problems)
    }
}
