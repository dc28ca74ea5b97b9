//! `[[fault]]` and `[random_faults]`: what goes wrong, when, and to whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimDuration;
use crate::base::written::{Duration, DurationRange, Rate, Share};

/// A fault: `at`, how long it lasts, and one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When it begins, counted from the start of the run.
    pub at: Duration,
    /// How long it lasts.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Duration>,
    /// When a crashed host starts again, counted from the crash; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_after: Option<Duration>,
    /// A host loses its memory and stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<String>,
    /// A host stands still, as in a long garbage collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<String>,
    /// A host's wall clock is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<ClockSkew>,
    /// Hosts and services cannot reach each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<LinkFault>,
    /// Messages are lost at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose: Option<LinkFault>,
    /// Responses are lost at a rate: the request was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose_responses: Option<LinkFault>,
    /// Requests are delivered twice at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<LinkFault>,
    /// Messages take longer: each request and each answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<LinkFault>,
    /// A service throttles at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ServiceFault>,
    /// A service answers InternalFailure at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_errors: Option<ServiceFault>,
    /// A service answers ServiceUnavailable at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<ServiceFault>,
    /// Shard iterators are refused with ExpiredIteratorException.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_iterators: Option<ServiceFault>,
    /// A zone (0, 1 or 2) is out of service; its logs are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_outage: Option<u8>,
    /// A zone (0, 1 or 2) is out of service; its logs are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_wipe: Option<u8>,
    /// The KMS key is in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms: Option<KmsState>,
}

/// A host's wall clock that is `ahead` or `behind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSkew {
    /// One host by name, such as `billing-1`.
    pub host: String,
    /// How far it is ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<Duration>,
    /// How far it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Duration>,
}

/// A fault on links between hosts and services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFault {
    /// Hosts (`billing-1`, or `billing` for all of them); all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// `kinesis`, `dynamodb` or `store`; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Which messages: `both`, `requests` or `replies`.
    #[serde(default)]
    pub way: Way,
    /// Share of messages; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
    /// The added delay (delay only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DurationRange>,
}

/// Which messages of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Both ways.
    #[default]
    Both,
    /// To the service.
    Requests,
    /// From the service.
    Replies,
}

/// A fault of a service: give a stream (with a shard), a table, a service or an operation; all of Kinesis otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceFault {
    /// `kinesis` or `dynamodb`; what `stream` or `table` is of, or else Kinesis, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only this stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Only this shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u32>,
    /// Only this table (then it is a fault of DynamoDB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Share of calls (of records in PutRecords); all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
}

/// States of the KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KmsState {
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

/// Faults drawn at random: so many an hour of each kind, between `from` and `until`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomFaults {
    /// No fault begins before this time of the run.
    #[serde(default)]
    pub from: Duration,
    /// None begins later, and all have ended by then; two thirds of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// How long each lasts.
    #[serde(default = "random_length")]
    pub lasts: DurationRange,
    /// Crashes of consumer hosts, with restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<Rate>,
    /// Crashes of consumer hosts for good; one host is always left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash_for_good: Option<Rate>,
    /// Pauses of consumer hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Rate>,
    /// Skewed wall clocks of consumer hosts, up to a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<Rate>,
    /// Partitions of a consumer host from DynamoDB or Kinesis, both ways or one way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Rate>,
    /// Times in which a tenth of all messages is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose: Option<Rate>,
    /// Times in which a tenth of DynamoDB's or Kinesis' responses is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose_responses: Option<Rate>,
    /// Times in which a tenth of all requests is delivered twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Rate>,
    /// Times in which messages take up to two seconds longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Rate>,
    /// Times in which a fifth of records and calls on a stream, a shard or a lease table is throttled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Rate>,
    /// Times in which a tenth of calls to Kinesis, a stream or a lease table fails with InternalFailure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_errors: Option<Rate>,
    /// Times in which a tenth of calls to Kinesis or a lease table fails with ServiceUnavailable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<Rate>,
    /// Times in which every iterator is expired with probability one half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_iterators: Option<Rate>,
    /// Times in which the KMS key of encrypted streams is not there: disabled, pending deletion, denied or throttled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms: Option<Rate>,
    /// Zone outages and wipes, one zone at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Rate>,
}

fn random_length() -> DurationRange {
    DurationRange(SimDuration::from_secs(5), SimDuration::from_secs(40))
}
