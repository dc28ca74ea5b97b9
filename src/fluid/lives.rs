//! When each worker of an application runs: from its start, through stops, restarts and crashes.

use super::amount::{Us, us};
use crate::base::host_name::host_name;
use crate::client::kcl::KclSettings;
use crate::fault::FaultPlan;
use crate::scenario::plan::{ActionKind, ActionPlan, Plan};

/// The lives of a worker's host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lives {
    /// From when until when each is.
    pub(super) spans: Vec<(Us, Us)>,
    /// Whether each ends with a graceful stop.
    stopped: Vec<bool>,
}

impl Lives {
    /// When a life is over.
    pub(super) fn ended(&self, life: usize) -> Us {
        self.spans.get(life).map_or(0, |span| span.1)
    }
    /// Whether it is over because the worker was asked to stop.
    pub(super) fn is_stopped(&self, life: usize) -> bool {
        self.stopped.get(life).is_some_and(|stopped| *stopped)
    }
    /// When they begin and end.
    pub(super) fn times(&self) -> impl Iterator<Item = Us> {
        self.spans.iter().flat_map(|(from, to)| [*from, *to])
    }
    fn end(&mut self, at: Us, is_stopped: bool) {
        if let (Some(span), Some(stopped)) = (self.spans.last_mut(), self.stopped.last_mut()) {
            if at < span.1 && at >= span.0 {
                (span.1, *stopped) = (at, is_stopped);
            }
        }
    }
    fn begin(&mut self, at: Us) {
        // Who is not done by then is killed.
        self.end(at, false);
        self.spans.push((at, Us::MAX));
        self.stopped.push(false);
    }
}

/// What befalls a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Stop,
    Crash,
    Start,
}

/// The lives of each worker of an application.
pub(super) fn lives(plan: &Plan, kcl: &KclSettings) -> Vec<Lives> {
    let of = |(index, start): (u32, &crate::base::SimDuration)| {
        let host = host_name(&kcl.name, index + 1);
        let mut lives = Lives::default();
        lives.begin(us(*start));
        let actions = plan.actions.iter().filter_map(|action| of_action(action, &host));
        let crashes = plan.faults.iter().filter_map(|fault| of_crash(fault, &host));
        let mut all: Vec<(Us, What)> = actions.chain(crashes.flatten()).collect();
        all.sort_unstable();
        for (at, what) in all {
            match what {
                What::Stop => lives.end(at, true),
                What::Crash => lives.end(at, false),
                What::Start => lives.begin(at),
            }
        }
        lives
    };
    (0..).zip(&kcl.worker_starts).map(of).collect()
}

fn of_action(action: &ActionPlan, host: &str) -> Option<(Us, What)> {
    let at = action.at.as_nanos() / 1000;
    match &action.what {
        ActionKind::StopWorker { host: of } if **of == *host => Some((at, What::Stop)),
        ActionKind::StartWorker { host: of } if **of == *host => Some((at, What::Start)),
        _ => None,
    }
}

fn of_crash(fault: &FaultPlan, host: &str) -> Option<[(Us, What); 2]> {
    let is_it = fault.effect.crashes() == Some(host);
    let at = fault.at.as_nanos() / 1000;
    let back = fault.lasts.map_or(Us::MAX, |lasts| at.saturating_add(us(lasts)));
    is_it.then_some([(at, What::Crash), (back, What::Start)])
}

/// Whether an action stops or starts a worker that is followed.
pub(super) fn is_of_worker(plan: &Plan, action: &ActionPlan) -> bool {
    let is_of = |host: &str, kcl: &KclSettings| {
        (1..=kcl.worker_starts.len() as u32).any(|number| host_name(&kcl.name, number) == host)
    };
    match &action.what {
        ActionKind::StopWorker { host } | ActionKind::StartWorker { host } => {
            plan.kcl.iter().any(|kcl| is_of(host, kcl))
        }
        _ => false,
    }
}

/// Whether a fault is the crash of a worker of this application.
pub(super) fn is_crash_of_worker(kcl: &KclSettings, fault: &FaultPlan) -> bool {
    let is = |host: &str| (1..=kcl.worker_starts.len() as u32).any(|number| host_name(&kcl.name, number) == host);
    fault.effect.crashes().is_some_and(is)
}
