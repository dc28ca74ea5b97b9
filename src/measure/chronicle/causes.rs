//! From a failure back to what it came from.
//!
//! What a failure follows from is found by rules, not by chance: for every kind of entry those that it can follow from
//! (a lease that was taken follows from the crash, the pause or the failed renewals of the worker that had it; those
//! follow from a throttled table or a fault). Of each the latest before it is taken. Not modelled: causes that no event
//! tells, such as a record processor that is slow by its settings.

use std::collections::{BTreeMap, VecDeque};

use super::entry::{Entry, What};
use super::gather::Chronicle;
use super::subject::Subject;
use crate::base::event::{LeaseGain, ReadRefusal, TableThrottle, WriteRefusal};
use crate::base::{ConsumerId, HostId, ShardId, SimDuration, SimTime};

/// Lines of a timeline, the failure's own included.
const LINES_MAX: usize = 10;
/// How long before something its cause may have ended.
const LOOK_BACK: SimDuration = SimDuration::from_secs(900);
/// What is caused at once may be told a little before its cause.
const AT_ONCE: SimDuration = SimDuration::from_secs(1);
/// Services carry out what was asked for within this time.
const CARRIED_OUT: SimDuration = SimDuration::from_secs(120);

/// Something that failed, to be followed back.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Since when it was so: the same as `until` for what failed at one time.
    pub(crate) from: SimTime,
    /// When it was seen.
    pub(crate) until: SimTime,
    /// Whom it is about.
    pub(crate) about: Subject,
    /// What failed, in words.
    pub(crate) what: String,
}

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// When.
    pub(crate) at: SimTime,
    /// What happened.
    pub(crate) what: String,
}

/// An entry of the story, by where it stands.
type Number = usize;

impl Chronicle {
    /// What a failure followed from, oldest first, and the failure last.
    pub(crate) fn timeline(&self, failure: &Failure) -> Vec<Moment> {
        let entries: Vec<&Entry> = self.entries().collect();
        let story = Story { chronicle: self, entries };
        let mut reached = BTreeMap::new();
        let mut next: VecDeque<(Number, u32)> = story.first_causes(failure).into_iter().map(|n| (n, 0)).collect();
        while let Some((number, hops)) = next.pop_front() {
            if reached.contains_key(&number) || reached.len() > 5 * LINES_MAX {
                continue;
            }
            reached.insert(number, hops);
            next.extend(story.causes_of(number).into_iter().map(|cause| (cause, hops + 1)));
        }
        // At the start of a run everything begins.
        let is_said = |(n, _): &(Number, u32)| {
            !matches!(story.entries[*n].what, What::Started { .. }) || story.entries[*n].from > SimTime::ZERO
        };
        let mut chosen: Vec<(Number, u32)> = reached.into_iter().filter(is_said).collect();
        // What came from outside explains most, then what is nearest.
        chosen.sort_by_key(|(n, hops)| {
            // That a worker began to read says little beside the lease that it got.
            let is_beside = matches!(story.entries[*n].what, What::ProcessingStarted { .. } | What::Started { .. });
            (!story.is_from_outside(*n), is_beside, *hops, std::cmp::Reverse(story.entries[*n].from))
        });
        chosen.truncate(LINES_MAX - 1);
        let told =
            |(n, _): (Number, u32)| Moment { at: story.entries[n].from, what: story.entries[n].told(self.names()) };
        let mut moments: Vec<Moment> = chosen.into_iter().map(told).collect();
        moments.sort_by_key(|moment| moment.at);
        moments.push(Moment { at: failure.until, what: failure.what.clone() });
        moments
    }

    /// What was in force at some time from `from` to `until`: faults, and actions of that time.
    pub(crate) fn in_force(&self, from: SimTime, until: SimTime) -> Vec<String> {
        let is_meant =
            |e: &&Entry| matches!(e.what, What::Fault { .. } | What::Action { .. }) && e.overlaps(from, until);
        self.entries().filter(is_meant).map(|entry| entry.what.told(self.names())).collect()
    }
}

