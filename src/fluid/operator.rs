//! Actions on streams and tables, of the file and of policies: when they begin, how long they take, and what they do
//! then.
//!
//! A stream that is busy is asked again as the operator of a run does; a policy asks once. Durations are drawn as a run
//! draws them.

use super::amount::{SECOND, Us, us};
use super::lives::is_of_worker;
use super::stream::Stream;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::api::{Error, StreamMode};
use crate::aws::kinesis::limits::UPDATE_SHARD_COUNT_PER_DAY;
use crate::aws::kinesis::{ReshardStep, calls_of_last_day, check_target, uniform_steps};
use crate::aws::protocol::error::AwsError;
use crate::base::seed::Random;
use crate::base::{Chance, HashKey, HashKeyRange, SimTime, TableName};
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

/// A change that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// When.
    pub(crate) at: SimTime,
    /// As a run tells it.
    pub(crate) what: String,
    /// Why AWS refused it, if it did.
    pub(crate) refused: Option<&'static str>,
}

/// An action to come.
#[derive(Clone)]
struct Waiting {
    at: Us,
    action: ActionPlan,
    /// A policy does not ask again.
    is_of_policy: bool,
}

/// Who carries out a plan's actions.
pub(super) struct Operator {
    waiting: Vec<Waiting>,
    /// By stream, when its shards were last counted anew.
    shard_count_updates: Vec<Vec<SimTime>>,
    pub(super) happened: Vec<Happened>,
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
        // What befalls workers is followed with their leases.
        let waiting = plan.actions.iter().filter(|action| !is_of_worker(plan, action)).map(|action| Waiting {
            at: action.at.as_nanos() / 1000 + one_way,
            action: action.clone(),
            is_of_policy: false,
        });
        Self {
            waiting: waiting.collect(),
            shard_count_updates: vec![Vec::new(); plan.streams.len()],
            happened: Vec::new(),
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
        let waiting = self.waiting.iter().map(|waiting| waiting.at);
        waiting.chain(self.under_way.iter().map(|(at, _)| *at)).min().unwrap_or(u64::MAX)
    }

    /// An on-demand stream splits shards at once.
    pub(super) fn split_at_once(&mut self, now: Us, stream: usize, steps: Vec<ReshardStep>) {
        self.under_way.push((now, Done::Resharded(stream, steps)));
    }

    /// Whether a stream is being changed.
    pub(super) fn is_busy(&self, stream: usize, now: Us) -> bool {
        self.busy[stream] > now
    }

    /// A policy has decided something at this time; its call comes after that which described the stream.
    pub(super) fn ask(&mut self, now: Us, action: ActionPlan) {
        self.waiting.push(Waiting { at: now + 3 * self.one_way, action, is_of_policy: true });
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
            std::mem::take(&mut self.waiting).into_iter().partition(|waiting| waiting.at <= now);
        self.waiting = waiting;
        for waiting in due {
            done.extend(self.begin(now, waiting, streams));
        }
        done
    }

    fn begin(&mut self, now: Us, waiting: Waiting, streams: &[Stream]) -> Option<Done> {
        let Waiting { ref action, is_of_policy, .. } = waiting;
        let left_out = |why: &str| Some(Done::LeftOut(format!("the action {}{why}", action.text)));
        if let ActionKind::SetTableCapacity { table, capacity } = &action.what {
            let (low, high) = self.plan.services.dynamodb.transition;
            let ends = now + us(self.tables.duration(low, high));
            self.under_way.push((ends, Done::Capacity(table.clone(), *capacity)));
            return None;
        }
        let stream = action.what.stream().and_then(|name| streams.iter().position(|stream| stream.name == *name));
        let Some(at) = stream else { return left_out("") };
        if self.busy[at] > now && !is_of_policy {
            self.waiting.push(Waiting { at: now + RETRY_EVERY + 2 * self.one_way, ..waiting });
            return None;
        }
        if self.plan.streams[at].of.mode == StreamMode::OnDemand && action.what.is_reshard() {
            self.note(now, action, Some("ValidationException"));
            return None;
        }
        let transitions = self.plan.services.kinesis.transitions;
        let open = streams[at].open_ranges();
        let (steps, (low, high), more) = match &action.what {
            ActionKind::UpdateShardCount { target, .. } => {
                let steps = uniform_steps(open.iter().copied(), *target);
                let refused = self.refuses_count(now, at, (&open, &steps, *target), streams).err();
                self.note(now, action, refused.as_ref().map(AwsError::code));
                if refused.is_some() {
                    return None;
                }
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

    fn note(&mut self, now: Us, action: &ActionPlan, refused: Option<&'static str>) {
        let at = SimTime::from_nanos((now + self.one_way) * 1000);
        self.happened.push(Happened { at, what: action.text.to_string(), refused });
    }

    /// What the service says to an UpdateShardCount, which counts against its quota when it is accepted.
    fn refuses_count(
        &mut self,
        now: Us,
        at: usize,
        (open, steps, target): (&[HashKeyRange], &[ReshardStep], u32),
        streams: &[Stream],
    ) -> Result<(), Error> {
        if self.is_busy(at, now) {
            return Err(Error::ResourceInUse("".into()));
        }
        let limit = self.plan.services.kinesis.shard_limit;
        check_target(open.len() as u32, target, limit)?;
        let splits = steps.iter().filter(|step| matches!(step, ReshardStep::SplitAt(_))).count();
        let present: usize = streams.iter().map(|stream| stream.open_ranges().len()).sum();
        if present + splits > limit as usize {
            return Err(Error::LimitExceeded("".into()));
        }
        let now = SimTime::from_nanos(now * 1000);
        let updates = &mut self.shard_count_updates[at];
        if calls_of_last_day(updates, now) >= UPDATE_SHARD_COUNT_PER_DAY {
            return Err(Error::LimitExceeded("".into()));
        }
        updates.push(now);
        Ok(())
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
