//! What a search wants to have seen: situations in which consumers of Kinesis go wrong.
//!
//! Each is reached or not in a run. That a search never reached one says where it did not look, and what would take it
//! there. Not told: how often in a run; expectations have `happened` for that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::event::{
    DeclaredStart, LeaseGain, ProcessingEnd, StreamStatus, TableThrottle, WriteRefusal, ZoneState,
};
use crate::base::{ConsumerId, Event, Fold, HostId, Position, ShardId, SimTime, StreamId, StreamName};

macro_rules! situations {
    ($($name:ident = $text:literal, $by:literal;)*) => {
        /// A situation in which consumers go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum Situation { $(#[doc = $text] $name),* }

        impl Situation {
            /// All, in the order in which they are listed.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];
            /// What it is, in words.
            pub(crate) const fn told(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
            /// What in a scenario would reach it.
            pub(crate) const fn reached_by(self) -> &'static str {
                match self { $(Self::$name => $by),* }
            }
        }
    };
}

situations! {
    LeaseStolen = "a lease stolen to balance", "more workers than one, one of them later";
    LeaseTakenOver = "a lease taken over from a worker that did not renew it", "crashes or pauses of workers";
    LeaseVeryOld = "a lease not renewed for three failover times", "crashes, with few workers left";
    LeaseLost = "a worker that saw its lease gone", "pauses longer than the failover time";
    LeaseMovedInReshard = "a lease that moved while its stream was resharded", "a reshard near a crash";
    LeaseRowLost = "a lease row that was lost and repaired", "an action `delete_lease`";
    RenewalFailed = "a renewal that failed", "a small lease table, or faults on DynamoDB";
    RenewalAnswerLost = "a renewal whose answer was lost", "`lose_responses` on DynamoDB";
    CheckpointRefused = "a checkpoint refused because the lease had moved", "pauses longer than the failover time";
    CheckpointInReshard = "a checkpoint while its stream was resharded", "a reshard under load";
    EndOfShardCheckpointed = "a checkpoint at SHARD_END", "a reshard, and a KCL";
    ShardReadToItsEnd = "a closed shard read to its end", "a reshard, and time enough to finish the parent";
    ProcessedTwice = "records that two workers processed", "a crash between processing and checkpoint";
    EffectsFenced = "effects of a worker without a lease refused by the store", "pauses, and a transactional store";
    ProcessorFailed = "a record processor that failed", "a `mishap`";
    WorkerCameBack = "a worker that came back after a crash", "crashes with restart";
    WorkerLeft = "a worker that left in order", "`stop_worker`, or a rolling restart";
    StartedAtLatest = "a shard begun at LATEST", "a consumer with `start = \"latest\"`";
    IteratorExpired = "an iterator that expired", "stalls above five minutes, or `expire_iterators`";
    IteratorExpiredAtLatest = "an iterator that expired of a consumer that began at LATEST", "the same, at LATEST";
    SavedIteratorUsed = "a poller that went back to what it had kept", "a restart of a poller";
    UnreadTrimmed = "records that left retention unread", "a short retention and a long outage";
    WriteThrottled = "a record refused for a shard's limits", "a hot key, or too few shards";
    WriteFailed = "a record that failed with InternalFailure", "`internal_errors` on Kinesis";
    PutFailedInPart = "a PutRecords of which a part failed", "a hot key, and batches";
    RecordGivenUp = "a record that its producer gave up", "throttles, and few tries";
    CallTimedOut = "a call that timed out, and may have been carried out", "lost messages";
    CalledTwice = "a request that was delivered twice", "`duplicate`";
    ReadThrottled = "a read refused for a shard's limits", "several pollers of one stream";
    TableThrottled = "a lease table that throttled", "a lease table with few write units";
    PartitionThrottled = "a partition of a table that throttled", "a hot partition of a table";
    StaleRead = "a table read that was stale", "a scan of the lease table just after a write";
    Resharded = "a shard that was split or merged", "`split`, `merge` or `update_shard_count`";
    MergedWithBacklog = "a merge of shards with records unread", "`merge` while a consumer is behind";
    ZoneLost = "a zone that was lost", "`zones`";
    ZoneRebuiltUnderLoad = "a zone rebuilt while records came", "`zones` with wipes, under load";
    KeyRefused = "a call refused for its KMS key", "encryption, and `kms`";
}

/// What is remembered of a run to see situations.
#[derive(Default)]
pub(crate) struct Situations {
    /// With the time at which it was first.
    reached: BTreeMap<Situation, SimTime>,
    now: SimTime,
    changing: Vec<StreamId>,
    streams: BTreeMap<StreamName, StreamId>,
    of_consumer: BTreeMap<ConsumerId, (StreamName, DeclaredStart)>,
    /// Who works for whom.
    works_for: BTreeMap<HostId, ConsumerId>,
    /// By stream and shard: where records end, and up to where somebody has read.
    ends: Vec<Vec<(u64, u64)>>,
    has_crashed: Vec<HostId>,
    is_rebuilding: bool,
}

