//! What disturbs a run besides faults: record processors that hang or are slow, and workers that the operator stops.
//!
//! Not counted: a processor that throws, because the consumer goes on at once, and a worker that is stopped for good,
//! which is no more to come.

use super::plan::{ActionKind, ActionPlan, Disturbance};
use crate::base::SimTime;
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
    let kcl = kcl.iter().map(|kcl| (&kcl.name, &kcl.processor));
    for (name, processor) in kcl.chain(pollers.iter().map(|poller| (&poller.name, &poller.processor))) {
        found.extend(mishaps(name, processor));
    }
    found.sort_by_key(|disturbance| (disturbance.from, disturbance.until));
    found
}

fn mishaps(consumer: &str, processor: &ProcessorSettings) -> impl Iterator<Item = Disturbance> {
    processor.faults.iter().filter_map(move |script| {
        let what = match script.what {
            ProcessorMishap::Throw => return None,
            ProcessorMishap::Hang(time) => format!("hangs for {time}"),
            ProcessorMishap::Slow(time) => format!("takes {time} longer"),
        };
        let text = format!("mishap of {consumer}: the processor {what} at every {} records", script.every_records);
        let at = |time| SimTime::ZERO.saturating_add(time);
        Some(Disturbance { from: at(script.from), until: at(script.until), text })
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
