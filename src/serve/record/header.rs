//! What a recording was made with: its first line.

use serde::{Deserialize, Serialize};

use super::{RecordError, VERSION};
use crate::aws::Account;
use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::scenario::Scenario;
use crate::serve::clock::Pace;
use crate::serve::deliver::Target;
use crate::serve::function_url::FunctionUrl;
use crate::serve::settings::{Limits, Settings, Transitions};

/// What a recording was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    /// Version of the format.
    pub(super) kinesim: u32,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) seed: u64,
    pub(super) epoch_unix_ms: u64,
    pub(super) limits: Limits,
    /// `None` for realistic ones, and for what is the default.
    pub(super) transition_ns: Option<u64>,
    /// Whether they are the default's. Older recordings name its time.
    #[serde(default)]
    pub(super) is_quick: bool,
    /// KMS keys that exist. Older recordings have every one.
    #[serde(default = "every_key")]
    pub(super) kms_keys: Vec<String>,
    pub(super) shard_limit: Option<u32>,
    /// Names of functions whose code was outside. A URL may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) functions: Vec<String>,
    /// Sinks that others outside stood for, as `KIND:NAME`. Where those are may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) delivers: Vec<String>,
    /// The resolved scenario.
    pub(super) scenario: Option<String>,
    /// The consumer of it whose place a command took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) brought: Option<String>,
}

fn every_key() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Header {
    /// What an endpoint with these settings records.
    pub(crate) fn of(settings: &Settings, scenario: Option<&Scenario>, seed: u64, epoch_unix_ms: u64) -> Self {
        Self {
            kinesim: VERSION,
            account: settings.account.id.to_string(),
            region: settings.account.region.to_string(),
            seed,
            epoch_unix_ms,
            limits: settings.limits,
            transition_ns: match settings.transitions {
                Transitions::Fixed(takes) => Some(takes.as_nanos()),
                Transitions::Realistic | Transitions::Quick => None,
            },
            is_quick: settings.transitions == Transitions::Quick,
            kms_keys: settings.kms_keys.clone(),
            shard_limit: settings.shard_limit,
            functions: settings.functions.iter().map(|function| function.name.to_string()).collect(),
            delivers: settings.targets.iter().map(Target::stands_for).collect(),
            scenario: scenario.map(Scenario::resolved_toml),
            brought: scenario.and_then(Scenario::brought).map(ToOwned::to_owned),
        }
    }

    /// Wall-clock time of the run's start.
    pub(crate) fn epoch_unix_ms(&self) -> u64 {
        self.epoch_unix_ms
    }

    /// A data directory is used as it was begun.
    pub(crate) fn check_same(&self, now: &Self) -> Result<(), RecordError> {
        let mut options = self.options().into_iter().zip(now.options());
        if let Some((then, now)) = options.find(|(then, now)| then != now) {
            let text = format!("the data directory was begun {then}, and not {now}: use the same, or a new directory");
            return Err(RecordError::Settings(text));
        }
        let text = match (&self.scenario, &now.scenario) {
            (then, now) if then == now => return Ok(()),
            (None, _) => "without --scenario",
            (Some(_), None) => "with a --scenario",
            (Some(_), Some(_)) => "with another --scenario, or that file has changed",
        };
        Err(RecordError::Settings(format!("the data directory was begun {text}: use the same, or a new directory")))
    }

    /// The options that make a difference, as they are typed.
    fn options(&self) -> [String; 9] {
        let takes = |ns| Duration(SimDuration::from_nanos(ns)).to_string();
        let transitions = match (self.transition_ns, self.is_quick) {
            (Some(ns), _) => format!("with --transitions {}", takes(ns)),
            (None, false) => "with --transitions realistic".to_owned(),
            (None, true) => "without --transitions".to_owned(),
        };
        let keys = match self.kms_keys.is_empty() {
            true => "without --kms-key".to_owned(),
            false => format!("with --kms-key {}", self.kms_keys.join(" --kms-key ")),
        };
        [
            format!("with --account {}", self.account),
            format!("with --region {}", self.region),
            format!("with --seed {}", self.seed),
            format!("with --limits {}", self.limits),
            self.shard_limit
                .map_or_else(|| "without --shard-limit".to_owned(), |limit| format!("with --shard-limit {limit}")),
            transitions,
            keys,
            match self.functions.is_empty() {
                true => "without --function".to_owned(),
                false => format!("with functions {}", self.functions.join(", ")),
            },
            match self.delivers.is_empty() {
                true => "without --deliver".to_owned(),
                false => format!("with deliveries to {}", self.delivers.join(", ")),
            },
        ]
    }

    /// Settings of an endpoint that stands where the recorded one stood.
    ///
    /// # Errors
    /// When it delivered to what is not known.
    pub(crate) fn settings(&self) -> Result<Settings, RecordError> {
        let targets = self.delivers.iter().map(|text| Target::known(text)).collect::<Result<_, _>>();
        Ok(Settings {
            targets: targets.map_err(RecordError::Settings)?,
            pace: Pace::Manual,
            account: Account { id: self.account.as_str().into(), region: self.region.as_str().into() },
            shard_limit: self.shard_limit,
            limits: self.limits,
            transitions: match self.transition_ns {
                Some(ns) => Transitions::Fixed(SimDuration::from_nanos(ns)),
                None if self.is_quick => Transitions::Quick,
                None => Transitions::Realistic,
            },
            epoch_unix_ms: Some(self.epoch_unix_ms),
            kms_keys: self.kms_keys.clone(),
            functions: self.functions.iter().map(|name| FunctionUrl::unknown(name)).collect(),
            ..Settings::default()
        })
    }
}
