//! `[[action]]`: what the operator does.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::consumer::LeaseTable;
use super::delivery::Delivery;
use super::delivery_update::{DeliveryAction, DeliveryUpdate};
use super::rolling_restart::{RollingRestart, Step};
use crate::aws::dynamodb::api::Capacity;
use crate::base::repeat::Repeat;
use crate::base::written::Duration;
use crate::base::{ShardId, SimDuration, SimTime, StreamName};
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::{ActionKind, ActionPlan, ShardChoice};
use crate::scenario::spans::Path;

/// What the operator does: `at`, and one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When, counted from the start of the run.
    pub at: Duration,
    /// The stream; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// SplitShard: `hottest`, `coldest` or a shard id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// NewStartingHashKey of `split`; the middle when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_hash_key: Option<String>,
    /// MergeShards of this shard (`hottest`, `coldest` or an id) with its upper neighbour; the topmost, when
    /// it is meant by its load, with its lower one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<String>,
    /// UpdateShardCount to this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) update_shard_count: Option<u32>,
    /// Retention, longer or shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Duration>,
    /// StartStreamEncryption with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encrypt: Option<String>,
    /// StopStreamEncryption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) decrypt: bool,
    /// CreateStream with so many shards; `stream` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_stream: Option<u32>,
    /// DeleteStream.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_stream: bool,
    /// Whether AWS is to refuse it; otherwise a run in which it is refused does not pass.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) expect_refusal: bool,
    /// The consumer whose lease table is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// New provisioned units of a consumer's lease table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease_capacity: Option<LeaseTable>,
    /// Switches a consumer's lease table to on-demand capacity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lease_on_demand: bool,
    /// Deletes this shard's row from a consumer's lease table, as a person with the console would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delete_lease: Option<u32>,
    /// Asks a worker to shut down gracefully.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop_worker: Option<String>,
    /// Starts a stopped worker again. One that is not done with its shutdown by then is killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) start_worker: Option<String>,
    /// UpdateDestination: what changes of a delivery stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) update_delivery: Option<DeliveryUpdate>,
    /// DeleteDeliveryStream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delete_delivery: Option<String>,
    /// COPY of every manifest that this delivery stream to Redshift has skipped, as its owner does once the cluster is
    /// back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copy_manifests: Option<String>,
    /// Stops and starts each worker of a consumer, one after the other, as a deployment does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rolling_restart: Option<RollingRestart>,
    /// Is done again so often; once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Duration>,
    /// With `every`: the last is done by then; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
}

impl Action {
    /// How it is done again in a run of this length, if it takes so long.
    pub(crate) fn repeat(&self, length: SimDuration, run: SimDuration) -> Repeat {
        let (every, until) = (self.every.map(|every| every.0), self.until.map_or(run, |until| until.0));
        Repeat { at: self.at.0, length, every, until }
    }
}

/// Every action of the file, in order of time.
pub(crate) fn actions(
    c: &mut Compiler<'_>,
    actions: &[Action],
    deliveries: &BTreeMap<String, Delivery>,
) -> Vec<ActionPlan> {
    let plans = actions.iter().enumerate().flat_map(|(n, action)| one_action(c, n, action, deliveries));
    let mut plans: Vec<ActionPlan> = plans.collect();
    plans.sort_by_key(|plan| plan.at);
    check_shard_counts(c, actions);
    check_merges(c, actions);
    plans
}

/// A merge takes two shards; where only splits and merges change their number, the most that there can be is known.
fn check_merges(c: &mut Compiler<'_>, actions: &[Action]) {
    let Some(only) = c.cast.streams.first().filter(|only| c.cast.streams.len() == 1 && only.shards_ever.is_some())
    else {
        return;
    };
    let (mut open, name, run) = (only.shards, only.name.clone(), c.duration.0);
    let is_of_it = |action: &Action| action.stream.as_ref().is_none_or(|of| *of == name);
    let is_reshard =
        |(_, action): &(usize, &Action)| is_of_it(action) && (action.split.is_some() || action.merge.is_some());
    let reshards = actions.iter().enumerate().filter(is_reshard);
    let mut steps: Vec<_> = reshards
        .flat_map(|(n, action)| {
            action.repeat(SimDuration::ZERO, run).times().map(move |at| (at, n, action.merge.is_some()))
        })
        .collect();
    steps.sort_by_key(|(at, ..)| *at);
    for (at, n, is_merge) in steps {
        if is_merge && open < 2 && !actions[n].expect_refusal {
            let title = format!("{name} has one shard at {}: there is nothing to merge it with", Duration(at));
            let help = "begin with more shards, split first, or say `expect_refusal = true`";
            return c.problem(file_path!["action", n, "merge"], title, "this merge", help);
        }
        open = if is_merge { open.saturating_sub(1).max(1) } else { open + 1 };
    }
}

