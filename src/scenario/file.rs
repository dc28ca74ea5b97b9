//! The scenario file: its sections and keys, with their defaults.
//!
//! These types are the one source for reading, for the JSON Schema, and for the resolved file that a run leaves behind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compiler::HOST_MAX;
use super::section::{
    Action, Alarm, Assume, Autoscaling, Consumer, Delivery, Expect, Explore, Function, Library, Liveness, ModeWord,
    Network, OutcomeWord, Planned, PriceList, Producer, Stream, network,
};
use super::section::{KCL_IDLE, POLLER_IDLE};
use crate::base::Bug;
use crate::base::Seeds;
use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::fault::{Cast, Fault, Group, LeaseTable, RandomFaults, StreamCast};

/// A kinesim scenario: streams, producers, consumers, faults, actions and expectations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What the scenario is called in reports.
    pub name: String,
    /// Length of the run.
    pub duration: Duration,
    /// Seed of the run, or its timeline (`"7@3m12s:41"` goes on with seed 41 at 3m12s); `--seed` replaces it.
    #[serde(default)]
    pub seed: Seeds,
    /// What the scenario is there to show: `pass`, or `fail` with exactly the checks and expectations in `failing`.
    #[serde(default)]
    pub outcome: OutcomeWord,
    /// Names of checks, or texts of expectations, that must fail when `outcome = "fail"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<String>,
    /// A bug that is planted, to see that the checks find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<Bug>,
    /// What AWS does not publish, and kinesim assumes.
    #[serde(default)]
    pub(crate) assume: Assume,
    /// The simulated network.
    #[serde(default, deserialize_with = "network::word_or_table")]
    #[schemars(with = "network::NetworkForm")]
    pub network: Network,
    /// Bounds of the liveness checks, counted from when the faults have healed.
    #[serde(default)]
    pub(crate) liveness: Liveness,
    /// Streams that exist when the run begins.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
    /// Delivery streams of Firehose that exist when the run begins, by name. Each takes what producers put to it
    /// (`delivery = "lake"` of a producer), or reads a `stream` from its tip; may let a `function` transform records;
    /// and brings them to one destination, `s3`, `redshift`, `opensearch`, `splunk` or `http`: S3 when none is given.
    /// For two destinations, two delivery streams read one stream. What cannot be delivered lies in S3 with the
    /// reason. Faults of what it calls name a `service`, such as `throttle = { service = "s3" }`; `[[expect]]` has its
    /// numbers as `deliveries.NAME.records_lost`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) delivery: BTreeMap<String, Delivery>,
    /// Functions that transform records for delivery streams, by name: how a function in Lambda behaves, in time and in
    /// answers. A delivery stream uses one by `function = "NAME"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) function: BTreeMap<String, Function>,
    /// Hosts that put records, by name.
    #[serde(default)]
    pub producer: BTreeMap<String, Producer>,
    /// Hosts that read a stream, by name: KCL applications, pollers, your own code.
    #[serde(default)]
    pub consumer: BTreeMap<String, Consumer>,
    /// What breaks, and when.
    #[serde(default)]
    pub fault: Vec<Fault>,
    /// Faults drawn at random from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) random_faults: Option<RandomFaults>,
    /// What each seed of a swarm may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) explore: Option<Explore>,
    /// What `kinesim plan` may choose, and what must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Planned>,
    /// What the operator does.
    #[serde(default)]
    pub action: Vec<Action>,
    /// Policies that change streams' shards by their metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) autoscaling: Vec<Autoscaling>,
    /// Prices that costs are made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prices: Option<PriceList>,
    /// CloudWatch alarms: when each would have fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) alarm: Vec<Alarm>,
    /// A file beside the scenario with more of them, as `aws cloudwatch describe-alarms` prints them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alarms: Option<String>,
    /// What must come out.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

