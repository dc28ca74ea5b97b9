//! `zone_outage`: a zone is out of service; its logs are kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::zone;
use super::zone_wipe::ZoneWipe;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};

/// Time between two zone faults, in which the zone is rebuilt.
const ZONE_REST: SimDuration = SimDuration::from_secs(60);

/// The zone: 0, 1 or 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ZoneOutage(u8);

impl Kind for ZoneOutage {
    const ABOUT: About = About {
        key: "zone_outage",
        breaks: "zone 0, 1 or 2 of those that hold the records is away; its logs are kept",
        acts_through: "Kinesis' fault points",
        still_holds: zone::STILL_HOLDS,
        ends: Ends::InTime,
        example: "zone_outage = 0",
    };

    fn make(&self, _: Option<SimDuration>, _: &Cast, problems: &mut Problems) -> Made {
        zone::make(self.0, false, problems)
    }
}

/// Outages and wipes. Zones fail one at a time, with time to rebuild in between, beside those of the file: so what was
/// acknowledged keeps a zone that holds it.
#[derive(Default)]
pub(super) struct Drawn {
    free_from: SimDuration,
}

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "zone outages and wipes, one zone at a time"
    }
    fn stream(&self) -> &'static str {
        "zones"
    }
    fn draw(&mut self, random: &mut Random, time: Time, cast: &Cast) -> Option<DrawnFault> {
        let (zone, is_wipe) = (random.below(3) as u8, random.chance(0.5));
        let until = time.at + time.lasts;
        if time.at < self.free_from || meets_zone_fault(cast, time.at, until) {
            return None;
        }
        self.free_from = until + ZONE_REST;
        match is_wipe {
            true => DrawnFault::of(ZoneWipe(zone)),
            false => DrawnFault::of(ZoneOutage(zone)),
        }
    }
}

/// Returns whether a zone fault that stands in the file is on, or in its rest, at some time from `from` to `until`.
fn meets_zone_fault(cast: &Cast, from: SimDuration, until: SimDuration) -> bool {
    let keys = [ZoneOutage::ABOUT.key, ZoneWipe::ABOUT.key];
    let mut of_zones = cast.faults.iter().filter(|fault| keys.contains(&fault.key));
    of_zones.any(|fault| from < fault.until.saturating_add(ZONE_REST) && fault.from < until.saturating_add(ZONE_REST))
}