impl Situations {
    /// Which were reached, and when first.
    pub(crate) fn reached(&self) -> Vec<(Situation, SimTime)> {
        self.reached.iter().map(|(situation, at)| (*situation, *at)).collect()
    }

    fn see(&mut self, situation: Situation) {
        self.reached.entry(situation).or_insert(self.now);
    }
    fn see_if(&mut self, holds: bool, situation: Situation) {
        if holds {
            self.see(situation);
        }
    }

    fn end_of(&mut self, stream: StreamId, shard: ShardId) -> &mut (u64, u64) {
        if self.ends.len() <= stream.index() {
            self.ends.resize_with(stream.index() + 1, Vec::new);
        }
        let shards = &mut self.ends[stream.index()];
        if shards.len() <= shard.index() {
            shards.resize(shard.index() + 1, (0, 0));
        }
        &mut shards[shard.index()]
    }

    fn is_resharded(&self, consumer: ConsumerId) -> bool {
        let stream = self.of_consumer.get(&consumer).and_then(|(stream, _)| self.streams.get(stream));
        stream.is_some_and(|stream| self.changing.contains(stream))
    }

    fn on_lease(&mut self, event: &Event) {
        match event {
            Event::LeaseGained { consumer, how, from, .. } => {
                self.see_if(*how == LeaseGain::Stolen, Situation::LeaseStolen);
                self.see_if(*how == LeaseGain::Available && from.is_some(), Situation::LeaseTakenOver);
                self.see_if(*how == LeaseGain::VeryOld, Situation::LeaseVeryOld);
                self.see_if(from.is_some() && self.is_resharded(*consumer), Situation::LeaseMovedInReshard);
            }
            Event::LeaseLost { .. } => self.see(Situation::LeaseLost),
            Event::LeaseHoleFound { .. } => self.see(Situation::LeaseRowLost),
            Event::LeaseRenewalFailed { .. } => self.see(Situation::RenewalFailed),
            Event::MessageLost { is_reply: true, to, operation, .. } if *operation == "UpdateItem" => {
                self.see_if(self.works_for.contains_key(to), Situation::RenewalAnswerLost);
            }
            Event::CheckpointRefused { .. } => self.see(Situation::CheckpointRefused),
            Event::CheckpointAttempted { consumer, sequence_number, .. } => {
                self.see_if(self.is_resharded(*consumer), Situation::CheckpointInReshard);
                self.see_if(sequence_number.is_none(), Situation::EndOfShardCheckpointed);
            }
            _ => {}
        }
    }

    fn on_consumer(&mut self, event: &Event) {
        match event {
            Event::ConsumerDeclared { consumer, stream, start, .. } => {
                self.of_consumer.insert(*consumer, (stream.clone(), *start));
            }
            Event::WorkerStarted { consumer, host } => {
                self.works_for.insert(*host, *consumer);
                self.see_if(self.has_crashed.contains(host), Situation::WorkerCameBack);
            }
            Event::WorkerStopped { .. } => self.see(Situation::WorkerLeft),
            Event::HostCrashed { host } => self.has_crashed.push(*host),
            Event::ProcessingStarted { start, .. } => {
                self.see_if(*start == Position::Latest, Situation::StartedAtLatest);
                self.see_if(*start == Position::SavedIterator, Situation::SavedIteratorUsed);
            }
            Event::ProcessingEnded { reason: ProcessingEnd::ShardEnd, .. } => self.see(Situation::ShardReadToItsEnd),
            Event::EffectsApplied { duplicates, .. } => self.see_if(*duplicates > 0, Situation::ProcessedTwice),
            Event::EffectsFenced { .. } => self.see(Situation::EffectsFenced),
            Event::RecordsSkipped { .. } | Event::ProcessorThrew { .. } => self.see(Situation::ProcessorFailed),
            Event::IteratorExpired { host, .. } => {
                self.see(Situation::IteratorExpired);
                let start = self.works_for.get(host).and_then(|of| self.of_consumer.get(of)).map(|(_, start)| *start);
                self.see_if(start == Some(DeclaredStart::Latest), Situation::IteratorExpiredAtLatest);
            }
            Event::PutFinished { records_given_up, .. } => {
                self.see_if(*records_given_up > 0, Situation::RecordGivenUp);
            }
            Event::CallTimedOut { .. } => self.see(Situation::CallTimedOut),
            Event::MessageDuplicated { .. } => self.see(Situation::CalledTwice),
            _ => {}
        }
    }

