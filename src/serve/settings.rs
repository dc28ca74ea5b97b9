//! What an endpoint is started with, and the plan that comes of it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::clock::{Clock, Pace};
use crate::aws::Account;
use crate::aws::Door;
use crate::base::{Seed, SimDuration};
use crate::scenario::Scenario;
use crate::scenario::plan::Plan;

/// Which limits are enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limits {
    /// Throughput of shards and tables, as AWS enforces it.
    #[default]
    Data,
    /// Those, and the call quotas of the control plane.
    All,
    /// None.
    Off,
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::All => "all",
            Self::Off => "off",
        })
    }
}

/// How long streams and tables take to change state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transitions {
    /// As long as this.
    Fixed(SimDuration),
    /// As long as at AWS, as far as that is known.
    Realistic,
}

/// What an endpoint is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one.
    pub address: SocketAddr,
    /// How its clock runs.
    pub(crate) pace: Pace,
    /// The account it stands for.
    pub account: Account,
    /// Open shards allowed in the account.
    pub shard_limit: Option<u32>,
    /// Which limits are enforced.
    pub(crate) limits: Limits,
    /// How long changes of state take.
    pub(crate) transitions: Transitions,
    /// Wall-clock time of the run's start; now when absent.
    pub epoch_unix_ms: Option<u64>,
    /// Where the certificate authority's PEM goes, when TLS is spoken too.
    pub(crate) tls_authority_file: Option<PathBuf>,
}

impl Settings {
    /// The door of a plan's world.
    pub(super) fn door(&self, plan: &Plan) -> Door {
        Door { account: self.account.clone(), epoch_unix_ms: plan.services.kinesis.epoch_unix_ms }
    }

    /// The plan of the world behind the endpoint: a scenario's, or an empty account.
    pub(super) fn plan(&self, scenario: Option<&Scenario>, seed: u64) -> Plan {
        let is_empty = scenario.is_none();
        let mut plan = scenario.map_or_else(|| empty_account().plan(), Scenario::plan);
        plan.seed = if is_empty { Seed(seed) } else { plan.seed };
        let streams = &mut plan.services.kinesis;
        streams.epoch_unix_ms = self.epoch_unix_ms.unwrap_or_else(Clock::wall_unix_ms);
        streams.account = self.account.id.clone();
        streams.region = self.account.region.clone();
        streams.shard_limit = self.shard_limit.unwrap_or(streams.shard_limit);
        streams.control_plane_quotas = self.limits == Limits::All;
        streams.data_plane_limits = self.limits != Limits::Off;
        plan.services.dynamodb.capacity_limits = self.limits != Limits::Off;
        if let Transitions::Fixed(takes) = self.transitions {
            let range = (takes, takes);
            let transitions = &mut streams.transitions;
            transitions.create = range;
            transitions.delete = range;
            transitions.reshard = range;
            transitions.encryption = range;
            transitions.update_shard_count = range;
            transitions.update_shard_count_step = SimDuration::ZERO;
            transitions.update = range;
            transitions.consumer = range;
            plan.services.dynamodb.transition = range;
        }
        plan
    }
}

/// An account without streams, on a network without latency.
pub(super) fn empty_account() -> Scenario {
    let text = "name = \"serve\"\nduration = \"3650d\"\n[network]\nlatency = \"0ms\"\n\
        [assume]\nstale_read_lag_max = \"0ms\"\n";
    match crate::scenario::load(text, "serve", None) {
        Ok(scenario) => scenario,
        Err(problems) => unreachable!("the empty account is a right scenario: {problems}"),
    }
}
