//! What alarms are there to warn of: when records were throttled, late or lost.

use std::collections::BTreeSet;

use crate::base::event::{Event, Fold, WriteRefusal};
use crate::base::{SimDuration, SimTime};
use crate::measure::Backlog;

/// Something that an alarm should tell of, or better before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harm {
    /// A put record was refused for throughput.
    Throttled,
    /// A record waited longer than it may for a consumer.
    Late,
    /// A producer gave a record up.
    GivenUp,
    /// A record left retention before a consumer had read it.
    TrimmedUnread,
}

impl Harm {
    pub(super) const ALL: [Self; 4] = [Self::Throttled, Self::Late, Self::GivenUp, Self::TrimmedUnread];

    /// `the first record was throttled`, without `the first`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "record was throttled",
            Self::Late => "record was late",
            Self::GivenUp => "record was given up",
            Self::TrimmedUnread => "record was trimmed unread",
        }
    }
}

const MINUTE_S: u64 = 60;

/// Notes harm.
pub(crate) struct Harms {
    late_after: SimDuration,
    backlog: Backlog,
    first: [Option<SimTime>; 4],
    /// In which minutes there was any.
    minutes: BTreeSet<u64>,
}

impl Harms {
    /// Records are late when they waited longer than `late_after`.
    pub(crate) fn new(late_after: SimDuration) -> Self {
        Self { late_after, backlog: Backlog::default(), first: [None; 4], minutes: BTreeSet::new() }
    }
    /// How long records may wait.
    pub(super) fn late_after(&self) -> SimDuration {
        self.late_after
    }
    /// When it was done first.
    pub(super) fn first(&self, harm: Harm) -> Option<SimTime> {
        self.first[harm as usize]
    }
    /// Whether there was any between two instants, to the minute.
    pub(super) fn any_between(&self, from: SimTime, until: SimTime) -> bool {
        self.minutes.range(from.as_secs() / MINUTE_S..=until.as_secs() / MINUTE_S).next().is_some()
    }

    /// There was some. Times never go back.
    pub(crate) fn note(&mut self, harm: Harm, at: SimTime) {
        self.first[harm as usize].get_or_insert(at);
        self.minutes.insert(at.as_secs() / MINUTE_S);
    }

    /// A record was found `age_ms` old.
    fn aged(&mut self, at: SimTime, age_ms: u64) {
        let over = SimDuration::from_millis(age_ms.saturating_sub(self.late_after.as_millis()));
        if !over.is_zero() {
            // It was late from when it became too old; what was before that look is told once.
            self.first[Harm::Late as usize].get_or_insert(at.saturating_sub(over));
            self.note(Harm::Late, at);
        }
    }

    fn look(&mut self, at: SimTime) {
        if self.backlog.is_due(at) {
            let mut found = Vec::new();
            self.backlog.look(at, |waiting| found.push((waiting.at, waiting.age_ms)));
            found.into_iter().for_each(|(at, age_ms)| self.aged(at, age_ms));
        }
    }
}

impl Fold for Harms {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.look(at);
        match event {
            Event::RecordRefused { reason, .. } if *reason != WriteRefusal::InternalFailure => {
                self.note(Harm::Throttled, at);
            }
            Event::PutFinished { records_given_up, .. } if *records_given_up > 0 => self.note(Harm::GivenUp, at),
            Event::RecordsRead { shard, host, iterator_age_ms, .. } => {
                if let Some(waited) = self.backlog.ended_by_read(at, *shard, *host) {
                    self.aged(at, waited.age_ms);
                }
                self.aged(at, *iterator_age_ms);
            }
            Event::RecordsTrimmed { stream, shard, to }
                if !self.backlog.unread_below(*stream, *shard, *to).is_empty() =>
            {
                self.note(Harm::TrimmedUnread, at);
            }
            _ => {}
        }
        self.backlog.on(at, event);
    }
}
