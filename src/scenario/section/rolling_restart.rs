//! `rolling_restart` of an `[[action]]`: a deployment that replaces one worker after the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::ActionKind;

/// Stops and starts each worker of a consumer, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollingRestart {
    /// The consumer.
    pub consumer: String,
    /// From the stop of one worker to the stop of the next.
    #[serde(default = "every")]
    pub every: Duration,
    /// From the stop of a worker to its start. A worker that is not done with its shutdown by then is killed, as an
    /// orchestrator kills a container after its grace period.
    #[serde(default = "down")]
    pub down: Duration,
}

fn every() -> Duration {
    Duration(SimDuration::from_secs(60))
}

fn down() -> Duration {
    Duration(SimDuration::from_secs(10))
}

/// A part of an action.
pub(super) struct Step {
    /// How long after the action's time.
    pub(super) after: SimDuration,
    pub(super) what: ActionKind,
    pub(super) text: String,
}

impl Step {
    /// An action that is done in one step.
    pub(super) fn at_once((what, text): (ActionKind, String)) -> Vec<Self> {
        vec![Self { after: SimDuration::ZERO, what, text }]
    }
}

impl RollingRestart {
    /// The stops and starts, in order of time.
    pub(super) fn steps(&self, c: &mut Compiler<'_>, n: usize) -> Vec<Step> {
        let path = |key| file_path!["action", n, "rolling_restart", key];
        let hosts = c.consumer_hosts(&self.consumer, path("consumer"));
        let help = "make `every` longer, or `down` shorter";
        c.need(self.down.0 < self.every.0, path("every"), "the next worker stops before this one is back", help);
        let steps = hosts.into_iter().enumerate().flat_map(|(place, host)| {
            let stop = self.every.0 * place as u64;
            let start = stop.saturating_add(self.down.0);
            let step = |after, what, verb: &str| Step { after, what, text: format!("{verb} {host} (rolling restart)") };
            [
                step(stop, ActionKind::StopWorker { host: host.clone() }, "stop"),
                step(start, ActionKind::StartWorker { host: host.clone() }, "start"),
            ]
        });
        steps.collect()
    }
}
