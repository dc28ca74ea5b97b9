//! Compiles `[[fault]]` and `[[action]]`.

use std::sync::Arc;

use super::compiler::{Compiler, Known};
use super::file::{Action, Fault, KmsState, LeaseTable, LinkFault, ServiceFault, Way};
use super::plan::{ActionKind, ActionPlan, FaultKind, FaultPlan, ShardChoice};
use super::spans::Path;
use crate::aws;
use crate::aws::dynamodb::api::{self as table, Capacity};
use crate::aws::kinesis::api::{self as streams, KmsKeyState};
use crate::aws::protocol::operation::Operation;
use crate::base::host_name::host_number;
use crate::base::nearest::nearest;
use crate::base::{ShardId, SimDuration, StreamName, TableName};
use crate::file_path;
use crate::world::{LinkEffect, LinkWay};

const SERVICES: [&str; 3] = ["kinesis", "dynamodb", "store"];

/// Every fault of the file, in order of time.
pub(super) fn faults(c: &mut Compiler<'_>) -> Vec<FaultPlan> {
    let faults = c.file.fault.clone();
    let mut plans: Vec<FaultPlan> = faults.iter().enumerate().filter_map(|(n, fault)| one_fault(c, n, fault)).collect();
    plans.sort_by_key(|plan| plan.at);
    plans
}

fn one_fault(c: &mut Compiler<'_>, n: usize, fault: &Fault) -> Option<FaultPlan> {
    let at = c.instant(fault.at, file_path!["fault", n, "at"], "this fault");
    let mut kinds = kinds(c, n, fault);
    if kinds.len() != 1 {
        let help = "one of: crash, pause, clock_skew, partition, lose, lose_responses, duplicate, delay, throttle, \
                    internal_errors, unavailable, expire_iterators, zone_outage, zone_wipe, kms";
        c.problem(
            file_path!["fault", n],
            "a fault is of exactly one kind",
            format!("this one has {}", kinds.len()),
            help,
        );
        return None;
    }
    let (what, text) = kinds.remove(0);
    let lasts = match what {
        FaultKind::Crash { .. } => fault.restart_after.or(fault.lasts),
        _ => fault.lasts,
    };
    if !matches!(what, FaultKind::Crash { .. }) && c.known.is_none() {
        c.need(
            lasts.is_some(),
            file_path!["fault", n],
            "a fault says how long it lasts",
            "for example `for = \"30s\"`",
        );
    }
    if let Some(lasts) = lasts {
        let key = if fault.restart_after.is_some() { "restart_after" } else { "for" };
        let ends = crate::base::written::Duration(fault.at.0 + lasts.0);
        c.instant(ends, file_path!["fault", n, key], "the end of this fault");
    }
    let text = match lasts {
        Some(lasts) => format!("{text} for {lasts}"),
        None => text,
    };
    Some(FaultPlan { at, lasts: lasts.map(|lasts| lasts.0), what, text: text.into() })
}

/// Every kind that the fault names, with how reports tell it.
fn kinds(c: &mut Compiler<'_>, n: usize, fault: &Fault) -> Vec<(FaultKind, String)> {
    let at = |key: &str| file_path!["fault", n, key];
    let mut kinds = Vec::new();
    if let Some(host) = &fault.crash {
        kinds.push((FaultKind::Crash { host: c.host(host, at("crash")) }, format!("crash of {host}")));
    }
    if let Some(host) = &fault.pause {
        kinds.push((FaultKind::Pause { host: c.host(host, at("pause")) }, format!("pause of {host}")));
    }
    if let Some(skew) = &fault.clock_skew {
        let host = c.host(&skew.host, at("clock_skew"));
        let ms = |time: Option<crate::base::written::Duration>| time.map_or(0, |time| time.0.as_millis() as i64);
        let skew_ms = ms(skew.ahead) - ms(skew.behind);
        c.need(
            skew_ms != 0,
            at("clock_skew"),
            "a skewed clock is `ahead` or `behind`",
            "for example `ahead = \"30s\"`",
        );
        kinds.push((FaultKind::ClockSkew { host, skew_ms }, format!("clock of {} off by {skew_ms} ms", skew.host)));
    }
    links(c, n, fault, &mut kinds);
    services(c, n, fault, &mut kinds);
    for (zone, wipe, key) in [(fault.zone_outage, false, "zone_outage"), (fault.zone_wipe, true, "zone_wipe")] {
        if let Some(zone) = zone {
            c.need(zone < 3, at(key), "zones are 0, 1 and 2", "");
            let what = if wipe { "wipe" } else { "outage" };
            let kind = of_kinesis_fault(streams::Fault::ZoneOutage { zone: zone.min(2), wipe });
            kinds.push((kind, format!("{what} of zone {zone}")));
        }
    }
    if let Some(state) = fault.kms {
        let (state, word) = match state {
            KmsState::Disabled => (KmsKeyState::Disabled, "disabled"),
            KmsState::PendingDeletion => (KmsKeyState::PendingDeletion, "pending deletion"),
            KmsState::Deleted => (KmsKeyState::Deleted, "deleted"),
            KmsState::AccessDenied => (KmsKeyState::AccessDenied, "denied"),
            KmsState::Throttled => (KmsKeyState::Throttled, "throttled"),
            KmsState::OptInRequired => (KmsKeyState::OptInRequired, "without subscription"),
        };
        kinds.push((of_kinesis_fault(streams::Fault::KmsKey { state }), format!("KMS key {word}")));
    }
    kinds
}