impl File {
    /// Who takes part.
    pub(super) fn cast(&self) -> Cast {
        let group = |name: &String, hosts: u32| Group { name: name.clone(), hosts: hosts.min(HOST_MAX) };
        let table = |(name, consumer): (&String, &Consumer)| LeaseTable {
            consumer: name.clone(),
            table: consumer.table_name(name),
            stream: consumer.stream.clone(),
            is_of_kcl: consumer.library == Library::Kcl2,
        };
        Cast {
            producers: self.producer.iter().map(|(name, producer)| group(name, producer.hosts)).collect(),
            consumers: self.consumer.iter().map(|(name, consumer)| group(name, consumer.host_count())).collect(),
            streams: self.stream.iter().map(|(name, stream)| self.stream_cast(name, stream)).collect(),
            created: self.created().cloned().collect(),
            deliveries: self.delivery.keys().cloned().collect(),
            reading_deliveries: self.reading_deliveries(),
            called: self.called(),
            functions: self.function.keys().cloned().collect(),
            lease_tables: self.consumer.iter().map(table).collect(),
            faults: self.fault.iter().flat_map(|fault| fault.standing(self.duration.0)).collect(),
            live: None,
        }
    }
    fn reading_deliveries(&self) -> Vec<String> {
        let reads = self.delivery.iter().filter(|(_, delivery)| delivery.stream.is_some());
        reads.map(|(name, _)| name.clone()).collect()
    }
    /// What fails is brought to S3, whatever the destination.
    fn called(&self) -> Vec<String> {
        let is_any = |has: fn(&Delivery) -> bool| self.delivery.values().any(has);
        let services = [
            ("s3", !self.delivery.is_empty()),
            ("lambda", is_any(|of| of.function.is_some())),
            ("redshift", is_any(|of| of.redshift.is_some())),
            ("opensearch", is_any(|of| of.opensearch.is_some())),
            ("splunk", is_any(|of| of.splunk.is_some())),
            ("http_endpoint", is_any(|of| of.http.is_some())),
        ];
        services.into_iter().filter(|(_, is_called)| *is_called).map(|(service, _)| service.to_owned()).collect()
    }
    fn created(&self) -> impl Iterator<Item = &String> {
        self.action.iter().filter(|action| action.create_stream.is_some()).filter_map(|action| action.stream.as_ref())
    }

    fn stream_cast(&self, name: &str, stream: &Stream) -> StreamCast {
        // An action without a stream means the only one.
        let is_of_it = |action: &&Action| action.stream.as_deref().is_none_or(|of| of == name);
        let actions = || self.action.iter().filter(is_of_it);
        let times = |action: &Action| action.repeat(SimDuration::ZERO, self.duration.0).times().count() as u32;
        let splits: u32 = actions().filter(|action| action.split.is_some()).map(times).sum();
        let merges: u32 = actions().filter(|action| action.merge.is_some()).map(times).sum();
        // Code of the user's own may reshard as well.
        let is_app = |consumer: &Consumer| consumer.library == Library::App;
        let is_scaled = self.autoscaling.iter().any(|of| of.stream.as_deref().is_none_or(|of| of == name));
        let is_known = !is_scaled
            && stream.mode == ModeWord::Provisioned
            && !actions().any(|action| action.update_shard_count.is_some())
            && !self.consumer.values().any(is_app);
        let is_again = self.created().any(|created| created == name);
        StreamCast {
            name: name.to_owned(),
            shards: stream.shards,
            shards_ever: (is_known && !is_again).then(|| stream.shards.saturating_add(2 * splits + merges)),
            record_bytes_max: stream.max_record_size.0,
            is_encrypted: stream.encryption_key.is_some() || actions().any(|action| action.encrypt.is_some()),
        }
    }

    /// Writes out the defaults that depend on something else, for the resolved file.
    pub(super) fn fill_options(&mut self) {
        for producer in self.producer.values_mut() {
            producer.stop.get_or_insert(self.duration);
        }
        for consumer in self.consumer.values_mut() {
            match consumer.library {
                Library::Kcl2 => {
                    consumer.kcl.get_or_insert_default();
                    consumer.idle.get_or_insert(KCL_IDLE);
                }
                Library::Poller => drop(consumer.idle.get_or_insert(POLLER_IDLE)),
                Library::App => {}
            }
        }
    }
}
