//! `no_acknowledgement`: Splunk indexes what is posted, and never acknowledges it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_point::AtService;
use super::sink::share;
use crate::aws;
use crate::aws::protocol::fault_points::{Fault, Trouble};
use crate::aws::splunk;
use crate::base::SimDuration;
use crate::base::written::Share;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};

/// Whose posts are hit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct NoAcknowledgement {
    /// Only posts to this collector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Share of posts; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<Share>,
}

impl Kind for NoAcknowledgement {
    const ABOUT: About = About {
        key: "no_acknowledgement",
        breaks: "Splunk indexes what is posted to a collector and never acknowledges it, at a `rate`",
        acts_through: "services' fault points",
        still_holds: "nothing is lost; what was not acknowledged may be there twice",
        ends: Ends::InTime,
        example: r#"no_acknowledgement = { rate = "20%" }"#,
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        let rate = share(self.rate, problems);
        let post = splunk::OPERATIONS.iter().copied().find(|operation| !operation.is_read());
        let name = self.name.as_deref().map(Into::into);
        let fault = Fault { trouble: Trouble::NoAcknowledgement, name, operation: post, rate };
        let of = self.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        Made::new(
            AtService(aws::Fault::Splunk(fault)),
            format!("no acknowledgement at {}% of splunk{of}", rate * 100.0),
        )
    }
}