fn links(c: &mut Compiler<'_>, n: usize, fault: &Fault, kinds: &mut Vec<(FaultKind, String)>) {
    let rate = |link: &LinkFault| link.rate.map_or(1.0, crate::base::written::Share::fraction);
    for (key, link) in [
        ("partition", &fault.partition),
        ("lose", &fault.lose),
        ("lose_responses", &fault.lose_responses),
        ("duplicate", &fault.duplicate),
        ("delay", &fault.delay),
    ] {
        let Some(link) = link else { continue };
        let effect = match key {
            "partition" => LinkEffect::Lose(1.0),
            "duplicate" => LinkEffect::Duplicate(rate(link)),
            "delay" => {
                let by = link.by;
                c.need(
                    by.is_some(),
                    file_path!["fault", n, key],
                    "a delay says by how much",
                    "for example `by = \"1s..2s\"`",
                );
                let by = by.map_or((SimDuration::ZERO, SimDuration::ZERO), |by| (by.0, by.1));
                LinkEffect::Delay(by.0, by.1)
            }
            _ => LinkEffect::Lose(rate(link)),
        };
        let way = match (key, link.way) {
            ("lose_responses", _) | (_, Way::Replies) => LinkWay::Replies,
            (_, Way::Requests) => LinkWay::Requests,
            (_, Way::Both) => LinkWay::Both,
        };
        let clients: Vec<Arc<str>> = link.hosts.iter().flat_map(|name| host_group(c, n, key, name)).collect();
        let services: Vec<Arc<str>> = link.service.iter().map(|name| service(c, n, key, name)).collect();
        let between = |names: &[Arc<str>], all: &str| if names.is_empty() { all.to_owned() } else { names.join(", ") };
        let word = key.replace('_', " ");
        let text =
            format!("{word} between {} and {}", between(&clients, "all hosts"), between(&services, "all services"));
        let operation = operation(c, file_path!["fault", n, key, "operation"], link.operation.as_deref(), of_all);
        let operation = operation.map(|operation| operation.name().into());
        kinds.push((FaultKind::Link { clients, services, way, operation, effect }, text));
    }
}

/// A host, or all hosts of a producer or consumer.
fn host_group(c: &mut Compiler<'_>, n: usize, key: &str, name: &str) -> Vec<Arc<str>> {
    let is_group = c.file.consumer.contains_key(name) || c.file.producer.contains_key(name);
    match is_group {
        true => c.hosts().into_iter().filter(|host| host_number(host, name).is_some()).map(Into::into).collect(),
        false => vec![c.host(name, file_path!["fault", n, key, "hosts"])],
    }
}

