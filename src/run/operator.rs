//! The operator: carries out a scenario's actions, as a person with the AWS command line would.
//!
//! Calls to AWS go over the network from the operator's host. A call that the stream's state refuses
//! (ResourceInUse) or that meets a quota (LimitExceeded) is tried again every few seconds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::delivery_operator::DeliveryOperator;
use super::patience::{Failure, RETRY_EVERY, TRIES_MAX};
use super::shard_load::ShardLoad;
use crate::aws::dynamodb;
use crate::aws::kinesis;
use crate::aws::kinesis::api::{ListShards, Response, Shard, ShardFilter};
use crate::aws::kinesis::{DeleteStream, StartStreamEncryption, StopStreamEncryption, UpdateShardCount};
use crate::aws::protocol::Account;
use crate::aws::protocol::error::{AwsError, Retry};
use crate::base::lease_row::attribute::LEASE_KEY;
use crate::base::{Event, HashKey, ShardId, SimDuration, StreamName};
use crate::client::sdk::{RetryMode, Sdk, SdkError};
use crate::client::{Cx, Stop};
use crate::scenario::plan::{ActionKind, ActionPlan, ShardChoice};

const TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// How the workers that run are asked to stop, by host name.
pub(super) type Controls = Rc<RefCell<BTreeMap<Arc<str>, Rc<dyn Stop>>>>;

/// What actions need to know of the run.
pub(super) struct Operator {
    cx: Cx,
    sdk: Sdk,
    load: Rc<RefCell<ShardLoad>>,
    controls: Controls,
    deliveries: DeliveryOperator,
}

impl Operator {
    /// For an operator of this account.
    pub(super) fn new(cx: Cx, account: Account, load: Rc<RefCell<ShardLoad>>, controls: Controls) -> Self {
        let sdk = Sdk::new(cx.clone(), "operator", RetryMode::Standard, TIMEOUT);
        let deliveries = DeliveryOperator::new(cx.clone(), account);
        Self { cx, sdk, load, controls, deliveries }
    }

    /// Carries out each action at its time, independently of the others.
    pub(crate) fn carry_out(self, actions: Vec<ActionPlan>) {
        let operator = Rc::new(self);
        for action in actions {
            let me = operator.clone();
            operator.cx.spawn(async move {
                me.cx.sleep_until(action.at).await;
                let outcome = me.act(&action.what).await.err().unwrap_or("ok");
                let stream = action.what.stream().cloned();
                me.cx.emit(Event::ActionTaken { what: action.text, outcome: outcome.into(), stream });
            });
        }
    }

    async fn act(&self, action: &ActionKind) -> Result<(), Failure> {
        use kinesis::Request as R;
        let request = match action {
            ActionKind::Split { stream, shard, at_hash_key } => return self.split(stream, *shard, *at_hash_key).await,
            ActionKind::Merge { stream, shard } => return self.merge(stream, *shard).await,
            ActionKind::UpdateShardCount { stream, target } => {
                R::UpdateShardCount(UpdateShardCount { stream: stream.clone(), target: *target })
            }
            ActionKind::SetRetention { stream, hours } => self.retention_request(stream, *hours).await?,
            ActionKind::StartEncryption { stream, key_id } => {
                R::StartStreamEncryption(StartStreamEncryption { stream: stream.clone(), key_id: key_id.clone() })
            }
            ActionKind::StopEncryption { stream } => {
                let key_id = self.summary(stream).await?.encryption_key_id.ok_or("not encrypted")?;
                R::StopStreamEncryption(StopStreamEncryption { stream: stream.clone(), key_id })
            }
            ActionKind::CreateStream { stream, shards } => {
                R::CreateStream(Box::new(kinesis::api::CreateStream::provisioned(stream.clone(), *shards)))
            }
            ActionKind::DeleteStream { stream } => {
                R::DeleteStream(DeleteStream { stream: stream.clone(), with_consumers: false })
            }
            ActionKind::SetTableCapacity { table, capacity } => {
                let update = dynamodb::api::UpdateTable::capacity(table.clone(), *capacity);
                return self.table(dynamodb::Request::UpdateTable(update)).await;
            }
            ActionKind::DeleteLease { table, shard } => {
                let (table, key) = (
                    table.clone(),
                    dynamodb::api::Key::of(LEASE_KEY, dynamodb::api::AttributeValue::s(&shard.to_string())),
                );
                let returns = dynamodb::api::Returns::default();
                return self
                    .table(dynamodb::Request::DeleteItem(dynamodb::DeleteItem { table, key, condition: None, returns }))
                    .await;
            }
            ActionKind::UpdateDestination { delivery, pipeline } => {
                return self.deliveries.update(delivery, pipeline).await;
            }
            ActionKind::DeleteDelivery { delivery } => return self.deliveries.delete(delivery).await,
            ActionKind::CopyManifests { to } => return self.deliveries.copy_manifests(to).await,
            ActionKind::StopWorker { host } => return self.stop_worker(host),
            ActionKind::StartWorker { host } => return self.start_worker(host),
        };
        self.streams(request).await.map(drop)
    }

    fn stop_worker(&self, host: &Arc<str>) -> Result<(), Failure> {
        let control = self.controls.borrow().get(host).cloned();
        control.ok_or("no such worker runs").map(|control| control.request_shutdown())
    }

    fn start_worker(&self, host: &str) -> Result<(), Failure> {
        let host = self.cx.other(self.cx.find(host).ok_or("no such host")?);
        if host.is_up() {
            host.power_off();
        }
        host.boot();
        Ok(())
    }

