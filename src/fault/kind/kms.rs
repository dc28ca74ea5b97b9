//! `kms`: the KMS key of encrypted streams is in another state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_point::AtService;
use crate::aws;
use crate::aws::kinesis::api::{Fault, KmsKeyState};
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::fault::about::{About, Ends, Kind, Made};
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::{Drawing, Drawn as DrawnFault, Time};

/// The state of the KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "KmsState")]
pub enum Kms {
    /// KMSDisabledException.
    Disabled,
    /// KMSInvalidStateException.
    PendingDeletion,
    /// KMSNotFoundException.
    Deleted,
    /// KMSAccessDeniedException.
    AccessDenied,
    /// KMSThrottlingException.
    Throttled,
    /// KMSOptInRequired.
    OptInRequired,
}

impl Kind for Kms {
    const ABOUT: About = About {
        key: "kms",
        breaks: "the KMS key is `disabled`, `pending-deletion`, `deleted`, `access-denied`, `throttled` or \
                 `opt-in-required`",
        acts_through: "Kinesis' fault points",
        still_holds: "no data is lost; re-enabling gives everything back",
        ends: Ends::InTime,
        example: "kms = \"disabled\"",
    };

    fn make(&self, _: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made {
        let is_used = cast.live.is_some() || cast.streams.iter().any(|stream| stream.is_encrypted);
        let help = "give a stream an `encryption_key`, or `encrypt` it by an action";
        problems.need(is_used, "", "no stream is encrypted: this fault would do nothing", help);
        let (state, word) = match self {
            Self::Disabled => (KmsKeyState::Disabled, "disabled"),
            Self::PendingDeletion => (KmsKeyState::PendingDeletion, "pending deletion"),
            Self::Deleted => (KmsKeyState::Deleted, "deleted"),
            Self::AccessDenied => (KmsKeyState::AccessDenied, "denied"),
            Self::Throttled => (KmsKeyState::Throttled, "throttled"),
            Self::OptInRequired => (KmsKeyState::OptInRequired, "without subscription"),
        };
        Made::new(AtService(aws::Fault::Kinesis(Fault::KmsKey { state })), format!("KMS key {word}"))
    }
}

#[derive(Default)]
pub(super) struct Drawn;

impl Drawing for Drawn {
    fn meaning(&self) -> &'static str {
        "times in which the KMS key of encrypted streams is not there: disabled, pending deletion, denied or throttled"
    }
    fn stream(&self) -> &'static str {
        "kms"
    }
    fn draw(&mut self, random: &mut Random, _: Time, cast: &Cast) -> Option<DrawnFault> {
        let states = [Kms::Disabled, Kms::PendingDeletion, Kms::AccessDenied, Kms::Throttled];
        let state = states[random.below(states.len() as u64) as usize];
        cast.streams.iter().any(|stream| stream.is_encrypted).then(|| DrawnFault::of(state))?
    }
}
