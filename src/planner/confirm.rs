//! Whether what rates say of a configuration holds record by record.

use super::engine::{by_records, worst_minutes};
use super::point::Asked;
use crate::base::{SimDuration, SimTime};
use crate::report::ExpectationResult;
use crate::scenario::Setting;
use crate::scenario::plan::Plan;

/// So long after the worst minute the run goes on, so that it is seen whether it recovers.
const AFTER_WORST: SimDuration = SimDuration::from_mins(5);
/// More records than these are not run one by one.
const RECORDS_MAX: f64 = 300e6;

/// What a run record by record says.
#[derive(Clone, Debug)]
pub(crate) enum Confirmed {
    /// It was run from the start until some time after its worst minutes.
    Run {
        /// Until then.
        until: SimTime,
        /// How the promises were judged.
        promises: Vec<ExpectationResult>,
    },
    /// There are too many records: about so many.
    TooMany(u64),
}

/// Runs a configuration record by record, up to its worst minutes.
pub(crate) fn confirm(asked: &Asked<'_>, settings: &[Setting]) -> Option<Confirmed> {
    let plan = asked.plan(settings).ok()?;
    let worst = worst_minutes(&plan).into_iter().max().unwrap_or(SimTime::ZERO);
    let until = worst.saturating_add(SimDuration::from_mins(1)).saturating_add(AFTER_WORST);
    let duration = plan.duration.min(until.since(SimTime::ZERO));
    let writes = plan.demand().streams.into_iter().filter_map(|stream| stream.writes());
    let records = writes.map(|writes| writes.records_per_s).sum::<f64>() * duration.as_secs_f64();
    if records > RECORDS_MAX {
        return Some(Confirmed::TooMany(records as u64));
    }
    let plan = Plan { duration, ..plan };
    Some(Confirmed::Run { until: SimTime::ZERO.saturating_add(duration), promises: by_records(&plan).expectations })
}