/// UpdateShardCount goes at most to double and at least to half; where nothing else changes the count, that is known.
fn check_shard_counts(c: &mut Compiler<'_>, actions: &[Action]) {
    if actions.iter().any(|action| action.split.is_some() || action.merge.is_some()) {
        return;
    }
    let mut ordered: Vec<(usize, &Action)> = actions.iter().enumerate().collect();
    ordered.sort_by_key(|(_, action)| action.at);
    let [only] = &c.cast.streams[..] else { return };
    let mut shards = only.shards;
    for (n, action) in ordered {
        let Some(target) = action.update_shard_count else { continue };
        if target > 2 * shards || 2 * target < shards {
            let title = format!(
                "UpdateShardCount from {shards} goes to at most {} and at least {}",
                2 * shards,
                shards.div_ceil(2)
            );
            let help = "Kinesis refuses more than double or less than half; take several steps";
            c.problem(file_path!["action", n, "update_shard_count"], title, "this target", help);
        }
        shards = target;
    }
}

fn one_action(
    c: &mut Compiler<'_>,
    n: usize,
    action: &Action,
    deliveries: &BTreeMap<String, Delivery>,
) -> Vec<ActionPlan> {
    c.instant(action.at, file_path!["action", n, "at"], "this action");
    let mut kinds = action_kinds(c, n, action);
    let Action { update_delivery, delete_delivery, copy_manifests, .. } = action;
    let of_delivery = DeliveryAction {
        update: update_delivery.as_ref(),
        delete: delete_delivery.as_deref(),
        copy: copy_manifests.as_deref(),
    };
    kinds.extend(c.delivery_actions(n, &of_delivery, deliveries));
    let mut kinds: Vec<Vec<Step>> = kinds.into_iter().map(Step::at_once).collect();
    kinds.extend(action.rolling_restart.as_ref().map(|restart| restart.steps(c, n)));
    if kinds.len() != 1 {
        let help = "one of: split, merge, update_shard_count, retention, encrypt, decrypt, create_stream, \
            delete_stream, lease_capacity, lease_on_demand, delete_lease, stop_worker, start_worker, rolling_restart, \
            update_delivery, delete_delivery, copy_manifests";
        c.problem(
            file_path!["action", n],
            "an action is of exactly one kind",
            format!("this one has {}", kinds.len()),
            help,
        );
        return Vec::new();
    }
    let steps = kinds.remove(0);
    let length = steps.last().map_or(SimDuration::ZERO, |step| step.after);
    c.instant(Duration(action.at.0.saturating_add(length)), file_path!["action", n], "the end of this action");
    let repeat = action.repeat(length, c.duration.0);
    c.again("action", n, repeat, action.every, action.until);
    let plan = |at: SimDuration, step: &Step| ActionPlan {
        at: SimTime::ZERO.saturating_add(at).saturating_add(step.after),
        what: step.what.clone(),
        text: step.text.as_str().into(),
        expect_refusal: action.expect_refusal,
    };
    repeat.times().flat_map(|at| steps.iter().map(move |step| plan(at, step))).collect()
}

fn action_kinds(c: &mut Compiler<'_>, n: usize, action: &Action) -> Vec<(ActionKind, String)> {
    let mut kinds = Vec::new();
    if let Some(shards) = action.create_stream {
        let stream = new_stream(c, n, action);
        kinds.push((ActionKind::CreateStream { stream: stream.clone(), shards }, format!("CreateStream {stream}")));
        return kinds;
    }
    stream_actions(c, n, action, &mut kinds);
    table_actions(c, n, action, &mut kinds);
    if let Some(host) = &action.stop_worker {
        let path = || file_path!["action", n, "stop_worker"];
        let name = c.host(host, path());
        let is_producer = c.cast.is_of_producer(host);
        c.need(!is_producer, path(), "a producer is not asked to stop", "give it a `stop`, or `crash` it");
        kinds.push((ActionKind::StopWorker { host: name }, format!("stop {host}")));
    }
    if let Some(host) = &action.start_worker {
        let name = c.host(host, file_path!["action", n, "start_worker"]);
        kinds.push((ActionKind::StartWorker { host: name }, format!("start {host}")));
    }
    kinds
}

fn new_stream(c: &mut Compiler<'_>, n: usize, action: &Action) -> StreamName {
    let name = action.stream.as_deref().unwrap_or_default();
    let parsed = name.parse();
    c.need(parsed.is_ok(), file_path!["action", n, "stream"], "`stream` names the stream to create", "");
    parsed.unwrap_or_else(|_| c.only_stream(file_path!["action", n]))
}