/// A fault aimed at an operation that nobody has would never hit anything.
fn operation(
    c: &mut Compiler<'_>,
    path: Path,
    name: Option<&str>,
    known: impl Fn() -> Box<dyn Iterator<Item = Operation>>,
) -> Option<Operation> {
    let name = name?;
    let found = known().find(|operation| operation.name() == name);
    if found.is_none() {
        let help = match nearest(name, known().map(Operation::name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write AWS's name of an operation, such as PutRecords, GetRecords or UpdateItem".to_owned(),
        };
        let is_elsewhere = aws::operations().any(|operation| operation.name() == name);
        let label = if is_elsewhere { "another service has it" } else { "no service has it" };
        c.problem(path, format!("there is no operation `{name}`"), label, &help);
    }
    found
}

fn of_all() -> Box<dyn Iterator<Item = Operation>> {
    Box::new(aws::operations())
}
fn of_kinesis() -> Box<dyn Iterator<Item = Operation>> {
    Box::new(aws::kinesis::OPERATIONS.iter().copied())
}
fn of_dynamodb() -> Box<dyn Iterator<Item = Operation>> {
    Box::new(aws::dynamodb::OPERATIONS.iter().copied())
}

/// An operation that only DynamoDB has means DynamoDB.
fn is_of_dynamodb(name: &str) -> bool {
    let has = |table: &[Operation]| table.iter().any(|operation| operation.name() == name);
    has(aws::dynamodb::OPERATIONS) && !has(aws::kinesis::OPERATIONS)
}

fn service(c: &mut Compiler<'_>, n: usize, key: &str, name: &str) -> Arc<str> {
    let path = file_path!["fault", n, key, "service"];
    c.need(SERVICES.contains(&name), path, "not a service", "one of: kinesis, dynamodb, store");
    name.into()
}

fn services(c: &mut Compiler<'_>, n: usize, fault: &Fault, kinds: &mut Vec<(FaultKind, String)>) {
    for (key, fault) in [
        ("throttle", &fault.throttle),
        ("internal_errors", &fault.internal_errors),
        ("unavailable", &fault.unavailable),
        ("expire_iterators", &fault.expire_iterators),
    ] {
        let Some(fault) = fault else { continue };
        let rate = fault.rate.map_or(1.0, crate::base::written::Share::fraction);
        let service = fault.service.as_deref();
        let is_known = matches!(service, None | Some("kinesis" | "dynamodb"));
        let path = || file_path!["fault", n, key, "service"];
        c.need(is_known, path(), "not a service that can do that", "one of: kinesis, dynamodb");
        let is_clear = match service {
            Some("kinesis") => fault.table.is_none(),
            Some("dynamodb") => fault.stream.is_none() && fault.shard.is_none(),
            _ => true,
        };
        c.need(is_clear, path(), "streams and shards are of kinesis, tables of dynamodb", "leave one of them out");
        let by_operation = || service.is_none() && fault.operation.as_deref().is_some_and(is_of_dynamodb);
        let is_table =
            fault.table.is_some() || service == Some("dynamodb") || (fault.stream.is_none() && by_operation());
        let kind = match is_table {
            true => table_fault(c, n, key, fault, rate),
            false => stream_fault(c, n, key, fault, rate),
        };
        let of = match (&fault.table, &fault.stream, fault.shard) {
            (Some(table), ..) => format!("table {table}"),
            (None, Some(stream), Some(shard)) => format!("{stream} {}", ShardId(shard)),
            (None, Some(stream), None) => stream.clone(),
            (None, None, _) => service.unwrap_or(if is_table { "dynamodb" } else { "kinesis" }).to_owned(),
        };
        kinds.push((kind, format!("{} at {}% on {of}", key.replace('_', " "), rate * 100.0)));
    }
}

fn of_kinesis_fault(fault: streams::Fault) -> FaultKind {
    FaultKind::Service(aws::Fault::Kinesis(fault))
}

fn stream_fault(c: &mut Compiler<'_>, n: usize, key: &str, fault: &ServiceFault, rate: f64) -> FaultKind {
    let stream = fault.stream.as_ref().map(|name| c.stream_name(name, file_path!["fault", n, key, "stream"]));
    let operation = operation(c, file_path!["fault", n, key, "operation"], fault.operation.as_deref(), of_kinesis);
    let target = streams::FaultTarget { stream, shard: fault.shard.map(ShardId), operation };
    of_kinesis_fault(match key {
        "throttle" => streams::Fault::Throttle { target, rate },
        "internal_errors" => streams::Fault::InternalError { target, rate },
        "unavailable" => streams::Fault::Unavailable { target, rate },
        _ => streams::Fault::ExpireIterators { target, rate },
    })
}

fn table_fault(c: &mut Compiler<'_>, n: usize, key: &str, fault: &ServiceFault, rate: f64) -> FaultKind {
    let table = fault.table.as_ref().map(|name| table_name(c, name, file_path!["fault", n, key, "table"]));
    let operation = operation(c, file_path!["fault", n, key, "operation"], fault.operation.as_deref(), of_dynamodb);
    let target = table::FaultTarget { table, operation };
    if key == "expire_iterators" {
        c.problem(file_path!["fault", n, key, "table"], "tables have no iterators", "here", "name a stream instead");
    }
    FaultKind::Service(aws::Fault::DynamoDb(match key {
        "throttle" => table::Fault::Throttle { target, rate },
        "internal_errors" => table::Fault::InternalError { target, rate },
        _ => table::Fault::Unavailable { target, rate },
    }))
}

/// A lease table's name, or that of the consumer it belongs to.
fn table_name(c: &mut Compiler<'_>, name: &str, path: Path) -> TableName {
    let tables: Vec<(String, String)> =
        c.file.consumer.iter().map(|(consumer, k)| (consumer.clone(), k.table_name(consumer))).collect();
    let found = tables.iter().find(|(consumer, table)| consumer == name || table == name);
    let exists = |known: &Known| known.tables.iter().any(|table| table.to_string() == name);
    if found.is_none() && !c.known.as_ref().is_some_and(exists) {
        let known: Vec<&str> = tables.iter().map(|(_, table)| table.as_str()).collect();
        let help = format!("lease tables of this file: {}", known.join(", "));
        c.problem(path, format!("there is no table `{name}`"), "not a lease table", &help);
    }
    let table = found.map_or(name, |(_, table)| table.as_str());
    match table.parse().or_else(|_| format!("{table}-leases").parse()) {
        Ok(table) => table,
        Err(_) => unreachable!("a name with a suffix is long enough"),
    }
}

/// Every action of the file, in order of time.
pub(super) fn actions(c: &mut Compiler<'_>) -> Vec<ActionPlan> {
    let actions = c.file.action.clone();
    let mut plans: Vec<ActionPlan> =
        actions.iter().enumerate().filter_map(|(n, action)| one_action(c, n, action)).collect();
    plans.sort_by_key(|plan| plan.at);
    check_shard_counts(c, &actions);
    plans
}

/// UpdateShardCount goes at most to double and at least to half; where nothing else changes the count, that is known.
fn check_shard_counts(c: &mut Compiler<'_>, actions: &[Action]) {
    if actions.iter().any(|action| action.split.is_some() || action.merge.is_some()) || c.file.stream.len() != 1 {
        return;
    }
    let mut ordered: Vec<(usize, &Action)> = actions.iter().enumerate().collect();
    ordered.sort_by_key(|(_, action)| action.at);
    let Some(mut shards) = c.file.stream.values().next().map(|stream| stream.shards) else { return };
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

fn one_action(c: &mut Compiler<'_>, n: usize, action: &Action) -> Option<ActionPlan> {
    let at = c.instant(action.at, file_path!["action", n, "at"], "this action");
    let mut kinds = action_kinds(c, n, action);
    if kinds.len() != 1 {
        let help = "one of: split, merge, update_shard_count, retention, encrypt, decrypt, create_stream, \
            delete_stream, lease_capacity, lease_on_demand, delete_lease, stop_worker, start_worker";
        c.problem(
            file_path!["action", n],
            "an action is of exactly one kind",
            format!("this one has {}", kinds.len()),
            help,
        );
        return None;
    }
    let (what, text) = kinds.remove(0);
    Some(ActionPlan { at, what, text: text.into() })
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
        let name = c.host(host, file_path!["action", n, "stop_worker"]);
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
        let choice = shard_choice(c, shard, file_path!["action", n, "split"]);
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
        let choice = shard_choice(c, shard, file_path!["action", n, "merge"]);
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
        let hours = retention.0.as_secs() / 3600;
        let path = file_path!["action", n, "retention"];
        c.need((24..=8760).contains(&hours), path, "retention is whole hours from 24h to 8760h", "");
        kinds.push((
            ActionKind::SetRetention { stream: of(), hours: hours as u32 },
            format!("retention of {stream} to {hours}h"),
        ));
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
    let consumer = action.consumer.clone().unwrap_or_else(|| match c.file.consumer.len() {
        1 => c.file.consumer.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    });
    let table = table_name(c, &consumer, file_path!["action", n, "consumer"]);
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
        let shard = ShardId(shard);
        kinds.push((
            ActionKind::DeleteLease { table: table.clone(), shard },
            format!("delete the row of {shard} in {table}"),
        ));
    }
}

fn shard_choice(c: &mut Compiler<'_>, text: &str, path: Path) -> ShardChoice {
    match text {
        "hottest" => ShardChoice::Hottest,
        "coldest" => ShardChoice::Coldest,
        id => match id.parse() {
            Ok(id) => ShardChoice::Id(id),
            Err(_) => {
                c.problem(path, format!("`{id}` is not a shard"), "here", "write `hottest`, `coldest` or a shard id");
                ShardChoice::Hottest
            }
        },
    }
}
