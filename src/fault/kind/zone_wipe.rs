//! `zone_wipe`: a zone is out of service, and its logs are lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::zone;
use crate::base::SimDuration;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};

/// The zone: 0, 1 or 2. It is drawn at random together with [`ZoneOutage`](super::zone_outage::ZoneOutage).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ZoneWipe(pub(super) u8);

impl Kind for ZoneWipe {
    const ABOUT: About = About {
        key: "zone_wipe",
        breaks: "zone 0, 1 or 2 of those that hold the records is away, and its logs are lost",
        acts_through: "Kinesis' fault points",
        still_holds: zone::STILL_HOLDS,
        ends: Ends::InTime,
        example: "zone_wipe = 0",
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        zone::make(self.0, true, problems)
    }
}