fn stream_actions(c: &mut Compiler<'_>, n: usize, action: &Action, kinds: &mut Vec<(ActionKind, String)>) {
    let is_one = action.split.is_some()
        || action.merge.is_some()
        || action.update_shard_count.is_some()
        || action.retention.is_some()
        || action.encrypt.is_some()
        || action.decrypt
        || action.delete_stream;
    if !is_one {
        return;
    }
    let stream = match &action.stream {
        Some(name) => c.stream_name(name, file_path!["action", n, "stream"]),
        None => c.only_stream(file_path!["action", n]),
    };
    let of = || stream.clone();
    if let Some(shard) = &action.split {
        let choice = shard_choice(c, &stream, shard, file_path!["action", n, "split"]);
        let at_hash_key = action.at_hash_key.as_ref().and_then(|key| {
            let parsed = key.parse().ok();
            c.need(
                parsed.is_some(),
                file_path!["action", n, "at_hash_key"],
                "a hash key is decimal and fits 128 bits",
                "",
            );
            parsed
        });
        kinds.push((
            ActionKind::Split { stream: of(), shard: choice, at_hash_key },
            format!("SplitShard {shard} of {stream}"),
        ));
    }
    if let Some(shard) = &action.merge {
        let choice = shard_choice(c, &stream, shard, file_path!["action", n, "merge"]);
        kinds.push((ActionKind::Merge { stream: of(), shard: choice }, format!("MergeShards {shard} of {stream}")));
    }
    if let Some(target) = action.update_shard_count {
        c.need(target > 0, file_path!["action", n, "update_shard_count"], "a stream has at least one shard", "");
        kinds.push((
            ActionKind::UpdateShardCount { stream: of(), target },
            format!("UpdateShardCount of {stream} to {target}"),
        ));
    }
    if let Some(retention) = action.retention {
        let hours = c.retention_hours(retention, file_path!["action", n, "retention"]);
        kinds.push((ActionKind::SetRetention { stream: of(), hours }, format!("retention of {stream} to {hours}h")));
    }
    if let Some(key) = &action.encrypt {
        let kind = ActionKind::StartEncryption { stream: of(), key_id: key.as_str().into() };
        kinds.push((kind, format!("StartStreamEncryption of {stream}")));
    }
    if action.decrypt {
        kinds.push((ActionKind::StopEncryption { stream: of() }, format!("StopStreamEncryption of {stream}")));
    }
    if action.delete_stream {
        kinds.push((ActionKind::DeleteStream { stream: of() }, format!("DeleteStream {stream}")));
    }
}

fn table_actions(c: &mut Compiler<'_>, n: usize, action: &Action, kinds: &mut Vec<(ActionKind, String)>) {
    let is_one = action.lease_capacity.is_some() || action.lease_on_demand || action.delete_lease.is_some();
    if !is_one {
        return;
    }
    let consumer = action.consumer.clone().unwrap_or_else(|| match &c.cast.consumers[..] {
        [only] => only.name.clone(),
        _ => String::new(),
    });
    let table = c.table(&consumer, file_path!["action", n, "consumer"]);
    if let Some(LeaseTable { read, write }) = action.lease_capacity {
        c.need(read > 0 && write > 0, file_path!["action", n, "lease_capacity"], "at least 1 unit each way", "");
        let capacity = Capacity::Provisioned { read, write };
        kinds.push((
            ActionKind::SetTableCapacity { table: table.clone(), capacity },
            format!("capacity of {table} to {read}/{write}"),
        ));
    }
    if action.lease_on_demand {
        let capacity = Capacity::OnDemand;
        kinds.push((ActionKind::SetTableCapacity { table: table.clone(), capacity }, format!("{table} to on-demand")));
    }
    if let Some(shard) = action.delete_lease {
        let stream = c.cast.stream_of_table(&table);
        let shard = stream.map_or(ShardId(shard), |of| c.shard(&of, shard, file_path!["action", n, "delete_lease"]));
        kinds.push((
            ActionKind::DeleteLease { table: table.clone(), shard },
            format!("delete the row of {shard} in {table}"),
        ));
    }
}

fn shard_choice(c: &mut Compiler<'_>, stream: &StreamName, text: &str, path: Path) -> ShardChoice {
    match text {
        "hottest" => ShardChoice::Hottest,
        "coldest" => ShardChoice::Coldest,
        id => match id.parse() {
            Ok(ShardId(id)) => ShardChoice::Id(c.shard(stream, id, path)),
            Err(_) => {
                c.problem(path, format!("`{id}` is not a shard"), "here", "write `hottest`, `coldest` or a shard id");
                ShardChoice::Hottest
            }
        },
    }
}
