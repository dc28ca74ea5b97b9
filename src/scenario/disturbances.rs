//! What disturbs a run besides faults: record processors that hang or are slow, and workers that the operator stops.
//!
//! Not counted: a KCL's processor that throws, because the library goes on with the next batch at once (a poller gets
//! the same batch again), and a worker that is stopped for good, which is no more to come.

use super::plan::{ActionKind, ActionPlan, Disturbance};
use crate::base::{SimDuration, SimTime};
use crate::client::kcl::KclSettings;
use crate::client::poller::PollerSettings;
use crate::client::processor::{ProcessorMishap, ProcessorSettings};

/// Everything that disturbs the run, in order of time.
pub(super) fn disturbances(
    kcl: &[KclSettings],
    pollers: &[PollerSettings],
    actions: &[ActionPlan],
) -> Vec<Disturbance> {
    let mut found: Vec<Disturbance> = stops(actions).collect();
    found.extend(kcl.iter().flat_map(|kcl| mishaps(&kcl.name, &kcl.processor, false)));
    found.extend(pollers.iter().flat_map(|poller| mishaps(&poller.name, &poller.processor, true)));
    found.sort_by_key(|disturbance| (disturbance.from, disturbance.until));
    found
}

fn mishaps(consumer: &str, processor: &ProcessorSettings, tries_again: bool) -> impl Iterator<Item = Disturbance> {
    processor.faults.iter().filter_map(move |script| {
        let (what, longest) = match script.what {
            ProcessorMishap::Throw if tries_again => ("throws".to_owned(), SimDuration::ZERO),
            ProcessorMishap::Throw => return None,
            ProcessorMishap::Hang(time) => (format!("hangs for {time}"), time),
            ProcessorMishap::Slow(time) => (format!("takes {time} longer"), time),
        };
        let text = format!("mishap of {consumer}: the processor {what} at every {} records", script.every_records);
        let at = |time| SimTime::ZERO.saturating_add(time);
        Some(Disturbance { from: at(script.from), until: at(script.until.saturating_add(longest)), text })
    })
}

/// Workers that are stopped and started again.
fn stops(actions: &[ActionPlan]) -> impl Iterator<Item = Disturbance> {
    actions.iter().filter_map(|stop| {
        let ActionKind::StopWorker { host } = &stop.what else { return None };
        let again = |action: &&ActionPlan| matches!(&action.what, ActionKind::StartWorker { host: of } if of == host);
        let start = actions.iter().filter(again).find(|start| start.at >= stop.at)?;
        let text = format!("outage of {host}: it is stopped and started again");
        Some(Disturbance { from: stop.at, until: start.at, text })
    })
}
