//! What an endpoint is started with, and the plan that comes of it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::clock::{Clock, Pace};
use super::deliver::{Kind, Target};
use super::function_url::FunctionUrl;
use crate::aws::protocol::outside::Names;
use crate::aws::{Account, Door, firehose};
use crate::base::SimDuration;
use crate::scenario::Scenario;
use crate::scenario::plan::{ActionKind, Plan};

/// Which limits are enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limits {
    /// Throughput of shards, tables and delivery streams, as AWS enforces it.
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
    /// Streams within half a second, tables at once: waiters of SDKs sleep 20 s and more when they see one CREATING.
    Quick,
}

/// How long streams take to change state when nobody says how long.
const QUICK: SimDuration = SimDuration::from_millis(500);

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
    /// KMS keys that exist besides AWS's own and those of the scenario's streams; `*` for any.
    pub(crate) kms_keys: Vec<String>,
    /// Names besides localhost under which control routes may be asked for.
    pub(crate) allowed_hosts: Vec<String>,
    /// Whether web pages of any origin may use the AWS routes.
    pub(crate) cors: bool,
    /// Whether every request is told.
    pub(crate) tells_requests: bool,
    /// Functions whose code is behind a URL.
    pub(crate) functions: Vec<FunctionUrl>,
    /// Sinks of the user's, where deliveries go on to.
    pub(crate) targets: Vec<Target>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: ([127, 0, 0, 1], 0).into(),
            pace: Pace::Manual,
            account: Account { id: "000000000000".into(), region: "us-east-1".into() },
            shard_limit: None,
            limits: Limits::default(),
            transitions: Transitions::Quick,
            epoch_unix_ms: None,
            tls_authority_file: None,
            kms_keys: Vec::new(),
            allowed_hosts: Vec::new(),
            cors: false,
            tells_requests: false,
            functions: Vec::new(),
            targets: Vec::new(),
        }
    }
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
        if is_empty {
            plan.seed = seed.into();
        }
        plan.services.kinesis.kms_keys = self.kms_keys(&plan);
        // A client that waits for an event while the clock stands still would wait for ever.
        plan.services.kinesis.push_lag = SimDuration::ZERO;
        let functions = self.functions.iter().map(|function| function.name.clone()).collect();
        plan.services.lambda.outside = Names { are_all: false, names: functions };
        plan.services.s3.outside = Target::names(&self.targets, Kind::S3);
        plan.services.redshift.outside = Target::names(&self.targets, Kind::Redshift);
        plan.services.opensearch.outside = Target::names(&self.targets, Kind::OpenSearch);
        plan.services.splunk.outside = Target::names(&self.targets, Kind::Splunk);
        plan.services.http_endpoint.outside = Target::names(&self.targets, Kind::Http);
        let streams = &mut plan.services.kinesis;
        streams.epoch_unix_ms = self.epoch_unix_ms.unwrap_or_else(Clock::wall_unix_ms);
        streams.account = self.account.id.clone();
        streams.region = self.account.region.clone();
        streams.shard_limit = self.shard_limit.unwrap_or(streams.shard_limit);
        streams.control_plane_quotas = self.limits == Limits::All;
        streams.data_plane_limits = self.limits != Limits::Off;
        plan.services.dynamodb.capacity_limits = self.limits != Limits::Off;
        let (epoch_unix_ms, kms_keys) = (streams.epoch_unix_ms, streams.kms_keys.clone());
        self.set_up_deliveries(&mut plan.services.firehose, epoch_unix_ms, kms_keys);
        let streams = &mut plan.services.kinesis;
        let takes = match self.transitions {
            Transitions::Realistic => None,
            Transitions::Fixed(takes) => Some((takes, takes)),
            Transitions::Quick => Some((QUICK, SimDuration::ZERO)),
        };
        if let Some((takes, takes_table)) = takes {
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
            plan.services.dynamodb.transition = (takes_table, takes_table);
        }
        plan
    }
}

impl Settings {
    /// Delivery streams are in the same account, at the same time, as streams.
    fn set_up_deliveries(
        &self,
        deliveries: &mut firehose::Settings,
        epoch_unix_ms: u64,
        kms_keys: Option<Vec<Box<str>>>,
    ) {
        deliveries.epoch_unix_ms = epoch_unix_ms;
        deliveries.kms_keys = kms_keys;
        deliveries.account = self.account.id.clone();
        deliveries.region = self.account.region.clone();
        deliveries.control_plane_quotas = self.limits == Limits::All;
        deliveries.data_plane_limits = self.limits != Limits::Off;
        let takes = match self.transitions {
            Transitions::Realistic => return,
            Transitions::Fixed(takes) => takes,
            Transitions::Quick => QUICK,
        };
        let range = (takes, takes);
        deliveries.transitions =
            firehose::api::Transitions { create: range, delete: range, update: range, encryption: range };
    }

    /// Keys that streams may be encrypted with; `None` for any.
    fn kms_keys(&self, plan: &Plan) -> Option<Vec<Box<str>>> {
        if self.kms_keys.iter().any(|key| key == "*") {
            return None;
        }
        let of_streams = plan.streams.iter().filter_map(|stream| stream.of.encryption_key_id.clone());
        let of_actions = plan.actions.iter().filter_map(|action| match &action.what {
            ActionKind::StartEncryption { key_id, .. } => Some(key_id.clone()),
            _ => None,
        });
        Some(self.kms_keys.iter().map(|key| key.as_str().into()).chain(of_streams).chain(of_actions).collect())
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
