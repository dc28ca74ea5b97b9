//! Actions on streams and tables: when they begin, how long they take, and what they do then.
//!
//! A stream that is busy is asked again as the operator of a run does. Durations are drawn as a run draws them.

use super::amount::{SECOND, Us, us};
use super::stream::Stream;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::{ReshardStep, check_target, uniform_steps};
use crate::base::seed::Random;
use crate::base::{Chance, HashKey, HashKeyRange, TableName};
use crate::scenario::plan::{ActionKind, ActionPlan, Plan, ShardChoice};

/// Time between two tries of an action on a stream that is busy.
const RETRY_EVERY: Us = 2 * SECOND;

/// What an action came to.
pub(super) enum Done {
    /// Splits and merges of the stream of this number.
    Resharded(usize, Vec<ReshardStep>),
    /// A table has other units.
    Capacity(TableName, Capacity),
    /// A stream has another retention.
    Retention(usize, u32),
    /// It cannot be, or this engine does not do it.
    LeftOut(String),
}

/// Who carries out a plan's actions.
pub(super) struct Operator {
    waiting: Vec<(Us, ActionPlan)>,
    /// What ends when.
    under_way: Vec<(Us, Done)>,
    /// By stream, until when it is busy.
    busy: Vec<Us>,
    reshard: Random,
    tables: Random,
    plan: Plan,
    one_way: Us,
}

impl Operator {
    pub(super) fn new(plan: &Plan, one_way: Us) -> Self {
        let chance = Chance::from(&plan.seed);
        let waiting = plan.actions.iter().map(|action| (action.at.as_nanos() / 1000 + one_way, action.clone()));
        Self {
            waiting: waiting.collect(),
            under_way: Vec::new(),
            busy: vec![0; plan.streams.len()],
            reshard: chance.derive("streams").stream("transitions"),
            tables: chance.derive("tables updated").stream("transitions"),
            plan: plan.clone(),
            one_way,
        }
    }

    /// When something is next to be done.
    pub(super) fn next(&self) -> Us {
        let waiting = self.waiting.iter().map(|(at, _)| *at);
        waiting.chain(self.under_way.iter().map(|(at, _)| *at)).min().unwrap_or(u64::MAX)
    }

    /// What is done by now.
    pub(super) fn act(&mut self, now: Us, streams: &[Stream]) -> Vec<Done> {
        let (over, under_way): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.under_way).into_iter().partition(|(at, _)| *at <= now);
        self.under_way = under_way;
        let mut done: Vec<Done> = over.into_iter().map(|(_, done)| done).collect();
        if !done.is_empty() {
            // The next action sees the shards as they are then.
            return done;
        }
        let (due, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(at, _)| *at <= now);
        self.waiting = waiting;
        for (_, action) in due {
            done.extend(self.begin(now, action, streams));
        }
        done
    }

    fn begin(&mut self, now: Us, action: ActionPlan, streams: &[Stream]) -> Option<Done> {
        let left_out = |why: &str| Some(Done::LeftOut(format!("the action {}{why}", action.text)));
        if let ActionKind::SetTableCapacity { table, capacity } = &action.what {
            let (low, high) = self.plan.services.dynamodb.transition;
            let ends = now + us(self.tables.duration(low, high));
            self.under_way.push((ends, Done::Capacity(table.clone(), *capacity)));
            return None;
        }
        let stream = action.what.stream().and_then(|name| streams.iter().position(|stream| stream.name == *name));
        let Some(at) = stream else { return left_out("") };
        if self.busy[at] > now {
            self.waiting.push((now + RETRY_EVERY + 2 * self.one_way, action));
            return None;
        }
        let transitions = self.plan.services.kinesis.transitions;
        let open = streams[at].open_ranges();
        let (steps, (low, high), more) = match &action.what {
            ActionKind::UpdateShardCount { target, .. } => {
                let limit = self.plan.services.kinesis.shard_limit;
                if check_target(open.len() as u32, *target, limit).is_err() {
                    return left_out(", which is refused");
                }
                let steps = uniform_steps(open.into_iter(), *target);
                let more = us(transitions.update_shard_count_step) * steps.len() as u64;
                (steps, transitions.update_shard_count, more)
            }
            ActionKind::Split { shard, at_hash_key, .. } => {
                let Some(range) = chosen(&streams[at], *shard) else { return left_out(", which is refused") };
                let (low, high) = (range.start.get(), range.end.get());
                let middle = HashKey::new(low + (high - low) / 2 + 1);
                (vec![ReshardStep::SplitAt(at_hash_key.unwrap_or(middle))], transitions.reshard, 0)
            }
            ActionKind::Merge { shard, .. } => {
                let range = chosen(&streams[at], *shard);
                let upper = range.and_then(|range| open.iter().find(|other| range.is_followed_by(**other)));
                let boundary = upper.map(|upper| upper.start).or(range.map(|range| range.start));
                let Some(boundary) = boundary.filter(|key| *key != HashKey::MIN) else {
                    return left_out(", which is refused");
                };
                (vec![ReshardStep::MergeAt(boundary)], transitions.reshard, 0)
            }
            ActionKind::SetRetention { hours, .. } => return Some(Done::Retention(at, *hours)),
            _ => return left_out(""),
        };
        let ends = now + us(self.reshard.duration(low, high)) + more;
        self.busy[at] = ends;
        self.under_way.push((ends, Done::Resharded(at, steps)));
        None
    }
}

/// The range of the open shard that an action means.
fn chosen(stream: &Stream, choice: ShardChoice) -> Option<HashKeyRange> {
    let open = stream.shards.iter().filter(|shard| shard.closed.is_none());
    let load = |shard: &super::shard::Shard| shard.last_minute.records + shard.last_minute.throttled;
    let shard = match choice {
        ShardChoice::Id(id) => open.into_iter().find(|shard| shard.id == id),
        ShardChoice::Hottest => open.max_by_key(|shard| (load(shard), std::cmp::Reverse(shard.id))),
        ShardChoice::Coldest => open.min_by_key(|shard| (load(shard), shard.id)),
    };
    shard.map(|shard| shard.range)
}