struct Story<'a> {
    chronicle: &'a Chronicle,
    entries: Vec<&'a Entry>,
}

impl Story<'_> {
    fn is_from_outside(&self, number: Number) -> bool {
        matches!(self.entries[number].what, What::Fault { .. } | What::Action { .. })
    }

    /// The entry that began last, of those that are so at some time of the window.
    fn latest(&self, from: SimTime, until: SimTime, is: impl Fn(&What) -> bool) -> Option<Number> {
        let those = self.entries.iter().enumerate().filter(|(_, e)| e.overlaps(from, until) && is(&e.what));
        those.max_by_key(|(_, entry)| entry.from).map(|(number, _)| number)
    }

    /// For every kind of entry about those whom the failure is about: the last one.
    fn first_causes(&self, failure: &Failure) -> Vec<Number> {
        let mut last: BTreeMap<(u8, Option<ShardId>), Number> = BTreeMap::new();
        let back = failure.from.saturating_sub(LOOK_BACK);
        for (number, entry) in self.entries.iter().enumerate() {
            // A lease is what it is since its last move, however long ago.
            let since = if matches!(entry.what, What::LeaseGained { .. }) { SimTime::ZERO } else { back };
            if entry.overlaps(since, failure.until) && self.is_about(&entry.what, &failure.about) {
                let number = last.entry((entry.what.kind(), entry.what.shard())).or_insert(number);
                let is_later = entry.from >= self.entries[*number].from;
                *number = if is_later { self.number_of(entry) } else { *number };
            }
        }
        let outside = self.faults_of(failure.from.saturating_sub(AT_ONCE), failure.until, &failure.about);
        last.into_values().chain(outside).collect()
    }

    fn number_of(&self, entry: &Entry) -> Number {
        self.entries.iter().position(|e| std::ptr::eq(*e, entry)).unwrap_or(0)
    }

    /// Whether something happened to those whom a failure is about. A shard says more than its consumer: of other
    /// shards nothing is told then, and of hosts only what happened to those that the failure names.
    fn is_about(&self, what: &What, about: &Subject) -> bool {
        let consumer_fits = |consumer: ConsumerId| about.consumers.is_empty() || about.consumers.contains(&consumer);
        if about.is_of_service && (what.consumer().is_some() || what.host().is_some()) {
            return false;
        }
        let names_none = about.shards.is_empty() && about.hosts.is_empty();
        if let Some(table) = what.table() {
            let is_theirs = |c: &ConsumerId| self.lease_table(*c) == Some(self.chronicle.names().table(table));
            return about.tables.contains(&table) || about.consumers.iter().any(is_theirs);
        }
        match (what.shard(), what.host(), what.consumer()) {
            (Some(shard), _, consumer) if about.shards.contains(&shard) => consumer.is_none_or(consumer_fits),
            (Some(_), None, _) => names_none && what.stream().is_some_and(|stream| about.streams.contains(&stream)),
            (Some(_), Some(host), _) if about.shards.is_empty() => about.hosts.contains(&host),
            (Some(_), ..) => false,
            (None, Some(host), _) => about.hosts.contains(&host) || names_none && self.runs(&about.consumers, host),
            (None, None, Some(consumer)) => about.consumers.contains(&consumer),
            (None, None, None) => what.stream().is_some_and(|stream| about.streams.contains(&stream)),
        }
    }

    fn lease_table(&self, consumer: ConsumerId) -> Option<&str> {
        Some(self.chronicle.consumer(consumer)?.lease_table.as_ref()?.as_str())
    }

    fn runs(&self, consumers: &[ConsumerId], host: HostId) -> bool {
        consumers.iter().filter_map(|c| self.chronicle.consumer(*c)).any(|consumer| consumer.hosts.contains(&host))
    }

    /// The faults of a time: those that name one of these, or all when none does.
    fn faults_of(&self, from: SimTime, until: SimTime, about: &Subject) -> Vec<Number> {
        let in_force = |e: &Entry| matches!(e.what, What::Fault { .. }) && e.overlaps(from, until);
        let those: Vec<Number> = (0..self.entries.len()).filter(|n| in_force(self.entries[*n])).collect();
        let names_one = |number: &Number| match &self.entries[*number].what {
            What::Fault { text, .. } => Subject::named_in(text, self.chronicle.names()).shares(about),
            _ => false,
        };
        let named: Vec<Number> = those.iter().copied().filter(names_one).collect();
        if named.is_empty() { those } else { named }
    }

    /// What an entry follows from.
    fn causes_of(&self, number: Number) -> Vec<Number> {
        let entry = self.entries[number];
        let (back, at) = (entry.from.saturating_sub(LOOK_BACK), entry.from + AT_ONCE);
        match &entry.what {
            What::LeaseGained { .. } => self.causes_of_move(entry),
            What::LeaseLost { consumer, host, shard }
            | What::CheckpointRefused { consumer, host, shard }
            | What::Fenced { consumer, host, shard }
            | What::EffectAgain { consumer, host, shard } => {
                let to_another = self.lease_of_another(back, at, *consumer, *shard, *host);
                let throttles = self.throttles_of(back, at, *consumer);
                self.trouble_of(back, at, *host).into_iter().chain(to_another).chain(throttles).collect()
            }
            What::RenewalFailed { consumer, host } => {
                let about = Subject { consumers: vec![*consumer], hosts: vec![*host], ..Subject::default() };
                let table = self.throttles_of(back, entry.until, *consumer);
                let lost = self.latest(back, at, |what| *what == What::MessagesLost { host: *host });
                table.into_iter().chain(lost).chain(self.faults_during(entry, &about)).collect()
            }
            What::IteratorExpired { host, .. } => {
                let tables = self.consumers_of(*host).into_iter().filter_map(|c| self.throttles_of(back, at, c));
                self.trouble_of(back, at, *host).into_iter().chain(tables).collect()
            }
            What::Crashed { host }
            | What::Paused { host }
            | What::Stopped { host, .. }
            | What::Started { host, .. } => {
                let about = Subject { hosts: vec![*host], ..Subject::default() };
                let faults = self.faults_of(entry.from.saturating_sub(AT_ONCE), at, &about);
                faults.into_iter().chain(self.action_before(entry, AT_ONCE)).collect()
            }
            What::Restarted { host } => {
                self.latest(back, at, |what| *what == What::Crashed { host: *host }).into_iter().collect()
            }
            What::MessagesLost { host } => {
                self.faults_during(entry, &Subject { hosts: vec![*host], ..Subject::default() })
            }
            _ => self.causes_in_services(entry),
        }
    }

    /// A lease moves because its owner was in trouble, or because a worker came or came back and takes its share; and
    /// it moves back because it had moved.
    fn causes_of_move(&self, entry: &Entry) -> Vec<Number> {
        let What::LeaseGained { consumer, host, shard, how, from } = &entry.what else { return Vec::new() };
        let (back, at) = (entry.from.saturating_sub(LOOK_BACK), entry.from + AT_ONCE);
        let is_before = |(_, name): &(HostId, &str)| from.as_deref() == Some(*name);
        let before = self.chronicle.names().hosts().find(is_before).map(|(host, _)| host);
        let trouble = before.into_iter().flat_map(|host| self.trouble_of(back, at, host));
        let is_move = |number: &Number| matches!(&self.entries[*number].what, What::LeaseGained { from: Some(_), .. });
        let moved_away = self.lease_of_another(back, entry.from, *consumer, *shard, *host).filter(is_move);
        let is_back =
            |what: &What| matches!(what, What::Restarted { host: of } | What::Started { host: of, .. } if of == host);
        let came = if *how == LeaseGain::Stolen { self.latest(back, at, is_back) } else { None };
        trouble.chain(self.lease_lost(back, at, *consumer, *shard)).chain(moved_away).chain(came).collect()
    }

    fn causes_in_services(&self, entry: &Entry) -> Vec<Number> {
        let (back, at) = (entry.from.saturating_sub(LOOK_BACK), entry.from + AT_ONCE);
        match &entry.what {
            What::ShardOpened { .. } | What::ShardClosed { .. } | What::Capacity { .. } | What::Retention { .. } => {
                self.action_before(entry, CARRIED_OUT).into_iter().collect()
            }
            What::Trimmed { stream, .. } => {
                let changed = |what: &What| matches!(what, What::Retention { stream: of, .. } if of == stream);
                self.latest(back, at, changed).into_iter().collect()
            }
            What::GaveUp { .. } => {
                let refused = self.latest(back, at, |what| matches!(what, What::WriteRefused { .. }));
                refused.into_iter().chain(self.faults_during(entry, &Subject::default())).collect()
            }
            What::Zone { .. }
            | What::WriteRefused { reason: WriteRefusal::InjectedThrottle | WriteRefusal::InternalFailure, .. }
            | What::ReadRefused { reason: ReadRefusal::InjectedThrottle, .. }
            | What::TableThrottled { reason: TableThrottle::Injected, .. } => {
                self.faults_during(entry, &Subject::default())
            }
            What::TableThrottled { table, .. } => {
                let changed = |what: &What| matches!(what, What::Capacity { table: of, .. } if of == table);
                self.latest(SimTime::ZERO, at, changed).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn faults_during(&self, entry: &Entry, about: &Subject) -> Vec<Number> {
        self.faults_of(entry.from.saturating_sub(AT_ONCE), entry.until, about)
    }

    fn action_before(&self, entry: &Entry, within: SimDuration) -> Option<Number> {
        let from = entry.from.saturating_sub(within);
        self.latest(from, entry.from + AT_ONCE, |what| matches!(what, What::Action { .. }))
    }

    /// Whether two consumers keep their leases in one table: applications of one name take each other's.
    fn share_leases(&self, one: ConsumerId, other: ConsumerId) -> bool {
        one == other || self.lease_table(one).is_some_and(|table| self.lease_table(other) == Some(table))
    }

    fn lease_of_another(
        &self,
        from: SimTime,
        until: SimTime,
        of: ConsumerId,
        at: ShardId,
        than: HostId,
    ) -> Option<Number> {
        let is_it = |what: &What| {
            matches!(what, What::LeaseGained { consumer, shard, host, .. }
                if *shard == at && *host != than && self.share_leases(*consumer, of))
        };
        self.latest(from, until, is_it)
    }

    /// What kept a host from its work: the last of each.
    fn trouble_of(&self, from: SimTime, until: SimTime, of: HostId) -> Vec<Number> {
        let crashed = self.latest(from, until, |what| *what == What::Crashed { host: of });
        let paused = self.latest(from, until, |what| *what == What::Paused { host: of });
        let lost = self.latest(from, until, |what| *what == What::MessagesLost { host: of });
        let stopped = self.latest(from, until, |what| matches!(what, What::Stopped { host, .. } if *host == of));
        let failed = self.latest(from, until, |what| matches!(what, What::RenewalFailed { host, .. } if *host == of));
        let skipped = self.latest(from, until, |what| matches!(what, What::Skipped { host, .. } if *host == of));
        [crashed, paused, lost, stopped, failed, skipped].into_iter().flatten().collect()
    }

    fn lease_lost(&self, from: SimTime, until: SimTime, of: ConsumerId, at: ShardId) -> Option<Number> {
        let is_lost = |what: &What| {
            matches!(what, What::LeaseLost { consumer, shard, .. }
                if *shard == at && self.share_leases(*consumer, of))
        };
        self.latest(from, until, is_lost)
    }

    /// When the consumer's lease table throttled.
    fn throttles_of(&self, from: SimTime, until: SimTime, consumer: ConsumerId) -> Option<Number> {
        let name = self.lease_table(consumer)?;
        let names = self.chronicle.names();
        let is_theirs = |what: &What| matches!(what, What::TableThrottled { table, .. } if names.table(*table) == name);
        self.latest(from, until, is_theirs)
    }

    fn consumers_of(&self, host: HostId) -> Vec<ConsumerId> {
        let consumers = self.chronicle.names().consumers().map(|(consumer, _)| consumer);
        consumers.filter(|consumer| self.runs(&[*consumer], host)).collect()
    }
}
