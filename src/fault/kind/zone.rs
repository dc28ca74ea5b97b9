//! What the two faults of zones have in common.

use super::fault_point::AtService;
use crate::aws;
use crate::aws::kinesis::api::Fault;
use crate::fault::about::Made;
use crate::fault::cast::Problems;

/// What must hold without a zone.
pub(super) const STILL_HOLDS: &str = "one zone: service goes on. Two: writes fail with InternalFailure. What was \
                                      acknowledged is there for as long as each record keeps one zone that holds it";

/// A zone that is out of service; with `wipe` its logs are lost.
pub(super) fn make(zone: u8, wipe: bool, problems: &mut Problems) -> Made {
    problems.need(zone < 3, "", "zones are 0, 1 and 2", "");
    let what = if wipe { "wipe" } else { "outage" };
    let fault = Fault::ZoneOutage { zone: zone.min(2), wipe };
    Made::new(AtService(aws::Fault::Kinesis(fault)), format!("{what} of zone {zone}"))
}
