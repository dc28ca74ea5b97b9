//! What faults of services have in common: what they are aimed at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_point::AtService;
use super::link::operation;
use super::sink::{Named, SinkFault, share};
use crate::aws::protocol::fault_points::Trouble;
use crate::aws::protocol::operation::Operation;
use crate::aws::{self, dynamodb, kinesis};
use crate::base::ShardId;
use crate::base::seed::Random;
use crate::base::written::Share;
use crate::fault::about::Made;
use crate::fault::cast::{Cast, Problems};
use crate::fault::drawing::pick;

/// A fault of a service: give a stream (with a shard), a table, a service (with a name) or an operation; all of Kinesis
/// otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFault {
    /// `kinesis`, `dynamodb`, or what a delivery stream calls: `s3`, `lambda`, `redshift`, `opensearch`, `splunk`,
    /// `http_endpoint`, and `firehose` itself; what `stream` or `table` is of, or else Kinesis, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = [
        "kinesis", "dynamodb", "s3", "lambda", "redshift", "opensearch", "splunk", "http_endpoint", "firehose", null
    ]))]
    pub service: Option<String>,
    /// With a service that a delivery stream calls: only the bucket, function, cluster, domain, collector or endpoint
    /// of this name; with `firehose` the delivery stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
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

/// What a kind of fault is to Kinesis, by its target and rate.
type OfKinesis = fn(kinesis::api::FaultTarget, f64) -> kinesis::api::Fault;
/// What it is to DynamoDB.
type OfDynamoDb = fn(dynamodb::api::FaultTarget, f64) -> dynamodb::api::Fault;

impl ServiceFault {
    /// A fault of this kind. `of_dynamodb` is `None` for what DynamoDB cannot do.
    pub(super) fn make(
        &self,
        word: &str,
        of_kinesis: OfKinesis,
        of_dynamodb: Option<OfDynamoDb>,
        of_named: Option<Trouble>,
        cast: &Cast,
        problems: &mut Problems,
    ) -> Made {
        self.check(of_named.is_some(), problems);
        if let (Some(service), Some(trouble)) = (self.service.as_deref().and_then(Named::of), of_named) {
            let (name, operation, rate) = (self.name.clone(), self.operation.clone(), self.rate);
            return SinkFault { service, name, operation, rate }.make(word, trouble, problems);
        }
        let rate = share(self.rate, problems);
        let is_of_dynamodb = self.is_of_dynamodb();
        let effect = match (is_of_dynamodb, of_dynamodb) {
            (true, Some(of)) => AtService(aws::Fault::DynamoDb(of(self.dynamodb_target(cast, problems), rate))),
            (true, None) => {
                problems.add("table", "tables have no iterators", "here", "name a stream instead");
                AtService(aws::Fault::Kinesis(of_kinesis(kinesis::api::FaultTarget::default(), rate)))
            }
            (false, _) => AtService(aws::Fault::Kinesis(of_kinesis(self.kinesis_target(cast, problems), rate))),
        };
        let of = match (&self.table, &self.stream, self.shard) {
            (Some(table), ..) => format!("table {table}"),
            (None, Some(stream), Some(shard)) => format!("{stream} {}", ShardId(shard)),
            (None, Some(stream), None) => stream.clone(),
            (None, None, _) => self.service_name(is_of_dynamodb).to_owned(),
        };
        let calls = self.operation.as_ref().map_or(String::new(), |operation| format!("{operation} of "));
        Made::new(effect, format!("{word} at {}% on {calls}{of}", rate * 100.0))
    }

    fn service_name(&self, is_of_dynamodb: bool) -> &str {
        self.service.as_deref().unwrap_or(if is_of_dynamodb { "dynamodb" } else { "kinesis" })
    }