    async fn split(&self, stream: &StreamName, choice: ShardChoice, at: Option<HashKey>) -> Result<(), Failure> {
        let shard = self.choose(stream, choice).await?;
        let (low, high) = (shard.range.start.get(), shard.range.end.get());
        let middle = HashKey::new(low + (high - low) / 2 + 1);
        let split = kinesis::SplitShard::at(stream.clone(), shard.id, at.unwrap_or(middle));
        self.reshard(kinesis::Request::SplitShard(split), stream, shard.id).await
    }

    async fn merge(&self, stream: &StreamName, choice: ShardChoice) -> Result<(), Failure> {
        let shard = self.choose(stream, choice).await?;
        let open = self.open_shards(stream).await?;
        let upper = open.iter().find(|other| shard.range.is_followed_by(other.range));
        let lower = open.iter().find(|other| other.range.is_followed_by(shard.range));
        // Who means a shard by its load means no place: the topmost is merged with the one below.
        let (shard, adjacent) = match (upper, lower, choice) {
            (Some(upper), ..) => (shard.id, upper.id),
            (None, Some(lower), ShardChoice::Hottest | ShardChoice::Coldest) => (lower.id, shard.id),
            (None, _, ShardChoice::Id(_)) => return Err("no upper neighbour"),
            (None, None, _) => return Err("no neighbour"),
        };
        let merge = kinesis::MergeShards { stream: stream.clone(), shard, adjacent };
        self.reshard(kinesis::Request::MergeShards(merge), stream, shard).await
    }

    /// Closes a shard. A try whose answer was lost has done so, and the next one is refused: then it is done.
    async fn reshard(&self, request: kinesis::Request, stream: &StreamName, shard: ShardId) -> Result<(), Failure> {
        match self.streams(request).await {
            Err(_) if self.open_shards(stream).await?.iter().all(|open| open.id != shard) => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn retention_request(&self, stream: &StreamName, hours: u32) -> Result<kinesis::Request, Failure> {
        let is_longer = hours > self.summary(stream).await?.retention_hours;
        let stream = stream.clone();
        Ok(match is_longer {
            true => kinesis::Request::IncreaseStreamRetentionPeriod(kinesis::IncreaseStreamRetentionPeriod {
                stream,
                hours,
            }),
            false => kinesis::Request::DecreaseStreamRetentionPeriod(kinesis::DecreaseStreamRetentionPeriod {
                stream,
                hours,
            }),
        })
    }

    async fn choose(&self, stream: &StreamName, choice: ShardChoice) -> Result<Shard, Failure> {
        let open = self.open_shards(stream).await?;
        let load = |shard: ShardId| self.load.borrow().last_minute(stream, shard, self.cx.now());
        let chosen = match choice {
            ShardChoice::Id(id) => open.into_iter().find(|s| s.id == id),
            // Of equals the lowest shard: the largest of reversed ids.
            ShardChoice::Hottest => open.into_iter().max_by_key(|s| (load(s.id), std::cmp::Reverse(s.id))),
            ShardChoice::Coldest => open.into_iter().min_by_key(|s| (load(s.id), s.id)),
        };
        chosen.ok_or("no such open shard")
    }

    async fn open_shards(&self, stream: &StreamName) -> Result<Vec<Shard>, Failure> {
        let mut shards = Vec::new();
        let filter = Some(ShardFilter::AtLatest);
        let mut request = ListShards { stream: Some(stream.clone()), filter, ..ListShards::default() };
        loop {
            let Response::Shards { shards: page, next_token } =
                self.streams(kinesis::Request::ListShards(request)).await?
            else {
                unreachable!("ListShards answers shards")
            };
            shards.extend(page);
            let Some(token) = next_token else { return Ok(shards) };
            request = ListShards { next_token: Some(token), ..ListShards::default() };
        }
    }

    async fn summary(&self, stream: &StreamName) -> Result<kinesis::api::StreamSummary, Failure> {
        match self
            .streams(kinesis::Request::DescribeStreamSummary(kinesis::DescribeStreamSummary { stream: stream.clone() }))
            .await?
        {
            Response::StreamSummary(summary) => Ok(summary),
            _ => unreachable!("DescribeStreamSummary answers a summary"),
        }
    }

    async fn streams(&self, request: kinesis::Request) -> Result<Response, Failure> {
        for _ in 0..TRIES_MAX {
            match self.sdk.kinesis(request.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(SdkError::Service(
                    kinesis::api::Error::ResourceInUse(_) | kinesis::api::Error::LimitExceeded(_),
                )) => {
                    self.cx.sleep(RETRY_EVERY).await;
                }
                Err(SdkError::Service(error)) => return Err(error.code()),
                Err(SdkError::TimedOut) => return Err("timed out"),
            }
        }
        Err("the stream stayed in use")
    }

    /// Asks again where a request was throttled, the table is busy, or it is open whether the request was carried
    /// out. If it was, the next one may be refused: then it is done.
    async fn table(&self, request: dynamodb::Request) -> Result<(), Failure> {
        let mut failure = None;
        for _ in 0..TRIES_MAX {
            match self.sdk.dynamodb(request.clone()).await {
                Ok(_) => return Ok(()),
                Err(SdkError::TimedOut) => failure = Some("timed out"),
                Err(SdkError::Service(error @ dynamodb::api::Error::ResourceInUse(_))) => failure = Some(error.code()),
                Err(SdkError::Service(error)) if error.retry() != Retry::Never => failure = Some(error.code()),
                Err(SdkError::Service(dynamodb::api::Error::Validation(_))) if failure.is_some() => return Ok(()),
                Err(SdkError::Service(error)) => return Err(error.code()),
            }
            self.cx.sleep(RETRY_EVERY).await;
        }
        Err(failure.unwrap_or("timed out"))
    }
}
