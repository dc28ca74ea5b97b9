//! Where consumers begin to read shards.
//!
//! A session's position is where its first read begins, which says for LATEST and AT_TIMESTAMP what the sentinel does
//! not. Until a session has processed anything, each new iterator that it asks for is another beginning: when the first
//! one expires unused, the KCL asks for LATEST again, as the library does, and so does a poller.

use super::grid::{Grid, Sparse};
use super::names::Names;
use super::shards::{Shard, Shards};
use crate::base::event::{ConsumerLibrary, DeclaredStart};
use crate::base::item::Item;
use crate::base::lease_row::{Checkpoint, LeaseRow};
use crate::base::{ConsumerId, Event, HostId, Position, ShardId, SimTime, StreamId, TableId};

/// A worker's first read of a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub consumer: ConsumerId,
    pub shard: ShardId,
    /// Where its first read began.
    pub from: u64,
    /// Whether what lies before was passed over by the user's choice: the application begins at LATEST or AT_TIMESTAMP,
    /// has no position of the shard, and the shard is no child of one that it has begun to read. The KCL begins
    /// children at AT_TIMESTAMP as well. A worker that takes a shard over before the first checkpoint begins at LATEST
    /// again, and what came in between is passed over too: whoever asks for LATEST has chosen that.
    pub(crate) is_choice: bool,
}

#[derive(Clone, Copy)]
struct Waiting {
    consumer: ConsumerId,
    position: Position,
    /// When the iterator was asked for. A read with an older one is a late copy of an earlier request.
    since: SimTime,
}

/// Where each consumer began in each shard.
#[derive(Default)]
pub(crate) struct Starts {
    /// By host and shard.
    waiting: Sparse<Waiting>,
    /// Sessions that have not processed anything yet, by host and shard.
    is_fresh: Grid<bool>,
    /// By consumer and shard.
    first: Grid<Option<u64>>,
    /// Whether a number, or the end, is stored as the position. By consumer and shard.
    is_stored: Grid<bool>,
    /// How often a worker began to work, by host.
    lives: Grid<u32>,
    /// Whether it began at LATEST again, by consumer.
    is_again: Grid<bool>,
}

impl Starts {
    /// Takes the next event; answers when a worker made its first read.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event, names: &Names, shards: &Shards) -> Option<Start> {
        match event {
            Event::WorkerStarted { host, .. } => *self.lives.at(host.index(), 0) += 1,
            Event::ProcessingStarted { consumer, host, shard, start } => {
                let (host, column) = (host.index(), shard.index());
                let since = SimTime::ZERO;
                self.waiting.set(host, column, Waiting { consumer: *consumer, position: *start, since });
                *self.is_fresh.at(host, column) = true;
                if *start == Position::TrimHorizon {
                    self.first.at(consumer.index(), column).get_or_insert(0);
                }
            }
            Event::IteratorRequested { consumer, host, shard, position }
                if *self.is_fresh.at(host.index(), shard.index()) =>
            {
                let waiting = Waiting { consumer: *consumer, position: *position, since: at };
                self.waiting.set(host.index(), shard.index(), waiting);
            }
            Event::RecordsProcessed { host, shard, .. } | Event::RecordsSkipped { host, shard, .. } => {
                *self.is_fresh.at(host.index(), shard.index()) = false;
            }
            Event::PositionSaved { consumer, shard, .. } => {
                *self.is_stored.at(consumer.index(), shard.index()) = true;
            }
            Event::ItemWritten { table, before, after, .. } => {
                self.on_row(names, *table, before.as_deref(), after.as_deref());
            }
            Event::RecordsRead { stream, shard, host, from, iterator_lived, .. } => {
                let issued = at.saturating_sub(*iterator_lived);
                return self.read((*stream, *shard), *host, *from, issued, names, shards);
            }
            Event::SubscriptionRead { stream, shard, host, from, .. } => {
                return self.read((*stream, *shard), *host, *from, at, names, shards);
            }
            _ => {}
        }
        None
    }
    fn on_row(&mut self, names: &Names, table: TableId, before: Option<&Item>, after: Option<&Item>) {
        let Some(consumer) = names.consumer_of_table(table) else { return };
        let text = |item: Option<&Item>| item.and_then(|item| LeaseRow(item).checkpoint_text().map(str::to_owned));
        if text(before) == text(after) {
            return;
        }
        let Some(shard) = after.or(before).and_then(|item| LeaseRow(item).shard()) else { return };
        let checkpoint = after.and_then(|item| LeaseRow(item).checkpoint());
        *self.is_stored.at(consumer.index(), shard.index()) = checkpoint > Some(Checkpoint::Latest);
    }
    fn read(
        &mut self,
        (stream, shard): (StreamId, ShardId),
        host: HostId,
        from: u64,
        issued: SimTime,
        names: &Names,
        shards: &Shards,
    ) -> Option<Start> {
        let Waiting { consumer, position, since } = *self.waiting.get(host.index(), shard.index())?;
        if issued < since || names.stream_of(consumer) != Some(stream) {
            return None;
        }
        self.waiting.remove(host.index(), shard.index());
        let is_chosen = matches!(position, Position::Latest | Position::AtTimestamp { .. });
        let is_child = || self.is_child_of_read(consumer, stream, shard, shards);
        let declared = names.info(consumer).map(|info| info.start);
        let is_stored = self.is_stored.get(consumer.index(), shard.index()).is_some_and(|stored| *stored);
        let is_choice = is_chosen
            && !is_stored
            && declared != Some(DeclaredStart::TrimHorizon)
            && !(position == Position::Latest && is_child());
        let is_new_life = names.info(consumer).is_some_and(|info| info.library == ConsumerLibrary::Poller)
            && *self.lives.at(host.index(), 0) > 1;
        let is_begun = self.first(consumer, shard).is_some();
        *self.is_again.at(consumer.index(), 0) |=
            position == Position::Latest && !is_stored && (is_begun || is_new_life);
        // What a start at LATEST passes over that nobody asked for is not done.
        let begins = if is_chosen && !is_choice { 0 } else { from };
        let first = self.first.at(consumer.index(), shard.index());
        let known = first.unwrap_or(begins);
        *first = Some(if is_choice { known.max(from) } else { known });
        Some(Start { consumer, shard, from, is_choice })
    }
    fn is_child_of_read(&self, consumer: ConsumerId, stream: StreamId, shard: ShardId, shards: &Shards) -> bool {
        let parents = shards.get(stream, shard).into_iter().flat_map(Shard::parents);
        parents.into_iter().any(|parent| self.first(consumer, parent).is_some())
    }
    /// What is to be said of records that a consumer left out which has begun at LATEST again, before its first
    /// checkpoint: the library's contract, but not what its user wants.
    pub(crate) fn again_at_latest(&self, consumer: ConsumerId) -> &'static str {
        let is_again = self.is_again.get(consumer.index(), 0).is_some_and(|is_again| *is_again);
        if is_again { "; it had begun at LATEST again" } else { "" }
    }
    /// The ordinal at which the consumer began in the shard: what lies below was never its to process.
    pub(crate) fn first(&self, consumer: ConsumerId, shard: ShardId) -> Option<u64> {
        self.first.get(consumer.index(), shard.index()).copied().flatten()
    }
}