    fn check(&self, may_be_named: bool, problems: &mut Problems) {
        let service = self.service.as_deref();
        let named = service.and_then(Named::of).filter(|_| may_be_named);
        let is_known = matches!(service, None | Some("kinesis" | "dynamodb")) || named.is_some();
        let named_words = if may_be_named { Named::ALL.map(Named::word).join(", ") } else { String::new() };
        let help = format!("one of: kinesis, dynamodb, {named_words}");
        problems.need(is_known, "service", "not a service that can do that", help.trim_end_matches(", "));
        let is_clear = match service {
            Some("kinesis") => self.table.is_none(),
            Some("dynamodb") => self.stream.is_none() && self.shard.is_none(),
            _ => named.is_none() || (self.stream.is_none() && self.shard.is_none() && self.table.is_none()),
        };
        let title = "streams and shards are of kinesis, tables of dynamodb";
        problems.need(is_clear, "service", title, "leave one of them out");
        let is_name_heeded = self.name.is_none() || named.is_some();
        let help = "write a `service` that a delivery stream calls, or `stream` or `table` in place of `name`";
        problems.need(is_name_heeded, "name", "streams and tables are not aimed at by `name`", help);
    }

    /// An operation that only DynamoDB has means DynamoDB.
    fn is_of_dynamodb(&self) -> bool {
        let has = |table: &[Operation], name: &str| table.iter().any(|operation| operation.name() == name);
        let only = |name: &str| has(dynamodb::OPERATIONS, name) && !has(kinesis::OPERATIONS, name);
        let by_operation = || self.service.is_none() && self.operation.as_deref().is_some_and(only);
        self.table.is_some() || self.service.as_deref() == Some("dynamodb") || (self.stream.is_none() && by_operation())
    }

    fn kinesis_target(&self, cast: &Cast, problems: &mut Problems) -> kinesis::api::FaultTarget {
        let stream = self.stream.as_ref().map(|name| cast.stream(name, "stream", problems));
        let operation = operation(self.operation.as_deref(), problems, || kinesis::OPERATIONS.iter().copied());
        let of = self.stream.as_deref().or(cast.only_stream());
        let shard = self.shard.map(|shard| cast.shard(of.unwrap_or_default(), shard, "shard", problems));
        kinesis::api::FaultTarget { stream, shard, operation }
    }

    fn dynamodb_target(&self, cast: &Cast, problems: &mut Problems) -> dynamodb::api::FaultTarget {
        let table = self.table.as_ref().map(|name| cast.table(name, "table", problems));
        let operation = operation(self.operation.as_deref(), problems, || dynamodb::OPERATIONS.iter().copied());
        dynamodb::api::FaultTarget { table, operation }
    }
}

/// Draws a target: a lease table, or else Kinesis: a stream of it, a shard of that, or all of it. Where there are
/// delivery streams it is half the time what they call.
pub(super) fn target(random: &mut Random, cast: &Cast, has_shards: bool) -> ServiceFault {
    if let Some(service) = called(random, cast) {
        return ServiceFault { service: Some(service), ..ServiceFault::default() };
    }
    tables_or_streams(random, cast, has_shards)
}

/// Half the time a service that delivery streams call, where there are any.
pub(super) fn called(random: &mut Random, cast: &Cast) -> Option<String> {
    if cast.called.is_empty() || random.chance(0.5) { None } else { pick(random, &cast.called) }
}

/// Draws a lease table or a part of Kinesis.
fn tables_or_streams(random: &mut Random, cast: &Cast, has_shards: bool) -> ServiceFault {
    if random.chance(0.5)
        && let Some(table) = pick(random, &cast.kcl_tables())
    {
        return ServiceFault { table: Some(table), ..ServiceFault::default() };
    }
    let names: Vec<String> = cast.streams.iter().map(|of| of.name.clone()).collect();
    let stream = if has_shards && random.chance(0.75) { pick(random, &names) } else { None };
    let is_it = |name: &str| stream.as_deref() == Some(name);
    let shards = cast.streams.iter().find(|of| is_it(&of.name)).map_or(0, |of| of.shards);
    let shard = (shards > 0 && random.chance(0.5)).then(|| random.below(shards.into()) as u32);
    ServiceFault { stream, shard, ..ServiceFault::default() }
}