    fn on_service(&mut self, event: &Event) {
        match event {
            Event::RecordRefused { reason, .. } => {
                let is_failure = *reason == WriteRefusal::InternalFailure;
                self.see(if is_failure { Situation::WriteFailed } else { Situation::WriteThrottled });
            }
            Event::PutAnswered { is_batch: true, records, failed, .. } => {
                self.see_if(*failed > 0 && failed < records, Situation::PutFailedInPart);
            }
            Event::ReadRefused { .. } => self.see(Situation::ReadThrottled),
            Event::TableThrottled { reason, .. } => {
                self.see(Situation::TableThrottled);
                let is_partition = matches!(reason, TableThrottle::PartitionRead | TableThrottle::PartitionWrite);
                self.see_if(is_partition, Situation::PartitionThrottled);
            }
            Event::StaleRead { .. } => self.see(Situation::StaleRead),
            Event::ZoneChanged { state, .. } => {
                self.is_rebuilding = *state == ZoneState::Rebuilding;
                self.see_if(*state != ZoneState::Up && !self.is_rebuilding, Situation::ZoneLost);
            }
            Event::CallRefused { error, .. } => self.see_if(error.starts_with("KMS"), Situation::KeyRefused),
            _ => {}
        }
    }

    fn on_shards(&mut self, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => {
                self.streams.insert(name.clone(), *stream);
            }
            Event::StreamStatusChanged { stream, status } => {
                self.changing.retain(|changing| changing != stream);
                if *status == StreamStatus::Updating {
                    self.changing.push(*stream);
                }
            }
            Event::RecordAccepted { stream, shard, ordinal, .. } => {
                self.end_of(*stream, *shard).0 = ordinal + 1;
                self.see_if(self.is_rebuilding, Situation::ZoneRebuiltUnderLoad);
            }
            Event::RecordsRead { stream, shard, to, .. } => {
                let read = &mut self.end_of(*stream, *shard).1;
                *read = (*read).max(*to);
            }
            Event::RecordsTrimmed { stream, shard, to } => {
                let (_, read) = *self.end_of(*stream, *shard);
                self.see_if(read < *to, Situation::UnreadTrimmed);
            }
            Event::ShardOpened { stream, parent: Some(parent), adjacent_parent, .. } => {
                self.see(Situation::Resharded);
                let mut is_behind = |shard: ShardId| {
                    let (end, read) = *self.end_of(*stream, shard);
                    read < end
                };
                let is_merge_behind = adjacent_parent.is_some_and(|other| is_behind(other) || is_behind(*parent));
                self.see_if(is_merge_behind, Situation::MergedWithBacklog);
            }
            _ => {}
        }
    }
}

impl Fold for Situations {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.now = at;
        self.on_shards(event);
        self.on_lease(event);
        self.on_consumer(event);
        self.on_service(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::event::HostRole;

    #[test]
    fn a_situation_is_reached_once_what_makes_it_has_come_together() {
        let (stream, consumer, host) = (StreamId(0), ConsumerId(0), HostId(1));
        let mut situations = Situations::default();
        let mut on = |event: Event| situations.on(SimTime::ZERO, &event);
        on(Event::HostDeclared { host, name: "billing-1".into(), role: HostRole::Consumer });
        on(Event::WorkerStarted { consumer, host });
        on(Event::MessageLost { from: HostId(0), to: host, operation: "UpdateItem", is_reply: true });
        on(Event::ZoneChanged { zone: 0, state: ZoneState::Wiped });
        on(Event::RecordsRead {
            stream,
            shard: ShardId(0),
            host,
            from: 0,
            to: 3,
            size_bytes: 9,
            behind_latest_ms: 0,
            iterator_age_ms: 0,
            iterator_lived: crate::base::SimDuration::ZERO,
        });
        on(Event::RecordsTrimmed { stream, shard: ShardId(0), to: 3 });
        let at_once = [Situation::RenewalAnswerLost, Situation::ZoneLost].map(|situation| (situation, SimTime::ZERO));
        assert_eq!(situations.reached(), at_once, "all that was trimmed was read");
        for s in [5, 6] {
            situations.on(SimTime::from_secs(s), &Event::RecordsTrimmed { stream, shard: ShardId(0), to: 4 });
        }
        assert!(situations.reached().contains(&(Situation::UnreadTrimmed, SimTime::from_secs(5))), "when it was first");
    }

    #[test]
    fn every_situation_says_what_it_is_and_what_reaches_it() {
        for situation in Situation::ALL {
            assert!(situation.told().len() > 10 && situation.reached_by().len() > 5, "{situation:?}");
        }
    }
}
